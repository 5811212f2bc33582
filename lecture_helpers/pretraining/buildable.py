"""A network that a hand builds while it trains: layers added, frozen and thawed, heads dropped."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor, nn

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.schedules import Schedule, as_schedule
from lecture_helpers.foundation.validation import any_array, few, instance, many, mapping, one_of
from lecture_helpers.training import Live, LiveRun, live, mlp

BELOW = ("frozen", "trained")
OUTPUT = ("new", "kept")
OF_THE_NETWORK = ("layers", "below", "output")  # controls whose change starts the second clock


class Buildable(nn.Module):
    """The hidden layers and the output of an ``mlp``: the lowest ``layers`` and the output answer.

    The layers that do not stand yet are there with their weights, but nothing passes through them.

    Raises:
        ValueError: fewer than one layer, or more than the network has.
    """

    def __init__(self, network: nn.Sequential, layers: int):
        super().__init__()
        self.layers = one_of(range(1, len(network)), layers=layers)
        for name, layer in network.named_children():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        for k in range(1, self.layers + 1):
            x = self.get_submodule(f"hidden{k}")(x)
        return self.get_submodule("output")(x)


def buildable(
    inputs: int, outputs: int, *, depth=6, layers=1, heads=0, **network
) -> Buildable:  # fmt: skip
    """An ``mlp`` of ``depth`` hidden layers, of which ``layers`` stand; ``network`` as there.

    ``heads`` are the outputs thrown away before; the network as it is drawn does not depend on it.
    """
    many(least=0, heads=heads)
    made = mlp(inputs, outputs, depth=few(depth=depth), **network)
    return Buildable(made, layers)


def build_by_hand(
    dataset: Dataset, *, beside: Mapping[str, Mapping], depth: int = 6, **settings
) -> Live:
    """A live training of a network "by hand", and ``beside`` it others of the whole depth.

    ``beside`` maps their names to their own settings; all their layers stand and train from the
    start, from the same initial weights. ``settings`` are those of ``live`` and ``mlp``. To be
    asked through ``built_by_hand``. Frozen means a factor 0 of the learning rate: no weight moves,
    but a gradient is still computed, and momentum goes on to remember it.
    """

    depth = few(depth=depth)

    def multipliers(layers: int, below: str) -> dict[str, float]:
        return {f"hidden{k}.*": float(below == "trained" or k >= layers)
                for k in range(1, depth + 1)}  # fmt: skip

    whole_depth = dict(layers=depth, heads=0, lr_multipliers=None)
    beside = {n: mapping(beside=own) for n, own in mapping(beside=beside).items()}
    arms = {"by hand": {}, **{name: whole_depth | dict(own) for name, own in beside.items()}}
    return live(
        buildable, dataset, arms=arms, depth=depth, attributes=("layers",),
        redraw={"heads": "output.*"}, lr_multipliers=multipliers, **settings,
    )  # fmt: skip


def built_by_hand(training: Live, step: int, *, layers, below, output, **controls) -> LiveRun:
    """The run of ``build_by_hand`` after ``step`` updates; every control a value or a schedule.

    layers: how many hidden layers stand. below: "frozen" or "trained", those under the topmost.
    output: "new", drawn anew whenever ``layers`` changes, and at once when it was "kept" before.
    A layer that was taken away and comes back has the weights with which it went.

    Raises:
        ValueError: a value or a schedule that is not accepted, more layers than there are.
    """
    most = instance(Live, training=training).every["depth"]
    own = {
        "layers": as_schedule(layers=layers, accept=lambda v: one_of(range(1, most + 1), layers=v)),
        "below": as_schedule(below=below, accept=lambda v: one_of(BELOW, below=v)),
        "output": as_schedule(output=output, accept=lambda v: one_of(OUTPUT, output=v)),
    }
    heads = heads_dropped(own["layers"], own["output"])
    run = training.at(step, layers=own["layers"], below=own["below"], heads=heads, **controls)
    told = {n: s for n, s in run.schedules.items() if n != "heads"}
    return replace(run, schedules=told | {"output": own["output"].until(run.step + 1)})


def heads_dropped(layers: Schedule, output: Schedule) -> Schedule:
    """How many outputs have been thrown away: what is "new" when a layer comes or goes.

    >>> layers, output = Schedule(((0, 1), (50, 2), (90, 3))), Schedule(((0, "new"), (70, "kept")))
    >>> heads_dropped(layers, output)
    [(0, 0), (50, 1)]
    """
    grown = {step for step, _, _ in layers.changes() if output.at(step) == "new"}
    asked = {step for step, _, after in output.changes() if after == "new"}
    return Schedule(((0, 0), *((step, n) for n, step in enumerate(sorted(grown | asked), 1))))


def stages(run: LiveRun) -> list[tuple[int, int]]:
    """(begin, end) in updates of every stretch in which the network was not changed.

    A change of the learning rate is none of the network. The last one ends at ``run.step``.
    """
    turns = {step for step, name, _, _ in run.changes if name in OF_THE_NETWORK}
    now = {step for name in OF_THE_NETWORK
           for step, _, _ in run.schedules[name].changes(run.step + 1)}  # fmt: skip
    begins = sorted({0} | turns | now)
    return list(zip(begins, [*begins[1:], run.step], strict=True))


def on_second_clock(run: LiveRun, curves: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """For every stretch: the updates since it began (n,), and ``curves`` (seeds, n) in it.

    ``curves`` is (seeds, records). What was recorded before the first update of a stretch belongs
    to the one before.
    """
    instance(LiveRun, run=run)
    curves, parts = any_array(curves=curves), []
    if curves.ndim != 2 or curves.shape[1] != len(run.steps):
        raise ValueError(
            f"curves must have shape (seeds, {len(run.steps)}), one column for each record, "
            f"not {curves.shape}."
        )
    for begin, end in stages(run):
        within = (run.steps > begin) & (run.steps <= end)
        parts.append((run.steps[within] - begin, curves[:, within]))
    return parts


def states(run: LiveRun) -> dict[str, str]:
    """Every layer with "trained", "frozen" or "absent" in the next update, from the inputs up."""
    top, below = instance(LiveRun, run=run).now["layers"], run.now["below"]
    depth = sum(name.startswith("hidden") for name in run.layers)
    hidden = {
        f"hidden {k}": "absent" if k > top else "trained" if k == top else below
        for k in range(1, depth + 1)
    }
    return hidden | {"output": "trained"}


def ways(run: LiveRun) -> set[str]:
    """What has been done so far with the layers below the topmost, of "frozen" and "trained"."""
    layers, below = run.schedules["layers"], run.schedules["below"]
    turns = {step for s in (layers, below) for step, _ in s.entries if step < run.step}
    return {below.at(step) for step in turns if layers.at(step) > 1}


def facts(run: LiveRun) -> dict:
    """Of a reading: step, since (the last change), layers, ways and story."""
    instance(LiveRun, run=run)
    return dict(
        step=run.step, since=run.step - stages(run)[-1][0], layers=run.now["layers"],
        ways=ways(run), story=run.story,
    )  # fmt: skip
