"""The claims of lesson 6, continuation methods and curriculum learning."""

from itertools import product

from lecture_helpers.claims.claim import Claim
from lecture_helpers.claims.continuation_experiments import (
    ALIKE,
    FREE,
    KINDS,
    NARROW,
    NEEDLE,
    WAVES,
    convex_when_blurred,
    curriculum_is_continuation,
    information,
    sampled_searches,
    searches,
)
from lecture_helpers.claims.curriculum_experiments import (
    BUDGETS,
    NOISES,
    RACED,
    confidence_of_the_reference,
    curriculum_race,
    stored_race,
    stored_shapes,
    tune_race,
    weights_or_samples,
)

LESSON = "06_continuation_and_curriculum"
SLIDE = "Continuation Methods and Curriculum Learning"
CASES = ("2 dimensions, 1 draws", "2 dimensions, 10 draws", "2 dimensions, 100 draws",
         "10 dimensions, 10 draws", "10 dimensions, 100 draws")  # fmt: skip
RACES = tuple(", ".join(race) for race in product(RACED, BUDGETS, NOISES))


def _pairs(cases, one: str, other: str, words: str = "{}") -> dict[str, tuple[str, str]]:
    return {words.format(case): (f"{case}: {one}", f"{case}: {other}") for case in cases}


CLAIMS = (
    Claim(
        "C40", "emp", LESSON, SLIDE,
        "Solving easier versions first hands the real problem a good starting point.",
        "Plain descent from the same starts that reaches the best minimum as often.",
        smallest=0.1, unit="share of starts that reach the best minimum, continuation minus plain",
        experiment=searches, comparisons=_pairs(KINDS, "continuation", "plain"), budget=120,
        slips=("S20",),
    ),
    Claim(
        "C41", "emp", LESSON, SLIDE,
        "The blurred cost, an expectation, can be replaced by the mean over a few random "
        "perturbations.",
        "Sampled blurs that miss the closed form by more than four of their standard errors, or "
        "so many samples needed that plain restarts win at equal gradients.",
        smallest=0.1, unit="share of starts that reach the global minimum, sampled minus plain",
        experiment=sampled_searches, comparisons=_pairs(CASES, "continuation", "plain"),
        controls=_pairs(CASES, "continuation", "best of k", "{}, against best of k"), budget=90,
    ),
    Claim(
        "C42", "emp", LESSON, SLIDE,
        "Continuation finds the global minimum although there are many local ones.",
        "A landscape on which it ends elsewhere from most starts; a deep and narrow well is one "
        "candidate.",
        smallest=0.1, unit="share of starts that reach the global minimum, against best of k",
        experiment=searches, comparisons=_pairs(KINDS, "continuation", "best of k"), budget=120,
        slips=("S20",),
    ),
    Claim(
        "C43", "id", LESSON, SLIDE,
        "Some costs that are not convex become convex once they are blurred enough.",
        "A second derivative below 0 at a blur beyond the closed form's threshold.",
        experiment=convex_when_blurred, budget=40,
    ),
    Claim(
        "C44", "emp", LESSON, SLIDE,
        "The blur usually keeps the region of the global minimum recognisable.",
        "Landscapes whose blurred minimum leads to another valley as often as chance would.",
        smallest=0.1, unit="share of landscapes whose blur leads to the best minimum, above chance",
        experiment=information,
        comparisons=_pairs((WAVES, ALIKE, FREE, NARROW, NEEDLE), "blur", "chance"),
        controls=_pairs((WAVES, ALIKE, FREE, NARROW, NEEDLE), "blur", "centre",
                        "{}, against plain descent from the centre"),
        budget=150,
        slips=("S20",),
    ),
    Claim(
        "C45", "id", LESSON, SLIDE,
        "A curriculum is a continuation over weighted costs that ends at the real one.",
        "A pacing whose last weights are not uniform, or whose spread of weights ever narrows.",
        experiment=curriculum_is_continuation, budget=10,
    ),
    Claim(
        "C46", "emp", LESSON, SLIDE,
        "Seeing the simple examples first makes learning better.",
        "Easy-first training no better than the same pacing in random order.",
        smallest=0.5, unit="percentage points of test accuracy, easy first minus random order",
        experiment=curriculum_race, comparisons=_pairs(RACES, "easy first", "random order"),
        controls=_pairs(RACES, "hard first", "random order", "{}: hard first"),
        tune=tune_race, budget=240, quick={"budgets": ("short",)},
        stores={
            f"curriculum_{data}_{budget}.npz": stored_race(data, budget)
            for data, budget in product(RACED, BUDGETS)
        }
        | {"curriculum_shapes.npz": stored_shapes},
        slips=("S21",),
    ),
    Claim(
        "C47", "id", LESSON, SLIDE,
        "Giving an example a larger weight or drawing it more often pulls the weights the same way "
        "on average.",
        "A distribution for which the two expected gradients differ by more than rounding.",
        experiment=weights_or_samples, budget=20,
    ),
    Claim(
        "C48", "emp", LESSON, SLIDE,
        "A trained model's confidence tells simple examples from hard ones.",
        "Scores under which the hardest quarter holds no more wrong labels, and trains no worse, "
        "than any other.",
        smallest=0.1, unit="share of wrong labels, hardest quarter minus easiest",
        experiment=confidence_of_the_reference,
        comparisons=_pairs(("digits", "mnist1d"), "hardest quarter", "easiest quarter"),
        controls={
            f"{data}, labels right: errors of another model": (
                f"{data}: another model errs, hardest quarter",
                f"{data}: another model errs, easiest quarter",
            )
            for data in ("digits", "mnist1d")
        },
        budget=60,
        slips=("S23",),
    ),
    Claim(
        "C49", "emp", LESSON, SLIDE,
        "Curricula have been a success in practice.",
        "No gain over the tuned standard order at any of the three budgets.",
        smallest=0.5, unit="percentage points of test accuracy, curriculum minus standard",
        experiment=curriculum_race, comparisons=_pairs(RACES, "easy first", "standard"),
        controls=_pairs(RACES[2:4], "balanced easy first", "standard", "{}: balanced")
        | _pairs(RACES, "filter", "standard", "{}: filter")
        | {
            f"shapes: easy first, against {other}": (
                "shapes: easy shapes for half the time", f"shapes: {other}",
            )
            for other in ("hard shapes alone", "all shapes")
        },
        tune=tune_race, budget=240, quick={"budgets": ("short",)},
        slips=("S21",),
    ),
)  # fmt: skip
