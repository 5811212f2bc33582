"""The exercises of lesson 1: batch norm forward, backward, and its running statistics."""

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


def _shift_scaled_too(x, gamma, beta, eps, running=None):
    return gamma * (_solution(x, 1.0, 0.0, eps, running) + beta)


def _variance_alone(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running)
    return _transform(x, gamma, beta, mean, var)


def _root_twice(x, gamma, beta, eps, running=None):
    mean, var = _statistics(x, running)
    return _transform(x, gamma, beta, mean, np.sqrt(np.sqrt(var) + eps))


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
        "divided by the variance, with neither root nor eps": (
            _variance_alone,
            "Variance has the unit of x squared: take its root, and add eps before you do.",
        ),
        "the deviation stands under the root": (
            _root_twice,
            "std is the root already. Under the root belongs the variance: sqrt(x.var() + eps).",
        ),
        "gamma scales beta too": (
            _shift_scaled_too,
            "First gamma times x_hat, then plus beta: the shift is not scaled.",
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


def _pieces(x, dy, gamma, eps):
    scale = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / scale
    return gamma / scale, x_hat, dy.mean(axis=0), x_hat * (dy * x_hat).mean(axis=0)


def _backward(x, dy, gamma, eps):
    slope, _, through_mean, through_variance = _pieces(x, dy, gamma, eps)
    return slope * (dy - through_mean - through_variance)


def _constant_statistics(x, dy, gamma, eps):
    return _pieces(x, dy, gamma, eps)[0] * dy


def _constant_mean(x, dy, gamma, eps):
    slope, _, _, through_variance = _pieces(x, dy, gamma, eps)
    return slope * (dy - through_variance)


def _constant_variance(x, dy, gamma, eps):
    slope, _, through_mean, _ = _pieces(x, dy, gamma, eps)
    return slope * (dy - through_mean)


def _gamma_forgotten(x, dy, gamma, eps):
    return _backward(x, dy, 1.0, eps)


def _sums_for_means(x, dy, gamma, eps):
    slope, x_hat, through_mean, through_variance = _pieces(x, dy, gamma, eps)
    return slope * (dy - len(x) * (through_mean + through_variance))


def _wrong_sign(x, dy, gamma, eps):
    slope, _, through_mean, through_variance = _pieces(x, dy, gamma, eps)
    return slope * (dy - through_mean + through_variance)


def _unnormalized(x, dy, gamma, eps):
    slope, x_hat, through_mean, _ = _pieces(x, dy, gamma, eps)
    return slope * (dy - through_mean - x_hat * (dy * x).mean(axis=0))


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
            _constant_statistics,
            "Both change when an example moves. Without their terms a step would try to shift and "
            "stretch the batch, which cannot change the output.",
        ),
        "the way through the mean is missing": (
            _constant_mean,
            "The columns of the answer must add up to 0: shifting the whole batch changes nothing.",
        ),
        "the way through the variance is missing": (
            _constant_variance,
            "The answer must be orthogonal to x_hat up to eps: stretching the batch changes "
            "nothing.",
        ),
        "gamma is missing": (
            _gamma_forgotten,
            "y = gamma * x_hat + beta, so the chain rule multiplies by gamma.",
        ),
        "sums stand where means belong": (
            _sums_for_means,
            "The statistics are means over m examples; their derivatives carry 1/m.",
        ),
        "the way through the variance has the wrong sign": (
            _wrong_sign,
            "Both ways are subtracted: what stretches the batch is taken out of dy, not doubled.",
        ),
        "x stands where x_hat belongs": (
            _unnormalized,
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


def _updated(mean, var, x, momentum, training):
    if not training:
        return mean, var
    return (
        (1 - momentum) * mean + momentum * x.mean(axis=0),
        (1 - momentum) * var + momentum * x.var(axis=0, ddof=1),
    )


def _momentum_on_the_past(mean, var, x, momentum, training):
    return _updated(mean, var, x, 1 - momentum, training)


def _biased(mean, var, x, momentum, training):
    if not training:
        return mean, var
    m = len(x)
    new = _updated(mean, var, x, momentum, training)
    return new[0], new[1] - momentum * x.var(axis=0, ddof=1) / m


def _updates_at_test(mean, var, x, momentum, training):
    return _updated(mean, var, x, momentum, True)


def _the_other_way_round(mean, var, x, momentum, training):
    return _updated(mean, var, x, momentum, not training)


def _forgets_the_past(mean, var, x, momentum, training):
    return _updated(mean, var, x, 1.0, training)


def _deviation_stored(mean, var, x, momentum, training):
    if not training:
        return mean, var
    new = _updated(mean, var, x, momentum, training)
    return new[0], (1 - momentum) * var + momentum * x.std(axis=0, ddof=1)


def _around_the_running_mean(mean, var, x, momentum, training):
    if not training:
        return mean, var
    new = _updated(mean, var, x, momentum, training)
    around = ((x - new[0]) ** 2).sum(axis=0) / (len(x) - 1)
    return new[0], (1 - momentum) * var + momentum * around


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
            _momentum_on_the_past,
            "In torch momentum weighs the new batch: 0.1 means nine tenths of the past.",
        ),
        "the biased variance is stored": (
            _biased,
            "The batch is normalised with the variance over m, but stored is the one over m - 1: "
            "it shall estimate the variance of all examples.",
        ),
        "the statistics move at test time": (
            _updates_at_test,
            "In test mode they are read and never written. Otherwise the test set trains the "
            "network.",
        ),
        "the statistics move at test time and rest in training": (
            _the_other_way_round,
            "The other way round: training collects, testing reads.",
        ),
        "the past is forgotten": (
            _forgets_the_past,
            "Only the last batch is left. A running average keeps 1 - momentum of the old value.",
        ),
        "the deviation is averaged, not the variance": (
            _deviation_stored,
            "The running number is a variance; the root is taken when it is used.",
        ),
        "the variance is taken around the running mean": (
            _around_the_running_mean,
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
