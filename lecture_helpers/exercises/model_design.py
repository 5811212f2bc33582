"""The exercises of lesson 5, designing models to aid optimization."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.model_design_questions import QUESTIONS
from lecture_helpers.exercises.self_test import SelfTest


def _block(
    h, w, d, *, skip=True, ahead=None, transposed=True, after=False, back=True, masked=True,
    weighed=True,
):  # fmt: skip
    """The output and the input's gradient of a residual ReLU layer, with ways to get it wrong."""
    z = h @ w
    output = np.maximum(h + z, 0) if after else skip * h + np.maximum(z, 0)
    open_ = {None: z, "output": output, "input": h}[ahead] > 0
    if after:
        return output, (d * (h + z > 0)) @ (np.eye(len(w)) + w.T)
    through = d * open_ if masked else d
    if weighed:
        through = through @ (w.T if transposed else w)
    return output, (d if back else 0) + through


def _block_case(rng: np.random.Generator) -> dict:
    m, n = int(rng.integers(2, 4)), int(rng.integers(2, 4))
    sizes = {"h": (m, n), "w": (n, n), "d": (m, n)}
    return {name: rng.normal(size=size) for name, size in sizes.items()}


residual_block = Exercise(
    name="residual_block",
    task="Write residual_block(h, w, d) for the layer h + relu(h @ w), h of shape (m, n), w "
    "(n, n). d is the gradient with respect to its output. Return the pair (output, gradient with "
    "respect to h).",
    reference=_block,
    cases=_block_case,
    mistakes={
        "the skip is missing on the way back": (
            {"back": False},
            "The output is h plus something. So d itself reaches h as well, unchanged: it is this "
            "term that keeps the gradient alive.",
        ),
        "the skip is missing on the way forward": (
            {"skip": False},
            "That is a plain layer. Add h to what the branch computes.",
        ),
        "the branch's slope is taken at the output": (
            {"ahead": "output"},
            "Whether a ReLU lets the gradient through is decided by what it received, h @ w, not "
            "by the sum with h.",
        ),
        "the branch's slope is taken at the input": (
            {"ahead": "input"},
            "The ReLU received h @ w, not h.",
        ),
        "the branch's slope is missing on the way back": (
            {"masked": False},
            "A ReLU that is off lets no gradient through: in the branch only the d where z > 0 "
            "counts.",
        ),
        "the weights are missing on the way back": (
            {"weighed": False},
            "Forward the branch multiplies h by w, so backward its gradient is multiplied by w "
            "transposed.",
        ),
        "the weights are not transposed on the way back": (
            {"transposed": False},
            "Forward a row h goes to h @ w. Backward its gradient comes as ... @ w.T.",
        ),
        "the ReLU comes after the sum": (
            {"after": True},
            "relu(h + h @ w) cuts the skip itself: a unit that is off passes nothing on. Here the "
            "ReLU belongs to the branch.",
        ),
    },
    hints=(
        "Write z = h @ w first. The layer has two ways from h to the output; their gradients add.",
        "Through the skip comes d. Through the branch comes d where z > 0, times w transposed.",
        "return h + np.maximum(z, 0), d + (d * (z > 0)) @ w.T",
    ),
    praise="However small w is, the d in this sum arrives whole. Fifty such layers are a sum over "
    "paths, not one long product.",
)


def _momentum_steps(
    hessian, theta, lr, momentum, steps, *,
    velocity=lambda v, g, m, lr: m * v + g, step=lambda old, v, g, m: v,
):  # fmt: skip
    """The path, with the rule for the new velocity and for what the learning rate multiplies."""
    v, path = np.zeros_like(theta), []
    for _ in range(steps):
        g, old = hessian @ theta, v
        v = velocity(v, g, momentum, lr)
        theta = theta - lr * step(old, v, g, momentum)
        path.append(theta)
    return np.array(path)


def _momentum_case(rng: np.random.Generator) -> dict:
    return {
        "hessian": np.diag(rng.uniform(0.5, 2, 2)), "theta": rng.normal(0, 2, 2),
        "lr": float(rng.uniform(0.05, 0.4)), "momentum": float(rng.uniform(0.3, 0.9)),
        "steps": int(rng.integers(3, 6)),
    }  # fmt: skip


momentum_steps = Exercise(
    name="momentum_steps",
    task="Write momentum_steps(hessian, theta, lr, momentum, steps): the path (steps, d) of "
    "torch's momentum on the cost theta' H theta / 2, whose gradient is hessian @ theta. The "
    "velocity starts at 0; the path holds the place after every step.",
    reference=_momentum_steps,
    cases=_momentum_case,
    mistakes={
        "the gradient is weighed by 1 - momentum": (
            {"velocity": lambda v, g, m, lr: m * v + (1 - m) * g},
            "That is the averaged convention. Torch adds the whole gradient, so its steps are "
            "1 / (1 - momentum) times as long.",
        ),
        "the step is taken with the old velocity": (
            {"step": lambda old, v, g, m: old},
            "First update the velocity, then move with it. Otherwise the first step goes nowhere.",
        ),
        "the step looks ahead": (
            {"step": lambda old, v, g, m: g + m * v},
            "g + momentum * v is Nesterov's step. The heavy ball moves by the velocity alone.",
        ),
        "the learning rate is used twice": (
            {"velocity": lambda v, g, m, lr: m * v + lr * g},
            "It stands either in the velocity or in the step. In torch's convention: in the step.",
        ),
        "the path begins with the start": (
            lambda h, theta, *how: np.vstack([theta, _momentum_steps(h, theta, *how)]),
            "The path holds the place after every step, so its first row is the place after the "
            "first one.",
        ),
        "the velocity is not carried over": (
            {"velocity": lambda v, g, m, lr: (1 + m) * g},
            "A velocity that is made anew in every step only lengthens the step. Keep v between "
            "steps.",
        ),
        "the momentum is added instead of carried": (
            {"velocity": lambda v, g, m, lr: v + m * g},
            "The factor belongs to the old velocity: v = momentum * v + gradient.",
        ),
    },
    hints=(
        "Two lines in a loop: one for the velocity, one for theta.",
        "v = momentum * v + gradient. Then theta moves by -lr * v.",
        "v = momentum * v + hessian @ theta; theta = theta - lr * v; path.append(theta)",
    ),
    praise="The velocity is a sum of all old gradients, the k-th last weighed by momentum^k. A "
    "gradient that keeps its direction counts 1 / (1 - momentum) times.",
)


