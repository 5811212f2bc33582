"""The experiments of lesson 1 on single batches: what batch norm computes and gives back."""

from collections.abc import Iterator

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.datasets import digits
from lecture_helpers.networks.batch_normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    normalize,
    running_update,
)

FULL = "Batch Normalization: Full Version"


def _batches(seed: int, batches: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Random batches (m, k) of unlike units with gamma and beta (k,)."""
    rng = np.random.default_rng([seed, 2])
    for _ in range(batches):
        m, k = int(rng.integers(2, 65)), int(rng.integers(1, 17))
        x = rng.standard_normal((m, k)) * rng.uniform(0.1, 10, k) + rng.normal(0, 5, k)
        yield x, rng.uniform(0.2, 3, k), rng.normal(0, 2, k)


def any_layer(seeds, *, depth=6, width=16, batch_size=64, eps=1e-5) -> Record:
    """C12: batch norm on the digits themselves and on every hidden layer of a ReLU network.

    After each, every unit has mean beta and deviation |gamma| s / sqrt(s^2 + eps): a constant unit
    0, one that varies nearly |gamma|. Half of the gammas are negative.
    """
    tolerances = {
        f"{where}: {what}": 1e-9
        for where in ("input", "hidden layers")
        for what in ("mean is beta", "deviation is |gamma|")
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
    sign = rng.choice((-1.0, 1.0), z.shape[1])
    gamma, beta = sign * rng.uniform(0.2, 3, z.shape[1]), rng.normal(0, 2, z.shape[1])
    out = batch_norm(z, gamma, beta, eps)
    wanted = np.abs(gamma) * np.sqrt(z.var(axis=0) / (z.var(axis=0) + eps))
    return (np.abs(out.mean(0) - beta).max(), np.abs(out.std(0) - wanted).max()), out


def identity_recovered(seeds, *, batches=50, eps=1e-5) -> Record:
    """C17: gamma = sqrt(var + eps) and beta = mean give the batch back.

    The slide's gamma = sqrt(var) shrinks it about its mean by sqrt(var / (var + eps)), which gives
    a constant unit back.
    """
    tolerances = {
        "gamma = sqrt(var + eps), beta = mean give x back": 1e-10,
        "gamma = sqrt(var) shrinks x by sqrt(var / (var + eps))": 1e-10,
        "gamma = sqrt(var) gives a constant x back": 1e-10,
    }
    return largest(
        lambda seed: (_recovered(x, eps) for x, *_ in _batches(seed, batches)), tolerances, seeds
    )


def _recovered(x: np.ndarray, eps: float) -> tuple[float, ...]:
    mean, var = x.mean(axis=0), x.var(axis=0)
    slide = batch_norm(x, np.sqrt(var), mean, eps)
    shrunk = mean + (x - mean) * np.sqrt(var / (var + eps))
    exact = batch_norm(x, np.sqrt(var + eps), mean, eps)
    constant = np.broadcast_to(x[0], x.shape)
    same = batch_norm(constant, constant.std(axis=0), constant.mean(axis=0), eps)
    gaps = exact - x, slide - shrunk, same - constant
    return tuple(float(np.abs(gap).max()) for gap in gaps)


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


def backward_pass(seeds, *, batches=20, h=1e-5) -> Record:
    """C14 and C18: the backward formulas against central differences of the forward pass."""
    names = ("x", "gamma", "beta")

    def gaps(seed: int):
        return ([_gradient_gap(seed, k, name, h) for name in names] for k in range(batches))

    return largest(gaps, {f"gradient of {name}": 1e-6 for name in names}, seeds)


def _gradient_gap(seed: int, k: int, name: str, h: float) -> float:
    rng = np.random.default_rng([seed, k])
    m, units = int(rng.integers(2, 20)), int(rng.integers(1, 6))
    given = {"x": rng.normal(size=(m, units)) * 2, "gamma": rng.normal(size=units),
             "beta": rng.normal(size=units)}  # fmt: skip
    dy, eps = rng.normal(size=(m, units)), 1e-2
    way = rng.normal(size=given[name].shape)
    up, down = (given | {name: given[name] + s * h * way} for s in (1, -1))
    numeric = (dy * (batch_norm(**up, eps=eps) - batch_norm(**down, eps=eps))).sum() / (2 * h)
    gradients = batch_norm_backward(dy, given["x"], given["gamma"], eps)
    exact = float((gradients[list(given).index(name)] * way).sum())
    return abs(numeric - exact) / (1 + abs(exact))


def gaussian_after(seeds, *, sizes=(4, 16, 64, 256), values=2**18, distance=0.04, tails=0.2):
    """C13: how far normalised Gaussian batches of m examples are from the unit Gaussian.

    Two distances with a minus sign (nearer is larger), over ``values`` normalised values of a
    seed: the largest gap between the distribution functions (Kolmogorov), and abs(kurtosis - 3),
    which weighs the tails. "law, m": the same distances from the exact law of such values,
    x^2 / (m - 1) distributed as Beta(1/2, (m - 2)/2), of kurtosis 3 (m - 1)/(m + 1). "allowed" is
    what counts as a unit Gaussian.
    """
    from scipy.special import ndtr

    def of_seed(seed: int) -> dict:
        found: dict = {"allowed: distance": -distance, "allowed: tails": -tails}
        for m in sizes:
            drawn = np.random.default_rng([seed, m]).normal(3, 2, (m, values // m))
            x = np.sort(normalize(drawn, 0.0), axis=None)
            kurtosis = float(np.mean(x**4) / np.mean(x**2) ** 2)
            for law, cdf, k in (
                ("gaussian", ndtr(x), 3.0), ("law", _law(x, m), 3 * (m - 1) / (m + 1))
            ):  # fmt: skip
                found[f"{law}, m = {m}: distance"] = -_largest_gap(cdf)
                found[f"{law}, m = {m}: tails"] = -abs(kurtosis - k)
        return found

    return by_seed(of_seed, seeds)


def _law(x: np.ndarray, m: int) -> np.ndarray:
    """The distribution function of a value normalised with its batch of m Gaussian examples."""
    from scipy.special import betainc

    inside = betainc(0.5, (m - 2) / 2, np.clip(x**2 / (m - 1), 0, 1))
    return (1 + np.sign(x) * inside) / 2


def _largest_gap(cdf: np.ndarray) -> float:
    """Kolmogorov's distance, from a distribution function at the (n,) sorted values."""
    n = len(cdf)
    return float(max((np.arange(1, n + 1) / n - cdf).max(), (cdf - np.arange(n) / n).max()))
