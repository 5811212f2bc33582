"""A move of the network explorer beside a loop over state dicts with torch's own averaging."""

import time

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, update_bn

from lecture_helpers.datasets import mnist1d, split
from lecture_helpers.optimization.polyak_averaging import exponential_average
from lecture_helpers.training import mlp, stored_paths, train

SIZES, SHOWN = {"test": 1000, "validation": 500}, np.arange(1, 80, 3)


def stored_runs():
    """A run with 80 stored networks, as in lesson 3."""
    return train(
        mlp, mnist1d(), steps=1600, lr=[0.1], seeds=[0], depth=2, width=40, norm="batch",
        momentum=0.9, split=SIZES, record=2, checkpoints=20, progress=False,
    )  # fmt: skip


def by_state_dicts(networks, alpha, inputs, targets, parts) -> np.ndarray:
    """The accuracies that a loop over networks gives: average, update_bn, evaluate."""
    average, found = AveragedModel(networks[0], avg_fn=get_ema_avg_fn(alpha)), []
    test, loader = inputs[parts.test], [inputs[parts.train[:500]]]
    for k, network in enumerate(networks):
        average.update_parameters(network)
        if k in SHOWN:
            update_bn(loader, average.module)
            average.module.eval()
            with torch.no_grad():
                answers = average.module(test).argmax(dim=1)
            found.append(float((answers == targets[parts.test]).double().mean()))
    return np.array(found)


def seconds(function, alphas) -> list[float]:
    """How long each call took."""
    found = []
    for alpha in alphas:
        started = time.perf_counter()
        function(alpha)
        found.append(time.perf_counter() - started)
    return found


def main() -> None:
    """Alternate both ways over ten settings of alpha and print medians."""
    torch.set_num_threads(1)
    runs, data, parts = stored_runs(), mnist1d(), split(mnist1d(), 0, **SIZES)
    (path,) = stored_paths(runs, data, parts, shown=SHOWN).values()
    networks = [runs.module(seed=0, step=k, lr=0.1) for k in runs.weight_steps[1:]]
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    ours, theirs = [], []
    for alpha in np.linspace(0.1, 0.98, 10):
        theirs += seconds(lambda a: by_state_dicts(networks, a, inputs, targets, parts), [alpha])
        ours += seconds(
            lambda a: path.accuracy(lambda w: exponential_average(w, a, "first")), [alpha]
        )
    same = by_state_dicts(networks, 0.9, inputs, targets, parts)
    apart = np.abs(path.accuracy(lambda w: exponential_average(w, 0.9, "first")) - same).max()
    one, other = np.median(ours), np.median(theirs)
    print(f"stored weights, one move: {1000 * one:.0f} ms")
    print(f"loop over networks with AveragedModel and update_bn: {1000 * other:.0f} ms")
    print(f"ratio {other / one:.1f}; accuracies differ by at most {100 * apart:.2f} points")


if __name__ == "__main__":
    main()
