"""The claims of lesson 5, designing models to aid optimization."""

from lecture_helpers.claims.claim import Claim
from lecture_helpers.claims.experiments.model_design import (
    factorial,
    factorial_runs,
    gradient_factors,
    ladder_runs,
    skip_ladder,
    trained_slices,
    tuned_factorial,
    tuned_skip_ladder,
)
from lecture_helpers.networks.designs import MODELS

LESSON = "05_model_design"
SLIDE = "Design Models to Aid Optimization"

CLAIMS = (
    Claim(
        "C36", "opinion", LESSON, SLIDE,
        "More of the progress came from models that are easier to optimise than from better "
        "optimizers.",
        "A factorial experiment in which the choice of optimizer moves the loss more than the "
        "choice of model, or in which a single old model decides the answer.",
        min_effect=0.3, unit="log10 of the training loss: range over models minus over optimizers",
        experiment=factorial, tune=tuned_factorial, budget=60, quick={"steps": 100},
        comparisons={
            "all five models": ("all: models", "all: optimizers"),
            **{
                f"without {m}": (f"without {m}: models", f"without {m}: optimizers")
                for m in MODELS
            },
        },
        controls={
            "three models at a time, mean over all triples": (
                "three at a time: models", "all: optimizers"),
            **{
                f"without {o}": (f"without {o}: models", f"without {o}: optimizers")
                for o in ("plain SGD", "momentum", "Adam")
            },
        },
        objection="The list of models and the list of optimizers decide the answer, and both are "
        "ours. Open.",
        literature="Schmidt, Schneider and Hennig 2021 compare fifteen optimizers on eight "
        "problems: no method wins everywhere, and tuning one helps about as much as trying "
        "several with their default settings.",
        stores={"model_design_factorial.npz": factorial_runs},
    ),
    Claim(
        "C37", "opinion", LESSON, SLIDE,
        "Gradient descent with momentum, decades old, is still among the best.",
        "A tuned adaptive method that wins on most models of the factorial experiment.",
        min_effect=0.3, unit="log10 of the ratio of training losses, Adam to momentum",
        experiment=factorial, tune=tuned_factorial, budget=60, quick={"steps": 100},
        comparisons={m: (f"{m}, Adam", f"{m}, momentum") for m in MODELS},
        controls={
            **{
                f"{m}: plain SGD to momentum": (f"{m}, plain SGD", f"{m}, momentum")
                for m in MODELS
            },
            **{
                f"{m}: test accuracy in points, momentum minus Adam": (
                    f"{m}, momentum, accuracy", f"{m}, Adam, accuracy")
                for m in MODELS if m != "sigmoid"
            },
        },
        objection="Small networks, one data set, 500 steps: the sentence speaks of the state of "
        "the art. Adam's loss is lower on three of the five models, by the declared 0.3 on two: "
        "whether it wins on most depends on how wins are counted. Open. (The last four rows are "
        "in percentage points, on the same axis. The sigmoid network is left out there: with "
        "momentum it does not learn.)",
        slips=("S18",),
    ),
    Claim(
        "C38", "empirical", LESSON, SLIDE,
        "ReLU keeps the gradient from vanishing where saturating units lose it.",
        "A gradient that shrinks from layer to layer with ReLU as fast as with sigmoid or tanh at "
        "their own best start.",
        min_effect=0.1, unit="log10 of the gradient's factor per layer, ReLU minus saturating",
        experiment=gradient_factors, budget=60, quick={"width": 64},
        comparisons={
            f"{rule}, against {other}": (f"relu, {rule}", f"{other}, {rule}")
            for rule in ("He", "Glorot", "own best") for other in ("sigmoid", "tanh")
        },
        objection="These are networks before training: a start that keeps the gradient is not yet "
        "a network that trains. The factorial experiment of C36 trains them. Only vanishing is "
        "counted: a factor above 1 counts as 1. Against tanh under He's rule and at its own best "
        "the effect lies below zero, but is too small to matter.",
    ),
    Claim(
        "C39", "empirical", LESSON, SLIDE,
        "Connections that skip layers keep the gradient from vanishing.",
        "Deep residual networks whose first layers receive no more gradient, or train no better, "
        "than plain ones.",
        min_effect=0.3, unit="log10 of the ratio of training losses, plain to residual",
        experiment=skip_ladder, tune=tuned_skip_ladder, budget=150,
        quick={"steps": 100, "depths": (2, 8)},
        comparisons={
            **{f"depth {d}": (f"plain, depth {d}", f"residual, depth {d}") for d in (48, 24, 8, 2)},
            **{
                f"depth {d}, both with BN": (f"BN, depth {d}", f"residual + BN, depth {d}")
                for d in (48, 24, 8, 2)
            },
        },
        controls={
            **{
                f"highway with gate {b}, depth {d}": (
                    f"plain, depth {d}", f"highway, gate {b}, depth {d}")
                for d in (48, 24) for b in (-5, -2)
            },
            **{
                f"residual with He's weights, depth {d}": (
                    f"plain, depth {d}", f"residual, He's weights, depth {d}")
                for d in (24, 8)
            },
            "no loss: gradient first to last layer, residual minus plain, depth 24": (
                "gradient of residual, depth 24", "gradient of plain, depth 24"),
        },
        objection="A plain network with He's weights keeps most of its gradient at depth 24 (the "
        "last control), and still trains badly. Then vanishing is not what the skip repairs. The "
        "verdict is about training alone; that skips help by keeping the gradient is not shown. A "
        "run that diverges or stays at guessing counts as guessing, so two controls at depth 24 "
        "have the same figures.",
        slips=("S19",),
        stores={
            "model_design_ladder.npz": ladder_runs, "model_design_slices.npz": trained_slices,
        },
    ),
)  # fmt: skip
