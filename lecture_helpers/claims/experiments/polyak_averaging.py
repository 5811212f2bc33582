"""The experiments of Polyak averaging that need neither long walks nor networks."""

from functools import cache, partial

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.optimization import polyak_averaging as averaging
from lecture_helpers.optimization.noisy_descent import NoisyCost, noisy_descent, with_noise
from lecture_helpers.test_functions.averaging_traps import (
    bent_valley,
    kinked_walls,
    lopsided_valley,
)
from lecture_helpers.test_functions.surfaces import rotated_ellipse


def running_forms(seeds, *, paths=20, steps=200, long=20_000) -> Record:
    """C26: the running forms against the sums they stand for, and against torch on a module.

    In 32 bits ``long`` steps of one path; deviations are shares of its largest number.
    """
    tolerances = {
        "uniform: running form against the sum": 1e-12,
        "exponential: recursion against the weighted sum": 1e-12,
        "from zero: a constant falls short by alpha^t": 1e-12,
        "corrected: a constant is kept": 1e-12,
        "a module's parameters, against torch": 1e-12,
        "a module's parameters in 32 bits, against the sums in 64": 1e-4,
        "in 32 bits, alpha = 0.9999: how far 1 moves towards 1.0005": 1e-12,
        "in 32 bits, a mean of 100,000: how far 1 moves towards 1.005": 1e-12,
    }

    def deviations(seed: int):
        single = _in_single_precision(np.random.default_rng([seed, 26]), long)
        in_32_bits = (single, *_standing_still())
        return (
            (*_deviations(np.random.default_rng([seed, k]), steps), *in_32_bits)
            for k in range(paths)
        )

    return largest(deviations, tolerances, seeds)


def _deviations(rng: np.random.Generator, steps: int) -> tuple[float, ...]:
    path, alpha = rng.standard_normal((steps, 3)).cumsum(axis=0), float(rng.uniform(0, 0.99))
    t, scale = np.arange(1, steps + 1)[:, None], np.abs(path).max()
    decayed = np.tril((1 - alpha) * alpha ** np.maximum(t - t.T, 0).astype(float))
    from_zero = averaging.exponential_average(path, alpha, "zero")
    ones = np.ones((steps, 1))
    return (
        np.abs(averaging.uniform_average(path) - path.cumsum(axis=0) / t).max() / scale,
        np.abs(from_zero - decayed @ path).max() / scale,
        np.abs(1 - averaging.exponential_average(ones, alpha, "zero") - alpha**t).max(),
        np.abs(averaging.exponential_average(ones, alpha) - 1).max(),
        _against_torch(path[:20], alpha) / scale,
    )


def _against_torch(path: np.ndarray, alpha: float) -> float:
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

    network = torch.nn.Linear(2, 1).double()
    ours = [training.AveragedNetwork(network, decay) for decay in (None, alpha)]
    theirs = [AveragedModel(network), AveragedModel(network, avg_fn=get_ema_avg_fn(alpha))]
    for theta in torch.from_numpy(path):
        torch.nn.utils.vector_to_parameters(theta, network.parameters())
        for average in ours:
            average.update(network)
        for average in theirs:
            average.update_parameters(network)
    pairs = zip(ours, theirs, strict=True)
    return max(float((a.network.weight - b.module.weight).abs().max().detach()) for a, b in pairs)


def _in_single_precision(rng: np.random.Generator, steps: int, alpha: float = 0.999) -> float:
    import torch

    path = rng.standard_normal((steps, 3)).cumsum(axis=0).astype(np.float32)
    network = torch.nn.Linear(2, 1)
    averages = [training.AveragedNetwork(network, decay) for decay in (None, alpha)]
    for theta in torch.from_numpy(path):
        torch.nn.utils.vector_to_parameters(theta, network.parameters())
        for average in averages:
            average.update(network)
    weights = alpha ** np.arange(steps - 1.0, -1, -1) * (1 - alpha)
    weights[0] /= 1 - alpha  # it starts at the first iterate
    double = path.astype(float)
    sums = [double.mean(axis=0), weights @ double]
    found = [
        torch.nn.utils.parameters_to_vector(average.network.parameters()).detach().numpy()
        for average in averages
    ]
    return max(np.abs(a - b).max() for a, b in zip(found, sums, strict=True)) / np.abs(path).max()


