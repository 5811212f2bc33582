"""The exercise of lesson 1: batch normalization, forward, in training and at test time."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise


def _transform(x, gamma, beta, mean, deviation):
    return gamma * (x - mean) / deviation + beta


def _solution(x, gamma, beta, eps, running=None):
    mean, var = (x.mean(axis=0), x.var(axis=0)) if running is None else running
    return _transform(x, gamma, beta, mean, np.sqrt(var + eps))


def _statistics(x, running, axis=0, ddof=0, keepdims=False):
    if running is not None:
        return running
    return x.mean(axis=axis, keepdims=keepdims), x.var(axis=axis, ddof=ddof, keepdims=keepdims)


def _no_eps(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running)
    return _transform(x, gamma, beta, mean, np.sqrt(var))


def _eps_outside(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running)
    return _transform(x, gamma, beta, mean, np.sqrt(var) + eps)


def _no_root(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running)
    return _transform(x, gamma, beta, mean, var + eps)


def _unbiased(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running, ddof=1)
    return _transform(x, gamma, beta, mean, np.sqrt(var + eps))


def _over_units(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running, axis=1, keepdims=True)
    return _transform(x, gamma, beta, mean, np.sqrt(var + eps))


def _over_everything(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running, axis=None)
    return _transform(x, gamma, beta, mean, np.sqrt(var + eps))


def _always_batch(x, gamma, beta, eps, running=None):
    return _solution(x, gamma, beta, eps)


def _no_scale_and_shift(x, gamma, beta, eps, running=None):
    return _solution(x, 1.0, 0.0, eps, running)


def _swapped(x, gamma, beta, eps, running=None):
    return _solution(x, beta, gamma, eps, running)


def _no_mean(x, gamma, beta, eps, running=None):
    _, var = _statistics(x, running)
    return _transform(x, gamma, beta, 0.0, np.sqrt(var + eps))


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
    reference=_solution,
    cases=_cases,
    mistakes={
        "eps is missing": (
            _no_eps,
            "A unit that is constant over the batch has variance 0, and 0/0 is NaN: eps keeps the "
            "root away from 0.",
        ),
        "eps stands outside the root": (
            _eps_outside,
            "The slide has sqrt(var + eps). With sqrt(var) + eps a dead unit is divided by eps, not"
            " by sqrt(eps), and the root's slope is infinite at variance 0.",
        ),
        "divided by the variance, not by its root": (
            _no_root,
            "Variance has the unit of x squared. Only the deviation brings x to unit scale.",
        ),
        "the variance is the unbiased one": (
            _unbiased,
            "You divided by m - 1. The slide divides by m, so that the batch itself gets variance "
            "1; the library stores the other one in its running averages, which is where the two "
            "meet.",
        ),
        "the statistics run over the units of each example": (
            _over_units,
            "That is layer norm. Batch norm takes mean and variance of one unit over all examples.",
        ),
        "one mean and one variance for all units together": (
            _over_everything,
            "Every unit has its own mean and variance: two rows of k numbers, not two numbers.",
        ),
        "batch statistics at test time": (
            _always_batch,
            "When running is given, its mean and variance replace the batch's. Otherwise an answer "
            "would depend on who else is in the batch, and a batch of one would always give beta.",
        ),
        "scale and shift are missing": (
            _no_scale_and_shift,
            "x is normalised, but gamma and beta are not applied: the network could not undo it.",
        ),
        "gamma and beta have changed places": (
            _swapped,
            "gamma scales, beta shifts.",
        ),
        "the mean is not subtracted": (
            _no_mean,
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
