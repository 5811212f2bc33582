"""The experiments of lesson 1 that train no network: chains of layers, and batches."""

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
from lecture_helpers.networks.scalar_chain import (
    chain_after_step,
    chain_gradient,
    chain_orders,
    chain_output,
    chain_weights,
    step_for_decrease,
)

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


TWO_CHAINS = ((2, 1.0), (50, 1.2))  # layers, and the weight of each


def higher_orders(seeds, *, chains=50, step=0.1) -> Record:
    """C3: the orders of the joint update, and how far the second one ranges beside the first.

    Order k is ``y (-eps y)^k e_k(1 / w^2)``. By Maclaurin's inequality the slide's own step keeps
    the second order below half of delta / y times the first. With one fixed step the ratio differs
    by decades between a shallow and a deep chain (measured as the decades missing from three).
    """
    tolerances = {
        "the orders add up to the new output": 1e-10,
        "order k is y (-eps y)^k e_k(1/w^2)": 1e-10,
        "the slide's step: second over first at most r/2": 1e-12,
        "a fixed step: decades missing from three between two chains": 1e-12,
    }
    return largest(lambda seed: _orders(list(_chains(seed, chains)), step), tolerances, seeds)


def _orders(chains, step: float) -> Iterator[tuple[float, ...]]:
    for w, x, r in chains:
        fixed = [_second_over_first(np.full(*chain), x, step) for chain in TWO_CHAINS]
        y, eps = chain_output(w, x), step_for_decrease(w, x, r * chain_output(w, x))
        orders, k = chain_orders(w, x, eps), np.arange(len(w) + 1)
        closed = y * (-eps * y) ** k * np.abs(np.poly(-(w**-2.0)))
        slide = _second_over_first(w, x, eps) - r / 2
        added = abs(orders.sum() - float(chain_after_step(w, x, eps))) / y
        order_k = np.abs(orders - closed).max() / y
        yield added, order_k, max(0.0, slide), max(0.0, 3 - np.ptp(np.log10(fixed)))


def _second_over_first(w, x, eps: float) -> float:
    orders = chain_orders(w, x, eps)
    return float(-orders[2] / orders[1])


CHAINS = {
    "depth 2": (2, 0.4, 1.0), "depth 50": (50, 0.4, 1.0),
    "small weights": (10, 0.4, 0.8), "large weights": (10, 0.4, 1.25),
}  # fmt: skip


def faithful_step(seeds, *, chains=CHAINS, depths=(2, 10, 50), spreads=(0.0, 0.4, 0.8),
                  tolerance=0.1) -> dict:  # fmt: skip
    """C4: log10 of the largest step that keeps the first-order promise to within 10 %.

    ``chains`` maps a name to depth, spread of the weights and a factor on all of them. "decades":
    by how much that step differs between the most and the least tolerant chain of all ``depths``
    and ``spreads``, for one fixed step eps and for the slide's rule, whose step is delta / y.
    """

    def of_seed(seed: int) -> dict:
        found: dict = {}
        for name, (depth, spread, factor) in chains.items():
            w = factor * chain_weights(depth, spread, seed)
            found[name] = np.log10(_largest_faithful(w, tolerance))
        every = [chain_weights(d, s, seed) for d in depths for s in spreads]
        fixed = np.array([np.log10(_largest_faithful(w, tolerance)) for w in every])
        slide = fixed + np.log10([_squared_gradient_over_output(w) for w in every])
        return found | {"decades, fixed": np.ptp(fixed), "decades, slide": np.ptp(slide)}

    return by_seed(of_seed, seeds)


def _squared_gradient_over_output(w: np.ndarray) -> float:
    return float(np.sum(chain_gradient(w) ** 2) / chain_output(w))


def _largest_faithful(w: np.ndarray, tolerance: float) -> float:
    """The first eps at which actual over promised leaves 1 -+ tolerance, on a fine grid."""
    steps = np.geomspace(1e-6, 10, 7001)
    promised = -chain_orders(w, 1.0, 1.0)[1] * steps
    kept = (chain_output(w) - chain_after_step(w, 1.0, steps)) / promised
    unfaithful = np.abs(kept - 1) > tolerance
    return float(steps[unfaithful.argmax()] if unfaithful.any() else steps[-1])


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
