"""The record of a training: what many networks did, step by step."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lecture_helpers.foundation.validation import (
    function,
    instance,
    is_finite,
    mapping,
    one_of,
    shown,
    whole,
)

CURVES = ["train_loss", "eval_loss", "accuracy"]
ARRAYS = ["steps", *CURVES, "diverged_at"]
WORDS = ["axes", "seeds", "settings", "provenance", "layouts"]
OPTIONAL = ["stopped_at", "weight_steps", "weights", "buffers", "layout_of", "mislabelled"]

NOT_JOINED = ["build", *OPTIONAL]


@dataclass(frozen=True, eq=False)
class Runs:
    """What each member of a grid of settings x seeds did.

    axes: name to values of each setting that varies; seeds: list. steps: (records,) updates made.
    train_loss, eval_loss, accuracy: (*grid, seeds, records) float32, NaN from divergence on.
    diverged_at: (*grid, seeds), the first update whose loss was not finite, -1 without.
    stopped_at: (*grid, seeds) updates made when the user interrupted, else None.
    weights: (*grid, seeds, kept, parameters), NaN-padded where networks differ in size, taken at
    ``weight_steps``; buffers likewise; None when not kept. mislabelled: (*grid, seeds, examples),
    which training labels were replaced, None without label noise.
    """

    axes: dict
    seeds: list[int]
    steps: np.ndarray
    train_loss: np.ndarray
    eval_loss: np.ndarray
    accuracy: np.ndarray
    diverged_at: np.ndarray
    settings: dict
    provenance: dict
    stopped_at: np.ndarray | None = None
    weight_steps: Any = None
    weights: Any = None
    buffers: Any = None
    layout_of: Any = None
    layouts: list = field(default_factory=list)
    mislabelled: np.ndarray | None = None
    build: Callable | None = None

    @property
    def diverged(self) -> np.ndarray:
        """(*grid, seeds), whether the member's loss became infinite or NaN."""
        return self.diverged_at >= 0

    def __repr__(self) -> str:
        return (
            f"Runs of {grid_text(self.axes, self.seeds)}: "
            f"{len(self.steps)} records over {self.steps[-1]} steps"
        )

    @classmethod
    def concat(cls, parts: Sequence["Runs"]) -> "Runs":
        """Runs that follow one another as one, counted over all updates; weights are dropped.

        A part begins where the one before it ended, so that its first record is left out. The
        settings are those of the last.

        Raises:
            ValueError: there are none.
        """
        if not parts:
            raise ValueError("parts must hold at least one record of runs; the list is empty.")
        made = np.cumsum([0, *(int(part.steps[-1]) for part in parts)])
        steps = [part.steps + n for part, n in zip(parts, made, strict=False)]
        diverged_at = np.full(parts[0].diverged_at.shape, -1)
        for part, before in reversed(list(zip(parts, made, strict=False))):
            diverged_at = np.where(part.diverged, part.diverged_at + before, diverged_at)
        return replace(
            parts[-1], steps=_in_sequence(steps), diverged_at=diverged_at, layouts=[],
            **{n: _in_sequence([getattr(part, n) for part in parts]) for n in CURVES},
            **dict.fromkeys(NOT_JOINED),
        )  # fmt: skip

    @classmethod
    def stack(cls, parts: Mapping[Any, "Runs"], axis: str) -> "Runs":
        """Runs side by side, given by their value on ``axis``; weights are dropped.

        The axis is a new first one, or one on which every part has a single value, or "seeds"; the
        others are the same in all parts. Where these were measured at different steps, the record
        has all of them, NaN where missing. It keeps the settings in which the parts agree.

        Raises:
            ValueError: there are none.
        """
        if not mapping(parts=parts):
            raise ValueError("parts must hold at least one record of runs; the mapping is empty.")
        for part in parts.values():
            instance(Runs, parts=part)
        instance(str, axis=axis)
        first, *others = runs = list(parts.values())
        places = [*first.axes, "seeds"]
        at, join = (places.index(axis), np.concatenate) if axis in places else (0, np.stack)
        steps = np.unique(np.concatenate([r.steps for r in runs]))
        curves = {n: join([r._at_steps(n, steps) for r in runs], axis=at) for n in CURVES}
        axes = (first.axes if axis in places else {axis: [], **first.axes}) | {axis: list(parts)}
        return replace(
            first, seeds=axes.pop("seeds", first.seeds), axes=axes, steps=steps, **curves,
            diverged_at=join([r.diverged_at for r in runs], axis=at), layouts=[],
            settings={n: v for n, v in first.settings.items() if _agreed(n, v, others)},
            **dict.fromkeys(NOT_JOINED),
        )  # fmt: skip

    def _at_steps(self, name: str, steps: np.ndarray) -> np.ndarray:
        values = getattr(self, name)
        spread = np.full((*values.shape[:-1], len(steps)), np.nan, np.float32)
        spread[..., np.searchsorted(steps, self.steps)] = values
        return spread

    def round(self, decimals: int) -> "Runs":
        """The runs with their curves rounded, which makes a smaller file."""
        decimals = whole(most=15, decimals=decimals)
        return replace(self, **{n: getattr(self, n).round(decimals) for n in CURVES})

    def at(self, **where) -> "Runs":
        """The runs with these settings; their axes are gone.

        Numbers match within rounding.

        Raises:
            ValueError: no such axis or no such value.
        """
        index: list = [slice(None)] * len(self.axes)
        for name, value in where.items():
            axis = self._axis(name)
            index[axis] = self._position(name, value)
        chosen = {n: getattr(self, n) for n in self._by_member()}
        return replace(
            self,
            axes={n: v for n, v in self.axes.items() if n not in where},
            settings=self.settings | where,
            **{n: a[tuple(index)] for n, a in chosen.items()},
        )

    def _by_member(self) -> list[str]:
        alone = {"steps", "weight_steps"}
        return [n for n in ARRAYS + OPTIONAL if n not in alone and getattr(self, n) is not None]

    def _axis(self, name: str) -> int:
        if name not in self.axes:
            known = ", ".join(self.axes) or "none"
            raise ValueError(f"{name} is no axis of these runs; the axes are: {known}.")
        return list(self.axes).index(name)

    def _position(self, name: str, value) -> int:
        for k, known in enumerate(self.axes[name]):
            if _same(known, value):
                return k
        known = ", ".join(map(str, self.axes[name]))
        raise ValueError(f"{name} must be one of {known}, not {shown(value)}.")

    def state(self, *, seed: int, step: int | None = None, **where) -> dict[str, np.ndarray]:
        """Name to array of one member's parameters and buffers, by default the last kept ones.

        Raises:
            ValueError: no weights were kept, an axis is left open, or no such seed, step or value.
        """
        if self.weights is None:
            raise ValueError("no weights were kept; train with checkpoints=True.")
        runs = self.at(**where)
        if runs.axes:
            raise ValueError(f"say which member: {', '.join(runs.axes)} left open.")
        place = runs._member(seed), runs._kept(step)
        layout = self.layouts[int(runs.layout_of[place[0]])]
        state = _unpacked(runs.weights[place], layout["parameters"])
        return state | _unpacked(runs.buffers[place], layout["buffers"])

    def _member(self, seed: int) -> int:
        return self.seeds.index(one_of(self.seeds, seed=whole(seed=seed)))

    def _kept(self, step: int | None) -> int:
        if step is None:
            return -1
        if whole(step=step) not in self.weight_steps:
            known = shown(list(map(int, self.weight_steps)))
            raise ValueError(f"step must be one of the kept {known}, not {shown(step)}.")
        return int(np.flatnonzero(self.weight_steps == step)[0])

    def module(self, *, seed: int, step: int | None = None, build: Callable | None = None, **where):
        """The member as an ordinary module with the weights and buffers it had, in eval mode.

        Runs that were loaded from a file need ``build`` again.

        Raises:
            ValueError: as ``state``, or ``build`` is missing.
        """
        import torch

        build = self.build if build is None else function(build=build)
        if build is None:
            raise ValueError("build must be given again: a file does not hold it.")
        state = self.state(seed=seed, step=step, **where)
        settings = self.settings | where
        settings |= settings.get("arms", {}).get(settings.get("arm"), {})
        wanted = {n: settings[n] for n in self.settings["build"] if n in settings}
        with torch.random.fork_rng(devices=[]):
            module = instance(torch.nn.Module, build=build(**wanted))
        tensors = {n: torch.tensor(a) for n, a in state.items()}
        module.load_state_dict(tensors, strict=False)
        return module.eval()

    def save(self, path: str | Path) -> None:
        """The runs in one compressed npz file, without ``build``."""
        arrays = {n: getattr(self, n) for n in ARRAYS + OPTIONAL if getattr(self, n) is not None}
        words = {n: getattr(self, n) for n in WORDS}
        np.savez_compressed(path, words=json.dumps(words, default=_named), **arrays)

    @classmethod
    def load(cls, path: str | Path) -> "Runs":
        """The runs that ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls(**json.loads(str(arrays.pop("words"))), **arrays)


def grid_text(axes: Mapping, seeds: list) -> str:
    """The size of the grid in words.

    >>> grid_text({"lr": [0.1, 0.2]}, [0, 1, 2])
    '2 lr x 3 seeds'
    """
    parts = [f"{len(values)} {name}" for name, values in axes.items()]
    return " x ".join([*parts, f"{len(seeds)} seed{'s' * (len(seeds) > 1)}"])


def _same(a, b) -> bool:
    if is_finite(a) and is_finite(b):
        return bool(np.isclose(a, b, rtol=1e-6, atol=0))
    return type(a) is type(b) and a == b


def _in_sequence(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([arrays[0], *(array[..., 1:] for array in arrays[1:])], axis=-1)


def _agreed(name: str, value, others: Sequence[Runs]) -> bool:
    plain = isinstance(value, int | float | str | None)
    return plain and all(_same(r.settings.get(name), value) for r in others)


def _unpacked(flat: np.ndarray, layout: list) -> dict[str, np.ndarray]:
    state, at = {}, 0
    for name, shape in layout:
        size = int(np.prod(shape, dtype=int))
        state[name] = flat[at : at + size].reshape(shape)
        at += size
    return state


def _named(value):
    return getattr(value, "__name__", None) or str(value)