@cache
def _standing_still(steps: int = 1000) -> tuple[float, float]:
    """How far both averages of a weight of 1 move when it has moved, in 32 bits."""
    import torch

    found = []
    for decay, after in ((0.9999, 1.0005), (None, 1.005)):
        network = torch.nn.Linear(1, 1)
        torch.nn.init.ones_(network.weight)
        average = training.AveragedNetwork(network, decay)
        average.update(network)
        average._average.n_averaged.fill_(100_000)
        torch.nn.init.constant_(network.weight, after)
        for _ in range(steps):
            average.update(network)
        found.append(abs(float(average.network.weight.detach()) - 1))
    return found[0], found[1]


STEPS = (30, 100, 300, 3000)
NEAR = 1e-6  # a distance below it is arrived: what lies under it is not compared


def across_the_valley(seeds, *, condition=25, noise=0.3, runs=20) -> dict[str, list[float]]:
    """C29: how near to the bottom the last iterate and the average of all iterates lie.

    Minus the logarithm to base 10 of the distance, its mean over ``runs``, over the step named and
    the one before it (of last iterates and averages; the sides alternate): to the valley's floor,
    or to the minimum. "Squared" takes the logarithm of the root of the mean square. Curvatures are
    1 across and 1 / condition along. Each seed draws the rate at which it leaps: 1.9 to 1.99 in the
    even valley ("lower rates": 1.5 to 1.8), 2.1 to 2.4 in the lopsided one ("higher": 2.7 to 2.9,
    "highest": 2.9 to 3.1), 0.2 to 0.5 between the straight walls of max(x, -3x), where leaps then
    never end; creeping is a tenth of it, and falling goes from it to 0 on a line. In the bent
    valley, a ring of curvature 16 across, the rate is a sixteenth of the even valley's and the
    start lies opposite the minimum. Noise comes at ``noise`` and shares of it. A seed fails where a
    distance is not finite.
    """

    def of_seed(seed: int) -> dict[str, float]:
        found = {}
        for k, (name, valley) in enumerate(VALLEYS.items()):
            for share, kind in KINDS.items():
                if not any(place.startswith(f"{name}, {kind}") for place in PLACES):
                    continue
                rng = np.random.default_rng([seed, k])
                surface, lr, start, off_floor = valley(rng, condition, runs)
                last, averages = _walked(with_noise(surface, share * noise), lr, start, rng)
                for step, points in _answers(last, averages).items():
                    place = f"{name}, {kind}, {step} steps"
                    for arm, stops in points.items() if place in PLACES else ():
                        off = np.linalg.norm(stops - surface.minima[0], axis=-1)
                        for bottom, far in (("floor", off_floor(stops)), ("minimum", off)):
                            near = f"{place}: {arm}, to the {bottom}"
                            found[near] = _nearness(far)
                            if arm in ("last", "average"):
                                found[f"{near}, squared"] = _squared(far)
        return found

    return by_seed(of_seed, seeds)


def _nearness(distances: np.ndarray) -> float:
    return float(-np.log10(np.maximum(distances, NEAR)).mean())


def _squared(distances: np.ndarray) -> float:
    return float(-np.log10(max(np.sqrt((distances**2).mean()), NEAR)))


