"""The exercises of lesson 5, designing models to aid optimization."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.model_design_questions import QUESTIONS
from lecture_helpers.exercises.self_test import SelfTest


def _block(
    h, w, d, *, skip=True, rectified=True, ahead="z", transposed=True, after=False, straight="d",
    weighed=True, masked_last=False,
):  # fmt: skip
    """The output and the input's gradient of a residual ReLU layer, with ways to get it wrong.

    ``ahead`` names what decides whether the branch is open, ``straight`` what the skip brings back.
    """
    z = h @ w
    branch = np.maximum(z, 0) if rectified else z
    output = np.maximum(h + z, 0) if after else skip * h + branch
    if after:
        return output, (d * (h + z > 0)) @ (np.eye(len(w)) + w.T)
    slopes = {"z": z > 0, "output": output > 0, "input": h > 0, "d": d > 0, "value": branch,
              "closed": z < 0, None: 1.0}  # fmt: skip
    open_ = slopes[ahead]
    back = w.T if transposed else w
    if masked_last:
        through = (d @ back) * open_
    else:
        through = (d * open_) @ back if weighed else d * open_
    ways = {"d": d, "one": 1.0, "masked": d * open_, "weighed": d @ w.T, None: 0.0}
    return output, ways[straight] + through


def _block_case(rng: np.random.Generator) -> dict:
    """Rows and units, never as many of one as of the other."""
    n = int(rng.integers(2, 4))
    m = n + int(rng.integers(1, 3))
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
            {"straight": None},
            "The output is h plus something. So d itself reaches h as well, unchanged: it is this "
            "term that keeps the gradient alive.",
        ),
        "the skip is missing on the way forward": (
            {"skip": False},
            "That is a plain layer. Add h to what the branch computes.",
        ),
        "the skip brings back 1, not d": (
            {"straight": "one"},
            "The slope of h with respect to itself is 1. The chain rule multiplies it by d.",
        ),
        "the branch's slope cuts the skip too": (
            {"straight": "masked"},
            "The ReLU belongs to the branch. What comes back through the skip is d, whole.",
        ),
        "both ways are cut by the branch's slope after the weights": (
            lambda h, w, d: (_block(h, w, d)[0], (d + d @ w.T) * (h @ w > 0)),
            "The ReLU belongs to the branch, and comes back before the weights: d * (z > 0), then "
            "times w transposed. The skip brings d, whole.",
        ),
        "the skip's gradient goes through the weights too": (
            {"straight": "weighed"},
            "Only the branch multiplies by w. What comes back through the skip is d.",
        ),
        "the branch has no relu on the way forward": (
            {"rectified": False},
            "The layer is h + relu(h @ w).",
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
        "the branch lets through the positive gradients": (
            {"ahead": "d"},
            "Whether a ReLU lets the gradient through is decided by what it received, h @ w, not "
            "by the gradient.",
        ),
        "the relu's value stands for its slope": (
            {"ahead": "value"},
            "The slope of a ReLU is 1 where z > 0, and 0 elsewhere.",
        ),
        "the branch is open where z is negative": (
            {"ahead": "closed"},
            "A ReLU lets the gradient through where z > 0.",
        ),
        "the branch's slope is missing on the way back": (
            {"ahead": None},
            "A ReLU that is off lets no gradient through: in the branch only the d where z > 0 "
            "counts. (A mask taken after z was cut at 0, with >=, is 1 everywhere.)",
        ),
        "the branch's slope comes after the weights on the way back": (
            {"masked_last": True},
            "Forward: weights, then ReLU. Backward the other way round: (d * (z > 0)) @ w.T.",
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
        "the gradient is the one with respect to w": (
            lambda h, w, d: (_block(h, w, d)[0], h.T @ (d * (h @ w > 0))),
            "Asked for is the gradient with respect to h, of h's shape.",
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
    hessian, theta, lr, momentum, steps, *, begin=0.0, stale=False, kept="theta",
    velocity=lambda v, g, m, lr: m * v + g, step=lambda old, v, g, m: v,
    gradient=lambda hessian, theta: hessian @ theta,
):  # fmt: skip
    """The path, with the rule for the new velocity and for what the learning rate multiplies.

    The velocity begins at ``begin`` times the first gradient; ``kept`` is what the rows hold, and
    a ``stale`` gradient is the one at the start.
    """
    first = gradient(hessian, theta)
    v, rows = begin * first, []
    for _ in range(steps):
        g, old = first if stale else gradient(hessian, theta), v
        v = velocity(v, g, momentum, lr)
        theta = theta - lr * step(old, v, g, momentum)
        rows.append({"theta": theta, "velocity": v}[kept])
    return np.array(rows)


def _dampened(hessian, theta, lr, momentum, steps):
    """torch's SGD with dampening = momentum: its first velocity is the whole gradient."""
    v, path = hessian @ theta, []
    for step in range(steps):
        v = momentum * v + (1 - momentum) * (hessian @ theta) if step else v
        theta = theta - lr * v
        path.append(theta)
    return np.array(path)


