"""The exercises of lesson 3, Polyak averaging."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.polyak_questions import QUESTIONS
from lecture_helpers.exercises.self_test import SelfTest


def _running(path, share=lambda t: 1 / t, begin=None):
    """Averages that move by ``share(t)`` towards iterate t = 1, 2, ..."""
    average = np.zeros_like(path[0]) if begin is None else begin
    averages = []
    for t, theta in enumerate(path, start=1):
        average = average + share(t) * (theta - average)
        averages.append(average)
    return np.array(averages)


def _paths(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(int(rng.integers(4, 8)), 2)).cumsum(axis=0) + rng.normal(0, 3, 2)


running_mean = Exercise(
    name="running_mean",
    task="Write running_mean(path) for a path of shape (t, d): row k of the result is the mean of "
    "the first k rows of the path. Keep one running average, do not sum the past again.",
    reference=_running,
    cases=lambda rng: {"path": _paths(rng)},
    mistakes={
        "the count starts at 0": (
            {"share": lambda t: 1 / (t - 1) if t > 1 else 1.0},
            "The step to iterate t is 1/t, counted from 1. With 1/(t - 1) the second iterate "
            "replaces the first, and the first is never seen again.",
        ),
        "the zero you start from is counted as an iterate": (
            {"share": lambda t: 1 / (t + 1)},
            "After t iterates you divide by t + 1: all averages are pulled towards zero.",
        ),
        "every row is the last average: one array, changed in place": (
            lambda path: np.zeros_like(path) + path.mean(axis=0),
            "average += ... changes the one array to which all rows of your list point. "
            "Write average = average + ..., or append a copy.",
        ),
        "old average and new iterate are averaged half and half": (
            {"share": lambda t: 0.5 if t > 1 else 1.0},
            "That is an exponential average with alpha 0.5. For the mean of all, the old average "
            "stands for t - 1 iterates and the new one for itself alone.",
        ),
        "the sums are not divided": (
            lambda path: path.cumsum(axis=0),
            "A sum grows with the number of iterates; an average does not.",
        ),
        "the average lags one step behind": (
            lambda path: np.concatenate([path[:1], _running(path)[:-1]]),
            "Iterate t belongs to average t: update first, then store.",
        ),
    },
    hints=(
        "Write down the means of the first one, two and three iterates. How does the second "
        "follow from the first, and the third from the second?",
        "t times the new mean is (t - 1) times the old one plus the new iterate.",
        "average = average + (theta - average) / t, with t counted from 1; then append it.",
    ),
    praise="One number of memory per weight, however long the run: this is how it is done during "
    "training.",
)


def _steps(path):
    return np.arange(1, len(path) + 1)[:, None]


def _uncorrected(path, alpha):
    return _running(path, lambda t: 1 - alpha)


def _exponential(path, alpha):
    return _uncorrected(path, alpha) / (1 - alpha ** _steps(path))


def _fed_back(path, alpha):
    state, averages = np.zeros_like(path[0]), []
    for t, theta in enumerate(path, start=1):
        state = (alpha * state + (1 - alpha) * theta) / (1 - alpha**t)
        averages.append(state)
    return np.array(averages)


exponential = Exercise(
    name="exponential",
    task="Write exponential(path, alpha) for a path of shape (t, d): the exponential average after "
    "every step, started at zero and corrected by 1 - alpha^t. alpha weighs the past.",
    reference=_exponential,
    cases=lambda rng: {"path": _paths(rng), "alpha": float(rng.uniform(0.6, 0.9))},
    mistakes={
        "alpha stands at the wrong term": ({"alpha": lambda alpha: 1 - alpha},
            "In the lecture and in torch's decay alpha weighs the past: alpha * old + (1 - alpha) "
            "* new. pandas means the opposite by it."),
        "alpha at the wrong term, and no correction": (
            lambda path, alpha: _uncorrected(path, 1 - alpha),
            "alpha weighs the past; and after t steps from zero the weights sum to 1 - alpha^t."),
        "the correction is missing": (_uncorrected,
            "After t steps from zero the weights sum to 1 - alpha^t, not to 1: the average is too "
            "close to zero. Divide."),
        "started at the first iterate instead": (
            lambda path, alpha: _running(path, lambda t: 1 - alpha, begin=path[0]),
            "That is torch's way. Its weights sum to 1 as well, but the first iterate keeps the "
            "weight alpha^(t-1), more than any other for a long time. Here: zero, then correct."),
        "the correction counts t from 0": (
            lambda path, alpha: _uncorrected(path, alpha) / (1 - alpha ** (_steps(path) - 1)),
            "After the first step the weights sum to 1 - alpha, after the t-th to 1 - alpha^t, t "
            "counted from 1. With t = 0 you divide the first row by zero."),
        "the corrected value is fed back": (_fed_back,
            "Keep two things apart: the state, which goes on uncorrected, and what you report, "
            "state / (1 - alpha^t)."),
        "divided by 1 - alpha": (lambda path, alpha: _uncorrected(path, alpha) / (1 - alpha),
            "1 - alpha is right after the first step alone; later the weights sum to more."),
    },
    hints=(
        "Try a constant path: a proper average of a constant is that constant.",
        "Write the loop with state = alpha * state + (1 - alpha) * theta first, then ask what it "
        "gives for a constant path after t steps.",
        "Append state / (1 - alpha**t), with t counted from 1; the state itself stays as it is.",
    ),
    praise="A constant path is now its own average from the first step on. Adam corrects its "
    "moments in the same way.",
)  # fmt: skip


def _cost(theta, hessian):
    return float(0.5 * theta @ hessian @ theta)


def _cost_of_tail(path, hessian, start):
    return _cost(path[start:].mean(axis=0), hessian)


def _valleys(rng: np.random.Generator) -> dict:
    square = rng.normal(size=(2, 2))
    path = _paths(rng)
    return {
        "path": path,
        "hessian": square @ square.T + 0.2 * np.eye(2),
        "start": int(rng.integers(1, len(path) - 2)),
    }


cost_of_average = Exercise(
    name="cost_of_average",
    task="Write cost_of_average(path, hessian, start): the cost theta' H theta / 2 of the tail "
    "average, the mean of rows start, start + 1, ... of the path (counted from 0).",
    reference=_cost_of_tail,
    cases=_valleys,
    mistakes={
        "the costs are averaged, not the parameters": (
            lambda path, hessian, start: np.mean([_cost(t, hessian) for t in path[start:]]),
            "That is what the iterates cost on average. In a convex valley their average point "
            "costs less: that difference is the whole gain of averaging.",
        ),
        "all iterates are averaged": (
            {"start": 0},
            "The rows before start are the way down to the valley. A tail average leaves them out.",
        ),
        "the tail begins one row late": (
            {"start": lambda start: start + 1},
            "Row start itself belongs to the tail, counted from 0: path[start:].",
        ),
        "the tail begins one row early": (
            {"start": lambda start: start - 1},
            "Row start - 1 is the last one to leave out, counted from 0: path[start:].",
        ),
        "it is the cost of the last iterate": ({"start": -1}, "Nothing was averaged yet."),
        "the sum is divided by the length of the whole path": (
            lambda path, hessian, start: _cost(path[start:].sum(axis=0) / len(path), hessian),
            "The tail has len(path) - start rows; dividing by more pulls the point towards zero.",
        ),
        "the half is missing": (
            lambda *case: 2 * _cost_of_tail(*case),
            "The cost is theta' H theta / 2.",
        ),
    },
    hints=(
        "Two things happen in an order: averaging and computing the cost. Which comes first?",
        "path[start:] are the rows of the tail; their mean along axis 0 is one point.",
        "theta = path[start:].mean(axis=0), then 0.5 * theta @ hessian @ theta.",
    ),
    praise="First the average, then the cost. The other order never gains anything.",
)


def _normalised(z, mean, variance):
    return (z - mean) / np.sqrt(variance + 1e-5)


def _averaged_unit(
    weights, inputs, means, variances, *,
    normalised=lambda z, means, variances: _normalised(z, z.mean(), z.var()),
):  # fmt: skip
    return normalised(inputs @ weights.mean(axis=0), means, variances)


def _averaged_outputs(weights, inputs, means, variances):
    z = inputs @ weights.T
    return _normalised(z, z.mean(axis=0), z.var(axis=0)).mean(axis=1)


def _units(rng: np.random.Generator) -> dict:
    steps, examples = int(rng.integers(2, 5)), int(rng.integers(4, 8))
    weights = rng.normal(size=(steps, 2)) + rng.normal(0, 2, 2)
    inputs = rng.normal(size=(examples, 2)) + rng.normal(0, 1, 2)
    z = inputs @ weights.T + rng.normal(0, 0.3, (examples, steps))
    return {
        "weights": weights, "inputs": inputs,
        "means": z.mean(axis=0), "variances": z.var(axis=0),
    }  # fmt: skip


averaged_unit = Exercise(
    name="averaged_unit",
    task="A unit z = inputs @ w is followed by batch norm (no scale, no shift, eps = 1e-5). During "
    "training its weights were the rows of weights (t, d), and its running statistics after each "
    "step the entries of means (t,) and variances (t,). Write averaged_unit(weights, inputs, "
    "means, variances): the normalised outputs (n,) of the unit with the averaged weights, with "
    "statistics that fit them. inputs (n, d) are the training inputs.",
    reference=_averaged_unit,
    cases=_units,
    mistakes={
        "the statistics are stale": (
            {"normalised": lambda z, means, variances: _normalised(z, means[-1], variances[-1])},
            "The last mean and variance belong to the last weights. The averaged weights give "
            "another z: recompute its mean and variance from the inputs.",
        ),
        "the statistics are averaged": (
            {"normalised": lambda z, *stored: _normalised(z, *map(np.mean, stored))},
            "The mean would nearly fit, because z is linear in the weights. The variance does not: "
            "jumps cancel in the averaged weights but add to the average of the variances.",
        ),
        "the outputs are averaged, not the weights": (
            _averaged_outputs,
            "That is an ensemble: t networks are evaluated and their outputs averaged. It costs t "
            "times as much; weight averaging gives one network.",
        ),
        "nothing is averaged": (
            {"weights": lambda weights: weights[-1:]},
            "These are the outputs of the last weights.",
        ),
        "the variance is divided by n - 1": (
            {"normalised": lambda z, *_: _normalised(z, z.mean(), z.var(ddof=1))},
            "What normalises a batch is divided by n; only the stored variance by n - 1.",
        ),
        "the stabiliser stands outside the root": (
            {"normalised": lambda z, *_: (z - z.mean()) / (z.std() + 1e-5)},
            "The 1e-5 belongs under the root: sqrt(variance + 1e-5).",
        ),
        "batch norm is missing": (
            {"normalised": lambda z, *_: z},
            "z is right. Now normalise it, with its own mean and variance.",
        ),
        "the deviation is left out of the division": (
            {"normalised": lambda z, *_: z - z.mean()},
            "The mean is subtracted; the division by sqrt(variance + eps) is missing.",
        ),
    },
    hints=(
        "Which of the four arguments do you need? Not all of them.",
        "Average the weights first. What does the unit compute with them on the inputs?",
        "z = inputs @ weights.mean(axis=0), then (z - z.mean()) / sqrt(z.var() + 1e-5).",
    ),
    praise="This is what torch's update_bn does for a whole network, in one pass over training "
    "data, except that it stores the variance divided by n - 1.",
)

self_test = SelfTest(QUESTIONS)
