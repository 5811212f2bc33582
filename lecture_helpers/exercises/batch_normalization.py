"""The exercises of lesson 1: batch norm forward, backward, and its running statistics."""

import numpy as np

from lecture_helpers.exercises.batch_normalization_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _batch_norm(
    x, gamma, beta, eps, running=None, *, axis=0, ddof=0, centred=True, taken=slice(None),
    scale=lambda var, eps: np.sqrt(var + eps), spread=None,
):  # fmt: skip
    """The slide's four lines, with ways to get them wrong; ``taken`` of running is used."""
    mean, var = x.mean(axis, keepdims=True), x.var(axis, ddof=ddof, keepdims=True)
    if spread is not None:
        var = spread(x)
    if running is not None:
        pair = [mean, var]
        pair[taken] = running[taken]
        mean, var = pair
    return gamma * (x - centred * mean) / scale(var, eps) + beta


def _sizes(rng: np.random.Generator) -> tuple[int, int]:
    """Examples and units, never as many of one as of the other."""
    units = int(rng.integers(2, 4))
    return units + int(rng.integers(1, 4)), units


def _signed(rng: np.random.Generator, count: int) -> np.ndarray:
    """Numbers of both signs, none close to 0 or 1."""
    return rng.uniform(1.2, 2, count) * rng.choice([-1, 1], count)


def _cases(rng: np.random.Generator) -> dict:
    """A small batch, two times in five at test time, with the running statistics of others."""
    m, k = _sizes(rng)
    running = (rng.normal(0, 1, k), rng.uniform(0.5, 3, k)) if rng.random() < 0.4 else None
    return {
        "x": rng.normal(0, 1, (m, k)) * rng.uniform(0.5, 2, k) + rng.normal(0, 2, k),
        "gamma": _signed(rng, k),
        "beta": rng.normal(0, 1, k),
        "eps": float(rng.uniform(0.05, 0.2)),
        "running": running,
    }


