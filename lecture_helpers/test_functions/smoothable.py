"""Sums of terms whose Gaussian blur is known in closed form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture_helpers.foundation.validation import (
    finite_array,
    instance,
    listed,
    non_negative,
    positive_array,
)
from lecture_helpers.test_functions.surfaces import Surface


@dataclass(frozen=True)
class Bowl:
    """``curvature / 2 * |theta|^2``; its blur lifts it by ``curvature d sigma^2 / 2``."""

    curvature: float = 1.0

    def value(self, t, variance):
        return self.curvature / 2 * ((t * t).sum(-1) + t.shape[-1] * variance)

    def gradient(self, t, variance):
        return self.curvature * t

    def hessian(self, t, variance):
        d = t.shape[-1]
        return np.broadcast_to(self.curvature * np.eye(d), (*t.shape, d))

    def steepest(self, variance):
        return self.curvature


@dataclass(frozen=True)
class Waves:
    """``sum_j heights_j cos(frequencies_j . theta + phases_j)``.

    frequencies (k, d), heights and phases (k,). A blur fades wave j by
    ``exp(-|frequencies_j|^2 sigma^2 / 2)``: fast waves go first.
    """

    frequencies: np.ndarray
    heights: np.ndarray
    phases: np.ndarray

    def _faded(self, variance):
        return self.heights * np.exp(-(self.frequencies**2).sum(-1) * variance / 2)

    def _angle(self, t):
        return t @ self.frequencies.T + self.phases

    def value(self, t, variance):
        return np.cos(self._angle(t)) @ self._faded(variance)

    def gradient(self, t, variance):
        return -(self._faded(variance) * np.sin(self._angle(t))) @ self.frequencies

    def hessian(self, t, variance):
        k, bend = self.frequencies, -self._faded(variance) * np.cos(self._angle(t))
        return np.einsum("...j,ja,jb->...ab", bend, k, k)

    def steepest(self, variance):
        k = self.frequencies
        return np.linalg.eigvalsh((np.abs(self._faded(variance)) * k.T) @ k)[-1]


@dataclass(frozen=True)
class Wells:
    """``-sum_j depths_j exp(-|theta - centres_j|^2 / (2 widths_j^2))``.

    centres (k, d), depths and widths (..., k): leading axes are many landscapes at once. A blur
    makes a well shallower and wider: ``depth (width^2 / (width^2 + sigma^2))^(d / 2)``.
    """

    centres: np.ndarray
    depths: np.ndarray
    widths: np.ndarray

    def __post_init__(self):
        centres = finite_array(centres=self.centres, ndim=2)
        depths, widths = finite_array(depths=self.depths), positive_array(widths=self.widths)
        for name, array in (("depths", depths), ("widths", widths)):
            if array.shape[-1:] != centres.shape[:1]:
                raise ValueError(
                    f"{name} must have one number for each of the {len(centres)} centres "
                    f"along the last axis, not shape {array.shape}."
                )
        for name, array in (("centres", centres), ("depths", depths), ("widths", widths)):
            object.__setattr__(self, name, array)

    def _blurred(self, variance):
        spread = self.widths**2 + variance
        return spread, self.depths * (self.widths**2 / spread) ** (self.centres.shape[-1] / 2)

    def _parts(self, t, variance):
        r = t[..., None, :] - self.centres
        spread, depth = self._blurred(variance)
        return r, spread, depth * np.exp(-(r * r).sum(-1) / (2 * spread))

    def steepest(self, variance):
        spread, depth = self._blurred(variance)
        return (depth / spread).sum(-1)

    def value(self, t, variance):
        return -self._parts(t, variance)[2].sum(-1)

    def gradient(self, t, variance):
        r, spread, pull = self._parts(t, variance)
        return ((pull / spread)[..., None] * r).sum(-2)

    def hessian(self, t, variance):
        r, spread, pull = self._parts(t, variance)
        outer = r[..., :, None] * r[..., None, :] / (spread**2)[..., None, None]
        flat = np.eye(t.shape[-1]) / spread[..., None, None]
        return (pull[..., None, None] * (flat - outer)).sum(-3)


@dataclass(frozen=True)
class Quartic:
    """``theta^4 - dip theta^2 + tilt theta`` in one dimension."""

    dip: float
    tilt: float

    def value(self, t, variance):
        x = t[..., 0]
        fourth = x**4 + 6 * variance * x**2 + 3 * variance**2
        return fourth - self.dip * (x**2 + variance) + self.tilt * x

    def gradient(self, t, variance):
        return 4 * t**3 + (12 * variance - 2 * self.dip) * t + self.tilt

    def hessian(self, t, variance):
        return (12 * t**2 + 12 * variance - 2 * self.dip)[..., None]

    def steepest(self, variance):
        return 12 * 3.0**2 + 12 * variance


@dataclass(frozen=True)
class Landscape(Surface):
    """A sum of ``terms``, blurred by the Gaussian of this ``variance``.

    hessian: (..., d) -> (..., d, d). steepest: no curvature is larger (for a quartic: within 3 of
    0). ``minima`` stay those of the cost without blur: they are what a search wants to reach.
    """

    hessian: Callable
    steepest: float | np.ndarray
    terms: tuple
    variance: float = 0.0


def landscape(name: str, terms: Sequence, minima: ArrayLike, variance: float = 0.0) -> Landscape:
    """The surface that adds up the terms."""

    instance(str, name=name)
    terms, variance = listed(terms=terms), non_negative(variance=variance)
    for term in terms or [None]:
        instance(Bowl | Waves | Wells | Quartic, terms=term)
    minima = finite_array(minima=minima, ndim=2)

    def total(method: str) -> Callable:
        parts = [getattr(term, method) for term in terms]

        def summed(theta):
            theta = np.asarray(theta, dtype=float)
            return sum(part(theta, variance) for part in parts)

        return summed

    value, gradient, hessian = map(total, ("value", "gradient", "hessian"))
    steepest = sum(term.steepest(variance) for term in terms)
    return Landscape(name, value, gradient, minima, hessian, steepest, tuple(terms), variance)
