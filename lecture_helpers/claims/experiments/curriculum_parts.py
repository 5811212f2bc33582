"""The parts of what lesson 6 says of searches and of curricula: arms, regimes and controls."""

from itertools import product

from lecture_helpers.claims.claim import Control, Part, regimes
from lecture_helpers.claims.experiments import curriculum
from lecture_helpers.claims.experiments.confidence import EACH, REFERENCES
from lecture_helpers.claims.experiments.curriculum import BUDGETS, COARSE, LAST, NOISES, WORKED
from lecture_helpers.claims.experiments.curriculum_success import OTHER, OTHER_IN, OTHER_WORKED
from lecture_helpers.claims.experiments.shapes_first import (
    ALONE,
    AT_ONE,
    EASY,
    EASY_SETS,
    MIXED,
    MORE,
    ONE_RATE,
    RUNS,
)
from lecture_helpers.claims.experiments.tuned_networks import DATA

DATE = "2026-11-29"


def on(kinds, treated: str, control: str) -> dict:
    """The two searches on every kind of landscape."""
    return regimes("{}", f"{{}}: {treated}", f"{{}}: {control}", kinds)


def raced(labels: str, measure: str, treated: str, control: str, words: str = "{}, {}") -> dict:
    """Two arms of the race on all data and their budgets; a loss is better where it is lower."""
    arms = (treated, control) if measure == "accuracy" else (control, treated)
    one, other = (f"{{}}, {{}}, {labels}: {arm}, {measure}" for arm in arms)
    budgets = OTHER_IN if OTHER in (treated, control) else BUDGETS
    return regimes(words, one, other, DATA, budgets)


def shaped(measure: str, treated: str, control: str) -> dict:
    """Two arms of the race on shapes, for both sets of easy ones, shorter and longer."""
    arms = (control, treated) if measure == "loss" else (treated, control)
    found = {}
    for easy, updates in product(EASY_SETS, RUNS):
        pair = tuple(f"{arm}, {easy}" if arm in (EASY, MIXED) else arm for arm in arms)
        if set(pair) <= set(RUNS[updates][1]):
            one, other = (f"shapes, {updates}: {arm}, {measure}" for arm in pair)
            found[f"{easy}, {updates}"] = one, other
    return found


SCALES = {
    "accuracy": ("percentage points of test accuracy, {} minus {}", 0.5),
    "loss": ("decades of test loss, {1} minus {0}", 0.02),
}


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
    scale, smallest = SCALES[measure]
    return Part(
        words=words[measure].format(labels),
        measure=scale.format("easy first", "random order"),
        min_effect=smallest,
        scope=raced(labels, measure, "easy first", "random order"),
        borders=raced(labels, measure, COARSE, "random order", "{}, {}, ties as given"),
        controls=tuple(
            Control(kind, said, raced(labels, measure, *arms)) for kind, said, *arms in controls
        ),
    )


OTHERS_WORDS = "{}, {}, scored by the discriminant"


def success(labels: str, measure: str) -> Part:
    """The parts of C49 on digits, MNIST-1D and MNIST."""
    words = {
        "accuracy": "With {}, easy first ends more accurate than the usual training.",
        "loss": "With {}, easy first ends at a lower test loss than the usual training.",
    }
    scale, smallest = SCALES[measure]
    return Part(
        words=words[measure].format(labels),
        measure=scale.format("easy first", "standard"),
        min_effect=smallest,
        scope=raced(labels, measure, "easy first", "standard")
        | raced(labels, measure, OTHER, "standard", OTHERS_WORDS),
        controls=(
            Control("rival", "the hardest 30 % left out for good",
                    raced(labels, measure, "easy first", "filter")),
            Control("accounting",
                    "the usual training, given as many updates more as the scores cost",
                    raced(labels, measure, "easy first", WORKED)
                    | raced(labels, measure, OTHER, OTHER_WORKED, OTHERS_WORDS)),
        ),
    )  # fmt: skip


def shapes_part(measure: str) -> Part:
    """The parts of C49 on shapes."""
    scale, smallest = SCALES[measure]
    words = {"accuracy": "more accurate", "loss": "at a lower test loss"}[measure]
    at_one = (
        Control(
            "accounting",
            f"one learning rate, {ONE_RATE:g}, for both arms",
            shaped(AT_ONE, EASY, ALONE),
            added=DATE,
        ),
        Control(
            "rival",
            f"as many easy shapes, but mixed in, both arms at a rate of {ONE_RATE:g}",
            shaped(AT_ONE, EASY, MIXED),
            added=DATE,
        ),
    ) * (measure == "accuracy")
    return Part(
        words=f"Easy shapes for the first half end {words} on hard shapes than hard ones alone.",
        measure=scale.format("easy shapes first", "hard shapes alone"),
        min_effect=smallest,
        scope=shaped(measure, EASY, ALONE),
        controls=(
            Control("mechanism", "as many easy shapes, but mixed in from the start",
                    shaped(measure, MIXED, ALONE)),
            Control("rival", "as many hard shapes more, mixed in from the start",
                    shaped(measure, EASY, MORE), added=DATE),
            *at_one,
        ),
    )  # fmt: skip


BOTH = tuple(product(NOISES, curriculum.MEASURES))


def quarters(one: str, other: str) -> dict:
    """The errors in two quarters, for all data and both references."""
    return regimes("{}, scored by the {}", f"{{}}: {{}}, errors, {one}",
                   f"{{}}: {{}}, errors, {other}", DATA, REFERENCES)  # fmt: skip


ALL = ""


def taught(words: str, one: str, other: str, measure: str, classes: str = EACH) -> dict:
    """Networks trained on one quarter and on another, for all data."""
    return regimes(words, f"{{}}: trained on the {one}{classes}, {measure}",
                   f"{{}}: trained on the {other}{classes}, {measure}", DATA)  # fmt: skip


def speeds(words: str, classes: str) -> dict:
    """Of both quarters beside the one by lot, the harder one first."""
    hard, lot, easy = "hardest quarter", "quarter by lot", "easiest quarter"
    return taught(f"{{}}: hardest{words}", hard, lot, "speed", classes) | taught(
        f"{{}}: easiest{words}", lot, easy, "speed", classes
    )


UNBALANCED = ", of all examples"
