"""The claims of lesson 6, continuation methods and curriculum learning."""

from functools import partial
from itertools import product

from lecture_helpers.claims.claim import Change, Claim, Control, Part, regimes
from lecture_helpers.claims.experiments import confidence, continuation, curriculum
from lecture_helpers.claims.experiments.continuation import CASES, KINDS, RIPPLES, THIN
from lecture_helpers.claims.experiments.curriculum import (
    ALONE,
    BUDGETS,
    COARSE,
    EASY,
    EASY_SETS,
    LAST,
    MIXED,
    NOISES,
    PRICED,
    RACED,
    WORKED,
)
from lecture_helpers.claims.experiments.tuned_networks import DATA

LESSON = "06_continuation_and_curriculum"
on_slide = partial(Claim, lesson=LESSON, slide="Continuation Methods and Curriculum Learning")
DATE = "2026-11-29"
MEANT = tuple(kind for kind in KINDS if kind != THIN)
BLURRED = tuple(kind for kind in MEANT if kind != RIPPLES)


def changed(was: str, why: str) -> tuple[Change, ...]:
    return (Change(DATE, was, why),)


def on(kinds, treated: str, control: str) -> dict:
    """The two searches on every kind of landscape."""
    return regimes("{}", f"{{}}: {treated}", f"{{}}: {control}", kinds)


def raced(labels: str, measure: str, treated: str, control: str, words: str = "{}, {}") -> dict:
    """Two arms of the race on all data and their budgets; a loss is better where it is lower."""
    arms = (treated, control) if measure == "accuracy" else (control, treated)
    one, other = (f"{{}}, {{}}, {labels}: {arm}, {measure}" for arm in arms)
    return regimes(words, one, other, DATA, PRICED if control == WORKED else BUDGETS)


def shaped(measure: str, treated: str, control: str) -> dict:
    """Two arms of the race on shapes, for both sets of easy ones."""
    arms = (treated, control) if measure == "accuracy" else (control, treated)
    return regimes("{}", *(f"shapes, {{}}: {arm}, {measure}" for arm in arms), EASY_SETS)


SCALES = {
    "accuracy": ("percentage points of test accuracy, {} minus {}", 0.5),
    "loss": ("decades of test loss, {1} minus {0}", 0.02),
}


def race_part(labels: str, measure: str, control: str, words: str, *controls) -> Part:
    """Easy first against another arm; every control is a kind, words, and two arms."""
    scale, smallest = SCALES[measure]
    return Part(
        words=words,
        measure=scale.format("easy first", control),
        min_effect=smallest,
        scope=raced(labels, measure, "easy first", control),
        borders=raced(labels, measure, COARSE, control, "{}, {}, ties as given"),
        controls=tuple(
            Control(kind, said, raced(labels, measure, *arms)) for kind, said, *arms in controls
        ),
    )


def because_easy(labels: str, measure: str) -> Part:
    """The parts of C46."""
    controls = [
        ("falsifier", "hard first, which gains on random order too", "hard first", "random order"),
        ("rival", "the hardest 30 % left out for good", "easy first", "filter"),
    ]
    if NOISES[labels]:
        words = (
            "random order in which those with a wrong label come last, whatever their difficulty"
        )
        controls.append(("mechanism", words, LAST, "random order"))
    words = {
        "accuracy": "With {}, easy first ends more accurate than as many examples by lot.",
        "loss": "With {}, easy first ends at a lower test loss than as many examples by lot.",
    }
    return race_part(labels, measure, "random order", words[measure].format(labels), *controls)


def success(labels: str, measure: str) -> Part:
    """The parts of C49 on digits, MNIST-1D and MNIST."""
    words = {
        "accuracy": "With {}, easy first ends more accurate than the usual training.",
        "loss": "With {}, easy first ends at a lower test loss than the usual training.",
    }
    return race_part(
        labels, measure, "standard", words[measure].format(labels),
        ("rival", "the hardest 30 % left out for good", "easy first", "filter"),
        ("accounting", "the usual training, given as many updates more as the scores cost",
         "easy first", WORKED),
    )  # fmt: skip


