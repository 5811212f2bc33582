"""The experiments of lesson 1 that look into single networks: promises, gradients, test time."""

from itertools import product

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.claims.experiments.tuned_networks import DATA, on_data
from lecture_helpers.datasets import split
from lecture_helpers.networks.signal_propagation import propagate

PROMISES = (0.03, 0.3, 1.0)
LEVELS = {"digits": 1.0, "MNIST-1D": 1.8}  # well below ln(10), and reached early in training
NORMS, BOLD = ("none", "batch"), PROMISES[1:]
STAGES = {"fresh": BOLD, "matched": BOLD, "late": PROMISES}  # of a training: what is promised then
NETWORKS = {  # activation, depth, gain on He's weights, learning rate, norms, stages
    "depth 3": ("relu", 3, 1.0, 0.1, NORMS, STAGES),
    "depth 10": ("relu", 10, 1.0, 0.1, NORMS, STAGES),
    "tanh, depth 3": ("tanh", 3, 2**-0.5, 0.1, NORMS, {"matched": BOLD, "late": BOLD}),
    "tanh, depth 10": ("tanh", 10, 2**-0.5, 0.1, NORMS, {"matched": BOLD, "late": BOLD}),
    "sigmoid, depth 3": ("sigmoid", 3, 1.0, 1.0, ("none",), {"fresh": BOLD, "late": BOLD}),
}


def promise_kept(seeds, *, levels=LEVELS, networks=NETWORKS, steps=150, every=5) -> Record:
    """C1 and C5: the share of the promised decrease of the loss that one joint step delivers.

    "alone": what the same step delivers layer by layer, the other layers left where they are, all
    decreases added. "within": what is added to the promise, or if negative lost, when the layers
    move one at a time. "together": the same for what they deliver alone, when they move at once.

    ``networks`` of width 32: fresh, after ``steps`` updates ("late") and where their loss first
    falls below the data set's of ``levels`` ("matched"), which makes networks with and without
    batch norm comparable. Step and loss are those of 512 training examples in training mode, so
    that no sampling noise enters and the loss that is matched is the one the step is taken on. A
    seed that does not reach the level has failed: NaN. Shares are cut at -10 and 10; beside them,
    how many were.
    """
    found: dict[str, list] = {"promised": [1.0] * len(seeds)}
    beside = {}
    for data, name in product(levels, networks):
        activation, depth, gain, lr, norms, stages = networks[name]
        options = on_data(data, seeds, steps=steps, record=range(0, steps + 1, every), lr=lr)
        options |= {"depth": depth, "activation": activation, "gain": gain, "norm": list(norms)}
        runs = training.train(checkpoints=True, **options)
        for norm in norms:
            case, member = f"{data}, {norm}, {name}", runs.at(norm=norm)
            own = by_seed(
                lambda s, m=member, d=data, at=stages: _kept(m, d, s, levels[d], at), seeds
            )
            for key, values in own.items():
                if norm == "none" or not key.endswith(("alone", "within")):
                    (beside if ":" in key else found)[f"{case}, {key}"] = values
    return Record(tuple(seeds), found, extras=beside)


def _kept(runs, data: str, seed: int, level: float, stages) -> dict[str, float]:
    """Of one seed's network, what joint steps and the layers one at a time keep of a promise."""
    from lecture_helpers.networks.loss_along_gradient import along_gradient, one_layer_at_a_time

    rows = split(DATA[data](), seed).train[:512]
    batch = DATA[data]().inputs[rows], DATA[data]().targets[rows]
    steps = [int(step) for step in runs.weight_steps]
    below = (s for s in steps if _loss(runs.module(seed=seed, step=s), *batch) < level)
    found = {}
    for stage, promises in stages.items():
        step = next(below, None) if stage == "matched" else steps[0 if stage == "fresh" else -1]
        missing = np.full(len(promises), np.nan)
        loss, joint, alone = np.nan, missing, missing
        if step is not None:
            given = runs.module(seed=seed, step=step), *batch, np.array(promises)
            line = along_gradient(*given)
            loss, joint, alone = line.loss, _cut(line.kept), _cut(one_layer_at_a_time(*given))
        found[f"{stage}: loss"] = loss
        found[f"{stage}: shares that were cut"] = np.sum(np.abs([joint, alone]) == 10)
        for promise, together, apart in zip(promises, joint, alone, strict=True):
            case = f"{stage}, {promise:g}"
            found |= {case: together, f"{case}, alone": apart}
            found |= {f"{case}, within": apart - 1, f"{case}, together": together - apart}
    return found


def _cut(kept: np.ndarray) -> np.ndarray:
    return np.clip(np.nan_to_num(kept, nan=-10.0), -10, 10)


def _loss(network, inputs, targets) -> float:
    """The cross-entropy of a batch in training mode; the network is not used any more."""
    import torch

    with torch.no_grad():
        outputs = network.train()(torch.tensor(inputs, dtype=torch.float32))
        return float(torch.nn.functional.cross_entropy(outputs, torch.tensor(targets)))


RELU_GAINS = {
    "weights halved": 0.5, "weights times 0.9": 0.9, "He's rule": 1.0, "weights times 1.1": 1.1,
    "weights times 1.2": 1.2, "weights doubled": 2.0,
}  # fmt: skip
STARTS = {f"relu, {name}": ("relu", gain) for name, gain in RELU_GAINS.items()} | {
    "tanh, weights halved": ("tanh", 0.5 / 2**0.5), "tanh, LeCun's rule": ("tanh", 1 / 2**0.5),
    "tanh, weights times 1.2": ("tanh", 1.2 / 2**0.5),
    "tanh, weights times 4": ("tanh", 4 / 2**0.5),
    "sigmoid, He's rule": ("sigmoid", 1.0), "sigmoid, weights times 6": ("sigmoid", 6.0),
}  # fmt: skip
FAR = ("relu, weights halved", "relu, weights doubled", "tanh, weights halved",
       "tanh, weights times 4", "sigmoid, He's rule")  # fmt: skip