forward = Exercise(
    name="forward",
    task="Write batch_norm(x, gamma, beta, eps, running=None) for a batch x of shape (m, k). "
    "running is None in training; at test time it is the pair (mean, variance) of shape (k,) each.",
    reference=_batch_norm,
    cases=_cases,
    mistakes={
        "eps is missing": (
            {"eps": 0.0},
            "A unit that is constant over the batch has variance 0, and 0/0 is NaN: eps keeps the "
            "root away from 0.",
        ),
        "eps stands outside the root": (
            {"scale": lambda var, eps: np.sqrt(var) + eps},
            "The slide has sqrt(var + eps). With sqrt(var) + eps a dead unit is divided by eps, not"
            " by sqrt(eps), and the root's slope is infinite at variance 0.",
        ),
        "eps is added to the result": (
            lambda x, gamma, beta, eps, running=None: (
                _batch_norm(x, gamma, beta, 0.0, running) + eps
            ),
            "eps belongs under the root, beside the variance: sqrt(var + eps). This happens, for "
            "instance, where a bracket is missing: x / sqrt(var) + eps.",
        ),
        "the variance divides, not its root": (
            {"scale": np.add},
            "Variance has the unit of x squared. Only the deviation brings x to unit scale.",
        ),
        "the variance divides, with neither root nor eps": (
            {"scale": lambda var, eps: var},
            "Variance has the unit of x squared: take its root, and add eps before you do.",
        ),
        "the deviation stands under the root": (
            {"scale": lambda var, eps: np.sqrt(np.sqrt(var) + eps)},
            "std is the root already. Under the root belongs the variance: sqrt(x.var() + eps).",
        ),
        "nothing divides x - mean": (
            {"scale": lambda var, eps: 1.0},
            "x is centred and keeps its scale. The division by sqrt(var + eps) is what sets it.",
        ),
        "gamma scales beta too": (
            lambda x, gamma, beta, *rest: _batch_norm(x, gamma, gamma * beta, *rest),
            "First gamma times x_hat, then plus beta: the shift is not scaled.",
        ),
        "beta is divided by the root too": (
            lambda x, gamma, beta, eps, running=None: (
                beta / np.sqrt((x.var(0) if running is None else running[1]) + eps)
                + _batch_norm(x, gamma, 0.0, eps, running)
            ),
            "beta is added to what was divided. A bracket around the sum divides both.",
        ),
        "the variance is the unbiased one": (
            {"ddof": 1},
            "That one is divided by m - 1; it is the default of torch's var. The slide divides by "
            "m, so that the batch itself gets variance 1; the library stores the other one in its "
            "running averages, which is where the two meet.",
        ),
        "the mean square stands where the variance belongs": (
            {"spread": lambda x: (x**2).mean(axis=0)},
            "The variance is the mean square of x - mean. The mean square of x itself also counts "
            "how far from 0 the batch lies.",
        ),
        "the statistics run over the units of each example": (
            {"axis": 1},
            "That is layer norm. Batch norm takes mean and variance of one unit over all examples.",
        ),
        "all units share one mean and one variance": (
            {"axis": None},
            "Every unit has its own mean and variance: two rows of k numbers, not two numbers.",
        ),
        "the batch's statistics are used at test time": (
            {"running": None},
            "When running is given, its mean and variance replace the batch's. Otherwise an answer "
            "would depend on who else is in the batch, and a batch of one would always give beta.",
        ),
        "at test time the mean is the running one and the variance the batch's": (
            {"taken": slice(0, 1)},
            "Both statistics come from running, or an answer still depends on the batch.",
        ),
        "at test time the variance is the running one and the mean the batch's": (
            {"taken": slice(1, 2)},
            "Both statistics come from running, or an answer still depends on the batch.",
        ),
        "at test time the batch's variance is taken around the running mean": (
            lambda x, gamma, beta, eps, running=None: _batch_norm(
                x, gamma, beta, eps, running and (running[0], ((x - running[0]) ** 2).mean(axis=0))
            ),
            "When running is given, it brings its own variance.",
        ),
        "scale and shift are missing": (
            {"gamma": 1.0, "beta": 0.0},
            "x is normalised, but gamma and beta are not applied: the network could not undo it.",
        ),
        "gamma and beta have changed places": (
            lambda x, gamma, beta, *rest: _batch_norm(x, beta, gamma, *rest),
            "gamma scales, beta shifts.",
        ),
        "the mean is not subtracted": (
            {"centred": False},
            "Dividing by the deviation sets the scale; the centre stays where it was.",
        ),
        "running is read as (variance, mean)": (
            lambda x, gamma, beta, eps, running=None: _batch_norm(
                x, gamma, beta, eps, running and running[::-1]
            ),
            "The pair is (mean, variance), in this order. A mean below 0 has no root.",
        ),
        "running is read as (variance, mean), without signs": (
            lambda x, gamma, beta, eps, running=None: _batch_norm(
                x, gamma, beta, eps, running and (running[1], np.abs(running[0]))
            ),
            "The pair is (mean, variance), in this order.",
        ),
    },
    hints=(
        "Write the four lines (section 2) one below the other, and print the shape after each.",
        "x.mean(axis=0) and x.var(axis=0) give k numbers each; broadcasting does the rest.",
        "The first line chooses: mean, var = running if running is not None else (...). The other "
        "lines are the same in training and at test time.",
    ),
    praise="This is all of batch norm's forward pass: the same four lines as torch's, and the only "
    "place where one example's output depends on another's.",
)


def _backward(
    x, dy, gamma, eps, *, mean=1, variance=1,
    average=lambda values, axis: values.mean(axis, keepdims=True),
    stretched="x_hat", axis=0, ddof=0, exact=False, scale=lambda var, eps: np.sqrt(var + eps),
    divided=True, one_gamma=True,
):  # fmt: skip
    """The gradient by x; ``mean`` and ``variance``, of x if functions, weigh the ways by them."""
    mean, variance = (weight(x) if callable(weight) else weight for weight in (mean, variance))
    root = scale(x.var(axis, ddof=ddof, keepdims=True), eps)
    centred = x - x.mean(axis, keepdims=True)
    ways = {"x_hat": (centred / root, centred / root), "mean of dy x": (centred / root, x),
            "x": (x, x), "centred": (centred, centred), "mean of dy": (centred / root, 1.0),
            "mean alone": (1.0, centred / root)}  # fmt: skip
    along, weight = ways[stretched]
    stretch = along * average(dy * weight, axis)
    if exact:
        stretch = stretch * len(x) / (len(x) - 1)
    through = mean * average(dy, axis) + variance * stretch
    size = gamma / root if divided else gamma
    return size * (dy - through) if one_gamma else size * dy - through


def _batch_and_gradient(rng: np.random.Generator) -> dict:
    m, k = _sizes(rng)
    return {
        "x": rng.normal(0, 1, (m, k)) + rng.normal(0, 2, k),
        "dy": rng.normal(0, 1, (m, k)) + rng.normal(0, 1, k),
        "gamma": _signed(rng, k),
        "eps": float(rng.uniform(0.05, 0.2)),
    }