def _walked(cost: NoisyCost, lr: float, start: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(STEPS[-1])
    falling = [lr * np.maximum(1 - t / end, 0) for end in STEPS]
    rates = np.array([np.full(len(t), lr), np.full(len(t), lr / 10), *falling])
    marks = [step - back for step in STEPS for back in (1, 0)]
    return noisy_descent(cost, start, rates, marks, rng)


def _answers(last: np.ndarray, averages: np.ndarray) -> dict[int, dict[str, np.ndarray]]:
    """Steps to arm to points (stops, runs, 2)."""
    found = {}
    for k, step in enumerate(STEPS):
        two = slice(2 * k, 2 * k + 2)
        stops, means = last[two], averages[two]
        found[step] = {
            "last": stops[:, 0],
            "average": means[:, 0],
            "middle of the last two": stops[:, 0].mean(axis=0, keepdims=True),
            "creeping, last": stops[:, 1],
            "creeping, average": means[:, 1],
            "falling rate, last": stops[1:, 2 + k],
        }
    return found


def _even(rng, condition: float, runs: int) -> tuple:
    return rotated_ellipse(condition), rng.uniform(1.9, 1.99), _sides(rng, runs), _first


def _lower(rng, condition: float, runs: int) -> tuple:
    return rotated_ellipse(condition), rng.uniform(1.5, 1.8), _sides(rng, runs), _first


def _lopsided(rng, condition: float, runs: int, rates: tuple = (2.1, 2.4)) -> tuple:
    return lopsided_valley(condition), rng.uniform(*rates), _sides(rng, runs), _first


def _kinked(rng, condition: float, runs: int) -> tuple:
    return kinked_walls(condition), rng.uniform(0.2, 0.5), _sides(rng, runs), _first


def _bent(rng, condition: float, runs: int) -> tuple:
    angle, radius = np.pi + rng.uniform(0.2, 0.6, runs), rng.uniform(1.1, 1.3, runs)
    start = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return bent_valley(0.15), rng.uniform(1.9, 1.99) / 16, start, _off_ring


def _sides(rng, runs: int) -> np.ndarray:
    """Starts (runs, 2): on either wall, and somewhere along the valley."""
    wall = rng.choice([-1.0, 1.0], (runs, 2))
    return wall * np.stack([rng.uniform(0.5, 1.5, runs), rng.uniform(0.5, 3.0, runs)], axis=-1)


def _first(points: np.ndarray) -> np.ndarray:
    return np.abs(points[..., 0])


def _off_ring(points: np.ndarray) -> np.ndarray:
    return np.abs(np.linalg.norm(points, axis=-1) - 1)


PLACES = (
    "even walls, quiet, 30 steps", "even walls, quiet, 3000 steps", "even walls, noisy, 3000 steps",
    "lopsided walls, quiet, 30 steps", "lopsided walls, quiet, 3000 steps",
    "lopsided walls, noisy, 3000 steps",
    "bent valley, quiet, 300 steps", "bent valley, noisy, 300 steps",
    "bent valley, noisy, 3000 steps",
    "even walls, lower rates, quiet, 30 steps", "even walls, lower rates, noisy, 3000 steps",
    "lopsided walls, a third of the noise, 3000 steps",
    "lopsided walls, twice the noise, 3000 steps", "even walls, quiet, 100 steps",
    "lopsided walls, higher rates, quiet, 3000 steps",
    "lopsided walls, highest rates, quiet, 3000 steps",
    "kinked lopsided walls, quiet, 3000 steps", "kinked lopsided walls, noisy, 3000 steps",
)  # fmt: skip
KINDS = {0.0: "quiet", 1.0: "noisy", 1 / 3: "a third of the noise", 2.0: "twice the noise"}
VALLEYS = {
    "even walls": _even, "lopsided walls": _lopsided, "bent valley": _bent,
    "even walls, lower rates": _lower,
    "lopsided walls, higher rates": partial(_lopsided, rates=(2.7, 2.9)),
    "lopsided walls, highest rates": partial(_lopsided, rates=(2.9, 3.1)),
    "kinked lopsided walls": _kinked,
}  # fmt: skip
