"""A training that goes on while its settings are in somebody's hands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import nn

from lecture_helpers.datasets import dataset as data
from lecture_helpers.foundation.budget import current_budget
from lecture_helpers.foundation.schedules import Schedule, as_schedule
from lecture_helpers.foundation.validation import one_of, positive, whole
from lecture_helpers.training._grid import Member, axes_of, members_of, seeds_of
from lecture_helpers.training._history import checkpoint_steps, record_steps
from lecture_helpers.training._live_ensemble import LiveEnsemble
from lecture_helpers.training._losses import loss_of
from lecture_helpers.training._steering import OFFERED, Rules
from lecture_helpers.training._trainees import Planner
from lecture_helpers.training.live_run import LiveRun
from lecture_helpers.training.training_loop import SIDE_BY_SIDE, one_thread_and_room

MEBIBYTE = 2**20


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
    if not isinstance(dataset, data.Dataset):
        raise ValueError(f"dataset must be a Dataset, not {type(dataset).__name__}.")
    options = ("lr", "batch_size", "optimizer", "momentum", "weight_decay", "lr_multipliers",
               "label_noise", "batch")  # fmt: skip
    fixed = dict(schedule="constant", example_weights=None, batches=None, init_from=None,
                 init_names="*")  # fmt: skip
    every = {name: given[name] for name in options} | fixed | settings
    patterns = {n: [p] if isinstance(p, str) else list(p) for n, p in (redraw or {}).items()}
    return Live(
        Planner(build, dataset, split, eval_on, loss_of(loss, dataset)),
        axes_of(every, arms), seeds_of(seeds), every, arms or {},
        steps=whole(least=1, steps=steps), record=record, checkpoints=checkpoints,
        measured=None if measured is None else whole(least=1, measured=measured), watch=watch,
        attributes=list(attributes), redraw=patterns, memory=positive(memory=memory),
    )  # fmt: skip


class Live:
    """See ``live``. ``made`` counts the updates that are made with the present schedules."""

    def __init__(self, planner: Planner, axes: dict, seeds: list[int], every: Mapping,
                 arms: Mapping, *, steps, record, checkpoints, measured, watch, attributes,
                 redraw, memory):  # fmt: skip
        self.planner, self.axes, self.seeds = planner, axes, seeds
        self.every, self.arms = every, arms
        self.steps, self.measured, self.redraw = steps, measured, redraw
        self.record_at = record_steps(record, steps)
        self.keep_at = checkpoint_steps(checkpoints, self.record_at, steps)
        self.watching, self.memory = watch, memory * MEBIBYTE
        self.members = members_of(axes, seeds, every, arms)
        self.rules = [Rules(m.settings, {*axes, *self._own(m)}, attributes) for m in self.members]
        self.controls = self._controls(attributes)
        self.made, self._sound = 0, True
        self._ensembles: list[LiveEnsemble] = []
        self._states: dict[int, list] = {}
        self.schedules: dict[str, Schedule] = {}

    def _own(self, member: Member) -> Mapping:
        if not self.arms:
            return {}
        return self.arms[self.axes["arm"][member.place[-2]]]

    def _controls(self, attributes: list[str]) -> dict[str, Any]:
        """Name to start of everything that may be steered; None where only a hand gives it."""
        plain = {n: v for n, v in self.every.items() if n not in self.axes and not callable(v)}
        for name in attributes:
            one_of(sorted(self.planner.build_takes - {"inputs", "outputs"}), attributes=name)
        asked = set().union(self.redraw, *(own.controls for own in self.rules))
        own = [*(name for name in OFFERED if name in plain), *attributes]
        return {name: plain.get(name) for name in (*own, *sorted(asked))}

    def __repr__(self) -> str:
        return f"Live training of {len(self.members)} networks, up to {self.steps} steps"

    def at(self, step: int, **controls) -> LiveRun:
        """The run after ``step`` updates under these controls, each a value or a schedule.

        A schedule is ``[(0, 0.1), (120, 0.01)]``: what the control is from which step on. What is
        not given stays at its start. Within a ``Budget`` that ends early the run is shorter.

        Raises:
            ValueError: an unknown control, a value or a schedule that is not accepted, a step
                that is none of 0 to ``steps``.
        """
        if whole(step=step) > self.steps:
            raise ValueError(f"step must be at most {self.steps}, not {step!r}.")
        wanted = self._wanted(controls)
        with one_thread_and_room():
            if not self._ensembles:
                self._begin(wanted)
            self._check_batches(wanted)
            reached = self._train_to(int(step), wanted)
        return self._run(reached, wanted)

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
        most = min(len(t.train) for e in self._ensembles for t in e.trainees)
        for _, size in wanted["batch_size"].entries if "batch_size" in wanted else ():
            if size > most:
                raise ValueError(
                    f"batch_size must be at most the {most} training examples, not {size}."
                )

    # Beginning

    def _begin(self, wanted: Mapping[str, Schedule]) -> None:
        values = {name: schedule.at(0) for name, schedule in wanted.items()}
        trainees, groups = [], {}
        for member, rules in zip(self.members, self.rules, strict=True):
            settings = rules.settings(values)
            if "lr_multipliers" in rules.functions:
                settings["lr_multipliers"] = None
            own = Member(member.place, member.shape, member.seed, settings)
            trainee = self.planner.trainee(own)
            trainees.append(trainee)
            groups.setdefault((trainee.group, rules.structure), []).append((trainee, rules))
        made = []
        for group in groups.values():
            count = -(-len(group) // SIDE_BY_SIDE)
            for part in (group[k::count] for k in range(count)):
                side_by_side, theirs = zip(*part, strict=True)
                given = self.planner, self.steps, values, self.measured
                made.append(LiveEnsemble(side_by_side, theirs, *given))
        for ensemble in made:
            ensemble.take(values)
        self._make_room(made)
        self._ensembles = made
        self.schedules, self.made = dict(wanted), 0
        self._keep()

    def _make_room(self, ensembles: list[LiveEnsemble]) -> None:
        shape, records = self.members[0].shape, len(self.record_at)
        self._curves = np.full((3, *shape, records), np.nan, np.float32)
        self._names = list(ensembles[0].layers()) if self.watching else []
        self._watched = np.full((2, *shape, len(self._names), records), np.nan, np.float32)
        sizes = [e.kept() for e in ensembles]
        widths = [max(pair[n].shape[1] for pair in sizes) for n in range(2)]
        self._kept = [np.full((*shape, len(self.keep_at), w), np.nan, np.float32) for w in widths]
        self._layouts, self._layout_of = [], np.zeros(shape, int)
        self._places = [tuple(np.array([t.member.place for t in e.trainees[: e.real]]).T)
                        for e in ensembles]  # fmt: skip
        for ensemble, at in zip(ensembles, self._places, strict=True):
            if ensemble.layout() not in self._layouts:
                self._layouts.append(ensemble.layout())
            self._layout_of[at] = self._layouts.index(ensemble.layout())
        self._state_size = sum(e.state().size for e in ensembles)
        self._fixed_size = sum(a.nbytes for a in (self._curves, self._watched, *self._kept))
        least = self._fixed_size + 2 * self._state_size
        if least > self.memory:
            raise ValueError(
                f"memory must be at least {least / MEBIBYTE:.1f} MiB for these networks and what "
                f"is kept of them, not {self.memory / MEBIBYTE:g}."
            )
        most = int((self.memory - self._fixed_size) // self._state_size)
        gaps = np.diff(self.record_at).max(initial=1)
        self._every = int(max(gaps, -(-self.steps // max(1, most - 1))))

    # Going on and going back

    def _train_to(self, step: int, wanted: dict[str, Schedule]) -> int:
        parts = min(wanted[name].parts_from(self.schedules[name]) for name in wanted)
        if step <= min(self.made, parts) and self._sound:
            return step
        if parts < self.made or not self._sound:
            self._go_back(int(min(parts, self.made)))
        self.schedules = wanted
        budget = current_budget()
        while self.made < step:
            if not budget.spend():
                budget.stop_at(self.made)
                break
            self._update()
        return min(step, self.made)

    def _go_back(self, step: int) -> None:
        """To the nearest kept state at or before ``step``; what came after it is forgotten."""
        self._states = {at: state for at, state in self._states.items() if at <= step}
        nearest = max(self._states)
        for ensemble, state in zip(self._ensembles, self._states[nearest], strict=True):
            ensemble.restore(state)
        self.made, self._sound = nearest, True

    def _update(self) -> None:
        """One update of everybody; broken off within, the last kept state is gone back to."""
        step, self._sound = self.made, False
        values = {name: schedule.at(step) for name, schedule in self.schedules.items()}
        recorded = np.searchsorted(self.record_at, step)
        watched = self.watching and self.record_at[recorded] == step
        for ensemble, at in zip(self._ensembles, self._places, strict=True):
            ensemble.steer(values, step, self.redraw)
            if watched:
                for room, noted in zip(self._watched, ensemble.watched_update(step), strict=True):
                    room[(*at, slice(None), recorded)] = noted
            else:
                ensemble.update(step)
        self.made = step + 1
        self._keep()
        self._sound = True

    def _keep(self) -> None:
        """Record what is due after ``made`` updates."""
        if self.made in self.record_at:
            k = int(np.searchsorted(self.record_at, self.made))
            for ensemble, at in zip(self._ensembles, self._places, strict=True):
                self._curves[(slice(None), *at, k)] = np.stack(ensemble.measure())
        if self.made in self.keep_at:
            k = int(np.searchsorted(self.keep_at, self.made))
            for ensemble, at in zip(self._ensembles, self._places, strict=True):
                for room, now in zip(self._kept, ensemble.kept(), strict=True):
                    room[(*at, k, slice(now.shape[1]))] = now
        if self.made % self._every == 0:
            self._states[self.made] = [e.state() for e in self._ensembles]

    @property
    def size(self) -> int:
        """Bytes that are held to go back and to show the past."""
        held = sum(e.batch_losses.nbytes for e in self._ensembles)
        return held + self._fixed_size + len(self._states) * self._state_size

    # Showing

    def _run(self, step: int, wanted: Mapping[str, Schedule]) -> LiveRun:
        shape, records = self.members[0].shape, int(np.searchsorted(self.record_at, step, "right"))
        losses = np.full((*shape, step), np.nan, np.float32)
        for ensemble, at in zip(self._ensembles, self._places, strict=True):
            losses[at] = ensemble.batch_losses[:step, : ensemble.real].T
        curves, steps = self._curves[..., :records].copy(), self.record_at[:records]
        diverged_at = _diverged(losses, curves, steps)
        curves[:, (diverged_at[..., None] >= 0) & (steps >= diverged_at[..., None])] = np.nan
        seen, kept = int(np.searchsorted(self.record_at, step)), int(
            np.searchsorted(self.keep_at, step, "right"))  # fmt: skip
        weights: dict = dict(
            weight_steps=self.keep_at[:kept], weights=self._kept[0][..., :kept, :],
            buffers=self._kept[1][..., :kept, :],
        )  # fmt: skip
        watched: dict = dict(
            layers=self._names, watched=self.record_at[:seen],
            spread=self._watched[0][..., :seen].copy(), moved=self._watched[1][..., :seen].copy(),
        )  # fmt: skip
        return LiveRun(
            axes=self.axes, seeds=self.seeds, steps=steps, train_loss=curves[0],
            eval_loss=curves[1], accuracy=curves[2], diverged_at=diverged_at,
            settings=self.planner.words(self.every, self.arms), provenance={},
            layouts=self._layouts, layout_of=self._layout_of, build=self.planner.build,
            step=step, batch_losses=losses,
            schedules={name: schedule.until(step + 1) for name, schedule in wanted.items()},
            **(weights if len(self.keep_at) else {}), **(watched if self.watching else {}),
        )  # fmt: skip


def _diverged(losses: np.ndarray, curves: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(*grid, seeds), the first update or record that is not finite, -1 without."""
    never = np.iinfo(int).max
    bad, odd = ~np.isfinite(losses), ~np.isfinite(curves[:2]).all(0)
    first = np.where(bad.any(-1), bad.argmax(-1) if losses.shape[-1] else 0, never)
    recorded = np.where(odd.any(-1), steps[odd.argmax(-1)], never)
    first = np.minimum(first, recorded)
    return np.where(first == never, -1, first)
