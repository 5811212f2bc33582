"""The claims of lesson 4, supervised pretraining."""

from lecture_helpers.claims.claim import Claim
from lecture_helpers.claims.experiments.supervised_pretraining import (
    DEPTHS,
    GUIDED,
    GUIDED_DEPTHS,
    GUIDES,
    NETWORKS,
    greedy_is_not_optimal,
    growing,
    guiding,
    stored_growing,
    stored_guiding,
    tune_growing,
    tune_guiding,
)

LESSON = "04_supervised_pretraining"
SLIDE = "Supervised Pretraining"
PLACES = [f"{name}, depth {depth}" for name in NETWORKS for depth in DEPTHS]
GROWING = dict(
    experiment=growing, tune=tune_growing, budget=300, interval="bootstrap",
    quick={"total": 60, "depths": (3,)},
)  # fmt: skip

CLAIMS = (
    Claim(
        "C31", "empirical", LESSON, SLIDE,
        "A deep network trained all at once from a random start learns badly.",
        "Deep plain networks that reach the shallow ones' training loss at equal updates.",
        min_effect=0.3,
        unit="log10 of the ratio of training losses, deep to shallow, where "
        "a loss below 0.001 counts as 0.001",
        **GROWING,
        comparisons={
            f"{name}, depth 10 against depth 1": (
                f"{name}, depth 10: training loss", f"{name}, depth 1: training loss")
            for name in NETWORKS
        },
        objection="1,200 updates are many for such a task; with fewer, more networks would be "
        "behind. And every shallow network gets below 0.001, so that the deep ones may be further "
        "behind than the figures say. Open.",
    ),
    Claim(
        "C32", "identity", LESSON, SLIDE,
        "Parts that are each the best on their own need not add up to the best whole.",
        "A proof that the stagewise fit of the counter-example reaches the joint optimum.",
        experiment=greedy_is_not_optimal, budget=20, quick={"angles": 100},
    ),
    Claim(
        "C33", "empirical", LESSON, SLIDE,
        "Training greedily, layer by layer, is cheap and its result is often good enough.",
        "Greedy networks that end more than five points below the joint ones.",
        min_effect=0.5,
        unit="percentage points of test accuracy above a line five points below joint training",
        **GROWING,
        comparisons={
            place: (f"{place}: greedy", f"{place}: joint, less five points") for place in PLACES
        },
        controls={
            f"{name}, depth 6: greedy against random features": (
                f"{name}, depth 6: greedy", f"{name}, depth 6: random features")
            for name in NETWORKS
        },
        objection="Digits are easy, so that little is lost by a poor layer. Open.",
        literature="Belilovsky 2019: on ImageNet greedy layers with small heads equal VGG-11.",
    ),
    Claim(
        "C34", "empirical", LESSON, SLIDE,
        "Fine-tuning all layers from the greedy solution is faster and ends better than starting "
        "from random weights.",
        "No gain once the greedy stage's own updates are counted.",
        min_effect=0.5,
        unit="percentage points of test accuracy, greedy start minus joint training",
        **GROWING,
        comparisons={
            f"{place}, {count}": (f"{place}: fine-tuned", f"{place}: {arm}")
            for count, arm in (("all updates", "joint"), ("fine-tuning only", "joint, half"))
            for place in PLACES
        },
        controls={
            f"sigmoid, depth {depth}: greedy start against joint with batch norm": (
                f"sigmoid, depth {depth}: fine-tuned",
                f"sigmoid, depth {depth}: joint with batch norm")
            for depth in DEPTHS
        },
        slips=("S3",),
        objection="A deep sigmoid network is a weak opponent: batch norm rescues it as well, "
        "without a greedy stage (controls). And four tuning seeds leave chance in the rates: with "
        "batch norm at depth 6 joint training got 0.1 for all updates and 0.01 for half of them, "
        "so the change from loss to gain there, the only one in twelve networks, is in part the "
        "rate. Open.",
        stores={"supervised_pretraining_growing.npz": stored_growing},
    ),
    Claim(
        "C35", "empirical", LESSON, SLIDE,
        "It works because the layers in the middle are told what to do.",
        "Tuned hints or supervision of the middle layers that do not help deep networks.",
        min_effect=0.5, unit="percentage points of test accuracy, guided minus not guided",
        experiment=guiding, tune=tune_guiding, budget=120, interval="bootstrap",
        quick={"updates": 60, "depths": (4,)},
        comparisons={
            f"{name}, depth {depth}, {how}": (
                f"{name}, depth {depth}: {how}", f"{name}, depth {depth}: plain")
            for how in GUIDES for name in GUIDED for depth in GUIDED_DEPTHS
        },
        objection="A hint brings a trained teacher's knowledge, not guidance alone; the teacher's "
        "own updates are not counted. In four of six networks the best weight of deep supervision "
        "was the largest tried. And batch norm rescues the same sigmoid networks "
        "without a guide (see C34): what helps may be any signal that arrives. Open.",
        literature="Romero 2015: hints train students deeper and thinner than their teacher.",
        stores={"supervised_pretraining_guiding.npz": stored_guiding},
    ),
)  # fmt: skip
