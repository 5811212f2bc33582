"""A training that goes on while its settings are in somebody's hands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import nn

from lecture_helpers.datasets import dataset as data
from lecture_helpers.foundation.budget import current_budget
from lecture_helpers.foundation.schedules import Schedule, as_schedule
from lecture_helpers.foundation.validation import (
    instance,
    listed,
    many,
    mapping,
    one_of,
    positive,
    shown,
    switch,
)
from lecture_helpers.training._grid import Member, axes_of, members_of, seeds_of
from lecture_helpers.training._history import checkpoint_steps, record_steps
from lecture_helpers.training._live_track import MEBIBYTE, Plan, Track
from lecture_helpers.training._losses import loss_of
from lecture_helpers.training._steering import OFFERED, Rules
from lecture_helpers.training._trainees import Planner
from lecture_helpers.training.live_run import LiveRun
from lecture_helpers.training.training_loop import one_thread_and_room


def live(
    build: Callable[..., nn.Module], dataset: data.Dataset, *, steps: int = 600,
    batch_size=64, seeds: int | Iterable[int] = 4, lr=0.1, optimizer="sgd", momentum=0.0,
    weight_decay=0.0, lr_multipliers: Mapping | Callable | None = None, label_noise: float = 0.0,
    loss: str | Callable | None = None, batch: Callable | None = None,
    split: Mapping | Callable | None = None, arms: Mapping[str, Mapping] | None = None,
    attributes: Sequence[str] = (), redraw: Mapping[str, str | Sequence[str]] | None = None,
    record: int | Iterable[int] = 31,
    measured: int | None = None, watch: bool = False, checkpoints: bool | int | str = False,
    eval_on: str = "test", memory: float = 64.0, **settings,
) -> "Live":  # fmt: skip
    """A training whose ``at(step, lr=..., ...)`` trains what is missing and remembers the rest.

    The options are those of ``train``, with which it shares data, initial weights and order of the
    examples, so that a run with one setting is the same run. ``lr``, ``momentum``,
    ``weight_decay``, ``batch_size`` and ``optimizer`` are controls of all arms that do not set
    them; so are the network's settings named in ``attributes``, which the module holds under that
    name. Any option may be a function whose parameters name controls:
    ``lr_multipliers=lambda thawed: {"hidden*": float(thawed)}``. ``batch`` chooses the examples of
    one update: it is asked for what its parameters name among seed, step, train, labels,
    batch_size, rng and controls.
    ``redraw`` says which parameters are drawn anew when a control changes. ``measured`` are the
    examples of each split on which losses are recorded, by default all; ``watch`` notes what every
    layer does. States to go back to take at most ``memory`` MiB.

    Raises:
        ValueError: an argument that is not accepted, in one sentence.
    """
    given = locals()
    instance(data.Dataset, dataset=dataset)
    options = ("lr", "batch_size", "optimizer", "momentum", "weight_decay", "lr_multipliers",
               "label_noise", "batch")  # fmt: skip
    fixed = dict(schedule="constant", example_weights=None, batches=None, init_from=None,
                 init_names="*")  # fmt: skip
    every = {name: given[name] for name in options} | fixed | settings
    attributes = listed(attributes=attributes)
    patterns = {
        name: [p] if isinstance(p, str) else listed(redraw=p)
        for name, p in ({} if redraw is None else mapping(redraw=redraw)).items()
    }
    return Live(
        Planner(build, dataset, split, eval_on, loss_of(loss, dataset)),
        axes_of(every, arms), seeds_of(seeds), every, arms or {},
        steps=many(steps=steps), record=record, checkpoints=checkpoints,
        measured=None if measured is None else many(measured=measured), watch=switch(watch=watch),
        attributes=attributes, redraw=patterns, memory=positive(memory=memory),
    )  # fmt: skip


class Live:
    """See ``live``. It remembers the course that it is on and the one that was left last."""

    def __init__(self, planner: Planner, axes: dict, seeds: list[int], every: Mapping,
                 arms: Mapping, *, steps, record, checkpoints, measured, watch, attributes,
                 redraw, memory):  # fmt: skip
        self.axes, self.seeds, self.every, self.arms = axes, seeds, every, arms
        self.steps, self.planner, self.memory = steps, planner, memory
        members = members_of(axes, seeds, every, arms)
        rules = [Rules(m.settings, {*axes, *self._own(m)}, attributes) for m in members]
        for own in rules:
            own.check()
            planner.build_settings({n: v for n, v in own.given.items() if n != "loss"})
        record_at = record_steps(record, steps)
        keep_at = checkpoint_steps(checkpoints, record_at, steps)
        self.plan = Plan(planner, members, rules, steps, record_at, keep_at, measured, watch,
                         redraw, memory * MEBIBYTE)  # fmt: skip
        self.controls = self._controls(attributes)
        self._tracks: list[Track] = []

    @property
    def made(self) -> int:
        """The updates made with the schedules that were asked for last."""
        return self._tracks[-1].made if self._tracks else 0

    @property
    def size(self) -> int:
        """Bytes that are held to go back and to show the past."""
        return sum(track.size for track in self._tracks)

    def _own(self, member: Member) -> Mapping:
        if not self.arms:
            return {}
        return self.arms[self.axes["arm"][member.place[-2]]]

    def _controls(self, attributes: list[str]) -> dict[str, Any]:
        """Name to start of everything that may be steered; None where only a hand gives it."""
        plain = {n: v for n, v in self.every.items() if n not in self.axes and not callable(v)}
        for name in attributes:
            one_of(sorted(self.planner.build_takes - {"inputs", "outputs"}), attributes=name)
        asked = set().union(self.plan.redraw, *(own.controls for own in self.plan.rules))
        own = [*(name for name in OFFERED if name in plain), *attributes]
        return {name: plain.get(name) for name in (*own, *sorted(asked))}

    def __repr__(self) -> str:
        return f"Live training of {len(self.plan.members)} networks, up to {self.steps} steps"

    def at(self, step: int, **controls) -> LiveRun:
        """The run after ``step`` updates under these controls, each a value or a schedule.

        A schedule is ``[(0, 0.1), (120, 0.01)]``: what the control is from which step on. What is
        not given stays at its start. Within a ``Budget`` that ends early the run is shorter.

        Raises:
            ValueError: an unknown control, a value or a schedule that is not accepted, a step
                that is none of 0 to ``steps``.
        """
        if many(least=0, step=step) > self.steps:
            raise ValueError(f"step must be at most {self.steps}, not {shown(step)}.")
        wanted = self._wanted(controls)
        with one_thread_and_room():
            if not self._tracks:
                self._tracks = [Track(self.plan, wanted)]
            self._check_batches(wanted)
            track = self._track(int(step), wanted)
            reached = track.train_to(int(step), wanted)
        if reached < step:  # as far as any course has come on this way
            track = max(self._tracks, key=lambda t: t.shared(wanted))
            reached = track.shared(wanted)
            current_budget().stop_at(reached)
        return self._run(track, reached, wanted)

    def _track(self, step: int, wanted: dict[str, Schedule]) -> Track:
        """The course that has most of this one; before it loses anything, the other one goes."""
        track = max(self._tracks, key=lambda t: (t.shared(wanted), -t.made))
        shared = track.shared(wanted)
        if shared < min(step, track.made) and not track.alone:
            others = [t for t in self._tracks if t is not track]
            known, track = track, others[0] if others else Track(self.plan, wanted)
            on_its_way = track.shared(wanted) == track.made >= known.nearest(shared)
            if not on_its_way or not others:
                track.take_over(known, shared)
        self._tracks = [*(t for t in self._tracks if t is not track), track][-2:]
        return track

    def _wanted(self, controls: Mapping) -> dict[str, Schedule]:
        for name in controls:
            if name not in self.controls:
                known = ", ".join(self.controls)
                raise ValueError(f"{name} cannot be steered in this training; it has {known}.")
        given = {n: v for n, v in self.controls.items() if v is not None} | dict(controls)
        for name in self.controls:
            if name not in given:
                raise ValueError(f"{name} must be given: a function of the training asks for it.")
        return {
            name: as_schedule(**{name: value}, accept=OFFERED.get(name, lambda v: v))
            for name, value in given.items()
        }

    def _check_batches(self, wanted: Mapping[str, Schedule]) -> None:
        most = min(len(t.train) for e in self._tracks[0].ensembles for t in e.trainees)
        for _, size in wanted["batch_size"].entries if "batch_size" in wanted else ():
            if size > most:
                raise ValueError(
                    f"batch_size must be at most the {most} training examples, not {size}."
                )

    def _run(self, track: Track, step: int, wanted: Mapping[str, Schedule]) -> LiveRun:
        record_at, keep_at = self.plan.record_at, self.plan.keep_at
        records, seen = (int(np.searchsorted(record_at, step, side)) for side in ("right", "left"))
        losses = np.full((*track.layout_of.shape, step), np.nan, np.float32)
        for ensemble, at in zip(track.ensembles, track.places, strict=True):
            losses[at] = ensemble.batch_losses[:step, : ensemble.real].T
        curves, steps = track.curves[..., :records].copy(), record_at[:records]
        diverged_at = _diverged(losses, curves, steps)
        curves[:, (diverged_at[..., None] >= 0) & (steps >= diverged_at[..., None])] = np.nan
        kept = int(np.searchsorted(keep_at, step, "right"))
        weights: dict = dict(
            weight_steps=keep_at[:kept], weights=track.kept[0][..., :kept, :].copy(),
            buffers=track.kept[1][..., :kept, :].copy(),
        )  # fmt: skip
        watched: dict = dict(
            layers=track.layers, watched=record_at[:seen],
            spread=track.watched[0][..., :seen].copy(), moved=track.watched[1][..., :seen].copy(),
        )  # fmt: skip
        return LiveRun(
            axes=self.axes, seeds=self.seeds, steps=steps, train_loss=curves[0],
            eval_loss=curves[1], accuracy=curves[2], diverged_at=diverged_at,
            settings=self.planner.words(self.every, self.arms), provenance={},
            layouts=track.layouts, layout_of=track.layout_of, build=self.planner.build,
            step=step, batch_losses=losses,
            schedules={name: schedule.until(step + 1) for name, schedule in wanted.items()},
            **(weights if len(keep_at) else {}), **(watched if self.plan.watching else {}),
        )  # fmt: skip


def _diverged(losses: np.ndarray, curves: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(*grid, seeds), the first update or record that is not finite, -1 without."""
    never = np.iinfo(int).max
    bad, odd = ~np.isfinite(losses), ~np.isfinite(curves[:2]).all(0)
    first = np.where(bad.any(-1), bad.argmax(-1) if losses.shape[-1] else 0, never)
    recorded = np.where(odd.any(-1), steps[odd.argmax(-1)], never)
    first = np.minimum(first, recorded)
    return np.where(first == never, -1, first)
