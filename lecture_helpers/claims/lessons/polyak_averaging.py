"""The claims on Polyak averaging."""

from functools import partial

from lecture_helpers.claims.claim import legacy, regimes
from lecture_helpers.claims.experiments import polyak_averaging as experiments

LESSON = "03_polyak_averaging"
on_slide = partial(legacy, lesson=LESSON, slide="Polyak Averaging")
REGIMES = experiments.REGIMES
on_averages = partial(
    on_slide,
    experiment=experiments.averages_of_networks,
    tune=experiments.tuned_averages,
    budget=400,
)
CLAIMS = (
    on_slide("C26", "identity",
        "The mean of all iterates can be carried along with one number of memory per weight, and "
        "so can the average that forgets exponentially.",
        "A sequence on which the running form and the sum differ by more than rounding.",
        experiment=experiments.running_forms, budget=20,
    ),
    on_slide("C27", "empirical",
        "On convex problems with noisy gradients the average of the iterates comes with a "
        "guarantee: its error falls as one over the number of steps.",
        "A noisy quadratic on which the average's cost misses the closed form, or does not beat "
        "the last iterate once the noise dominates.",
        min_effect=0.3, unit="log10 of the ratio of excess costs, last iterate to average",
        experiment=experiments.noisy_convex, budget=60,
        comparisons={
            "condition 10, 5,000 steps": ("condition 10: last", "condition 10: average"),
            "condition 100, 5,000 steps": ("condition 100: last", "condition 100: average"),
            "abs(x), 5,000 steps": ("kink: last", "kink: average"),
        },
        controls={
            "both at the average's rate": (
                "condition 100: last at the average's rate", "condition 100: average"),
            "the average against its closed form": (
                "condition 100: average", "condition 100: closed form"),
            "the average against the law": ("condition 100: average", "condition 100: law"),
            "after 100 steps only": ("condition 100: last, early", "condition 100: average, early"),
            "a last iterate whose rate falls as 1/t": (
                "condition 100: falling rate", "condition 100: average"),
        },
        objection="The noise is the same everywhere, which that of mini-batches is not. A last "
        "iterate at a constant rate is an easy opponent: shown by the control whose rate falls as "
        "1/t, set from the smallest curvature; it loses at these 5,000 steps too. Every constant "
        "rate is the best one by its closed form, abs(x) excepted, where both arms share one.",
        literature="Polyak and Juditsky 1992 for the law; Bach and Moulines 2011 for finite times.",
    ),
    on_averages("C28", "empirical",
        "On neural networks nothing is guaranteed, and averaging the weights helps all the same.",
        "A tuned schedule under which the last weights are as accurate as their average.",
        min_effect=0.5, unit="percentage points of test accuracy, average minus last",
        comparisons=regimes("{}", "{}: exponential average", "{}: last", REGIMES),
        controls={
            "constant, clean: both at the average's rate": (
                "constant rate, clean labels: exponential average",
                "constant rate, clean labels: last at the exponential average's rate"),
            "constant, clean: statistics stale, not recomputed": (
                "constant rate, clean labels: exponential average, stale",
                "constant rate, clean labels: exponential average"),
            "average at a constant rate against last with cosine, clean": (
                "constant rate, clean labels: exponential average",
                "cosine rate, clean labels: last"),
        },
        objection="The exponential average has a half-life to choose, so six times as many "
        "settings were tried for it as for the last weights. They were chosen on other seeds, and "
        "the control at the average's own rate leaves the gain as it is. Statistics are recomputed "
        "for every arm. One data set, one network size. Open.",
        literature="Izmailov et al. 2018 and Morales-Brotons et al. 2024 report gains on large "
        "networks.",
    ),
    on_slide("C29", "empirical",
        "Where descent jumps from wall to wall of a valley, the mean of its stops lies nearer to "
        "the bottom than the stops do.",
        "A valley without noise, long enough that the slow start weighs on the mean more than the "
        "jumps do on the last stop.",
        min_effect=0.3, unit="log10 of the ratio of distances to the bottom, last to average",
        experiment=experiments.across_the_valley, budget=20,
        comparisons={
            "30 steps, to the valley's floor": ("short, across, last", "short, across, average"),
            "30 steps, to the minimum": ("short, last", "short, average"),
            "3,000 steps, to the minimum": ("long, last", "long, average"),
            "3,000 noisy steps, to the minimum": ("noisy, last", "noisy, average"),
        },
        objection="The learning rate was chosen so that the iterates jump. Meant: that is the "
        "sentence's condition. After 3,000 steps without noise the size of the effect is set by "
        "the cap of 1e-15, its sign is not.",
    ),
    on_averages("C30", "empirical",
        "On non-convex costs the old iterates belong to other regions, so the average that forgets "
        "is the one to use.",
        "Networks on which the mean of all iterates is as accurate as the exponential one.",
        min_effect=0.5, unit="percentage points of test accuracy, exponential minus full average",
        comparisons=regimes("{}", "{}: exponential average", "{}: full average", REGIMES),
        controls=regimes(
            "constant, {}: tail minus full average", "constant rate, {} labels: tail average",
            "constant rate, {} labels: full average", ("clean", "noisy")),
        objection="The exponential average has a half-life to choose and the full average nothing. "
        "Answered by the control: a tail average over the last half, which has nothing to choose "
        "either, gains as much. One data set, 2,000 steps; how much of the run to forget depends "
        "on its length. Open.",
        literature="Izmailov et al. 2018 average the tail; Morales-Brotons et al. 2024 use the "
        "exponential average.",
    ),
)  # fmt: skip
