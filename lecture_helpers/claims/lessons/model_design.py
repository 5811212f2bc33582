"""The claims of lesson 5, designing models to aid optimization."""

from functools import partial

from lecture_helpers.claims.claim import legacy, regimes
from lecture_helpers.claims.experiments import model_design as experiments
from lecture_helpers.networks.designs import METHODS, MODELS

LESSON = "05_model_design"
on_slide = partial(legacy, lesson=LESSON, slide="Design Models to Aid Optimization")

on_factorial = partial(
    on_slide, experiment=experiments.factorial, tune=experiments.tuned_factorial, budget=60,
    quick={"steps": 100},
)  # fmt: skip
CLAIMS = (
    on_factorial("C36", "opinion",
        "More of the progress came from models that are easier to optimise than from better "
        "optimizers.",
        "A factorial experiment in which the choice of optimizer moves the loss more than the "
        "choice of model, or in which a single old model decides the answer.",
        min_effect=0.3, unit="log10 of the training loss: range over models minus over optimizers",
        comparisons={"all five models": ("all: models", "all: optimizers")}
        | regimes("without {}", "without {}: models", "without {}: optimizers", MODELS),
        controls={
            "three models at a time, mean over all triples": (
                "three at a time: models", "all: optimizers"),
        }
        | regimes("without {}", "without {}: models", "without {}: optimizers", METHODS),
        objection="The list of models and the list of optimizers decide the answer, and both are "
        "ours. Open.",
        literature="Schmidt, Schneider and Hennig 2021 compare fifteen optimizers on eight "
        "problems: no method wins everywhere, and tuning one helps about as much as trying "
        "several with their default settings.",
        stores={"model_design_factorial.npz": experiments.factorial_runs},
    ),
    on_factorial("C37", "opinion",
        "Gradient descent with momentum, decades old, is still among the best.",
        "A tuned adaptive method that wins on most models of the factorial experiment.",
        min_effect=0.3, unit="log10 of the ratio of training losses, Adam to momentum",
        comparisons=regimes("{}", "{}, Adam", "{}, momentum", MODELS),
        controls=regimes("{}: plain SGD to momentum", "{}, plain SGD", "{}, momentum", MODELS)
        | regimes(
            "{}: test accuracy in points, momentum minus Adam",
            "{}, momentum, accuracy", "{}, Adam, accuracy", [m for m in MODELS if m != "sigmoid"]),
        objection="Small networks, one data set, 500 steps: the sentence speaks of the state of "
        "the art. Adam's loss is lower on three of the five models, by the declared 0.3 on two: "
        "whether it wins on most depends on how wins are counted. Open. (The last four rows are "
        "in percentage points, on the same axis. The sigmoid network is left out there: with "
        "momentum it does not learn.)",
    ),
    on_slide("C38", "empirical",
        "ReLU keeps the gradient from vanishing where saturating units lose it.",
        "A gradient that shrinks from layer to layer with ReLU as fast as with sigmoid or tanh at "
        "their own best start.",
        min_effect=0.1, unit="log10 of the gradient's factor per layer, ReLU minus saturating",
        experiment=experiments.gradient_factors, budget=60, quick={"width": 64},
        comparisons=regimes(
            "{0}, against {1}", "relu, {0}", "{1}, {0}",
            ("He", "Glorot", "own best"), ("sigmoid", "tanh")),
        objection="These are networks before training: a start that keeps the gradient is not yet "
        "a network that trains. The factorial experiment of C36 trains them. Only vanishing is "
        "counted: a factor above 1 counts as 1. Against tanh under He's rule and at its own best "
        "the effect lies below zero, but is too small to matter.",
    ),
    on_slide("C39", "empirical",
        "Connections that skip layers keep the gradient from vanishing.",
        "Deep residual networks whose first layers receive no more gradient, or train no better, "
        "than plain ones.",
        min_effect=0.3, unit="log10 of the ratio of training losses, plain to residual",
        experiment=experiments.skip_ladder, tune=experiments.tuned_skip_ladder, budget=150,
        quick={"steps": 100, "depths": (2, 8)},
        comparisons=regimes("depth {}", "plain, depth {}", "residual, depth {}", (48, 24, 8, 2))
        | regimes(
            "depth {}, both with BN", "BN, depth {}", "residual + BN, depth {}", (48, 24, 8, 2)),
        controls=regimes(
            "highway with gate {1}, depth {0}", "plain, depth {0}", "highway, gate {1}, depth {0}",
            (48, 24), (-5, -2))
        | regimes(
            "residual with He's weights, depth {}", "plain, depth {}",
            "residual, He's weights, depth {}", (24, 8))
        | regimes(
            "no loss: gradient first to last layer, residual minus plain, depth {}",
            "gradient of residual, depth {}", "gradient of plain, depth {}", (24,)),
        objection="A plain network with He's weights keeps most of its gradient at depth 24 (the "
        "last control), and still trains badly. Then vanishing is not what the skip repairs. The "
        "verdict is about training alone; that skips help by keeping the gradient is not shown. A "
        "run that diverges or stays at guessing counts as guessing, so two controls at depth 24 "
        "have the same figures.",
        stores={
            "model_design_ladder.npz": experiments.ladder_runs,
            "model_design_slices.npz": experiments.trained_slices,
        },
    ),
)  # fmt: skip
