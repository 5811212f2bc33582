"""The experiments of lesson 1 that need networks or many batches; the claims name them."""

from itertools import product
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.claims.experiments.tuned_networks import best_rates, grid, on_digits, train_at
from lecture_helpers.datasets import digits, mnist1d, split
from lecture_helpers.networks.batch_normalization import batch_norm, batch_norm_backward, normalize
from lecture_helpers.networks.scalar_chain import (
    chain_after_step,
    chain_gradient,
    chain_orders,
    chain_weights,
)
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import final_accuracy, late_loss, trains

RATES = grid(-5, 3, per_decade=2)  # 0.00316 to 31.6


def faithful_steps(seeds, *, depths=(2, 10, 50), spreads=(0.0, 0.4, 0.8), tolerance=0.1) -> dict:
    """C4: log10 of the largest step that keeps the first-order promise to within 10 %.

    Per seed, over chains of three depths and three spreads of the weights: the most and the least
    tolerant chain, for one fixed step eps and for the slide's rule, whose "step" is delta / y.
    """

    def of_seed(seed: int) -> dict:
        chains = [chain_weights(d, s, seed) for d in depths for s in spreads]
        fixed = np.array([np.log10(_largest_faithful(w, tolerance)) for w in chains])
        slide = fixed + np.log10([float(np.sum(chain_gradient(w) ** 2)) for w in chains])
        return {
            "fixed, most tolerant": fixed.max(), "fixed, least tolerant": fixed.min(),
            "slide, most tolerant": slide.max(), "slide, least tolerant": slide.min(),
        }  # fmt: skip

    return by_seed(of_seed, seeds)


def _largest_faithful(w: np.ndarray, tolerance: float) -> float:
    """The first eps at which actual over promised leaves 1 -+ tolerance, on a fine grid."""
    steps = np.geomspace(1e-5, 10, 6001)
    kept = (1 - chain_after_step(w, 1.0, steps)) / (-chain_orders(w, 1.0, 1.0)[1] * steps)
    unfaithful = np.abs(kept - 1) > tolerance
    return float(steps[unfaithful.argmax()] if unfaithful.any() else steps[-1])


PROMISES = (0.03, 0.3, 1.0)


def promise_kept(seeds, *, depths=(3, 10), promises=PROMISES, steps=100, lr=0.1, matched=1.0):
    """C1 and C5: the share of the promised decrease of the loss that one joint step delivers.

    "alone": what the same step delivers layer by layer, the other layers left where they are, all
    decreases added. "together": what is missing from that when the layers move at once.

    ReLU networks of width 32 on the digits after ``steps`` updates, and where their training loss
    first falls below ``matched``, which makes networks with and without batch norm comparable. The
    step follows the gradient of 512 training examples, so that no sampling noise enters.
    """
    norms = ("none", "batch")
    runs = training.train(
        lr=lr, depth=list(depths), norm=list(norms), checkpoints=True,
        **on_digits(seeds, steps=steps, record=range(0, steps + 1, 5)),
    )  # fmt: skip

    def of_seed(seed: int) -> dict:
        found = {"promised": 1.0}
        for depth, norm in product(depths, norms):
            member = runs.at(depth=depth, norm=norm)
            loss = member.train_loss[list(seeds).index(seed)]
            when = {"late": steps, "matched": int(runs.steps[_first_below(loss, matched)])}
            for stage, step in when.items():
                kept = _kept(member, seed, step, promises)
                for promise, joint, alone in zip(promises, *kept, strict=True):
                    case = f"{norm}, depth {depth}, {stage}, {promise:g}"
                    found |= {case: joint, f"{case}, alone": alone}
                    found[f"{case}, together"] = alone - joint
        return found

    return by_seed(of_seed, seeds)


def _first_below(loss: np.ndarray, level: float) -> int:
    below = loss[2:] < level  # before, batch norm's running averages are not there yet
    return int(below.argmax()) + 2 if below.any() else len(loss) - 1


def _kept(runs, seed: int, step: int, promises) -> tuple[list[float], list[float]]:
    """What a joint step and what the layers one at a time keep of their promises."""
    from lecture_helpers.networks.loss_along_gradient import along_gradient, one_layer_at_a_time

    given = (runs.module(seed=seed, step=step), digits().inputs[:512], digits().targets[:512])
    found = (
        along_gradient(*given, np.array(promises)).kept,
        one_layer_at_a_time(*given, np.array(promises)),
    )
    return tuple(np.clip(np.nan_to_num(kept, nan=-10.0), -10, 10).tolist() for kept in found)


FLOWS = {
    "relu, He's rule": ("relu", 1.0), "relu, weights halved": ("relu", 0.5),
    "tanh, He's rule": ("tanh", 1.0), "sigmoid, He's rule": ("sigmoid", 1.0),
}  # fmt: skip


