"""C39: what connections that skip layers do to the gradient and to training."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.model_design import (
    best_or_middle,
    middle_of_the_best,
    record_at,
)
from lecture_helpers.claims.experiments.network_gradients import (
    gradient_ratio,
    ratios_in_training,
    relative_ratio,
    vanished,
)
from lecture_helpers.claims.experiments.own_rates import error, fitted_loss
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.claims.experiments.tuned_networks import (
    DATA,
    FITTED,
    best_rates,
    failed_as_nan,
    grid,
    on_data,
    on_digits,
    train_at,
)
from lecture_helpers.claims.tuning import tuned
from lecture_helpers.datasets import digits, split
from lecture_helpers.networks.designs import skip_arms
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import Runs, final_accuracy, late_loss

SLICED = ("plain", "residual", "BN", "residual + BN")
RIVALS = ("plain, repaired", "plain, larger gain", "plain, Adam")
UNSCALED = "residual, He's weights"
STARTS = {
    "ReLU by He's rule": {},
    "ReLU by Glorot's": {"init": "glorot"},
    "sigmoid by Glorot's": {"activation": "sigmoid", "init": "glorot"},
}
VANISHING = ("ReLU by Glorot's", "sigmoid by Glorot's")  # plain towers in which gradients vanish
BY_GLOROT = tuple(f"{s}, {w}" for s in VANISHING for w in ("plain", "plain, repaired", "residual"))
PLACES = {  # data set and depth, and what is trained there
    ("digits", 2): SLICED,
    ("digits", 8): SLICED,
    ("digits", 24): (*SLICED, UNSCALED, "highway, gate -5", *RIVALS, *BY_GLOROT),
    ("digits", 48): (*SLICED, *RIVALS),
    ("MNIST", 24): ("plain", "residual", UNSCALED, *RIVALS, *BY_GLOROT),
}
LONGER_BY = 10  # times as many updates for the plain network, at its rate or at part of it
LONGER = {
    ("digits", 24): {"its rate": 1.0, "a third of it": 10**-0.5},
    ("digits", 48): {"its rate": 1.0},
}
FRESH = tuple((data, depth) for data in ("digits", "MNIST") for depth in (8, 24, 48))
RATES = {
    "sgd": {2: grid(-3, 2, per_decade=2), 8: grid(-4, 1, per_decade=2),
            24: grid(-5, 1, per_decade=2), 48: grid(-6, 1, per_decade=2)},
    "adam": dict.fromkeys((24, 48), grid(-7, -3, per_decade=2)),
}  # fmt: skip
UNSCALED_RATES = grid(-16, -8, per_decade=2)  # above, its networks diverge
REPAIRS = 100  # of the factor, at most; with ReLU one is enough


def repairable_mlp(inputs: int, outputs: int, *, examples, repaired=False, **settings):
    """``mlp`` whose hidden weights, ``repaired``, keep the gradient as it is.

    All of them from the second layer on are multiplied by one factor, after which the gradient of
    a random linear function of the output is as large in the first hidden layer as in the last, on
    ``examples`` (m, inputs). With ReLU and no bias the first factor is exact; with other units it
    is corrected until the two agree to 1 in 10,000.
    """
    network = training.mlp(inputs, outputs, **settings)
    for _ in range(REPAIRS if repaired else 0):
        first, *_, last = gradient = propagate(network, examples).gradient
        if first == 0 or abs(last / first - 1) < 1e-4:
            break
        factor = float(last / first) ** (1 / (len(gradient) - 1))
        for layer in list(network)[1:-1]:
            layer.linear.weight.data.mul_(factor)
    return network


def designs(data: str, depth: int) -> dict[str, dict]:
    """The networks that are trained at one place, by name."""
    known = skip_arms(depth) | {
        "plain, repaired": {"repaired": True},
        "plain, larger gain": {"gain": 1.1},
        "plain, Adam": {"optimizer": "adam"},
    }
    known |= {f"{s}, {way}": STARTS[s] | own for s in VANISHING for way, own in known.items()}
    return {name: known[name] for name in PLACES[data, depth]}


def _options(data: str, depth: int, seeds: Iterable[int], steps: int, **settings) -> dict:
    build = partial(repairable_mlp, examples=DATA[data]().inputs[:256])
    options = dict(build=build, depth=depth, steps=steps, record=record_at(steps))
    return on_data(data, seeds, **(options | settings))


def rates_of(arm: str, depth: int) -> tuple[float, ...]:
    """The learning rates that are tried for a network of ``designs``."""
    if arm == UNSCALED:
        return UNSCALED_RATES
    return RATES["adam" if arm == "plain, Adam" else "sgd"][depth]


def tuned_skips(seeds, *, places=tuple(PLACES), steps=400) -> dict[str, float]:
    """The learning rates of C39, tuned on the same late training loss with other seeds.

    Branches that are not scaled have a loss above guessing at every rate. They get the rate that
    suits their accuracy, of those at which no seed diverges.
    """
    found = {}
    for data, depth in places:
        options, of_rates = _options(data, depth, seeds, steps), {}
        for arm, own in designs(data, depth).items():
            of_rates.setdefault(rates_of(arm, depth), {})[arm] = own
        for rates, arms in of_rates.items():
            unscaled = UNSCALED in arms
            measure = _error_or_failed if unscaled else fitted_loss
            choose = partial(middle_of_the_best, aim="accuracy") if unscaled else best_or_middle
            best = best_rates(arms, rates, measure, choose, **options)
            found |= {f"{data}, depth {depth}, {arm}": rate for arm, rate in best.items()}
    return found


def _error_or_failed(runs: Runs) -> np.ndarray:
    return np.where(runs.diverged, np.nan, error(runs))


def skips(
    seeds, *, fresh=FRESH, places=tuple(PLACES), longer=tuple(LONGER), width=32, steps=400,
    batch_size=64, examples=256, tuned: Any = None,
) -> Record:  # fmt: skip
    """C39: gradients and training of networks with and without skips, learning rates tuned.

    Gradients are log10 of the loss's gradient by the first hidden layer's output over that by the
    last's; above 0 they count as 0. "in training" they are the mean over a quarter, half and all
    of the updates. Losses are log10 of the late training loss, at most guessing and at least
    ``FITTED``; accuracies those of the test set in percent. A seed fails where it diverges, its
    gradient also where not a trace of it arrives; staying at guessing is a result.
    """
    arms, extras = {}, {}
    for data, depth in fresh:
        arms |= _before_training(data, depth, seeds, width, examples)
    for data, depth in places:
        own, place = designs(data, depth), f"{data}, depth {depth}"
        kept = dict(width=width, batch_size=batch_size, checkpoints=True)
        rates = {arm: tuned[f"{place}, {arm}"] for arm in own}
        runs = train_at(rates, own, **_options(data, depth, seeds, steps, **kept))
        for arm in own:
            arms |= _losses(runs.at(arm=arm), f"{place}, {arm}")
            extras[f"{place}, {arm}, trains"] = training.trains(runs.at(arm=arm)).tolist()
        for arm in (a for a in (*SLICED, "plain, repaired", *BY_GLOROT) if a in own):
            ratios = ratios_in_training(runs, DATA[data](), seeds, examples=examples, arm=arm)
            arms[f"{place}, {arm}, in training"] = ratios
    for data, depth in longer:
        place, rate = f"{data}, depth {depth}", tuned[f"{data}, depth {depth}, plain"]
        runs = training.train(
            arms={part: {"lr": rate * own} for part, own in LONGER[data, depth].items()},
            **_options(data, depth, seeds, LONGER_BY * steps, width=width, batch_size=batch_size),
        )
        for arm in runs.axes["arm"]:
            arms |= _losses(runs.at(arm=arm), f"{place}, plain, longer, {arm}")
    return Record(tuple(seeds), arms, extras=extras)


def _losses(member: Runs, name: str) -> dict[str, list[float]]:
    accuracy = 100 * final_accuracy(member)
    return {
        name: failed_as_nan(late_loss(member, fitted=FITTED), member.diverged),
        f"{name}, accuracy": failed_as_nan(accuracy, member.diverged),
    }


def ways(start: str, depth: int) -> dict[str, dict]:
    """Networks before training, with and without skips; unscaled and gated ones by He's rule."""
    known, own = skip_arms(depth), STARTS[start]
    names = ["plain", "residual"]
    if start == "ReLU by He's rule":
        names += [UNSCALED, "highway, gate -5"]
    return {name: own | known[name] for name in names}


