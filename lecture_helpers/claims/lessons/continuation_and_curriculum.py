"""The claims of lesson 6, continuation methods and curriculum learning."""

from functools import partial
from itertools import product

from lecture_helpers.claims.claim import legacy, regimes
from lecture_helpers.claims.experiments import continuation, curriculum
from lecture_helpers.claims.experiments.continuation import ALIKE, FREE, NARROW, NEEDLE, WAVES

LESSON = "06_continuation_and_curriculum"
on_slide = partial(legacy, lesson=LESSON, slide="Continuation Methods and Curriculum Learning")
CASES = ("2 dimensions, 1 draws", "2 dimensions, 10 draws", "2 dimensions, 100 draws",
         "10 dimensions, 10 draws", "10 dimensions, 100 draws")  # fmt: skip
BLURRED = (WAVES, ALIKE, FREE, NARROW, NEEDLE)
RACES = tuple(map(", ".join, product(curriculum.RACED, curriculum.BUDGETS, curriculum.NOISES)))
CLAIMS = (
    on_slide("C40", "empirical",
        "Solving easier versions first hands the real problem a good starting point.",
        "Plain descent from the same starts that reaches the best minimum as often.",
        min_effect=0.1,
        unit="share of starts that reach the best minimum, continuation minus plain",
        experiment=continuation.searches, budget=120,
        comparisons=regimes("{}", "{}: continuation", "{}: plain", continuation.KINDS),
        objection="The blur is exact and costs as much as a plain gradient, and its first width "
        "was set by us for each family of landscapes. C41 pays for sampling. The families are "
        "ours: how often nature draws which one is open.",
        literature="Mobahi and Fisher 2015 bound what the follower finds; Hazan et al. 2016 "
        "describe costs on which it provably works.",
    ),
    on_slide("C41", "empirical",
        "The blurred cost, an expectation, can be replaced by the mean over a few random "
        "perturbations.",
        "Sampled blurs that miss the closed form by more than four of their standard errors, or "
        "so many samples needed that plain restarts win at equal gradients.",
        min_effect=0.1, unit="share of starts that reach the global minimum, sampled minus plain",
        experiment=continuation.sampled_searches, budget=90,
        comparisons=regimes("{}", "{}: continuation", "{}: plain", CASES),
        controls=regimes("{}, against best of k", "{}: continuation", "{}: best of k", CASES),
        objection="Rastrigin's minima stand on a lattice in a bowl, the best case for a blur. A "
        "draw counts as a gradient, so that all searches cost the same; against the best of k at "
        "that price the control shows no gain in 2 dimensions and a large one in 10. Other "
        "functions are open.",
        literature="Hazan et al. 2016 treat sampled blurs.",
    ),
    on_slide("C42", "empirical",
        "Continuation finds the global minimum although there are many local ones.",
        "A landscape on which it ends elsewhere from most starts; a deep and narrow well is one "
        "candidate.",
        min_effect=0.1, unit="share of starts that reach the global minimum, against best of k",
        experiment=continuation.searches, budget=120,
        comparisons=regimes("{}", "{}: continuation", "{}: best of k", continuation.KINDS),
        objection="Five families of landscapes, chosen by us, with the exact blur at the price of "
        "a plain gradient: the verdicts say on which kinds it works, not how often one meets them. "
        "Restarts get as many gradients. Open for other families and untidy costs.",
        literature="Mobahi and Fisher 2015; Hazan et al. 2016.",
    ),
    on_slide("C43", "identity",
        "Some costs that are not convex become convex once they are blurred enough.",
        "A second derivative below 0 at a blur beyond the closed form's threshold.",
        experiment=continuation.convex_when_blurred, budget=40,
    ),
    on_slide("C44", "empirical",
        "The blur usually keeps the region of the global minimum recognisable.",
        "Landscapes whose blurred minimum leads to another valley as often as chance would.",
        min_effect=0.1,
        unit="share of landscapes whose blur leads to the best minimum, above chance",
        experiment=continuation.information,
        comparisons=regimes("{}", "{}: blur", "{}: chance", BLURRED),
        controls=regimes(
            "{}, against plain descent from the centre", "{}: blur", "{}: centre", BLURRED),
        budget=150, quick={"landscapes": 8},
        objection="The follower starts in the centre, where bowls have their lowest region, and "
        "chance is drawn from everywhere. Answered by the control, plain descent from the centre: "
        "against it the effect is smaller and stays above the threshold in the same four cases. "
        "What the blur keeps is volume, so the verdict depends on how depth and width go together; "
        "all cases are shown.",
        literature="Mobahi and Fisher 2015.",
    ),
    on_slide("C45", "identity",
        "A curriculum is a continuation over weighted costs that ends at the real one.",
        "A pacing whose last weights are not uniform, or whose spread of weights ever narrows.",
        experiment=continuation.curriculum_is_continuation, budget=10,
    ),
    on_slide("C46", "empirical",
        "Seeing the simple examples first makes learning better.",
        "Easy-first training no better than the same pacing in random order.",
        min_effect=0.5, unit="percentage points of test accuracy, easy first minus random order",
        experiment=curriculum.curriculum_race,
        comparisons=regimes("{}", "{}: easy first", "{}: random order", RACES),
        controls=regimes("{}: hard first", "{}: hard first", "{}: random order", RACES),
        tune=curriculum.tune_race, budget=240, quick={"budgets": ("short",)},
        stores={
            f"curriculum_{data}_{budget}.npz": curriculum.stored_race(data, budget)
            for data, budget in product(curriculum.RACED, curriculum.BUDGETS)
        }
        | {"curriculum_shapes.npz": curriculum.stored_shapes},
        objection="With wrong labels easy first keeps them out for half the run, so its gain may "
        "be cleaning and not order. Shown by the filter in C49, which gains more where labels are "
        "wrong. One pacing, declared and not tuned; the confidences cost a model of their own, "
        "which the step count leaves out. Open for other pacings; lesson 6 shows 18.",
        literature="Bengio et al. 2009 and Hacohen and Weinshall 2019 find gains. Wu et al. 2021 "
        "find mostly no benefit, except with little time or wrong labels; on digits with little "
        "time and right labels we find a loss.",
    ),
    on_slide("C47", "identity",
        "Giving an example a larger weight or drawing it more often pulls the weights the same way "
        "on average.",
        "A distribution for which the two expected gradients differ by more than rounding.",
        experiment=curriculum.weights_or_samples, budget=20,
    ),
    on_slide("C48", "empirical",
        "A trained model's confidence tells simple examples from hard ones.",
        "Scores under which the hardest quarter holds no more wrong labels, and trains no worse, "
        "than any other.",
        min_effect=0.1, unit="share of wrong labels, hardest quarter minus easiest",
        experiment=curriculum.confidence_of_the_reference,
        comparisons=regimes(
            "{}", "{}: hardest quarter", "{}: easiest quarter", ("digits", "mnist1d")),
        controls=regimes(
            "{}, labels right: errors of another model",
            "{}: another model errs, hardest quarter", "{}: another model errs, easiest quarter",
            ("digits", "mnist1d")),
        budget=60,
        objection="Wrong labels that were planted are easy to find, and need not be what makes an "
        "example hard. Answered by the control: with all labels right, another kind of model errs "
        "more in the hardest quarter.",
        literature="Kumar et al. 2010 let the model itself judge; Hacohen and Weinshall 2019 let "
        "another one.",
    ),
    on_slide("C49", "empirical",
        "Curricula have been a success in practice.",
        "No gain over the tuned standard order at any of the three budgets.",
        min_effect=0.5, unit="percentage points of test accuracy, curriculum minus standard",
        experiment=curriculum.curriculum_race,
        comparisons=regimes("{}", "{}: easy first", "{}: standard", RACES),
        controls=regimes("{}: balanced", "{}: balanced easy first", "{}: standard", RACES[2:4])
        | regimes("{}: filter", "{}: filter", "{}: standard", RACES)
        | regimes(
            "shapes: easy first, against {}", "shapes: easy shapes for half the time",
            "shapes: {}", ("hard shapes alone", "all shapes")),
        tune=curriculum.tune_race, budget=240, quick={"budgets": ("short",)},
        objection="Two small data sets and a small network cannot speak for language and vision at "
        "scale. Open. Both arms have a tuned learning rate, but the curriculum also spends a "
        "reference model that is not counted.",
        literature="Bengio et al. 2009 gain on shapes, where our version loses; Platanios et al. "
        "2019 gain in translation; Wu et al. 2021 find mostly no benefit, except with little time "
        "or wrong labels.",
    ),
)  # fmt: skip
