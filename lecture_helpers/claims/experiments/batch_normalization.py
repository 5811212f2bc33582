"""The experiments of lesson 1: chains of layers, batches, the ladder of learning rates."""

from collections.abc import Iterator

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import largest
from lecture_helpers.claims.experiments.tuned_networks import grid, on_digits
from lecture_helpers.datasets import digits
from lecture_helpers.networks.batch_normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    running_update,
)
from lecture_helpers.networks.scalar_chain import (
    chain_after_step,
    chain_gradient,
    chain_orders,
    chain_output,
    step_for_decrease,
)
from lecture_helpers.training import trains

FULL = "Batch Normalization: Full Version"


def _chains(seed: int, chains: int) -> Iterator[tuple[np.ndarray, float, float]]:
    """Random chains of 2 to 50 positive weights around 1: (weights, input, delta / y)."""
    rng = np.random.default_rng([seed, 1])
    for _ in range(chains):
        spread, depth = rng.uniform(0, 1), int(rng.integers(2, 51))
        w = np.exp(spread * rng.standard_normal(depth))
        yield w, float(rng.uniform(0.5, 2)), float(rng.uniform(0.01, 1))


def first_order_promise(seeds, *, chains=50) -> Record:
    """C2: what the first order promises, and how much of it the joint update keeps.

    Deviations relative to the output y. With r = delta / y in (0, 1] and l layers the real
    decrease lies between ``(1 - (1 - r/l)^l) / r`` and 1 times the promised one.
    """
    tolerances = {
        "the first order is -eps g'g": 1e-12,
        "eps = delta / g'g promises delta": 1e-12,
        "the real decrease lies between its bounds": 1e-12,
    }
    return largest(lambda seed: map(_promise, _chains(seed, chains)), tolerances, seeds)


def _promise(chain) -> tuple[float, ...]:
    w, x, r = chain
    y, g, depth = chain_output(w, x), chain_gradient(w, x), len(w)
    eps = step_for_decrease(w, x, r * y)
    first = chain_orders(w, x, eps)[1]
    kept = (y - float(chain_after_step(w, x, eps))) / (r * y)
    least = (1 - (1 - r / depth) ** depth) / r
    outside = max(least - kept, kept - 1, 0.0)
    return abs(first + eps * g @ g) / y, abs(first + r * y) / y, outside


def higher_orders(seeds, *, chains=50, step=0.1) -> Record:
    """C3: the orders of the joint update, and how far the second one ranges beside the first.

    Order k is ``y (-eps y)^k e_k(1 / w^2)``. By Maclaurin's inequality the slide's own step keeps
    the second order below half of delta / y times the first; with one fixed step the ratio
    spreads over decades (measured as the decades missing from three).
    """
    tolerances = {
        "the orders add up to the new output": 1e-10,
        "order k is y (-eps y)^k e_k(1/w^2)": 1e-10,
        "the slide's step: second over first at most r/2": 1e-12,
        "a fixed step: decades missing from a range of three": 1e-12,
    }
    return largest(lambda seed: _orders(list(_chains(seed, chains)), step), tolerances, seeds)


def _orders(chains, step: float) -> Iterator[tuple[float, ...]]:
    fixed = np.log10([_second_over_first(w, x, step) for w, x, _ in chains])
    for w, x, r in chains:
        y, eps = chain_output(w, x), step_for_decrease(w, x, r * chain_output(w, x))
        orders, k = chain_orders(w, x, eps), np.arange(len(w) + 1)
        closed = y * (-eps * y) ** k * np.abs(np.poly(-(w**-2.0)))
        slide = _second_over_first(w, x, eps) - r / 2
        added = abs(orders.sum() - float(chain_after_step(w, x, eps))) / y
        order_k = np.abs(orders - closed).max() / y
        yield added, order_k, max(0.0, slide), max(0.0, 3 - np.ptp(fixed))


def _second_over_first(w, x, eps: float) -> float:
    orders = chain_orders(w, x, eps)
    return float(-orders[2] / orders[1])