backward = Exercise(
    name="backward",
    task="Write batch_norm_backward(x, dy, gamma, eps): the gradient of the loss with respect to "
    "x, shape (m, k), when dy is its gradient with respect to the output.",
    reference=_backward,
    cases=_batch_and_gradient,
    mistakes={
        "mean and variance are treated as constants": (
            {"mean": 0, "variance": 0},
            "Both change when an example moves. Without their terms a step would try to shift and "
            "stretch the batch, which cannot change the output.",
        ),
        "the way through the mean counts for nothing": (
            {"mean": 0},
            "The columns of the answer must add up to 0: shifting the whole batch changes nothing.",
        ),
        "the way through the variance counts for nothing": (
            {"variance": 0},
            "The answer must be orthogonal to x_hat up to eps: stretching the batch changes "
            "nothing. The term may be missing, or be 0, as mean(dy) * mean(x_hat) is.",
        ),
        "gamma is missing": (
            {"gamma": 1.0},
            "y = gamma * x_hat + beta, so the chain rule multiplies by gamma.",
        ),
        "gamma / sqrt(var + eps) multiplies dy alone": (
            {"one_gamma": False},
            "It multiplies all three terms: put a bracket around them.",
        ),
        "the way through the variance has a sum where a mean belongs": (
            {"variance": len},
            "Both statistics are means over m examples. The way through the mean has its 1/m; the "
            "one through the variance needs it, too: x_hat * mean(dy * x_hat).",
        ),
        "the way through the mean has a sum where a mean belongs": (
            {"mean": len},
            "Both statistics are means over m examples. The way through the variance has its 1/m; "
            "the one through the mean needs it, too: mean(dy).",
        ),
        "sums stand where means belong": (
            {"average": lambda values, axis: values.sum(axis, keepdims=True)},
            "The statistics are means over m examples; their derivatives carry 1/m.",
        ),
        "the means of dy and dy * x_hat run over all units at once": (
            {"average": lambda values, axis: values.mean()},
            "Every unit has its own two means: axis 0.",
        ),
        "all means run over the units of each example": (
            {"axis": 1},
            "Batch norm takes the statistics of one unit over all examples: axis 0.",
        ),
        "the way through the variance has the wrong sign": (
            {"variance": -1},
            "Both ways are subtracted: what stretches the batch is taken out of dy, not doubled.",
        ),
        "the way through the mean has the wrong sign": (
            {"mean": -1},
            "Both ways are subtracted: what shifts the batch is taken out of dy, not doubled.",
        ),
        "x_hat is missing in front of mean(dy * x_hat)": (
            {"stretched": "mean alone"},
            "The mean says how much of dy is stretch. Taken away from each example is its share of "
            "that: x_hat times the mean.",
        ),
        "mean(dy) stands where mean(dy * x_hat) belongs": (
            {"stretched": "mean of dy"},
            "The way through the variance projects dy on the normalised batch: mean(dy * x_hat).",
        ),
        "dy is averaged with x, not with x_hat": (
            {"stretched": "mean of dy x"},
            "The way through the variance projects dy on the normalised batch: mean(dy * x_hat).",
        ),
        "x stands where x_hat belongs": (
            {"stretched": "x"},
            "The way through the variance is x_hat * mean(dy * x_hat), with the normalised batch.",
        ),
        "x - mean stands where x_hat belongs": (
            {"stretched": "centred"},
            "The way through the variance is x_hat * mean(dy * x_hat): divided twice by the root.",
        ),
        "the variance is divided by m - 1": (
            {"ddof": 1},
            "The layer's output was made with the variance over m, so its gradient is too.",
        ),
        "the layer itself normalises with the variance over m - 1": (
            {"ddof": 1, "exact": True},
            "That is the exact gradient of another layer. It is what comes out, for instance, when "
            "torch differentiates its own x.var(0): its default divides by m - 1.",
        ),
        "the root is missing": (
            {"scale": np.add},
            "x_hat is (x - mean) / sqrt(var + eps), and the gradient is divided by the same root.",
        ),
        "eps stands outside the root": (
            {"scale": lambda var, eps: np.sqrt(var) + eps},
            "The layer divides by sqrt(var + eps).",
        ),
        "the bracket is not divided by the root": (
            {"divided": False},
            "x_hat changes by 1 / sqrt(var + eps) when x changes by 1.",
        ),
        "it is the gradient with respect to gamma": (
            lambda x, dy, gamma, eps: (dy * (x - x.mean(0)) / np.sqrt(x.var(0) + eps)).sum(0),
            "That is one number for every unit. Asked for is the gradient with respect to x.",
        ),
    },
    hints=(
        "y depends on x_i in three ways: directly, through the mean, through the variance.",
        "Subtract from dy its mean, and x_hat times the mean of dy * x_hat.",
        "dx = gamma / np.sqrt(var + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))",
    ),
    praise="The two subtracted terms are why batch norm keeps its gradient free of everything that "
    "a shift or a stretch of the batch would do.",
)