def gradient_per_layer(seeds, *, depth=20, width=128, batch_size=256) -> Record:
    """C6: how far the factor of the squared gradient per layer is from 1, as abs(log10 factor).

    Fresh networks on a batch of digits, measured between the third layer and the third from last.
    The closed form is kept beside it.
    """
    found = by_seed(lambda seed: _factors(seed, depth, width, batch_size), seeds)
    arms = {name: [abs(f) for f in values] for name, values in found.items()}
    extras = {f"{name}, signed": values for name, values in found.items()}
    return Record(tuple(seeds), arms, extras=extras)


def _factors(seed: int, depth: int, width: int, batch_size: int) -> dict[str, float]:
    rows = np.random.default_rng([seed, 6]).choice(len(digits()), batch_size, replace=False)
    sizes = {"inputs": 64, "outputs": 10, "depth": depth, "width": width}
    found = {}
    for (name, (activation, gain)), norm in product(FLOWS.items(), ("none", "batch")):
        how = {"activation": activation, "gain": gain, "norm": norm}
        net = training.seeded(training.mlp, seed=seed, **sizes, **how)
        gradient = propagate(net, digits().inputs[rows], seed=seed).gradient
        found[f"{norm}: {name}"] = float(2 * np.log10(gradient[2] / gradient[-3]) / (depth - 5))
    return found