def _before_training(data: str, depth: int, seeds, width: int, examples: int) -> dict:
    dataset = DATA[data]()
    size = dict(inputs=dataset.inputs.shape[1], outputs=10, depth=depth, width=width)

    def of_seed(seed: int) -> dict:
        rows, found = split(dataset, seed).train[:examples], {}
        for start in STARTS:
            for way, settings in ways(start, depth).items():
                net = training.seeded(training.mlp, seed=seed, **size, **settings)
                ratio, name = gradient_ratio(net, dataset, rows), f"{data}, {start}, {depth}, {way}"
                found |= {name: vanished(ratio), f"{name}, either way": -abs(ratio)}
                if "highway" not in way:
                    found[f"{name}, weights"] = vanished(relative_ratio(net, dataset, rows))
        return found

    return by_seed(of_seed, seeds)


LADDER_DEPTHS = (2, 8, 24, 48)
LADDER_RATES = grid(-5, 0, per_decade=2)  # 0.00316 to 1


def ladder_runs(seeds, *, depths=LADDER_DEPTHS, steps=400) -> Runs:
    """The training curves of every arm of the depth ladder at six learning rates."""
    parts = {
        depth: training.train(
            arms=skip_arms(depth), lr=list(LADDER_RATES),
            **on_digits(seeds, depth=[depth], steps=steps),
        )
        for depth in depths
    }  # fmt: skip
    return training.Runs.stack(parts, "depth")


