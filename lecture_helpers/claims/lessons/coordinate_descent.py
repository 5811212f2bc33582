"""The claims on coordinate descent."""

from functools import partial

from lecture_helpers.claims.claim import legacy
from lecture_helpers.claims.experiments import coordinate_descent as experiments

LESSON = "02_coordinate_descent"
on_slide = partial(legacy, lesson=LESSON, slide="Coordinate Descent")
CLAIMS = (
    on_slide("C21", "empirical",
        "Minimising over one coordinate at a time, in turn, ends in a local minimum.",
        "A smooth strictly convex function on which the sweeps stop short; or, the other way, that "
        "the tilted valley with a kink did reach its minimum. Powell's function has none.",
        min_effect=0.5, unit="share of starts that end in a minimum, above one half",
        experiment=experiments.arrivals,
        comparisons={
            "smooth and strictly convex": ("quadratic", "one half"),
            "smooth, a saddle between two wells": ("two wells", "one half"),
            "kinks along the axes (Lasso)": ("Lasso", "one half"),
            "a kink across the axes": ("diagonal kink", "one half"),
            "Powell's function": ("Powell", "one half"),
        },
        budget=120,
        objection="The functions were chosen because theory tells what happens on them: the shares "
        "are 0 or 1, and the seeds only vary the starts. So the verdicts say where the sentence "
        "holds, not how often in practice. Open.",
        literature="Tseng 2001 for the conditions; Powell 1973 for the function that circles; "
        "Grippo and Sciandrone 2000 for two blocks.",
    ),
    on_slide("C22", "identity",
        "Block coordinate descent is the same idea with several variables freed at once: blocks of "
        "one give coordinate descent, one block of all gives the joint minimum in a single step.",
        "A quadratic on which either extreme of the block size gives another iterate.",
        experiment=experiments.block_sizes, budget=5,
    ),
    on_slide("C23", "empirical",
        "It pays when the variables fall into groups that hardly influence one another.",
        "As many sweeps at strong correlation between the columns as at weak.",
        min_effect=0.3, unit="log10 of the ratio of sweeps, correlated to nearly separable",
        experiment=experiments.separability,
        comparisons={
            "Lasso, correlation 0.9 to 0": (
                "coordinates, correlation 0.9", "coordinates, correlation 0"),
            "groups, link 0.6 to 0.02": ("groups, link 0.6", "groups, link 0.02"),
        },
        controls={
            "ISTA on the same Lasso": ("ISTA, correlation 0.9", "ISTA, correlation 0"),
            "FISTA on the same Lasso": ("FISTA, correlation 0.9", "FISTA, correlation 0"),
        },
        budget=60,
        objection="A correlated Lasso is harder for every method, so this may be conditioning and "
        "not separability. Shown by the controls: ISTA and FISTA lose more than coordinates do, "
        "and reach the cap of 10,000 steps, so that theirs is a lower bound. The groups have no "
        "such control. Open there.",
        literature="Wright 2015 surveys the dependence on coupling.",
    ),
    on_slide("C24", "identity",
        "The sparse coding cost is convex in the codes alone and in the dictionary alone, and not "
        "in both together.",
        "A segment with one factor fixed on which the cost lies above its chord, or a proof that no"
        " segment in both factors does.",
        experiment=experiments.convexity, budget=40,
    ),
    on_slide("C25", "empirical",
        "Alternating between codes and dictionary is therefore a workable way to learn a "
        "dictionary.",
        "A joint proximal descent that reaches a lower constrained cost with the same work.",
        min_effect=0.02, unit="log10 of the ratio of final costs, joint to alternating",
        experiment=experiments.strategies,
        comparisons={"joint to alternating": ("joint", "alternating")},
        controls={
            "PALM to alternating": ("PALM", "alternating"),
            "joint, a quarter of the work": ("joint, early", "alternating, early"),
            "PALM, a quarter of the work": ("PALM, early", "alternating, early"),
        },
        budget=60,
        objection="Equal work is counted in products of patches, pixels and atoms, and the number "
        "of sweeps was chosen for the alternation on two other seeds; a joint step has nothing to "
        "choose, and its failed trials are free. The controls after a quarter of the work show a "
        "larger difference, so the time of reading matters. One kind of data. Open.",
    ),
)  # fmt: skip
