"""One course of a live training: where it is, and what it remembers of the way there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.budget import current_budget
from lecture_helpers.foundation.schedules import Schedule
from lecture_helpers.training._grid import Member
from lecture_helpers.training._live_ensemble import LiveEnsemble, State
from lecture_helpers.training._steering import Rules
from lecture_helpers.training._trainees import Planner
from lecture_helpers.training.training_loop import SIDE_BY_SIDE

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Plan:
    """What all courses of one training have in common.

    record_at, keep_at: the steps at which curves and weights are kept; memory: bytes for all.
    """

    planner: Planner
    members: list[Member]
    rules: list[Rules]
    steps: int
    record_at: np.ndarray
    keep_at: np.ndarray
    measured: int | None
    watching: bool
    redraw: Mapping[str, list[str]]
    memory: float


class Track:
    """The networks after ``made`` updates under ``schedules``, and states to go back to.

    curves: (3, *grid, seeds, records); watched: (2, *grid, seeds, layers, records); kept: weights
    and buffers, each (*grid, seeds, kept, numbers). ``alone`` says that a second course would not
    fit into the memory.
    """

    def __init__(self, plan: Plan, wanted: Mapping[str, Schedule]):
        self.plan, self.schedules, self.made, self._sound = plan, dict(wanted), 0, True
        values = {name: schedule.at(0) for name, schedule in wanted.items()}
        self.ensembles = [
            LiveEnsemble(trainees, rules, plan.planner, plan.steps, values, plan.measured)
            for trainees, rules in _side_by_side(plan, values)
        ]
        self.places = [
            tuple(np.array([t.member.place for t in e.trainees[: e.real]]).T)
            for e in self.ensembles
        ]
        for ensemble in self.ensembles:
            ensemble.take(values)
        self._states: dict[int, list[State]] = {}
        self._make_room()
        self._keep()

    def _make_room(self) -> None:
        plan, ensembles = self.plan, self.ensembles
        shape, records = plan.members[0].shape, len(plan.record_at)
        self.layers = list(ensembles[0].layers()) if plan.watching else []
        self.curves = np.full((3, *shape, records), np.nan, np.float32)
        self.watched = np.full((2, *shape, len(self.layers), records), np.nan, np.float32)
        sizes = [e.kept() for e in ensembles]
        widths = [max(pair[n].shape[1] for pair in sizes) for n in range(2)]
        self.kept = [np.full((*shape, len(plan.keep_at), w), np.nan, np.float32) for w in widths]
        self.layouts, self.layout_of = [], np.zeros(shape, int)
        for ensemble, at in zip(ensembles, self.places, strict=True):
            if ensemble.layout() not in self.layouts:
                self.layouts.append(ensemble.layout())
            self.layout_of[at] = self.layouts.index(ensemble.layout())
        self._state_size = sum(e.state().size for e in ensembles)
        losses = sum(e.batch_losses.nbytes for e in ensembles)
        self._fixed_size = losses + sum(a.nbytes for a in (self.curves, self.watched, *self.kept))
        self._every = self._gap(self._fixed_size + 2 * self._state_size)

    def _gap(self, least: int) -> int:
        """Updates from state to state, so that what is held stays within the memory."""
        plan = self.plan
        if least > plan.memory:
            raise ValueError(
                f"memory must be at least {least / MEBIBYTE:.1f} MiB for these networks and what "
                f"is kept of them, not {plan.memory / MEBIBYTE:g}."
            )
        self.alone = 2 * least > plan.memory
        own = plan.memory / (1 if self.alone else 2)
        most = int((own - self._fixed_size) // self._state_size)
        gaps = np.diff(plan.record_at).max(initial=1)
        return int(max(gaps, -(-plan.steps // max(1, most - 1))))

    @property
    def size(self) -> int:
        """Bytes that are held to go back and to show the past."""
        return self._fixed_size + len(self._states) * self._state_size

    # Going on and going back

    def shared(self, wanted: Mapping[str, Schedule]) -> int:
        """How many of the updates made are those of these schedules too."""
        parts = min(wanted[name].parts_from(self.schedules[name]) for name in wanted)
        return int(min(self.made, parts))

    def nearest(self, step: int) -> int:
        """Where the last state at or before ``step`` is."""
        return max(at for at in self._states if at <= step)

    def take_over(self, other: "Track", step: int) -> None:
        """Stand where the other course stood after ``step`` updates, and remember what it does."""
        mine, theirs = ([t.curves, t.watched, *t.kept, *(e.batch_losses for e in t.ensembles)]
                        for t in (self, other))  # fmt: skip
        for room, known in zip(mine, theirs, strict=True):
            room[...] = known
        self._states, self.schedules = dict(other._states), dict(other.schedules)
        self._go_back(step)

    def train_to(self, step: int, wanted: Mapping[str, Schedule]) -> int:
        """Train what is missing of ``step`` updates, as far as the budget goes; how far it came."""
        shared = self.shared(wanted)
        if step <= shared and self._sound:
            return step
        if shared < self.made or not self._sound:
            self._go_back(shared)
        self.schedules = dict(wanted)
        budget = current_budget()
        while self.made < step and budget.spend():
            self._update()
        return min(step, self.made)

    def _go_back(self, step: int) -> None:
        """To the nearest kept state at or before ``step``; what came after it is forgotten."""
        self._states = {at: state for at, state in self._states.items() if at <= step}
        nearest = self.nearest(step)
        for ensemble, state in zip(self.ensembles, self._states[nearest], strict=True):
            ensemble.restore(state)
        self.made, self._sound = nearest, True

    def _update(self) -> None:
        """One update of everybody; broken off within, the last kept state is gone back to."""
        step, self._sound = self.made, False
        values = {name: schedule.at(step) for name, schedule in self.schedules.items()}
        recorded = np.searchsorted(self.plan.record_at, step)
        watched = self.plan.watching and self.plan.record_at[recorded] == step
        for ensemble, at in zip(self.ensembles, self.places, strict=True):
            ensemble.steer(values, step, self.plan.redraw)
            if watched:
                for room, noted in zip(self.watched, ensemble.watched_update(step), strict=True):
                    room[(*at, slice(None), recorded)] = noted
            else:
                ensemble.update(step)
        self.made = step + 1
        self._keep()
        self._sound = True

    def _keep(self) -> None:
        """Record what is due after ``made`` updates."""
        if self.made in self.plan.record_at:
            k = int(np.searchsorted(self.plan.record_at, self.made))
            for ensemble, at in zip(self.ensembles, self.places, strict=True):
                self.curves[(slice(None), *at, k)] = np.stack(ensemble.measure())
        if self.made in self.plan.keep_at:
            k = int(np.searchsorted(self.plan.keep_at, self.made))
            for ensemble, at in zip(self.ensembles, self.places, strict=True):
                for room, now in zip(self.kept, ensemble.kept(), strict=True):
                    room[(*at, k, slice(now.shape[1]))] = now
        if self.made % self._every == 0:
            self._states[self.made] = [e.state() for e in self.ensembles]


def _side_by_side(plan: Plan, values: Mapping) -> list[tuple]:
    """The members as trainees with their rules, in groups that train as one."""
    groups: dict = {}
    for member, rules in zip(plan.members, plan.rules, strict=True):
        settings = rules.settings(values)
        if "lr_multipliers" in rules.functions:
            settings["lr_multipliers"] = None
        own = Member(member.place, member.shape, member.seed, settings)
        trainee = plan.planner.trainee(own)
        groups.setdefault((trainee.group, rules.structure), []).append((trainee, rules))
    parts = []
    for group in groups.values():
        count = -(-len(group) // SIDE_BY_SIDE)
        parts += [tuple(zip(*group[k::count], strict=True)) for k in range(count)]
    return parts
