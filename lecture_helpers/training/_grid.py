"""Settings x seeds: which members train, and what each draws from its seed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.validation import few, listed, mapping, shown, some, whole

STREAMS = {"split": 1, "order": 2, "labels": 3, "init": 4, "noise": 5}


@dataclass(frozen=True)
class Member:
    """One network to train: its place in the (*grid, seeds) of that shape, seed and settings."""

    place: tuple[int, ...]
    shape: tuple[int, ...]
    seed: int
    settings: Mapping


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The generator that a seed has for one purpose; the members of a seed all draw the same."""
    return np.random.default_rng([seed, STREAMS[purpose]])


def seeds_of(seeds: int | Iterable[int]) -> list[int]:
    """The list of seeds: 0 to seeds - 1, or the given ones.

    Raises:
        ValueError: none, one twice, or one that is no whole number.
    """
    if not isinstance(seeds, Iterable) or isinstance(seeds, str | bytes | Mapping):
        return list(range(few(seeds=seeds)))
    return some(seeds=[whole(seeds=seed) for seed in listed(seeds=seeds)])


def axes_of(settings: Mapping, arms: Mapping | None) -> dict[str, list]:
    """Name to values of each setting given as a list, in order; arms come last as ``arm``.

    Raises:
        ValueError: an axis without values or with a value twice.
    """
    axes = {
        name: [_plain(v) for v in values]
        for name, values in settings.items()
        if _lists_values(name, values)
    }
    axes = {name: some(**{name: values}) for name, values in axes.items()}
    if arms is None:
        return axes
    for name, own in mapping(arms=arms).items():
        mapping(**{f"arms[{shown(name)}]": own})
    return axes | {"arm": some(arms=list(arms))}


def _lists_values(name: str, values) -> bool:
    if isinstance(values, np.ndarray):
        return values.ndim == 1 and name not in ("example_weights", "batches")
    return isinstance(values, list | range)


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value


def members_of(axes: Mapping, seeds: list[int], settings: Mapping, arms: Mapping) -> list[Member]:
    """Every combination of the axes' values with every seed, the seeds varying fastest."""
    shape, members = (*map(len, axes.values()), len(seeds)), []
    for place in np.ndindex(shape):
        own = dict(settings)
        own.update({name: axes[name][k] for name, k in zip(axes, place, strict=False)})
        own.update(arms.get(own.pop("arm", None), {}))
        members.append(Member(place, shape, seeds[place[-1]], own))
    return members


def own_part(array: np.ndarray, member: Member, trailing: int, name: str) -> np.ndarray:
    """The member's part of (..., *trailing), whose leading axes broadcast to (*grid, seeds).

    Raises:
        ValueError: they do not.
    """
    leading = array.shape[: array.ndim - trailing]
    try:
        full = np.broadcast_to(array, member.shape + array.shape[len(leading) :])
    except ValueError:
        raise ValueError(
            f"{name} must have leading axes that broadcast to (*grid, seeds) = {member.shape}, "
            f"not {leading}."
        ) from None
    return full[member.place]
