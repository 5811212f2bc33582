"""The chain of scalar layers y = x w_1 w_2 ... w_l, whose update is a polynomial in the step.

Source: slide "Batch Normalization" (one unit per layer); Goodfellow et al. section 8.7.1.
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.networks.batch_normalization import batch_norm_backward, normalize


def chain_weights(depth: int, spread: float, seed: int = 0) -> np.ndarray:
    """Positive weights of shape (depth,) whose product is 1: ``exp(spread * z)``, z centred.

    ``spread`` 0 makes every weight 1. The same seed draws the same z, so that a slider over
    ``spread`` stretches one chain.

    Raises:
        ValueError: depth below 1, or a spread outside 0 to 100: beyond, weights are no floats.
    """
    depth, spread = check.few(depth=depth), check.between(0, 100, spread=spread)
    z = np.random.default_rng(check.whole(seed=seed)).standard_normal(depth)
    return np.exp(spread * (z - z.mean()))


def chain_output(w: np.ndarray, x: float = 1.0) -> float:
    """The output ``x * w_1 * ... * w_l`` of the chain with weights of shape (l,)."""
    return check.finite(x=x) * float(np.prod(check.finite_array(w=w, ndim=1)))


def chain_gradient(w: np.ndarray, x: float = 1.0) -> np.ndarray:
    """The gradient of the output with respect to every weight, shape (l,).

    Entry i is x times the product of all other weights, so that a zero weight is no trouble.

    >>> chain_gradient([2.0, 3.0, 0.0])
    array([0., 0., 6.])
    """
    w, x = check.finite_array(w=w, ndim=1), check.finite(x=x)
    before = np.concatenate([[1.0], np.cumprod(w[:-1])])
    after = np.concatenate([np.cumprod(w[:0:-1])[::-1], [1.0]])
    return x * before * after


def step_for_decrease(w: np.ndarray, x: float, delta: float) -> float:
    """The slide's step ``eps = delta / g'g``, which promises that y falls by ``delta``.

    Raises:
        ValueError: delta is not above 0, or the gradient is 0 and no step promises anything.
    """
    g = chain_gradient(w, x)
    if not g @ g > 0:
        raise ValueError("w and x give a gradient of 0: no step size promises a decrease.")
    return check.positive(delta=delta) / float(g @ g)


def chain_orders(w: np.ndarray, x: float, eps: float) -> np.ndarray:
    """What every order of ``eps`` contributes to the output after ``w - eps * g``, shape (l+1,).

    Entry 0 is the old output, entry 1 the first-order prediction ``-eps * g'g`` and the sum the
    new output: the coefficients of ``x * prod_i (w_i - eps * g_i)`` as a polynomial in eps.

    >>> chain_orders([1.0, 1.0], 1.0, 0.1)
    array([ 1.  , -0.2 ,  0.01])
    """
    g, eps = chain_gradient(w, x), check.finite(eps=eps)
    orders = np.array([float(x)])
    for factor in np.stack([np.asarray(w, dtype=float), -eps * g], axis=1):
        orders = np.convolve(orders, factor)
    return orders


def chain_after_step(w: np.ndarray, x: float, eps: float | np.ndarray) -> np.ndarray:
    """The output after the joint update ``w <- w - eps * g``, for each eps: its shape.

    >>> round(float(chain_after_step(np.ones(50), 1.0, 0.1 / 50)), 4)
    0.9047
    """
    w, g = check.finite_array(w=w, ndim=1), chain_gradient(w, x)
    eps = check.finite_array(eps=eps)
    return x * np.prod(w - eps[..., None] * g, axis=-1)


def normalized_chain_orders(w: np.ndarray, x: np.ndarray, eps: float) -> np.ndarray:
    """The orders of the first example's output when every layer but the last is normalized, (l+1,).

    ``x`` is a batch of shape (m,). Each hidden layer is batch-normalized without a stabiliser,
    without scale and shift, so the last hidden value is the batch's normalized x up to its sign,
    and ``y = w_l * s * x_hat``. The weights below the last have a gradient of exactly 0: order 1 is
    the whole effect of the step (Goodfellow et al. section 8.7.1).

    Raises:
        ValueError: fewer than two examples, all of them equal, or a hidden weight of 0.

    >>> normalized_chain_orders([5.0, 0.1, 2.0], [1.0, 3.0], 0.1)
    array([-2. , -0.1,  0. ,  0. ])
    """
    w, x = check.finite_array(w=w, ndim=1), check.finite_array(x=x, ndim=1)
    if len(x) < 2 or x.std() == 0:
        raise ValueError("x must hold at least two different examples to be normalized.")
    if not np.all(w[:-1]):
        raise ValueError("w must not be 0 below the last layer: a constant cannot be normalized.")
    hidden = np.prod(np.sign(w[:-1])) * (x[0] - x.mean()) / x.std()
    orders = np.zeros(len(w) + 1)
    orders[:2] = w[-1] * hidden, -check.finite(eps=eps) * hidden**2
    return orders


def normalized_chain_gradient(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of the first example's output, (l,), back through every normalization.

    The chain of ``normalized_chain_orders``, layer by layer: nothing is put in about its outcome.

    >>> normalized_chain_gradient([5.0, 0.1, 2.0], [1.0, 3.0]).round(12)
    array([ 0.,  0., -1.])
    """
    w, hidden = check.finite_array(w=w, ndim=1), [check.finite_array(x=x, ndim=1)[:, None]]
    for weight in w[:-1]:
        hidden.append(normalize(weight * hidden[-1], 0.0))
    g = np.zeros(len(w))
    g[-1] = hidden[-1][0, 0]
    back = np.zeros_like(hidden[0])
    back[0] = w[-1]
    for k in range(len(w) - 2, -1, -1):
        back, *_ = batch_norm_backward(back, w[k] * hidden[k], 1.0, 0.0)
        g[k] = np.sum(back * hidden[k])
        back = w[k] * back
    return g


