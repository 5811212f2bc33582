"""The claims of lesson 4, supervised pretraining."""

from functools import partial

from lecture_helpers.claims.claim import legacy, regimes
from lecture_helpers.claims.experiments import supervised_pretraining as experiments

LESSON = "04_supervised_pretraining"
on_slide = partial(legacy, lesson=LESSON, slide="Supervised Pretraining")

NETWORKS, DEPTHS = experiments.NETWORKS, experiments.DEPTHS
on_growing = partial(
    on_slide, experiment=experiments.growing, tune=experiments.tune_growing, budget=300,
    interval_method="bootstrap", quick={"total": 60, "depths": (3,)},
)  # fmt: skip

CLAIMS = (
    on_growing("C31", "empirical",
        "A deep network trained all at once from a random start learns badly.",
        "Deep plain networks that reach the shallow ones' training loss at equal updates.",
        min_effect=0.3,
        unit="log10 of the ratio of training losses, deep to shallow, where "
        "a loss below 0.001 counts as 0.001",
        comparisons=regimes(
            "{}, depth 10 against depth 1", "{}, depth 10: training loss",
            "{}, depth 1: training loss", NETWORKS),
        objection="1,200 updates are many for such a task; with fewer, more networks would be "
        "behind. And every shallow network gets below 0.001, so that the deep ones may be further "
        "behind than the figures say. Open.",
    ),
    on_slide("C32", "identity",
        "Parts that are each the best on their own need not add up to the best whole.",
        "A proof that the stagewise fit of the counter-example reaches the joint optimum.",
        experiment=experiments.greedy_is_not_optimal, budget=20, quick={"angles": 100},
    ),
    on_growing("C33", "empirical",
        "Training greedily, layer by layer, is cheap and its result is often good enough.",
        "Greedy networks that end more than five points below the joint ones.",
        min_effect=0.5,
        unit="percentage points of test accuracy above a line five points below joint training",
        comparisons=regimes(
            "{}, depth {}", "{}, depth {}: greedy", "{}, depth {}: joint, less five points",
            NETWORKS, DEPTHS),
        controls=regimes(
            "{}, depth 6: greedy against random features", "{}, depth 6: greedy",
            "{}, depth 6: random features", NETWORKS),
        objection="Digits are easy, so that little is lost by a poor layer. Open.",
        literature="Belilovsky 2019: on ImageNet greedy layers with small heads equal VGG-11.",
    ),
    on_growing("C34", "empirical",
        "Fine-tuning all layers from the greedy solution is faster and ends better than starting "
        "from random weights.",
        "No gain once the greedy stage's own updates are counted.",
        min_effect=0.5,
        unit="percentage points of test accuracy, greedy start minus joint training",
        comparisons=regimes(
            "{}, depth {}, all updates", "{}, depth {}: fine-tuned", "{}, depth {}: joint",
            NETWORKS, DEPTHS)
        | regimes(
            "{}, depth {}, fine-tuning only", "{}, depth {}: fine-tuned",
            "{}, depth {}: joint, half", NETWORKS, DEPTHS),
        controls=regimes(
            "sigmoid, depth {}: greedy start against joint with batch norm",
            "sigmoid, depth {}: fine-tuned", "sigmoid, depth {}: joint with batch norm", DEPTHS),
        objection="A deep sigmoid network is a weak opponent: batch norm rescues it as well, "
        "without a greedy stage (controls). And four tuning seeds leave chance in the rates: with "
        "batch norm at depth 6 joint training got 0.1 for all updates and 0.01 for half of them, "
        "so the change from loss to gain there, the only one in twelve networks, is in part the "
        "rate. Open.",
        stores={"supervised_pretraining_growing.npz": experiments.stored_growing},
    ),
    on_slide("C35", "empirical",
        "It works because the layers in the middle are told what to do.",
        "Tuned hints or supervision of the middle layers that do not help deep networks.",
        min_effect=0.5, unit="percentage points of test accuracy, guided minus not guided",
        experiment=experiments.guiding, tune=experiments.tune_guiding, budget=120,
        interval_method="bootstrap", quick={"updates": 60, "depths": (4,)},
        comparisons=regimes(
            "{1}, depth {2}, {0}", "{1}, depth {2}: {0}", "{1}, depth {2}: plain",
            experiments.GUIDES, experiments.GUIDED, experiments.GUIDED_DEPTHS),
        objection="A hint brings a trained teacher's knowledge, not guidance alone; the teacher's "
        "own updates are not counted. In four of six networks the best weight of deep supervision "
        "was the largest tried. And batch norm rescues the same sigmoid networks "
        "without a guide (see C34): what helps may be any signal that arrives. Open.",
        literature="Romero 2015: hints train students deeper and thinner than their teacher.",
        stores={"supervised_pretraining_guiding.npz": experiments.stored_guiding},
    ),
)  # fmt: skip