def _updated(
    mean, var, x, momentum, training, *, kept=lambda momentum: 1 - momentum, axis=0,
    spread=lambda x, mean, axis: x.var(axis, ddof=1), resting=True,
):  # fmt: skip
    """The two averages; ``resting`` says what stays at test time."""
    if not training:
        return (mean, var) if resting else (x.mean(axis=0), x.var(axis=0, ddof=1))
    mean = kept(momentum) * mean + momentum * x.mean(axis)
    return mean, kept(momentum) * var + momentum * spread(x, mean, axis)


def _bessel_last(mean, var, x, momentum, training):
    mean, after = _updated(
        mean, var, x, momentum, training, spread=lambda x, mean, axis: x.var(axis)
    )
    return mean, after * len(x) / (len(x) - 1) if training else after


def _running_cases(rng: np.random.Generator) -> dict:
    m, k = _sizes(rng)
    return {
        "mean": rng.normal(0, 1, k),
        "var": rng.uniform(0.5, 2, k),
        "x": rng.normal(0, 1, (m, k)) * rng.uniform(1, 3, k) + rng.normal(0, 2, k),
        "momentum": float(rng.uniform(0.05, 0.4)),
        "training": bool(rng.random() < 0.7),
    }


running_statistics = Exercise(
    name="running_statistics",
    task="Write update(mean, var, x, momentum, training): the pair of running statistics, shape "
    "(k,) each, after the layer has seen the batch x. torch's convention: momentum weighs the new.",
    reference=_updated,
    cases=_running_cases,
    mistakes={
        "momentum is on the wrong side": (
            {"momentum": lambda momentum: 1 - momentum},
            "In torch momentum weighs the new batch: 0.1 means nine tenths of the past.",
        ),
        "the biased variance is stored": (
            {"spread": lambda x, mean, axis: x.var(axis)},
            "The batch is normalised with the variance over m, but stored is the one over m - 1: "
            "it shall estimate the variance of all examples.",
        ),
        "the variance over m is multiplied by (m - 1) / m": (
            {"spread": lambda x, mean, axis: x.var(axis) * (len(x) - 1) / len(x)},
            "From the sum over m to the sum over m - 1 the factor is m / (m - 1): it is above 1.",
        ),
        "the factor m / (m - 1) multiplies the old variance too": (
            _bessel_last,
            "The old variance was stored with it already. Only the batch's gets the factor.",
        ),
        "the statistics move at test time": (
            {"training": True},
            "In test mode they are read and never written. Otherwise the test set trains the "
            "network.",
        ),
        "the statistics move at test time and rest in training": (
            {"training": np.logical_not},
            "The other way round: training collects, testing reads.",
        ),
        "the batch's statistics come back at test time": (
            {"resting": False},
            "At test time the pair is what it was: mean and var, as they came in.",
        ),
        "the past is forgotten": (
            {"momentum": 1.0},
            "Only the last batch is left. A running average keeps 1 - momentum of the old value.",
        ),
        "the past does not fade": (
            {"kept": lambda momentum: 1.0},
            "The two weights must add up to 1, or the average grows: old values count 1 - "
            "momentum.",
        ),
        "the deviation is averaged, not the variance": (
            {"spread": lambda x, mean, axis: x.std(axis, ddof=1)},
            "The running number is a variance; the root is taken when it is used.",
        ),
        "the variance is taken around the running mean": (
            {"spread": lambda x, mean, axis: ((x - mean) ** 2).sum(axis=0) / (len(x) - 1)},
            "The variance of a batch is taken around that batch's own mean.",
        ),
        "all units share one mean and one variance": (
            {"axis": None},
            "Every unit has its own: x.mean(axis=0) and x.var(axis=0, ddof=1).",
        ),
    },
    hints=(
        "First question: is the layer training? If not, return what came in.",
        "new = (1 - momentum) * old + momentum * statistic of this batch, for both numbers.",
        "The batch's variance is x.var(axis=0, ddof=1).",
    ),
    praise="Forgetting model.eval() or storing the wrong variance costs accuracy only at test "
    "time, which is why these mistakes survive so long.",
)

self_test = SelfTest(QUESTIONS)
