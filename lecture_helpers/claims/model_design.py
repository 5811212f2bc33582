"""The claims of lesson 5, designing models to aid optimization."""

from lecture_helpers.claims.claim import Claim

LESSON = "05_model_design"
SLIDE = "Design Models to Aid Optimization"

CLAIMS = (
    Claim(
        "C36", "op", LESSON, SLIDE,
        "More of the progress came from models that are easier to optimise than from better "
        "optimizers.",
        "A factorial experiment in which the choice of optimizer moves the loss more than the "
        "choice of model, or in which a single old model decides the answer.",
    ),
    Claim(
        "C37", "op", LESSON, SLIDE,
        "Gradient descent with momentum, decades old, is still among the best.",
        "A tuned adaptive method that wins on most models of the factorial experiment.",
        slips=("S18",),
    ),
    Claim(
        "C38", "emp", LESSON, SLIDE,
        "ReLU keeps the gradient from vanishing where saturating units lose it.",
        "A gradient that shrinks from layer to layer with ReLU as fast as with sigmoid or tanh at "
        "their own best start.",
        smallest=0.1, unit="log10 of the gradient's factor per layer, ReLU minus saturating",
    ),
    Claim(
        "C39", "emp", LESSON, SLIDE,
        "Connections that skip layers keep the gradient from vanishing.",
        "Deep residual networks whose first layers receive no more gradient, or train no better, "
        "than plain ones.",
        smallest=0.3, unit="log10 of the ratio of training losses, plain to residual",
        slips=("S19",),
    ),
)  # fmt: skip