def _translated(lr, momentum, velocity, rate=lambda m: 1 / (1 - m), size=lambda m: 1 - m):
    return lr * rate(momentum), velocity * size(momentum)


translate = Exercise(
    name="translate",
    task="You trained with torch's momentum: learning rate lr, velocity v (d,). Write "
    "translate(lr, momentum, velocity): the pair (lr, velocity) with which the averaged "
    "convention, v <- m v + (1 - m) g and theta <- theta - lr v, goes on along the same path.",
    reference=_translated,
    cases=lambda rng: {
        "lr": float(rng.uniform(0.01, 0.5)),
        "momentum": float(rng.uniform(0.2, 0.95)),
        "velocity": rng.normal(size=2),
    },
    mistakes={
        "both are left as they are": (
            {"rate": lambda m: 1.0, "size": lambda m: 1.0},
            "Then the steps become shorter, in the end by the factor 1 - momentum: ten times at "
            "0.9.",
        ),
        "both go the wrong way": (
            {"rate": lambda m: 1 - m, "size": lambda m: 1 / (1 - m)},
            "You translated from the averaged convention into torch's. Here it is the other way.",
        ),
        "only the velocity is translated": (
            {"rate": lambda m: 1.0},
            "The velocity is right. But each of its steps must be as long as torch's, so the "
            "learning rate has to make up for it.",
        ),
        "the learning rate goes the wrong way": (
            {"rate": lambda m: 1 - m},
            "The averaged velocity is smaller than torch's, so its learning rate must be larger.",
        ),
        "the velocity goes the wrong way": (
            {"size": lambda m: 1 / (1 - m)},
            "An average of gradients is smaller than their sum: multiply by 1 - momentum.",
        ),
        "only the learning rate is translated": (
            {"size": lambda m: 1.0},
            "The stored velocity is in torch's unit. Left as it is, the next steps are too long "
            "until it is forgotten.",
        ),
        "the velocity is multiplied by -lr": (
            lambda lr, momentum, velocity: (lr, -lr * velocity),
            "That is the convention in which the velocity contains the learning rate.",
        ),
    },
    hints=(
        "Write both velocities after one step from zero, with gradient g.",
        "From zero torch's velocity is g, the average (1 - m) g. The step lr * v must be the same.",
        "return lr / (1 - momentum), (1 - momentum) * velocity",
    ),
    praise="Whoever copies a learning rate from one library to another needs this line.",
)


def _first(depth, gain, skip, *, layers=-1, squared=False, power=2, he=1.0):
    factor = he * gain**power + (1 if skip else 0)
    return float(factor ** ((depth + layers) * (1 if squared else 0.5)))


first_layer = Exercise(
    name="first_layer",
    task="A tower of depth ReLU layers has He's weights times gain. Write "
    "first_layer(depth, gain, skip): the gradient (root mean square) after the first hidden layer, "
    "relative to that after the last one, as the mean field predicts it; skip says whether a "
    "residual skip leads around each layer from the second on.",
    reference=_first,
    cases=lambda rng: {
        "depth": int(rng.integers(3, 30)),
        "gain": float(rng.uniform(0.3, 1.6)),
        "skip": bool(rng.integers(2)),
    },
    mistakes={
        "one layer too many": (
            {"layers": 0},
            "From the last layer down to the first there are depth - 1 layers to pass.",
        ),
        "the ratio is upside down": (
            lambda *case: 1 / _first(*case),
            "Asked for is the first layer's gradient divided by the last one's. The gradient "
            "travels from the last layer to the first.",
        ),
        "sizes are added instead of squares": (
            lambda depth, gain, skip: _first(depth, gain + 1 if skip else gain, False),
            "1 + gain would need both gradients to point the same way. Independent ones add their "
            "squares: 1 + gain^2 of the mean square.",
        ),
        "the mean square instead of its root": (
            {"squared": True},
            "Your number is the ratio of mean squares. Take the root.",
        ),
        "the gain is not squared": (
            {"power": 1},
            "Variances are multiplied by the square of the gain.",
        ),
        "half of the units is forgotten": (
            {"he": 2.0},
            "He's variance of 2 / fan-in makes up for the half of the units that are off: "
            "2 * gain^2 * 1/2.",
        ),
        "the skip multiplies instead of adding": (
            lambda depth, gain, skip: _first(depth, gain * (2**0.5 if skip else 1), False),
            "The two ways back add: the factor is 1 + gain^2, and at gain 0 it is 1, not 0.",
        ),
        "the skip is not counted": (
            {"skip": False},
            "With a skip the gradient also comes back untouched, so the factor is 1 + gain^2.",
        ),
    },
    hints=(
        "By how much does one layer multiply the mean square of the gradient?",
        "Plain: 2 gain^2 times one half. With a skip: one more, for what comes through it.",
        "(skip + gain**2) ** ((depth - 1) / 2)",
    ),
    praise="With gain 1 the plain tower stays at 1 and the residual one doubles its square in "
    "every layer. That is why deep residual branches start small.",
)

self_test = SelfTest(QUESTIONS)
