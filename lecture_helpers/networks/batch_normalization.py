"""Batch normalization in numpy: one mini-batch forward and backward, running averages, test time.

Source: slides "Batch Normalization" and "Full Version"; Ioffe and Szegedy 2015, algorithm 1.
Batches have shape (m, k): m examples, k units. Every statistic is taken over the examples.
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check


@dataclass(frozen=True)
class RunningStatistics:
    """Running mean and variance of k units, each of shape (k,), as used at test time."""

    mean: np.ndarray
    variance: np.ndarray

    def __post_init__(self):
        mean = check.finite_array(mean=self.mean, ndim=1)
        variance = check.finite_array(variance=self.variance, shape=mean.shape)
        if variance.min() < 0:
            raise ValueError(f"variance must not lie below 0; the smallest is {variance.min():g}.")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "variance", variance)


def _batch(x: np.ndarray) -> np.ndarray:
    x = check.finite_array(x=x, ndim=2)
    if len(x) < 2:
        raise ValueError("x must hold at least 2 examples: a batch of one has no variance.")
    return x


def normalize(x: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """The batch with mean 0 and variance s^2 / (s^2 + eps) in every unit, shape (m, k).

    The variance is the biased one, divided by m.

    Raises:
        ValueError: x is no finite (m, k) array of two or more examples, or eps < 0.

    >>> normalize([[1.0], [3.0]], eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    x, eps = _batch(x), check.non_negative(eps=eps)
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def batch_norm(x: np.ndarray, gamma, beta, eps: float = 1e-5) -> np.ndarray:
    """The batch-normalized batch ``gamma * x_hat + beta``, shape (m, k).

    ``gamma`` and ``beta`` are numbers or have shape (k,).

    Raises:
        ValueError: as in ``normalize``, or gamma or beta of another shape.
    """
    x_hat = normalize(x, eps)
    gamma = check.spread_array(gamma=gamma, shape=x_hat.shape[1:])
    return gamma * x_hat + check.spread_array(beta=beta, shape=x_hat.shape[1:])


def batch_norm_backward(dy: np.ndarray, x: np.ndarray, gamma, eps: float = 1e-5):
    """Gradients (dx, dgamma, dbeta) of a loss whose gradient at the output is ``dy``.

    ``dx = gamma / sqrt(var + eps) * (dy - mean(dy) - x_hat * mean(dy * x_hat))``: the two means
    are there because mean and variance depend on every example of the batch.

    Raises:
        ValueError: as in ``batch_norm``, or dy and x of different shapes.
    """
    x_hat = normalize(x, eps)
    dy = check.finite_array(dy=dy, shape=x_hat.shape)
    scale = check.spread_array(gamma=gamma, shape=x_hat.shape[1:]) / np.sqrt(
        np.var(x, axis=0) + eps
    )
    dx = scale * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def running_update(running: RunningStatistics, x: np.ndarray, momentum: float = 0.1):
    """The running statistics after one more batch: ``(1 - momentum) * old + momentum * batch``.

    torch's convention: ``momentum`` weighs the *new* batch, and the variance that is stored is the
    unbiased one, divided by m - 1, although the biased one normalizes.

    Raises:
        ValueError: x is no batch, or momentum lies outside [0, 1].
    """
    x, momentum = _batch(x), check.fraction(momentum=momentum)
    units = len(check.instance(RunningStatistics, running=running).mean)
    check.finite_array(x=x, shape=(None, units))
    mean = (1 - momentum) * running.mean + momentum * x.mean(axis=0)
    return RunningStatistics(
        mean, (1 - momentum) * running.variance + momentum * x.var(axis=0, ddof=1)
    )


def batch_norm_inference(x, running: RunningStatistics, gamma, beta, eps: float = 1e-5):
    """The test-time output, shape (m, k): the running statistics replace the batch's.

    One example is enough, because nothing is computed over the batch.

    Raises:
        ValueError: x is no finite (m, k) array, or eps is not above 0 where the variance is 0.
    """
    x = check.finite_array(x=x, ndim=2)
    variance = np.asarray(running.variance) + check.non_negative(eps=eps)
    if not np.all(variance > 0):
        raise ValueError("eps must be above 0 where a running variance is 0.")
    x_hat = (x - running.mean) / np.sqrt(variance)
    gamma = check.spread_array(gamma=gamma, shape=x.shape[1:])
    return gamma * x_hat + check.spread_array(beta=beta, shape=x.shape[1:])