def shapes_part(measure: str) -> Part:
    """The parts of C49 on shapes."""
    scale, smallest = SCALES[measure]
    words = {"accuracy": "more accurate", "loss": "at a lower test loss"}[measure]
    return Part(
        words=f"Easy shapes for the first half end {words} on hard shapes than hard ones alone.",
        measure=scale.format("easy shapes first", "hard shapes alone"),
        min_effect=smallest,
        scope=shaped(measure, EASY, ALONE),
        controls=(
            Control("mechanism", "as many easy shapes, but mixed in from the start",
                    shaped(measure, MIXED, ALONE)),
        ),
    )  # fmt: skip


BOTH = tuple(product(NOISES, curriculum.MEASURES))


def quarters(one: str, other: str) -> dict:
    """The errors in two quarters, for all data and both references."""
    return regimes("{}, scored by the {}", f"{{}}: {{}}, errors, {one}",
                   f"{{}}: {{}}, errors, {other}", DATA, confidence.REFERENCES)  # fmt: skip


def taught(words: str, one: str, other: str, measure: str) -> dict:
    """Networks trained on one quarter and on another, for all data."""
    return regimes(words, f"{{}}: trained on the {one}, {measure}",
                   f"{{}}: trained on the {other}, {measure}", DATA)  # fmt: skip