def trained_slices(seeds, *, depths=LADDER_DEPTHS, steps=400, examples=256, side=51):
    """Loss slices around networks of the depth ladder, the first two seeds, tuned rates."""
    from lecture_helpers.networks.loss_slices import Slices

    rates = tuned("skip_connections.skips", tuned_skips)
    offsets, seeds = np.linspace(-1, 1, side), list(seeds)[:2]
    losses = [_slices_at(d, seeds, rates, steps, examples, offsets) for d in depths]
    axes = {"depth": list(depths), "model": list(SLICED), "seed": seeds}
    about = {"date": datetime.now(UTC).isoformat(), "steps": steps, "examples": examples}
    return Slices(axes, offsets, np.array(losses), about)


def _slices_at(depth, seeds, rates: Mapping, steps, examples, offsets) -> np.ndarray:
    """Losses (models, seeds, k, k) at one depth."""
    from lecture_helpers.networks.loss_slices import loss_slice, random_directions

    sliced = {arm: skip_arms(depth)[arm] for arm in SLICED}
    own = {arm: rates[f"digits, depth {depth}, {arm}"] for arm in SLICED}
    options = on_digits(seeds, depth=depth, steps=steps, record=2, checkpoints="last")
    runs, found = train_at(own, sliced, **options), []
    for arm, seed in ((a, s) for a in SLICED for s in seeds):
        net, rows = runs.module(arm=arm, seed=seed), split(digits(), seed).train[:examples]
        directions = random_directions(net, seed=seed)
        x, y = digits().inputs[rows], digits().targets[rows]
        found.append(loss_slice(net, x, y, directions, offsets, offsets))
    return np.array(found).reshape(len(SLICED), len(seeds), len(offsets), len(offsets))