def after_normalized_step(w: np.ndarray, x: np.ndarray, eps: float | np.ndarray) -> np.ndarray:
    """The first example's output after ``w <- w - eps * g``, for each eps: its shape.

    Computed forward through every normalization, with ``normalized_chain_gradient``.

    >>> after_normalized_step([5.0, 0.1, 2.0], [1.0, 3.0], [0.0, 0.1])
    array([-2. , -2.1])
    """
    eps = check.finite_array(eps=eps)
    moved = check.finite_array(w=w, ndim=1) - eps[..., None] * normalized_chain_gradient(w, x)
    values = np.asarray(x, dtype=float)[:, None]
    for weight in np.moveaxis(moved.reshape(-1, len(w))[:, :-1], -1, 0):
        values = normalize(weight * values, 0.0)
    return (moved[..., -1].ravel() * values[0]).reshape(eps.shape)


PLUS_AND_MINUS = np.array([1.0, -1.0] * 4)


@dataclass(frozen=True, eq=False)
class Chain:
    """A chain with weights ``w`` (l,), plain with input 1 or normalised, as shares of its output.

    Normalised, a batch of eight examples, four of +1 and four of -1, goes through it, and y is the
    output of one that is +1.
    """

    w: np.ndarray
    normalized: bool = False

    def __post_init__(self):
        check.switch(normalized=self.normalized)
        object.__setattr__(self, "w", check.finite_array(w=self.w, ndim=1))

    @property
    def gradient(self) -> np.ndarray:
        """The gradient of y with respect to every weight, (l,)."""
        if self.normalized:
            return normalized_chain_gradient(self.w, PLUS_AND_MINUS)
        return chain_gradient(self.w)

    def step_for(self, share: float) -> float:
        """The step that promises y to fall by that share of y."""
        return -check.finite(share=share) / float(self.orders(1.0)[1])

    def orders(self, eps: float) -> np.ndarray:
        """What every order of the step adds to y, (l+1,), as a share of y: entry 0 is 1.

        >>> Chain(np.ones(2)).orders(0.1)
        array([ 1.  , -0.2 ,  0.01])
        """
        if self.normalized:
            orders = normalized_chain_orders(self.w, PLUS_AND_MINUS, eps)
        else:
            orders = chain_orders(self.w, 1.0, eps)
        return orders / orders[0]

    def after(self, eps: float | np.ndarray) -> np.ndarray:
        """The output after the joint step, for each eps, as a share of what it was before."""
        if self.normalized:
            whole = after_normalized_step(self.w, PLUS_AND_MINUS, 0.0)
            return after_normalized_step(self.w, PLUS_AND_MINUS, eps) / whole
        return chain_after_step(self.w, 1.0, eps) / chain_output(self.w)
