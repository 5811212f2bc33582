"""The training engine beside a loop over nn.Module and torch.optim.SGD, one thread, batch 64."""

import time

import numpy as np
import torch
import torch.nn.functional as F

from lecture_helpers.datasets import digits
from lecture_helpers.training import cross_entropy, mlp
from lecture_helpers.training._grid import members_of
from lecture_helpers.training._trainees import Planner
from lecture_helpers.training.training_loop import ensembles_of, one_thread_and_room

BATCH, ROUNDS, SECONDS = 64, 12, 0.1
OPTIONS = dict(
    batch_size=BATCH, lr=0.01, optimizer="sgd", momentum=0.9, weight_decay=0.0, schedule="constant",
    label_noise=0.0, lr_multipliers=None, batches=None, example_weights=None, init_from=None,
    init_names="*",
)  # fmt: skip


def engine(members: int, **settings):
    """One update of an ensemble, in turn: as ``train`` makes them, 50 of one, then the next."""
    planner = Planner(mlp, digits(), None, "test", cross_entropy)
    trainees = [
        planner.trainee(m) for m in members_of({}, list(range(members)), OPTIONS | settings, {})
    ]
    ensemble, step = list(ensembles_of(trainees, digits(), cross_entropy, 50)), 0

    def update():
        nonlocal step
        ensemble[step // 50 % len(ensemble)].update(step % 50)
        step += 1

    return update, members / len(ensemble)


def loop(**settings):
    """One update of one member, as a loop over members would make it."""
    net = mlp(64, 10, **settings)
    descent = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    inputs, labels = torch.tensor(digits().inputs), torch.tensor(digits().targets)
    order, step = torch.randint(len(inputs), (50, BATCH)), 0

    def update():
        nonlocal step
        batch = order[step % 50]
        step += 1
        descent.zero_grad()
        F.cross_entropy(net(inputs[batch]), labels[batch]).backward()
        descent.step()

    return update


def best_seconds(*updates) -> list[float]:
    """Processor seconds of one call of each, the best of several rounds in turn."""
    best = [np.inf] * len(updates)
    for _ in range(ROUNDS):
        for k, update in enumerate(updates):
            update()
            started, calls = time.process_time(), 0
            while (spent := time.process_time() - started) < SECONDS:
                update()
                calls += 1
            best[k] = min(best[k], spent / calls)
    return best


def matrix_rate() -> float:
    """Floating-point operations a second in one large matrix product."""
    a = torch.ones(1024, 1024)
    return 2 * 1024**3 / best_seconds(lambda: a @ a)[0]


def operations(depth: int, width: int) -> int:
    """Operations in the matrix products of one update of one network, backward included."""
    first, hidden, last = 64 * width, (depth - 1) * width**2, 10 * width
    return 2 * BATCH * (2 * first + 3 * hidden + 3 * last)


def print_table() -> None:
    rate = matrix_rate()
    print(
        f"One thread, batch {BATCH}, SGD with momentum; matrix products: {rate / 1e9:.0f} Gflop/s."
    )
    print("depth width norm  members | engine, loop: us/update of one member | times faster | rate")
    rows = [(d, w, "none", m) for d in (2, 10) for w in (32, 64) for m in (1, 8, 64)]
    rows += [(2, 32, "batch", 64), (10, 64, "batch", 64), (10, 64, "layer", 64)]
    for depth, width, norm, members in rows:
        settings = dict(depth=depth, width=width, norm=norm)
        update, at_once = engine(members, **settings)
        together, alone = best_seconds(update, loop(**settings))
        ours = together / at_once
        share = operations(depth, width) / ours / rate
        print(
            f"{depth:5} {width:5} {norm:5} {members:7} | {1e6 * ours:8.0f} {1e6 * alone:8.0f} | "
            f"{alone / ours:5.1f} | {share:4.0%}"
        )


def main() -> None:
    with one_thread_and_room():
        print_table()


if __name__ == "__main__":
    main()
