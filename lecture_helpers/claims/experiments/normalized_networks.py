"""The experiments of lesson 1 that need networks or many batches; the claims name them."""

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.training import final_accuracy, late_loss, trains

RATES = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-5, 4))  # 0.00316 to 31.6


def faithful_steps(seeds, *, depths=(2, 10, 50), spreads=(0.0, 0.4, 0.8), tolerance=0.1) -> dict:
    """C4: log10 of the largest step that keeps the first-order promise to within 10 %.

    Per seed, over chains of three depths and three spreads of the weights: the most and the least
    tolerant chain, for one fixed step eps and for the slide's rule, whose "step" is delta / y.
    """
    from lecture_helpers.networks.scalar_chain import chain_gradient, chain_weights

    arms = {f"{rule}, {which} tolerant": [] for rule in ("fixed", "slide") for which in ENDS}
    for seed in seeds:
        chains = [chain_weights(d, s, seed) for d in depths for s in spreads]
        fixed = np.array([np.log10(_largest_faithful(w, tolerance)) for w in chains])
        slide = fixed + np.log10([float(np.sum(chain_gradient(w) ** 2)) for w in chains])
        for rule, values in (("fixed", fixed), ("slide", slide)):
            arms[f"{rule}, most tolerant"].append(float(values.max()))
            arms[f"{rule}, least tolerant"].append(float(values.min()))
    return arms


ENDS = ("most", "least")


def _largest_faithful(w: np.ndarray, tolerance: float) -> float:
    """The first eps at which actual over promised leaves 1 -+ tolerance, on a fine grid."""
    from lecture_helpers.networks.scalar_chain import chain_after_step, chain_orders

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
    from lecture_helpers.datasets import digits
    from lecture_helpers.training import mlp, train

    runs = train(
        mlp, digits(), steps=steps, seeds=list(seeds), lr=lr, depth=list(depths), width=32,
        norm=["none", "batch"], record=range(0, steps + 1, 5), checkpoints=True, progress=False,
    )  # fmt: skip
    arms: dict = {"promised": [1.0] * len(seeds)}
    for depth, norm, seed in ((d, n, s) for d in depths for n in ("none", "batch") for s in seeds):
        member = runs.at(depth=depth, norm=norm)
        loss = member.train_loss[list(seeds).index(seed)]
        when = {"late": steps, "matched": int(runs.steps[_first_below(loss, matched)])}
        for stage, step in when.items():
            joint, alone = _kept(member, seed, step, promises)
            for promise, kept, own in zip(promises, joint, alone, strict=True):
                case = f"{norm}, depth {depth}, {stage}, {promise:g}"
                arms.setdefault(case, []).append(kept)
                arms.setdefault(f"{case}, alone", []).append(own)
                arms.setdefault(f"{case}, together", []).append(own - kept)
    return arms


def _first_below(loss: np.ndarray, level: float) -> int:
    below = loss[2:] < level  # before, batch norm's running averages are not there yet
    return int(below.argmax()) + 2 if below.any() else len(loss) - 1


def _kept(runs, seed: int, step: int, promises) -> tuple[list[float], list[float]]:
    """What a joint step and what the layers one at a time keep of their promises."""
    from lecture_helpers.datasets import digits
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
    arms, extras = {}, {}
    for name, (activation, gain) in FLOWS.items():
        for norm in ("none", "batch"):
            found = [_factor(s, depth, width, batch_size, activation, gain, norm) for s in seeds]
            arms[f"{norm}: {name}"] = [abs(f) for f in found]
            extras[f"{norm}: {name}, signed"] = found
    return Record(tuple(seeds), arms, extras=extras)


def _factor(seed, depth, width, batch_size, activation, gain, norm) -> float:
    from lecture_helpers.datasets import digits
    from lecture_helpers.networks.signal_propagation import propagate
    from lecture_helpers.training import mlp, seeded

    rows = np.random.default_rng([seed, 6]).choice(len(digits()), batch_size, replace=False)
    sizes = {"inputs": 64, "outputs": 10, "depth": depth, "width": width}
    net = seeded(mlp, seed=seed, **sizes, activation=activation, gain=gain, norm=norm)
    gradient = propagate(net, digits().inputs[rows], seed=seed).gradient
    return float(2 * np.log10(gradient[2] / gradient[-3]) / (depth - 5))