def _ahead(hessian, theta, lr, momentum, steps):
    """The look ahead as Sutskever and others write it: the gradient where v alone would lead."""
    v, path = np.zeros_like(theta), []
    for _ in range(steps):
        v = momentum * v + hessian @ (theta - lr * momentum * v)
        theta = theta - lr * v
        path.append(theta)
    return np.array(path)


def _one_by_one(hessian, theta, lr, momentum, steps):
    theta, v, path = theta.copy(), np.zeros_like(theta), []
    for _ in range(steps):
        for i in range(len(theta)):
            v[i] = momentum * v[i] + hessian[i] @ theta
            theta[i] -= lr * v[i]
        path.append(theta.copy())
    return np.array(path)


def _costs(hessian, *rest):
    path = _momentum_steps(hessian, *rest)
    return 0.5 * np.einsum("ti,ij,tj->t", path, hessian, path)


def _momentum_case(rng: np.random.Generator) -> dict:
    """A Hessian that couples all parameters, of both signs; steps are more than parameters."""
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return {
        "hessian": axes @ np.diag(rng.uniform(0.5, 2, 3)) @ axes.T, "theta": rng.normal(0, 2, 3),
        "lr": float(rng.uniform(0.05, 0.4)), "momentum": float(rng.uniform(0.3, 0.9)),
        "steps": int(rng.integers(4, 7)),
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
        "all gradients but the first are weighed by 1 - momentum": (
            _dampened,
            "That is what torch's SGD does with dampening = momentum. Without dampening every "
            "gradient is added whole.",
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
        "the learning rate is used twice, and every step goes uphill": (
            {"velocity": lambda v, g, m, lr: m * v - lr * g},
            "Two conventions are mixed. v = momentum * v - lr * g holds the rate and the sign, and "
            "goes with theta + v. Torch has v = momentum * v + g and theta - lr * v.",
        ),
        "the gradient is that of the place ahead": (
            _ahead,
            "hessian @ (theta - lr * momentum * v) is Nesterov's look ahead. The heavy ball takes "
            "the gradient where it is.",
        ),
        "the path begins with the start": (
            lambda h, theta, *how: np.vstack([theta, _momentum_steps(h, theta, *how)]),
            "The path holds the place after every step, so its first row is the place after the "
            "first one.",
        ),
        "the path begins with the start and lacks the last step": (
            lambda h, theta, *how: np.vstack([theta, _momentum_steps(h, theta, *how)])[:-1],
            "Its first row is the start: theta was stored before it moved, for instance, or moved "
            "before v was updated, by a v that was still 0. In every step: first v, then theta, "
            "then store.",
        ),
        "the path begins with the start, twice, and lacks the last two steps": (
            lambda h, theta, *how: np.vstack([theta, theta, _momentum_steps(h, theta, *how)])[:-2],
            "Theta was stored before it moved, for instance, and moved before v was updated. In "
            "every step: first v, then theta, then store.",
        ),
        "the velocities come back, not the places": (
            {"kept": "velocity"},
            "The path holds theta after every step.",
        ),
        "the costs come back, not the places": (
            _costs,
            "The path holds theta after every step, one row of d numbers each.",
        ),
        "the velocity is not carried over": (
            {"velocity": lambda v, g, m, lr: (1 + m) * g},
            "A velocity that is made anew in every step only lengthens the step. Keep v between "
            "steps.",
        ),
        "the velocity is the gradient alone": (
            {"velocity": lambda v, g, m, lr: g},
            "That is plain descent. Keep a part of the old velocity: momentum * v + gradient.",
        ),
        "the velocity begins as the first gradient, which then counts again": (
            {"begin": 1.0},
            "It starts at 0. After the first step it is the first gradient.",
        ),
        "the gradient is that at the start, in every step": (
            {"stale": True},
            "The gradient changes with the place: compute it in every step.",
        ),
        "each parameter moves before the next one's gradient": (
            _one_by_one,
            "All parameters move together: compute the whole gradient first.",
        ),
        "hessian and theta are multiplied entry by entry": (
            {"gradient": lambda hessian, theta: hessian * theta},
            "hessian * theta is a matrix. The gradient is hessian @ theta.",
        ),
        "the momentum is added instead of carried": (
            {"velocity": lambda v, g, m, lr: v + m * g},
            "The factor belongs to the old velocity: v = momentum * v + gradient.",
        ),
        "the new gradient is multiplied by momentum, too": (
            {"velocity": lambda v, g, m, lr: m * (v + g)},
            "The factor belongs to the old velocity alone: v = momentum * v + gradient.",
        ),
        "every step goes uphill": (
            {"velocity": lambda v, g, m, lr: m * v - g},
            "The signs of two conventions are mixed, for instance. Torch has v = momentum * v + g "
            "and theta - lr * v; others have v = momentum * v - lr * g and theta + v.",
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
        "velocity": rng.normal(size=3),
    },
    mistakes={
        "both are left as they are": (
            {"rate": lambda m: 1.0, "size": lambda m: 1.0},
            "Then the steps become shorter, in the end by the factor 1 - momentum: ten times at "
            "0.9.",
        ),
        "both go the wrong way": (
            {"rate": lambda m: 1 - m, "size": lambda m: 1 / (1 - m)},
            "That leads from the averaged convention into torch's. Here it is the other way.",
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
        "the velocity starts anew at 0": (
            {"size": lambda m: 0.0},
            "The run shall go on along the same path: its velocity goes with it.",
        ),
        "the velocity is multiplied by momentum": (
            {"size": lambda m: m},
            "An average of gradients is 1 - momentum times their sum.",
        ),
        "momentum stands where 1 - momentum belongs": (
            {"rate": lambda m: 1 / m, "size": lambda m: m},
            "The new gradient weighs 1 - momentum in the averaged convention: that is the factor.",
        ),
        "1 + momentum stands where 1 - momentum belongs": (
            {"rate": lambda m: 1 / (1 + m), "size": lambda m: 1 + m},
            "The sum 1 + m + m^2 + ... of a steady gradient's weights is 1 / (1 - m).",
        ),
        "the factor is 10, which is right for momentum 0.9": (
            {"rate": lambda m: 10.0, "size": lambda m: 0.1},
            "For any momentum it is 1 / (1 - momentum).",
        ),
        "the rate is lr - momentum": (
            lambda lr, momentum, velocity: (lr - momentum, (1 - momentum) * velocity),
            "lr / 1 - momentum divides first. The bracket comes first: lr / (1 - momentum).",
        ),
        "the velocity is 1 - momentum * velocity": (
            lambda lr, momentum, velocity: (lr / (1 - momentum), 1 - momentum * velocity),
            "1 - momentum * velocity multiplies first. The bracket comes first: (1 - momentum) * "
            "velocity.",
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


def _first(depth, gain, skip, *, layers=-1, root=0.5, power=2, he=1.0, plain=0, added=1.0):
    """``plain`` of the layers have no skip around them; ``added`` is what a skip adds."""
    here, there = he * gain**power, he * gain**power + (added if skip else 0)
    count = depth + layers
    return float(here ** (plain * root) * there ** ((count - plain) * root))


def _profile(depth, gain, skip):
    return np.array([_first(depth - k, gain, skip) for k in range(depth)])


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
        "there is one layer too many": (
            {"layers": 0},
            "From the last layer down to the first there are depth - 1 layers to pass.",
        ),
        "there is one layer too few": (
            {"layers": -2},
            "From the last layer down to the first there are depth - 1 layers to pass.",
        ),
        "one layer has no skip": (
            {"plain": 1},
            "The gradient passes layers depth, ..., 2 on its way to the first. Each of these "
            "depth - 1 has its skip.",
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
        "it is the mean square instead of its root": (
            {"root": 1.0},
            "That is the ratio of mean squares. Take the root.",
        ),
        "the mean square is halved, not its exponent": (
            lambda *case: _first(*case, root=1.0) / 2,
            "A power comes before a division: x ** (n / 2) is the root of x ** n, x ** n / 2 is "
            "its half.",
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
        "He's factor 2 is forgotten": (
            {"he": 0.5},
            "Half of the units are off, and He's variance of 2 / fan-in makes up for it: "
            "2 * gain^2 * 1/2.",
        ),
        "the skip multiplies instead of adding": (
            lambda depth, gain, skip: _first(depth, gain * (2**0.5 if skip else 1), False),
            "The two ways back add: the factor is 1 + gain^2, and at gain 0 it is 1, not 0.",
        ),
        "skip and branch are averaged": (
            lambda depth, gain, skip: (
                _first(depth, ((1 + gain**2) / 2) ** 0.5, False)
                if skip
                else _first(depth, gain, skip)
            ),
            "The layer is their sum, and mean squares add: 1 + gain^2.",
        ),
        "the skip is not counted": (
            {"skip": False},
            "With a skip the gradient also comes back untouched, so the factor is 1 + gain^2.",
        ),
        "every tower has a skip": (
            {"skip": True},
            "Without a skip the factor is gain^2 alone.",
        ),
        "the skip's 1 is added once, to the ratio": (
            lambda depth, gain, skip: _first(depth, gain, False) + (1 if skip else 0),
            "Every layer has its own skip: the factor of each is 1 + gain^2.",
        ),
        "the skip's 1 is added once, to the mean square": (
            lambda depth, gain, skip: (_first(depth, gain, False) ** 2 + (1 if skip else 0)) ** 0.5,
            "Every layer has its own skip: the factor of each is 1 + gain^2.",
        ),
        "the factor is multiplied by the layers, not raised": (
            lambda depth, gain, skip: _first(2, gain, skip) * (depth - 1) ** 0.5,
            "Each layer multiplies by the factor again: a power.",
        ),
        "the ratios of all layers come back": (
            _profile,
            "One number is wanted, that of the first layer.",
        ),
        "the ratios of all layers come back, the last first": (
            lambda *case: _profile(*case)[::-1],
            "One number is wanted, that of the first layer.",
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