def gaussian_after(seeds, *, sizes=(4, 16, 64, 256), values=1024, repeats=40) -> dict:
    """C13: how often a 5 % Kolmogorov-Smirnov test rejects "unit Gaussian" for normalised batches.

    Each test sees ``values`` normalised values of Gaussian batches of m examples. "allowed" is
    twice the level, so that the effect is how far the rate of rejection lies below it.
    """
    from scipy.stats import kstest

    def of_seed(seed: int) -> dict:
        found: dict = {"allowed": 0.1}
        for m in sizes:
            drawn = np.random.default_rng([seed, m]).normal(3, 2, (repeats, m, values // m))
            rejected = [kstest(normalize(x, 0.0).ravel(), "norm").pvalue < 0.05 for x in drawn]
            found[f"rejected, m = {m}"] = np.mean(rejected)
        return found

    return by_seed(of_seed, seeds)


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


DEEP = {
    f"{norm}, depth {depth}": {"depth": depth, "norm": norm}
    for depth in (2, 8, 24) for norm in ("none", "batch")
}  # fmt: skip


def depth_ladder(seeds, *, steps=300, tuned: Any = None) -> dict:
    """C7: log10 of the late training loss of ReLU networks on the digits, learning rate tuned."""
    runs = train_at(tuned, DEEP, **on_digits(seeds, steps=steps))
    return dict(zip(DEEP, late_loss(runs).tolist(), strict=True))


def tuned_depth_ladder(seeds) -> dict:
    """The learning rates of C7, tuned on the same late training loss with other seeds."""
    return best_rates(DEEP, RATES, late_loss, **on_digits(seeds, steps=300))


GAINS = grid(-5, 4, per_decade=3)  # 0.0215 to 21.5
GAIN_ARMS = ("none", "batch", "batch, lr x gain squared")


def gain_runs(seeds, *, gains=GAINS, rates=(0.1, 1.0), depth=4, steps=150, records=11):
    """The networks of every initial gain and learning rate: without, with batch norm, and with
    batch norm where the weights that feed it have their learning rate times the gain squared."""
    options = on_digits(seeds, steps=steps, record=records, depth=depth)
    parts = {}
    for gain in gains:
        scaled = {"lr_multipliers": {"hidden*.linear.weight": gain**2}}
        norms = ({"norm": "none"}, {"norm": "batch"}, {"norm": "batch"} | scaled)
        arms = dict(zip(GAIN_ARMS, norms, strict=True))
        parts[gain] = training.train(lr=list(rates), gain=[gain], arms=arms, **options)
    return training.Runs.stack(parts, "gain")


def gain_ladder(seeds, *, gains=GAINS, rates=(0.1, 1.0), depth=4, steps=150, records=11) -> dict:
    """C9: the share of ten initial gains at which a network trains, per learning rate."""
    runs = gain_runs(seeds, gains=gains, rates=rates, depth=depth, steps=steps, records=records)
    return {
        f"{arm}, lr {rate:g}": trains(runs.at(lr=rate, arm=arm)).mean(axis=0).tolist()
        for rate in rates for arm in GAIN_ARMS
    }  # fmt: skip


PLACES = {
    f"{activation}: {place}": {"activation": activation} | settings
    for activation in ("relu", "tanh", "sigmoid")
    for place, settings in {
        "none": {"norm": "none"},
        "before": {"norm": "batch"},
        "after": {"norm": "batch", "norm_place": "after"},
        "no gamma, beta": {"norm": "batch", "affine": False},
        "noise": {"norm": "batch", "noise": 0.5},
    }.items()
}


def placements(seeds, *, depth=5, steps=300, tuned: Any = None) -> dict:
    """C15 and C16: log10 of the late training loss by place, with and without gamma and beta.

    "none" has no norm at all; "noise" adds Gaussian noise after the norm (Santurkar et al. 2018).
    """
    runs = train_at(tuned, PLACES, **on_digits(seeds, steps=steps, depth=depth))
    return dict(zip(PLACES, late_loss(runs).tolist(), strict=True))


def tuned_placements(seeds) -> dict:
    """The learning rates of C15 and C16."""
    return best_rates(PLACES, RATES, late_loss, **on_digits(seeds, steps=300, depth=5))


REGULARISED = {
    f"{norm}, batch {batch}, dropout {dropout:g}": {
        "norm": norm, "batch_size": batch, "dropout": dropout,
    }
    for norm in ("none", "batch") for batch in (16, 256) for dropout in (0.0, 0.3)
}  # fmt: skip
EQUAL_PASSES = {
    f"{norm}, batch 256, equal passes": {"norm": norm, "batch_size": 256, "dropout": 0.0}
    for norm in ("none", "batch")
}  # fmt: skip
SLOW_RATES = grid(-4, 2, per_decade=2)  # 0.01 to 10


def _on_signals(seeds, **settings) -> dict:
    return {
        "build": training.mlp, "dataset": mnist1d(), "seeds": list(seeds), "depth": 2, "width": 64,
        "split": {"test": 2000, "validation": 1000, "train": 1000}, "progress": False,
    } | settings  # fmt: skip


def regularisation(seeds, *, steps=800, tuned: Any = None) -> dict:
    """C10 and C11: test accuracy in per cent on MNIST-1D, 1,000 training examples, equal steps.

    "dropout's gain" is the accuracy with dropout minus that without. "Equal passes": batches of
    256 for a sixteenth of the steps, so that they see no more examples than batches of 16.
    """
    arms = {}
    for group, updates in ((REGULARISED, steps), (EQUAL_PASSES, steps // 16)):
        runs = train_at(tuned, group, **_on_signals(seeds, steps=updates, record=3))
        arms |= zip(group, _percent(runs), strict=True)
    for norm, batch in product(("none", "batch"), (16, 256)):
        case = f"{norm}, batch {batch}"
        pairs = zip(arms[f"{case}, dropout 0.3"], arms[f"{case}, dropout 0"], strict=True)
        arms[f"dropout's gain, {case}"] = [dropped - plain for dropped, plain in pairs]
    return arms


def _percent(runs) -> list[list[float]]:
    return (100 * final_accuracy(runs)).tolist()


def tuned_regularisation(seeds) -> dict:
    """The learning rates of C10 and C11, tuned on the validation accuracy."""
    found = {}
    for arms, steps in ((REGULARISED, 800), (EQUAL_PASSES, 50)):
        options = _on_signals(seeds, steps=steps, record=3)
        found |= best_rates(arms, SLOW_RATES, lambda r: -100 * final_accuracy(r), **options)
    return found


SWITCHES = {
    "batches of 64": (64, False), "batches of 4": (4, False), "batches of 64, 5 steps": (64, True),
}  # fmt: skip


def switch_to_running(seeds, *, depth=4, steps=200, short=5, lr=0.1, allowance=1.0) -> dict:
    """C20: test accuracy in per cent with the batch's own statistics and with running averages.

    Read at the end of training, and after ``short`` steps, when the running averages still hold
    a good part of their initial values. The batch's statistics are those of all test examples, the
    best a batch can give. The running arm has an ``allowance`` of one point added, so that a loss
    of less than half a point is an effect of more than half.
    """
    arms = {}
    for name, (batch_size, early) in SWITCHES.items():
        options = on_digits(
            seeds, steps=short if early else steps, depth=depth, norm="batch", lr=lr
        )
        runs = training.train(batch_size=batch_size, checkpoints="last", **options)
        for mode, trained, extra in (("batch", True, 0.0), ("running", False, allowance)):
            found = [_test_accuracy(runs, s, trained) + extra for s in seeds]
            arms[f"{name}: {mode}"] = found
    return arms


def _test_accuracy(runs, seed: int, trained: bool) -> float:
    import torch

    rows = split(digits(), seed).test
    net = runs.module(seed=seed).train(trained)
    with torch.no_grad():
        guessed = net(torch.tensor(digits().inputs[rows])).argmax(dim=1).numpy()
    return float(100 * (guessed == digits().targets[rows]).mean())