def gaussian_after(seeds, *, sizes=(4, 16, 64, 256), values=1024, repeats=40) -> dict:
    """C13: how often a 5 % Kolmogorov-Smirnov test rejects "unit Gaussian" for normalised batches.

    Each test sees ``values`` normalised values of Gaussian batches of m examples. "allowed" is
    twice the level, so that the effect is how far the rate of rejection lies below it.
    """
    from scipy.stats import kstest

    from lecture_helpers.networks.batch_normalization import normalize

    arms = {"allowed": [0.1] * len(seeds)}
    for m, seed in ((m, s) for m in sizes for s in seeds):
        rng = np.random.default_rng([seed, m])
        drawn = rng.normal(3, 2, (repeats, m, values // m))
        rejected = [kstest(normalize(x, 0.0).ravel(), "norm").pvalue < 0.05 for x in drawn]
        arms.setdefault(f"rejected, m = {m}", []).append(float(np.mean(rejected)))
    return arms


def backward_pass(seeds, *, batches=20, h=1e-5) -> Record:
    """C14 and C18: the backward formulas against central differences of the forward pass."""
    tolerances = {f"gradient of {name}": 1e-6 for name in ("x", "gamma", "beta")}
    arms = {check: [_worst_gap(s, batches, check[12:], h) for s in seeds] for check in tolerances}
    return Record(tuple(seeds), arms, tolerances)


def _worst_gap(seed: int, batches: int, name: str, h: float) -> float:
    return max(_gradient_gap(seed, k, name, h) for k in range(batches))


def _gradient_gap(seed: int, k: int, name: str, h: float) -> float:
    from lecture_helpers.networks.batch_normalization import batch_norm, batch_norm_backward

    rng = np.random.default_rng([seed, k])
    m, units = int(rng.integers(2, 20)), int(rng.integers(1, 6))
    given = {"x": rng.normal(size=(m, units)) * 2, "gamma": rng.normal(size=units),
             "beta": rng.normal(size=units)}  # fmt: skip
    dy, eps = rng.normal(size=(m, units)), 1e-2
    way = rng.normal(size=given[name].shape)
    up, down = (given | {name: given[name] + s * h * way} for s in (1, -1))
    numeric = (dy * (batch_norm(**up, eps=eps) - batch_norm(**down, eps=eps))).sum() / (2 * h)
    gradients = dict(zip(("x", "gamma", "beta"), batch_norm_backward(
        dy, given["x"], given["gamma"], eps), strict=True))  # fmt: skip
    exact = float((gradients[name] * way).sum())
    return abs(numeric - exact) / (1 + abs(exact))


def _tuned_rates(arms: dict, rates, measure, **options) -> dict[str, float]:
    """Each arm's best learning rate by ``measure`` (smaller is better) on the validation split."""
    from lecture_helpers.training import train

    runs = train(arms=arms, lr=list(rates), eval_on="validation", progress=False, **options)
    table = {arm: measure(runs.at(arm=arm)) for arm in arms}
    return {
        arm: best_on_grid({r: row.tolist() for r, row in zip(rates, rows, strict=True)})
        for arm, rows in table.items()
    }


def _trained(arms: dict, tuned: dict, **options):
    from lecture_helpers.training import train

    with_rates = {arm: settings | {"lr": tuned[arm]} for arm, settings in arms.items()}
    return train(arms=with_rates, progress=False, **options)


def _by_arm(values: np.ndarray, arms: dict) -> dict[str, list[float]]:
    return {arm: [float(v) for v in row] for arm, row in zip(arms, values, strict=True)}


def _on_digits(seeds, **settings) -> dict:
    from lecture_helpers.datasets import digits
    from lecture_helpers.training import mlp

    return {"build": mlp, "dataset": digits(), "seeds": list(seeds), "width": 32} | settings


DEEP = {
    f"{norm}, depth {depth}": {"depth": depth, "norm": norm}
    for depth in (2, 8, 24) for norm in ("none", "batch")
}  # fmt: skip


def depth_ladder(seeds, *, steps=300, tuned=None) -> dict:
    """C7: log10 of the late training loss of ReLU networks on the digits, learning rate tuned."""
    runs = _trained(DEEP, tuned, **_on_digits(seeds, steps=steps))
    return _by_arm(late_loss(runs), DEEP)


def tuned_depth_ladder(seeds) -> dict:
    """The learning rates of C7, tuned on the same late training loss with other seeds."""
    return _tuned_rates(DEEP, RATES, late_loss, **_on_digits(seeds, steps=300))


GAINS = tuple(float(f"{10 ** (k / 3):.3g}") for k in range(-5, 5))  # 0.0215 to 21.5
GAIN_ARMS = ("none", "batch", "batch, lr x gain squared")


def gain_runs(seeds, *, gains=GAINS, rates=(0.1, 1.0), depth=4, steps=150, records=11):
    """The networks of every initial gain and learning rate: without, with batch norm, and with
    batch norm where the weights that feed it have their learning rate times the gain squared."""
    from lecture_helpers.training import train

    options = _on_digits(seeds, steps=steps, record=records, depth=depth, progress=False)
    parts = [
        train(
            lr=list(rates),
            gain=[gain],
            **options,
            arms={
                "none": {"norm": "none"},
                "batch": {"norm": "batch"},
                GAIN_ARMS[2]: {
                    "norm": "batch",
                    "lr_multipliers": {"hidden*.linear.weight": gain**2},
                },
            },
        )
        for gain in gains
    ]
    return joined_runs(parts, "gain")


def joined_runs(parts: list, axis: str):
    """Runs that differ in one axis of one value each, as one record with that axis."""
    from dataclasses import replace

    first, at = parts[0], list(parts[0].axes).index(axis)
    arrays = ("train_loss", "eval_loss", "accuracy", "diverged_at")
    others = dict.fromkeys(("stopped_at", "weights", "buffers", "layout_of", "mislabelled"))
    values = [part.axes[axis][0] for part in parts]
    seconds = sum(part.provenance["seconds"] for part in parts)
    return replace(
        first,
        axes=first.axes | {axis: values},
        settings=first.settings | {axis: values},
        provenance=first.provenance | {"seconds": seconds},
        **others,
        **{n: np.concatenate([getattr(part, n) for part in parts], axis=at) for n in arrays},
    )


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


def placements(seeds, *, depth=5, steps=300, tuned=None) -> dict:
    """C15 and C16: log10 of the late training loss by place, with and without gamma and beta.

    "none" has no norm at all; "noise" adds Gaussian noise after the norm (Santurkar et al. 2018).
    """
    runs = _trained(PLACES, tuned, **_on_digits(seeds, steps=steps, depth=depth))
    return _by_arm(late_loss(runs), PLACES)


def tuned_placements(seeds) -> dict:
    """The learning rates of C15 and C16."""
    return _tuned_rates(PLACES, RATES, late_loss, **_on_digits(seeds, steps=300, depth=5))


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
SLOW_RATES = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-4, 3))  # 0.01 to 10