NEAR = ("relu, weights times 0.9", "relu, He's rule", "relu, weights times 1.1",
        "tanh, LeCun's rule", "tanh, weights times 1.2", "sigmoid, weights times 6")  # fmt: skip


def gradient_per_layer(
    seeds, *, data=("digits", "MNIST"), starts=STARTS, depth=20, width=128, batches=(256, 4)
) -> Record:
    """C6: log10 of the factor of the squared gradient per layer, and how far it is from 0.

    Fresh networks on one batch of the data, measured between the third layer and the third from
    last. ``starts`` maps a name to activation and gain on He's weights. "distance": the absolute
    value; "range": of the factors of all ReLU starts on the largest batch, the largest less the
    smallest. "no range": 0.
    """
    arms: dict[str, list] = {"no range": [0.0] * len(seeds)}
    for source, size in product(data, batches):
        found = by_seed(lambda seed, s=source, m=size: _factors(s, seed, starts, depth, width, m),
                        seeds)  # fmt: skip
        batch = f", batches of {size}"
        for name, values in found.items():
            arms[f"{source}, {name}{batch}"] = values
            arms[f"{source}, {name}{batch}: distance"] = [abs(f) for f in values]
        for norm in ("none", "batch") if size == max(batches) else ():
            own = [v for name, v in found.items() if name.startswith(f"{norm}: relu")]
            if own:
                arms[f"{source}, {norm}: range"] = np.ptp(own, axis=0).tolist()
    return Record(tuple(seeds), arms)


def _factors(source: str, seed: int, starts, depth: int, width: int, size: int) -> dict:
    data = DATA[source]()
    rows = np.random.default_rng([seed, 6]).choice(len(data), size, replace=False)
    sizes = {"inputs": data.inputs.shape[1], "outputs": 10, "depth": depth, "width": width}
    found = {}
    for (name, (activation, gain)), norm in product(starts.items(), ("none", "batch")):
        how = {"activation": activation, "gain": gain, "norm": norm}
        net = training.seeded(training.mlp, seed=seed, **sizes, **how)
        gradient = propagate(net, data.inputs[rows], seed=seed).gradient
        found[f"{norm}: {name}"] = float(2 * np.log10(gradient[2] / gradient[-3]) / (depth - 5))
    return found


SWITCHES = {  # other settings than batches of 64, 300 updates, rate 0.1, depth 4, width 32
    "batches of 64": {},
    "batches of 64, learning rate 1": {"lr": 1.0},
    "batches of 16": {"batch_size": 16},
    "batches of 4, 3,000 updates": {"batch_size": 4, "steps": 3000},
    "dropout of 0.5, width 128, 600 updates": {"dropout": 0.5, "width": 128, "steps": 600},
    "batches of 64, after 5 updates": {"steps": 5},
}
UNTRAINED = ("batches of 64, after 5 updates",)  # for which no floor is asked


def running_for_batch(
    seeds, *, data=("digits", "MNIST"), switches=SWITCHES, points=1.0, decades=0.1
) -> dict:
    """C20: test accuracy (per cent) and decades by which the test loss lies below 1, at the switch.

    "batch": with the statistics of all test examples at once, the best a batch can give. "running":
    with the averages that training kept, and an allowance of ``points`` of accuracy and ``decades``
    of loss added. "anew": as "running", with averages taken anew after training, over the training
    examples and without dropout. Dropout is off at test time in all of them. A seed has failed in
    all, NaN, whose loss with the batch's statistics stays above ln(10) / 2 (but for ``UNTRAINED``):
    what did not train has nothing to lose. So has an arm whose loss is not finite.
    """
    arms: dict[str, list] = {}
    for source, (name, changed) in product(data, switches.items()):
        settings = {"steps": 300, "depth": 4, "norm": "batch", "lr": 0.1, "record": 2} | changed
        runs = training.train(checkpoints="last", **on_data(source, seeds, **settings))
        found = {mode: [_at_test_time(runs, source, seed, mode) for seed in seeds]
                 for mode in ("batch", "running", "anew")}  # fmt: skip
        trained = [loss > -np.log10(np.log(10) / 2) for _, loss in found["batch"]]
        for mode, values in found.items():
            allowed = np.array([points, decades]) * (mode != "batch")
            kept = np.array(trained)[:, None] | (name in UNTRAINED)
            accuracy, loss = np.where(kept, np.array(values) + allowed, np.nan).T.tolist()
            arms |= {f"{source}, {name}: {mode}, accuracy": accuracy,
                     f"{source}, {name}: {mode}, loss": loss}  # fmt: skip
    return arms


def _at_test_time(runs, source: str, seed: int, mode: str) -> tuple[float, float]:
    import torch

    data = DATA[source]()
    parts = split(data, seed)
    net, inputs = runs.module(seed=seed), torch.tensor(data.inputs)
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm1d)]
    for norm in norms:
        norm.train(mode != "running")
        norm.momentum = None if mode == "anew" else norm.momentum
        if mode == "anew":
            norm.reset_running_stats()
    with torch.no_grad():
        if mode == "anew":
            net(inputs[parts.train])
            net.eval()
        outputs = net(inputs[parts.test])
    targets = torch.tensor(data.targets[parts.test])
    loss = float(torch.nn.functional.cross_entropy(outputs, targets))
    if not np.isfinite(loss):
        return np.nan, np.nan
    right = float((outputs.argmax(dim=1) == targets).float().mean())
    return 100 * right, -float(np.log10(loss))
