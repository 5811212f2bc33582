"""One unit between input and output, in closed form: the best part need not serve the whole."""

import numpy as np

from lecture_helpers.foundation.validation import (
    finite,
    finite_array,
    fraction,
    many,
    one_of,
    positive,
    whole,
)

TARGETS = ("bowl", "xor")


def target(kind: str, linear: float, inputs: np.ndarray) -> np.ndarray:
    """What is to be predicted from inputs (n, 2) that are standard normal; mean 0, variance 1.

    The share ``linear`` of its variance is a line along the first input. The rest is a bowl along
    the second, or ("xor") the product of both.

    >>> target("xor", 0.0, np.array([[1.0, 2.0], [1.0, -2.0]]))
    array([ 2., -2.])
    """
    one_of(TARGETS, kind=kind), fraction(linear=linear)
    x, z = np.asarray(inputs, dtype=float).T
    curved = (z**2 - 1) / np.sqrt(2) if kind == "bowl" else x * z
    return np.sqrt(linear) * x + np.sqrt(1 - linear) * curved


def wave_shares(linear: float, angle: float, answers: np.ndarray, grid: np.ndarray) -> tuple:
    """What a unit explains (alone, whole) where a wave takes the bowl's place: cos(3 x2).

    ``answers`` (n,) is what the unit passes on where the projected inputs have the values ``grid``
    (n,), evenly spaced and from -8 to 8 or so. Alone: through a linear head; whole: through the
    best of all heads, if no two answers are equal. Bowls have a part that a ReLU sees on its own,
    at whatever angle; a wave changes its sign too often for that.
    """
    linear, angle = fraction(linear=linear), finite(angle=angle)
    grid = finite_array(grid=grid, ndim=1)
    answers = finite_array(answers=answers, shape=grid.shape)
    if np.abs(grid).min() > 8:
        raise ValueError("grid must go from -8 to 8 or so, through 0.")
    k, mass = 3.0, np.exp(-(grid**2) / 2)
    mass = mass / mass.sum()
    # cos(k x2) given u, x2 = sin u + cos e with e normal, less its mean, over its deviation
    mean, square = np.exp(-(k**2) / 2), (1 + np.exp(-2 * k**2)) / 2
    known = np.exp(-((k * np.cos(angle)) ** 2) / 2) * np.cos(k * np.sin(angle) * grid)
    wave = (known - mean) / np.sqrt(square - mean**2)
    wanted = np.sqrt(linear) * np.cos(angle) * grid + np.sqrt(1 - linear) * wave
    told = answers - mass @ answers
    alone = (mass @ (told * wanted)) ** 2 / (mass @ told**2) if told.any() else 0.0
    return alone, mass @ wanted**2


def sample(kind: str, linear: float, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` inputs (n, 2) and their targets (n,)."""
    inputs = np.random.default_rng(whole(seed=seed)).standard_normal((many(n=n), 2))
    return inputs, target(kind, linear, inputs)


def unit(inputs: np.ndarray, angle: float) -> np.ndarray:
    """What the unit passes on: the inputs (n, 2) projected on the direction of ``angle``."""
    inputs = finite_array(inputs=inputs, shape=(None, 2))
    return inputs @ [np.cos(angle := finite(angle=angle)), np.sin(angle)]


def best_head(kind: str, linear: float, angle: float) -> np.ndarray:
    """The best output for the unit's value u: coefficients (a, b) of a u + b (u^2 - 1).

    No other function of u comes closer to the target in the mean square.
    """
    one_of(TARGETS, kind=kind), fraction(linear=linear), finite(angle=angle)
    cos, sin = np.cos(angle), np.sin(angle)
    curved = sin**2 / np.sqrt(2) if kind == "bowl" else cos * sin
    return np.array([np.sqrt(linear) * cos, np.sqrt(1 - linear) * curved])


def whole_score(kind: str, linear: float, angle):
    """The share that it explains through the best head of all."""
    one_of(TARGETS, kind=kind), fraction(linear=linear)
    cos, sin = np.cos(angle) ** 2, np.sin(angle) ** 2
    curved = sin**2 if kind == "bowl" else 2 * cos * sin
    return linear * cos + (1 - linear) * curved


def shares(kind: str, linear: float, angle) -> dict:
    """What a unit explains "alone", through a linear head, and on the "whole"."""
    angle = finite_array(angle=angle)
    alone = fraction(linear=linear) * np.cos(angle) ** 2
    return {"alone": alone, "whole": whole_score(kind, linear, angle)}


def joint_angle(kind: str, linear: float) -> float:
    """The unit, from 0 to 90 degrees, that is best together with its head.

    >>> float(np.degrees(joint_angle("bowl", 0.3))), joint_angle("bowl", 0.7)
    (90.0, 0.0)
    """
    one_of(TARGETS, kind=kind), fraction(linear=linear)
    if kind == "bowl":
        return float(np.pi / 2) if linear < 0.5 else 0.0
    if linear >= 2 / 3:
        return 0.0
    return float(np.arccos(np.sqrt(0.5 + linear / (4 * (1 - linear)))))


def slope(kind: str, linear: float, angle):
    """The derivative of ``whole_score`` by the angle."""
    one_of(TARGETS, kind=kind), fraction(linear=linear)
    double = np.sin(2 * np.asarray(angle))
    if kind == "bowl":
        return double * (2 * (1 - linear) * np.sin(angle) ** 2 - linear)
    return double * (2 * (1 - linear) * np.cos(2 * np.asarray(angle)) - linear)


def fine_tune_angle(kind: str, linear: float, start: float, steps: int = 400, lr: float = 0.1):
    """The angles (steps + 1,) of ``angle <- angle + lr * slope``, the head always the best."""
    path = [finite(start=start)]
    for _ in range(many(least=0, steps=steps)):
        path.append(path[-1] + positive(lr=lr) * float(slope(kind, linear, path[-1])))
    return np.array(path)


def outcomes(kind: str, linear: float, start: float) -> dict[str, tuple[float, float]]:
    """Where each way of training ends, {way: (angle, share explained with the best head)}.

    The unit that is best on its own lies at angle 0; "fine-tuned" climbs from the angle ``start``.
    """
    ends = {
        "joint": joint_angle(kind, linear),
        "greedy": 0.0,
        "fine-tuned": float(fine_tune_angle(kind, linear, start)[-1]),
    }
    return {way: (end, float(whole_score(kind, linear, end))) for way, end in ends.items()}
