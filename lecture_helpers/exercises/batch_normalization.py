"""The exercises of lesson 1: batch norm forward, backward, and its running statistics."""

import numpy as np

from lecture_helpers.exercises.batch_normalization_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _batch_norm(
    x, gamma, beta, eps, running=None, *, axis=0, ddof=0, centred=True,
    scale=lambda var, eps: np.sqrt(var + eps),
):  # fmt: skip
    """The slide's four lines, with ways to get them wrong."""
    mean, var = x.mean(axis, keepdims=True), x.var(axis, ddof=ddof, keepdims=True)
    if running is not None:
        mean, var = running
    return gamma * (x - centred * mean) / scale(var, eps) + beta


def _cases(rng: np.random.Generator) -> dict:
    """A small batch, two times in five at test time, with the running statistics of others."""
    m, k = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    running = (rng.normal(0, 1, k), rng.uniform(0.5, 3, k)) if rng.random() < 0.4 else None
    return {
        "x": rng.normal(0, 1, (m, k)) * rng.uniform(0.5, 2, k) + rng.normal(0, 2, k),
        "gamma": rng.uniform(0.5, 2, k),
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
        "divided by the variance, not by its root": (
            {"scale": np.add},
            "Variance has the unit of x squared. Only the deviation brings x to unit scale.",
        ),
        "divided by the variance, with neither root nor eps": (
            {"scale": lambda var, eps: var},
            "Variance has the unit of x squared: take its root, and add eps before you do.",
        ),
        "the deviation stands under the root": (
            {"scale": lambda var, eps: np.sqrt(np.sqrt(var) + eps)},
            "std is the root already. Under the root belongs the variance: sqrt(x.var() + eps).",
        ),
        "gamma scales beta too": (
            lambda x, gamma, beta, *rest: _batch_norm(x, gamma, gamma * beta, *rest),
            "First gamma times x_hat, then plus beta: the shift is not scaled.",
        ),
        "the variance is the unbiased one": (
            {"ddof": 1},
            "You divided by m - 1. The slide divides by m, so that the batch itself gets variance "
            "1; the library stores the other one in its running averages, which is where the two "
            "meet.",
        ),
        "the statistics run over the units of each example": (
            {"axis": 1},
            "That is layer norm. Batch norm takes mean and variance of one unit over all examples.",
        ),
        "one mean and one variance for all units together": (
            {"axis": None},
            "Every unit has its own mean and variance: two rows of k numbers, not two numbers.",
        ),
        "batch statistics at test time": (
            {"running": None},
            "When running is given, its mean and variance replace the batch's. Otherwise an answer "
            "would depend on who else is in the batch, and a batch of one would always give beta.",
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
    },
    hints=(
        "Write the four lines of the slide one below the other, and print the shape after each.",
        "x.mean(axis=0) and x.var(axis=0) give k numbers each; broadcasting does the rest.",
        "The first line chooses: mean, var = running if running is not None else (...). The other "
        "lines are the same in training and at test time.",
    ),
    praise="This is all of batch norm's forward pass: the same four lines as torch's, and the only "
    "place where one example's output depends on another's.",
)


def _backward(x, dy, gamma, eps, *, mean=1, variance=1, average=np.mean, normalised=True):
    """The gradient by x; ``mean`` and ``variance`` weigh the ways that lead through them."""
    scale = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / scale
    stretch = x_hat * average(dy * (x_hat if normalised else x), axis=0)
    return gamma / scale * (dy - mean * average(dy, axis=0) - variance * stretch)


def _batch_and_gradient(rng: np.random.Generator) -> dict:
    m, k = int(rng.integers(3, 6)), int(rng.integers(1, 4))
    return {
        "x": rng.normal(0, 1, (m, k)) + rng.normal(0, 2, k),
        "dy": rng.normal(0, 1, (m, k)) + rng.normal(0, 1, k),
        "gamma": rng.uniform(0.5, 2, k),
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
        "the way through the mean is missing": (
            {"mean": 0},
            "The columns of the answer must add up to 0: shifting the whole batch changes nothing.",
        ),
        "the way through the variance is missing": (
            {"variance": 0},
            "The answer must be orthogonal to x_hat up to eps: stretching the batch changes "
            "nothing.",
        ),
        "gamma is missing": (
            {"gamma": 1.0},
            "y = gamma * x_hat + beta, so the chain rule multiplies by gamma.",
        ),
        "sums stand where means belong": (
            {"average": np.sum},
            "The statistics are means over m examples; their derivatives carry 1/m.",
        ),
        "the way through the variance has the wrong sign": (
            {"variance": -1},
            "Both ways are subtracted: what stretches the batch is taken out of dy, not doubled.",
        ),
        "x stands where x_hat belongs": (
            {"normalised": False},
            "The way through the variance projects dy on the normalised batch: mean(dy * x_hat).",
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


def _updated(mean, var, x, momentum, training, *, spread=lambda x, mean: x.var(axis=0, ddof=1)):
    if not training:
        return mean, var
    mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
    return mean, (1 - momentum) * var + momentum * spread(x, mean)


def _running_cases(rng: np.random.Generator) -> dict:
    m, k = int(rng.integers(2, 6)), int(rng.integers(1, 4))
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
            {"spread": lambda x, mean: x.var(axis=0)},
            "The batch is normalised with the variance over m, but stored is the one over m - 1: "
            "it shall estimate the variance of all examples.",
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
        "the past is forgotten": (
            {"momentum": 1.0},
            "Only the last batch is left. A running average keeps 1 - momentum of the old value.",
        ),
        "the deviation is averaged, not the variance": (
            {"spread": lambda x, mean: x.std(axis=0, ddof=1)},
            "The running number is a variance; the root is taken when it is used.",
        ),
        "the variance is taken around the running mean": (
            {"spread": lambda x, mean: ((x - mean) ** 2).sum(axis=0) / (len(x) - 1)},
            "The variance of a batch is taken around that batch's own mean.",
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