def _on_signals(seeds, **settings) -> dict:
    from lecture_helpers.datasets import mnist1d
    from lecture_helpers.training import mlp

    return {
        "build": mlp, "dataset": mnist1d(), "seeds": list(seeds), "depth": 2, "width": 64,
        "split": {"test": 2000, "validation": 1000, "train": 1000},
    } | settings  # fmt: skip


def regularisation(seeds, *, steps=800, tuned=None) -> dict:
    """C10 and C11: test accuracy in per cent on MNIST-1D, 1,000 training examples, equal steps.

    "dropout's gain" is the accuracy with dropout minus that without. "Equal passes": batches of
    256 for a sixteenth of the steps, so that they see no more examples than batches of 16.
    """
    runs = _trained(REGULARISED, tuned, **_on_signals(seeds, steps=steps, record=3))
    arms = _by_arm(100 * final_accuracy(runs), REGULARISED)
    few = _trained(EQUAL_PASSES, tuned, **_on_signals(seeds, steps=steps // 16, record=3))
    arms |= _by_arm(100 * final_accuracy(few), EQUAL_PASSES)
    for case in (f"{norm}, batch {batch}" for norm in ("none", "batch") for batch in (16, 256)):
        pairs = zip(arms[f"{case}, dropout 0.3"], arms[f"{case}, dropout 0"], strict=True)
        arms[f"dropout's gain, {case}"] = [dropped - plain for dropped, plain in pairs]
    return arms


def tuned_regularisation(seeds) -> dict:
    """The learning rates of C10 and C11, tuned on the validation accuracy."""
    found = {}
    for arms, steps in ((REGULARISED, 800), (EQUAL_PASSES, 50)):
        options = _on_signals(seeds, steps=steps, record=3)
        found |= _tuned_rates(arms, SLOW_RATES, lambda r: -100 * final_accuracy(r), **options)
    return found


SWITCHES = {
    "batches of 64": {"batch_size": 64}, "batches of 4": {"batch_size": 4},
    "batches of 64, 5 steps": {"batch_size": 64, "short": True},
}  # fmt: skip


def switch_to_running(seeds, *, depth=4, steps=200, short=5, lr=0.1, allowance=1.0) -> dict:
    """C20: test accuracy in per cent with the batch's own statistics and with running averages.

    Read at the end of training, and after ``short`` steps, when the running averages still hold
    a good part of their initial values. The batch's statistics are those of all test examples, the
    best a batch can give. The running arm has an ``allowance`` of one point added, so that a loss
    of less than half a point is an effect of more than half.
    """
    from lecture_helpers.training import train

    arms = {}
    for name, how in SWITCHES.items():
        last = short if how.get("short") else steps
        runs = train(
            **_on_digits(
                seeds,
                steps=last,
                depth=depth,
                norm="batch",
                lr=lr,
                batch_size=how["batch_size"],
                checkpoints="last",
                progress=False,
            )
        )
        for mode, training, extra in (("batch", True, 0.0), ("running", False, allowance)):
            found = [_test_accuracy(runs, s, training) + extra for s in seeds]
            arms[f"{name}: {mode}"] = found
    return arms


def _test_accuracy(runs, seed: int, training: bool) -> float:
    import torch

    from lecture_helpers.datasets import digits, split

    rows = split(digits(), seed).test
    net = runs.module(seed=seed).train(training)
    with torch.no_grad():
        guessed = net(torch.tensor(digits().inputs[rows])).argmax(dim=1).numpy()
    return float(100 * (guessed == digits().targets[rows]).mean())