CLAIMS = (
    on_slide("C40", "empirical",
        "Solving easier versions first hands the real problem a good starting point.",
        "Plain descent from the same starts that reaches the best minimum as often, or ends lower "
        "from as many of them.",
        experiment=continuation.searches, budget=150, quick={"landscapes": 3},
        parts=(
            Part(
                "From the handed point descent reaches the best minimum more often than from where "
                "the search began.",
                "share of starts that reach the best minimum, continuation minus plain descent",
                0.1, on(MEANT, "continuation", "plain"), on([THIN], "continuation", "plain"),
                (
                    Control("rival", "plain descent from the middle of the region",
                            on(MEANT, "continuation", "centre")),
                    Control("rival", "the lowest of twelve short descents, at no more gradients",
                            on(MEANT, "continuation", "best of k")),
                ),
            ),
            Part(
                "From the handed point descent ends lower than from where the search began.",
                "share of starts from which continuation ends lower than plain descent, less the "
                "share from which it ends higher, by more than 0.01",
                0.1, on(MEANT, "ends lower", "ends higher"),
                on([THIN], "ends lower", "ends higher"),
            ),
        ),
        objection="The blur is exact and costs as much as a plain gradient, and its first width "
        "was set by us for each family of landscapes. C41 pays for sampling. The families are "
        "ours: how often nature draws which one is open.",
        literature="Mobahi and Fisher 2015 bound what the follower finds; Hazan et al. 2016 "
        "describe costs on which it provably works.",
        history=changed(
            "conditional: held in four families, refuted for the needle",
            "Plain descent found the needle so rarely that no loss of the declared size was "
            "possible; now the deep wells are drawn so that it can lose, and the height of the "
            "end counts too.",
        ),
    ),
    on_slide("C41", "empirical",
        "The blurred cost, an expectation, can be replaced by the mean over random perturbations.",
        "Sampled blurs that lead less than half the way from plain descent to the exact blur, or "
        "restarts that reach more at equal gradients, or bands that miss the closed form.",
        experiment=continuation.sampled_searches, budget=90, quick={"starts": 4},
        parts=(
            Part(
                "A search led by the sampled blur gets nearer to the exact blur's than to plain "
                "descent, and no restarts do better for as many gradients.",
                "share of starts that reach the global minimum, sampled blur minus the middle "
                "between plain descent and the exact blur",
                0.1, on(CASES, "continuation", "middle"), {},
                (
                    Control("falsifier", "restarts that reach more at equal gradients, each draw "
                            "counted as one", on(CASES, "best of k", "continuation")),
                ),
            ),
            Part(
                "The mean of 400 draws lies as near to the closed form as its own spread says.",
                "share of points inside the band of 1.96 standard errors, minus nine in ten",
                0.02, {"400 draws in 2 dimensions": ("in its band", "nine in ten")},
            ),
        ),
        objection="Rastrigin's minima stand on a lattice in a bowl, the best case for a blur. A "
        "draw counts as a gradient, so that all searches cost the same, and restarts at that price "
        "are the control that can refute. Other functions are open.",
        literature="Hazan et al. 2016 treat sampled blurs.",
        history=changed(
            "holds, against plain descent, in five cases",
            "Restarts at equal gradients were named as what would refute it and did not count; one "
            "draw in 10 dimensions was missing; it was never compared with the exact blur.",
        ),
    ),
    on_slide("C42", "empirical",
        "Continuation finds the global minimum among the local ones.",
        "A kind of landscape on which it ends elsewhere from most starts; a deep and narrow well "
        "is one candidate.",
        experiment=continuation.searches, budget=150, quick={"landscapes": 3},
        parts=(
            Part(
                "It ends in the global minimum from most starts.",
                "share of starts that reach the global minimum, minus one half",
                0.1,
                {kind: (f"{kind}: continuation", "half") for kind in MEANT},
                {THIN: (f"{THIN}: continuation", "half")},
                (
                    Control("rival", "the lowest of twelve short descents, at no more gradients",
                            on(KINDS, "continuation", "best of k")),
                ),
            ),
        ),
        objection="Seven families of landscapes, chosen by us, with the exact blur at the price of "
        "a plain gradient: the verdicts say on which kinds it works, not how often one meets them. "
        "Restarts get as many gradients. Open for other families and untidy costs.",
        literature="Mobahi and Fisher 2015; Hazan et al. 2016.",
        history=changed(
            "conditional: against restarts, by family",
            "The sentence says that it finds the minimum, which is now measured; restarts are what "
            "one would do instead, and are now its rival.",
        ),
    ),
    on_slide("C43", "identity",
        "Some costs that are not convex become convex once they are blurred enough.",
        "A second derivative below 0 at a blur beyond the closed form's threshold.",
        experiment=continuation.convex_when_blurred, budget=40,
    ),
    on_slide("C44", "empirical",
        "The blur keeps the region of the global minimum recognisable.",
        "Landscapes whose blurred minimum leads to another valley as often as chance would.",
        experiment=continuation.searches, budget=150, quick={"landscapes": 3},
        parts=(
            Part(
                "The blurred minimum, followed down, leads to the global one more often than "
                "chance.",
                "share of landscapes in which the blurred minimum leads to the global one, minus "
                "the share of random starts from which plain descent gets there",
                0.1, on(BLURRED, "blur", "plain"), on([RIPPLES, THIN], "blur", "plain"),
                (
                    Control("rival", "plain descent from where the follower starts, the middle",
                            on(BLURRED, "blur", "centre")),
                ),
            ),
        ),
        objection="The follower starts in the middle, where bowls have their lowest region, and "
        "chance is drawn from everywhere. Answered by the control, plain descent from the middle. "
        "Whether volume is what a blur keeps is asked by two families that differ in nothing but "
        "the volume of the deeper well.",
        literature="Mobahi and Fisher 2015.",
        history=changed(
            "conditional: held in four families, refuted for the needle",
            "Chance found the needle so rarely that no loss of the declared size was possible; "
            "now there are deep wells of less and of more volume that chance does find.",
        ),
    ),
    on_slide("C45", "identity",
        "A curriculum is a continuation over weighted costs that ends at the real one.",
        "A pacing whose last weights are not uniform, or whose spread of weights ever narrows.",
        experiment=continuation.curriculum_is_continuation, budget=10,
    ),
    on_slide("C46", "empirical",
        "Seeing the simple examples first makes learning better.",
        "Easy-first training no better than the same pacing in random order, or hard first that is "
        "better than random order as well.",
        parts=tuple(because_easy(labels, measure) for labels, measure in BOTH),
        experiment=curriculum.race, tune=curriculum.tune_race, budget=900,
        quick={"data": ("digits",), "budgets": ("short",), "shapes": False},
        stores={
            f"curriculum_{data}_{budget}.npz": curriculum.stored_race(data, budget)
            for data, budget in product(RACED, BUDGETS)
        }
        | {"curriculum_shapes.npz": curriculum.stored_shapes},
        objection="With wrong labels easy first keeps them out for half the run, so its gain may "
        "be cleaning and not order. Answered by the control that brings wrong labels last and "
        "knows nothing of difficulty. One pacing, declared and not tuned, and one kind of score: "
        "open for others; lesson 6 shows 18 pacings.",
        literature="Bengio et al. 2009 and Hacohen and Weinshall 2019 find gains. Wu et al. 2021 "
        "find mostly no benefit, except with little time or wrong labels.",
        history=changed(
            "conditional: by data set, budget and labels",
            "On digits most confidences tie, so that the order was mostly that of the numbers; the "
            "filter and hard first did not count; loss and a third data set were missing.",
        ),
    ),
    on_slide("C47", "identity",
        "Giving an example a larger weight or drawing it more often pulls the weights the same way "
        "on average.",
        "A distribution for which the two expected gradients differ by more than rounding.",
        experiment=confidence.weights_or_samples, budget=20,
    ),
    on_slide("C48", "empirical",
        "The confidence of a model that has not seen them tells simple examples from hard ones.",
        "Scores under which another model errs no more in the hardest quarter than in the easiest, "
        "or under which the hardest quarter trains no worse than a quarter by lot.",
        experiment=confidence.quarters, tune=confidence.tune_quarters, budget=120,
        quick={"data": ("digits",)},
        parts=(
            Part(
                "Another kind of model errs more often in the hardest quarter than in the easiest.",
                "share that another model gets wrong, hardest quarter minus easiest",
                0.1, quarters("hardest quarter", "easiest quarter"),
                regimes("{}, 40 % wrong labels: share of them", "{}: wrong labels, hardest quarter",
                        "{}: wrong labels, easiest quarter", DATA),
                (
                    Control("accounting", "a quarter of every class, so that no class counts more",
                            quarters("hardest quarter of every class",
                                     "easiest quarter of every class")),
                    Control("rival", "the quarter farthest from the mean of its class, without a "
                            "model", quarters("hardest quarter", "hardest quarter off centre")),
                ),
            ),
            Part(
                "A network learns the hardest quarter more slowly than a quarter by lot, and the "
                "easiest faster.",
                "decades of training loss on the quarter itself, mean over 200 updates, harder "
                "quarter minus easier",
                0.1, taught("{}: hardest", "hardest quarter", "quarter by lot", "speed")
                | taught("{}: easiest", "quarter by lot", "easiest quarter", "speed"),
            ),
            Part(
                "A network trained on the hardest quarter is less accurate than one trained on a "
                "quarter by lot.",
                "percentage points of test accuracy, quarter by lot minus hardest quarter",
                0.5, taught("{}", "quarter by lot", "hardest quarter", "accuracy"),
                taught("{}: by lot against the easiest", "quarter by lot", "easiest quarter",
                       "accuracy"),
            ),
            Part(
                "A network trained on the hardest quarter ends at a higher test loss than one "
                "trained on a quarter by lot.",
                "decades of test loss, hardest quarter minus quarter by lot",
                0.02, taught("{}", "hardest quarter", "quarter by lot", "loss"),
                taught("{}: the easiest against by lot", "easiest quarter", "quarter by lot",
                       "loss"),
            ),
        ),
        objection="Two models may err on the same examples because both see the same pixels, and a "
        "quarter may train badly because it lacks classes, not because it is hard. The first is "
        "open; for the errors the second is answered by the control with a quarter of every class.",
        literature="Kumar et al. 2010 let the model itself judge; Hacohen and Weinshall 2019 let "
        "another one.",
        history=changed(
            "holds, by the share of planted wrong labels",
            "Wrong labels that were planted are easy to find and need not be what makes an example "
            "hard; whether the hardest quarter trains worse was named and not measured.",
        ),
    ),
    on_slide("C49", "empirical",
        "Curricula are a success: they end better than the usual training.",
        "No gain over the tuned standard order at any of the three budgets, or none that is left "
        "once the standard order gets the updates that the scores cost.",
        parts=(*(success(labels, measure) for labels, measure in BOTH),
               *map(shapes_part, curriculum.MEASURES)),
        experiment=curriculum.race, tune=curriculum.tune_race, budget=900,
        quick={"data": ("digits",), "budgets": ("short",), "shapes": False},
        objection="Three small data sets, shapes and a small network cannot speak for language and "
        "vision at scale. Open. All arms are tuned on right validation labels, which one would not "
        "have where labels are wrong.",
        literature="Bengio et al. 2009 gain on shapes; Platanios et al. 2019 gain in translation; "
        "Wu et al. 2021 find mostly no benefit, except with little time or wrong labels.",
        history=changed(
            "conditional: by data set, budget and labels",
            "The easy shapes differed from the hard ones in place, size, turn and contrast too; "
            "the filter and the price of the scores did not count; loss and a third data set were "
            "missing.",
        ),
    ),
)  # fmt: skip
