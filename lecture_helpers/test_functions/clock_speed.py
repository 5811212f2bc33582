"""A clock hand of unknown speed: a cost whose blur is a curriculum over its examples."""

from dataclasses import replace

import numpy as np

from lecture_helpers.foundation.validation import finite, finite_array, non_negative, spread_array
from lecture_helpers.test_functions.smoothable import Landscape, Waves, landscape


def clock(times: np.ndarray, speed: float, errors: np.ndarray | float = 0.0) -> Landscape:
    """The mean over examples of ``1 - cos(angle between hand and forecast)``, less 1.

    Example i is the hand's position at times[i], off by errors[i] radians; the parameter is the
    speed. Early examples are easy: their cost has one wide valley. Late ones are hard: the hand may
    have gone round once more or less, so that many speeds explain them. ``minima`` holds the speed.
    """
    times = finite_array(times=times, ndim=1)
    off, speed = spread_array(errors=errors, shape=times.shape), finite(speed=speed)
    heights = np.full(len(times), -1 / len(times))
    waves = Waves(times[:, None], heights, -(speed * times + off))
    return landscape("clock", [waves], np.array([[speed]]))


def clock_weights(times: np.ndarray, sigma: float) -> np.ndarray:
    """What a blur of the speed by sigma leaves of each example, ``exp(-(times sigma)^2 / 2)``.

    >>> clock_weights(np.array([0.0, 1.0, 4.0]), 0.5).round(3)
    array([1.   , 0.882, 0.135])
    """
    return np.exp(-((finite_array(times=times) * non_negative(sigma=sigma)) ** 2) / 2)


def weighted_clock(
    times: np.ndarray, speed: float, weights: np.ndarray, errors: np.ndarray | float = 0.0
) -> Landscape:
    """The clock's cost with its examples weighed, ``-sum_i weights_i cos(...) / n``."""
    whole_cost = clock(times, speed, errors)
    (waves,) = whole_cost.terms
    heights = waves.heights * finite_array(weights=weights, shape=(len(waves.heights),))
    return landscape("weighed clock", [replace(waves, heights=heights)], whole_cost.minima)