def _batches(seed: int, batches: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Random batches (m, k) of unlike units with gamma and beta (k,)."""
    rng = np.random.default_rng([seed, 2])
    for _ in range(batches):
        m, k = int(rng.integers(2, 65)), int(rng.integers(1, 17))
        x = rng.standard_normal((m, k)) * rng.uniform(0.1, 10, k) + rng.normal(0, 5, k)
        yield x, rng.uniform(0.2, 3, k), rng.normal(0, 2, k)


def any_layer(seeds, *, depth=6, width=16, batch_size=64, eps=1e-5) -> Record:
    """C12: batch norm on the digits themselves and on every hidden layer of a ReLU network.

    After each, every unit has mean beta and deviation gamma s / sqrt(s^2 + eps).
    """
    tolerances = {
        f"{where}: {what}": 1e-9
        for where in ("input", "hidden layers")
        for what in ("mean is beta", "deviation is gamma")
    }
    return largest(
        lambda seed: [_every_layer(seed, depth, width, batch_size, eps)], tolerances, seeds
    )


def _every_layer(seed: int, depth: int, width: int, batch_size: int, eps: float) -> tuple:
    rng = np.random.default_rng([seed, 3])
    pixels = digits().inputs.astype(float)
    h = pixels[rng.choice(len(pixels), batch_size, replace=False)]
    first, h = _normalized(h, rng, eps)
    hidden = []
    for _ in range(depth):
        z = np.maximum(h, 0) @ rng.normal(0, np.sqrt(2 / h.shape[1]), (h.shape[1], width))
        deviation, h = _normalized(z, rng, eps)
        hidden.append(deviation)
    return *first, *np.max(hidden, axis=0)


def _normalized(z, rng, eps) -> tuple[tuple[float, float], np.ndarray]:
    gamma, beta = rng.uniform(0.2, 3, z.shape[1]), rng.normal(0, 2, z.shape[1])
    out = batch_norm(z, gamma, beta, eps)
    wanted = gamma * np.sqrt(z.var(axis=0) / (z.var(axis=0) + eps))
    return (np.abs(out.mean(0) - beta).max(), np.abs(out.std(0) - wanted).max()), out


def identity_recovered(seeds, *, batches=50, eps=1e-5) -> Record:
    """C17: gamma = sqrt(var + eps) and beta = mean give the batch back.

    The slide's gamma = sqrt(var) shrinks it about its mean by sqrt(var / (var + eps)).
    """
    tolerances = {
        "gamma = sqrt(var + eps), beta = mean give x back": 1e-10,
        "gamma = sqrt(var) shrinks x by sqrt(var / (var + eps))": 1e-10,
    }
    return largest(
        lambda seed: (_recovered(x, eps) for x, *_ in _batches(seed, batches)), tolerances, seeds
    )


def _recovered(x: np.ndarray, eps: float) -> tuple[float, float]:
    mean, var = x.mean(axis=0), x.var(axis=0)
    slide = batch_norm(x, np.sqrt(var), mean, eps)
    shrunk = mean + (x - mean) * np.sqrt(var / (var + eps))
    exact = batch_norm(x, np.sqrt(var + eps), mean, eps)
    return np.abs(exact - x).max(), np.abs(slide - shrunk).max()


def full_algorithm(seeds, *, batches=10, eps=1e-5, momentum=0.1) -> Record:
    """C19: the whole algorithm in numpy against ``torch.nn.BatchNorm1d`` in double precision.

    Several batches forward and backward, the running statistics after them, then test time.
    Deviations relative to 1 + the largest entry of what is compared.
    """
    names = ("forward", "gradients", "running statistics", "test time")
    tolerances = {f"{name}, numpy against torch": 1e-10 for name in names}
    return largest(lambda seed: _against_torch(seed, batches, eps, momentum), tolerances, seeds)


def _against_torch(seed: int, batches: int, eps: float, momentum: float) -> Iterator[tuple]:
    import torch

    (x, gamma, beta), *_ = _batches(seed, 1)
    rng, k = np.random.default_rng([seed, 4]), x.shape[1]
    layer = torch.nn.BatchNorm1d(k, eps=eps, momentum=momentum, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(gamma))
        layer.bias.copy_(torch.from_numpy(beta))
    running = RunningStatistics(np.zeros(k), np.ones(k))
    for _ in range(batches):
        x = x + rng.standard_normal(x.shape)
        forward, gradients = _torch_step(layer, x, gamma, beta, eps, rng)
        running = running_update(running, x, momentum)
        stored = [(running.mean, layer.running_mean), (running.variance, layer.running_var)]
        layer.eval()
        test = batch_norm_inference(x, running, gamma, beta, eps)
        test_time = _apart(test, layer(torch.from_numpy(x)))
        layer.train()
        yield forward, gradients, max(_apart(*pair) for pair in stored), test_time


def _torch_step(layer, x, gamma, beta, eps, rng) -> tuple[float, float]:
    import torch

    dy = rng.standard_normal(x.shape)
    inputs = torch.from_numpy(x).requires_grad_()
    layer.zero_grad()
    outputs = layer(inputs)
    outputs.backward(torch.from_numpy(dy))
    wanted = (inputs.grad, layer.weight.grad, layer.bias.grad)
    ours = batch_norm_backward(dy, x, gamma, eps)
    return (
        _apart(batch_norm(x, gamma, beta, eps), outputs),
        max(_apart(mine, theirs) for mine, theirs in zip(ours, wanted, strict=True)),
    )


def _apart(ours: np.ndarray, theirs) -> float:
    theirs = theirs.detach().numpy()
    return float(np.abs(ours - theirs).max() / (1 + np.abs(theirs).max()))


DEPTHS = (2, 8, 16)
NORMS = ("none", "batch", "layer")
LADDER = (*grid(-12, 4, per_decade=4), 31.6)  # 0.001 to 10 by quarter decades


def ladder_runs(seeds, *, lr=LADDER, depth=DEPTHS, norm=NORMS, steps=200, records=16):
    """The networks of every rung, depth and norm on the digits: plain descent, batches of 64."""
    options = on_digits(seeds, steps=steps, record=records)
    return training.train(lr=list(lr), depth=list(depth), norm=list(norm), **options)


def learning_rate_ladder(
    seeds, *, lr=LADDER, depth=DEPTHS, norm=NORMS, steps=200, records=16
) -> Record:
    """C8: log10 of the largest learning rate of the ladder at which a network still trains.

    A seed that trains on no rung counts as a quarter decade below the lowest. Beside it: does the
    top rung train (then the ladder is too short), and does none?
    """
    runs = ladder_runs(seeds, lr=lr, depth=depth, norm=norm, steps=steps, records=records)
    arms, extras = {}, {}
    for d, n in ((d, n) for d in depth for n in norm):
        passed = trains(runs.at(depth=d, norm=n))  # (rungs, seeds)
        rungs = np.where(passed, np.log10(lr)[:, None], np.log10(lr[0]) - 0.25)
        arms[f"{n}, depth {d}"] = rungs.max(axis=0).tolist()
        extras[f"{n}, depth {d}: the top rung trains"] = passed[-1].astype(float).tolist()
        extras[f"{n}, depth {d}: no rung trains"] = (~passed.any(axis=0)).astype(float).tolist()
    return Record(tuple(seeds), arms, extras=extras)
