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
    return rng.normal(size=(int(rng.integers(4, 8)), 3)).cumsum(axis=0) + rng.normal(0, 3, 3)


def _steps(path, axis=0):
    """1, 2, ... along an axis, in the shape that divides a path."""
    counts = np.arange(1, path.shape[axis] + 1)
    return counts[:, None] if axis == 0 else counts


def _rows_before(path):
    means = _running(path)[:-1]
    return np.concatenate([np.full_like(path[:1], np.nan), means])


def _to_the_end(path):
    return np.array([path[k:].mean(axis=0) for k in range(len(path))])


def _last_rows(path):
    return np.array([path[-k:].mean(axis=0) for k in range(1, len(path) + 1)])


running_mean = Exercise(
    name="running_mean",
    task="Write running_mean(path) for a path of shape (t, d): row k of the result is the mean of "
    "the first k rows of the path. Keep one running average, do not sum the past again.",
    reference=_running,
    cases=lambda rng: {"path": _paths(rng)},
    mistakes={
        "the step to iterate t is 1 / (t - 1), and 1 to the first": (
            {"share": lambda t: 1 / (t - 1) if t > 1 else 1.0},
            "The step to iterate t is 1/t, counted from 1. With 1/(t - 1) the second iterate "
            "replaces the first, and the first is never seen again.",
        ),
        "the sums are divided by t - 1": (
            lambda path: path.cumsum(axis=0) / (_steps(path) - 1),
            "After t rows you divide by t, counted from 1. Counted from 0, as enumerate does "
            "unless you tell it otherwise, the first row is divided by 0.",
        ),
        "the sums are divided by t + 1": (
            {"share": lambda t: 1 / (t + 1)},
            "All averages are pulled towards zero, as if the zero at the start were an iterate. "
            "After t iterates you divide by t.",
        ),
        "every sum is divided by the length of the whole path": (
            lambda path: path.cumsum(axis=0) / len(path),
            "After t rows there are t of them: divide the sum of row t by t.",
        ),
        "every step to a new iterate is 1 / length, from the first": (
            lambda path: _running(path, lambda t: 1 / len(path), begin=path[0]),
            "Then old and new always have the same weights. The step to iterate t is 1/t.",
        ),
        "every row is the last average": (
            lambda path: np.zeros_like(path) + path.mean(axis=0),
            "Row k shall hold what is known after k iterates. All rows are alike, for instance, "
            "when one array is changed in place and stored again and again (store a copy), or when "
            "all of path is averaged in every turn.",
        ),
        "old average and new iterate are averaged half and half": (
            {"share": lambda t: 0.5 if t > 1 else 1.0},
            "That is an exponential average with alpha 0.5. For the mean of all, the old average "
            "stands for t - 1 iterates and the new one for itself alone.",
        ),
        "each row is averaged with the one before alone": (
            lambda path: np.concatenate([path[:1], (path[1:] + path[:-1]) / 2]),
            "That is a window of two rows. Row k is the mean of all rows up to it.",
        ),
        "the sums are not divided": (
            lambda path: path.cumsum(axis=0),
            "A sum grows with the number of iterates; an average does not.",
        ),
        "the average lags one step behind, after the first row twice": (
            lambda path: np.concatenate([path[:1], _running(path)[:-1]]),
            "Iterate t belongs to average t: update first, then store.",
        ),
        "row k averages the rows before it": (
            _rows_before,
            "Counted from 0, row k averages rows 0 to k: path[: k + 1]. path[:k] leaves k out, and "
            "the mean of no rows is NaN.",
        ),
        "row k averages the rows from k to the end": (
            _to_the_end,
            "Row k averages what has been seen so far: the rows up to k.",
        ),
        "row k averages the last k rows": (
            _last_rows,
            "The first k rows: path[:k].",
        ),
        "it runs along the parameters": (
            lambda path: path.cumsum(axis=1) / _steps(path, axis=1),
            "Time runs along axis 0, from row to row.",
        ),
        "all parameters are averaged with one another": (
            lambda path: _running(path).mean(axis=1),
            "Every parameter has its own average: mean(axis=0) of the first k rows.",
        ),
        "the path is summed in one long row": (
            lambda path: path.cumsum() / np.arange(1, path.size + 1),
            "Without an axis, np.cumsum adds up all numbers of a path in one row: axis=0.",
        ),
        "the path is summed in one long row and folded again": (
            lambda path: path.cumsum().reshape(path.shape) / _steps(path),
            "Without an axis, np.cumsum adds up all numbers of a path in one row: axis=0.",
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


def _uncorrected(path, alpha, begin=None):
    return _running(path, lambda t: 1 - alpha, begin=begin)


def _exponential(path, alpha, *, state=_uncorrected, sums=lambda alpha, t: 1 - alpha**t):
    """The state, divided by what the weights are taken to sum to."""
    return state(path, alpha) / sums(alpha, _steps(path))


def _fed_back(path, alpha):
    state, averages = np.zeros_like(path[0]), []
    for t, theta in enumerate(path, start=1):
        state = (alpha * state + (1 - alpha) * theta) / (1 - alpha**t)
        averages.append(state)
    return np.array(averages)


def _weights(path, alpha):
    """alpha^|i - j|, of iterate j in average i."""
    i = np.arange(len(path))
    return alpha ** np.abs(i[:, None] - i)


def _oldest_first(path, alpha):
    weights = np.tril(np.broadcast_to(alpha ** np.arange(len(path)), (len(path),) * 2))
    return weights / weights.sum(axis=1, keepdims=True) @ path


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
        "alpha stands at the wrong term and there is no correction": (
            lambda path, alpha: _uncorrected(path, 1 - alpha),
            "alpha weighs the past; and after t steps from zero the weights sum to 1 - alpha^t."),
        "alpha weighs the new iterate, corrected as if it weighed the past": (
            {"state": lambda path, alpha: _uncorrected(path, 1 - alpha)},
            "alpha weighs the past: alpha * old + (1 - alpha) * new. Only then do the weights sum "
            "to 1 - alpha^t."),
        "the correction is missing": (_uncorrected,
            "After t steps from zero the weights sum to 1 - alpha^t, not to 1: the average is too "
            "close to zero. Divide."),
        "it starts at the first iterate instead": (
            lambda path, alpha: _uncorrected(path, alpha, begin=path[0]),
            "That is torch's way. Its weights sum to 1 as well, but the first iterate keeps the "
            "weight alpha^(t-1), more than any other for a long time. Here: zero, then correct."),
        "it starts at the first iterate and is corrected too": (
            {"state": lambda path, alpha: _uncorrected(path, alpha, begin=path[0])},
            "From the first iterate the weights sum to 1 already. The correction belongs to a "
            "start at zero."),
        "the correction counts t from 0": ({"sums": lambda alpha, t: 1 - alpha ** (t - 1)},
            "After the first step the weights sum to 1 - alpha, after the t-th to 1 - alpha^t, t "
            "counted from 1. With t = 0 you divide the first row by zero."),
        "the exponent of the correction is t + 1": ({"sums": lambda alpha, t: 1 - alpha ** (t + 1)},
            "After the first step the weights sum to 1 - alpha: t is counted from 1."),
        "the correction is 1 - alpha * t": ({"sums": lambda alpha, t: 1 - alpha * t},
            "Every step multiplies what is missing by alpha: a power, alpha ** t."),
        "all rows have the correction of the last step": (
            {"sums": lambda alpha, t: 1 - alpha ** len(t)},
            "Row t was made in t steps: its own weights sum to 1 - alpha^t."),
        "the correction multiplies": ({"sums": lambda alpha, t: 1 / (1 - alpha**t)},
            "The average is too close to zero. Divide by the sum of its weights."),
        "the corrected value is fed back": (_fed_back,
            "Keep two things apart: the state, which goes on uncorrected, and what you report, "
            "state / (1 - alpha^t)."),
        "it is divided by 1 - alpha": ({"sums": lambda alpha, t: 1 - alpha},
            "1 - alpha is right after the first step alone; later the weights sum to more. The "
            "same comes out when new iterates are added whole, and nothing is divided."),
        "new iterates are added whole, and then corrected": (
            {"state": lambda path, alpha: _uncorrected(path, alpha) / (1 - alpha)},
            "alpha * old + (1 - alpha) * new: only with both factors do the weights sum to 1 - "
            "alpha^t."),
        "every row is the last state": (
            {"state": lambda path, alpha: 0 * path + _uncorrected(path, alpha)[-1]},
            "Row t shall hold what is known after t steps. It happens, for instance, when one "
            "array is changed in place and stored again and again: store a copy."),
        "every row is the last average": (
            lambda path, alpha: 0 * path + _exponential(path, alpha)[-1],
            "Row t shall hold what is known after t steps. It happens, for instance, when one "
            "array is changed in place and stored again and again: store a copy."),
        "the oldest iterate has the largest weight": (_oldest_first,
            "alpha weighs the past: an iterate of k steps ago has the weight (1 - alpha) alpha^k."),
        "later iterates count too": (
            lambda path, alpha: (_weights(path, alpha) @ path)
            / _weights(path, alpha).sum(axis=1, keepdims=True),
            "After t steps the later iterates are not known yet. Their weights are 0."),
        "it runs along the parameters": (
            lambda path, alpha: _exponential(path.T, alpha).T,
            "Time runs along axis 0, from row to row."),
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


def _tail(path, start):
    return path[start:].mean(axis=0)


def _cost_of_tail(path, hessian, start, *, point=_tail):
    return _cost(point(path, start), hessian)


def _valleys(rng: np.random.Generator) -> dict:
    """A tail of another length than the start, and a Hessian with every entry."""
    square = rng.normal(size=(3, 3))
    path = _paths(rng)
    starts = [s for s in range(2, len(path) - 1) if 2 * s != len(path)]
    return {
        "path": path,
        "hessian": square @ square.T + 0.2 * np.eye(3),
        "start": int(rng.choice(starts)) if starts else 1,
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
        "the rows before start are averaged": (
            {"point": lambda path, start: path[:start].mean(axis=0)},
            "Those are the head of the path. The tail is path[start:].",
        ),
        "the last start rows are averaged": (
            {"point": lambda path, start: path[-start:].mean(axis=0)},
            "start is where the tail begins, not how long it is: path[start:].",
        ),
        "the tail begins one row late": (
            {"start": lambda start: start + 1},
            "Row start itself belongs to the tail, counted from 0: path[start:].",
        ),
        "the tail begins one row early": (
            {"start": lambda start: start - 1},
            "Row start - 1 is the last one to leave out, counted from 0: path[start:].",
        ),
        "the tail ends one row early": (
            {"point": lambda path, start: path[start:-1].mean(axis=0)},
            "The last row belongs to the tail. The end of a slice or range is not in it.",
        ),
        "it is the cost of the last iterate": ({"start": -1}, "Nothing was averaged yet."),
        "it is the cost of row start": (
            {"point": lambda path, start: path[start]},
            "Nothing was averaged yet.",
        ),
        "the tail is added up, not averaged": (
            {"point": lambda path, start: path[start:].sum(axis=0)},
            "Divide by the number of its rows.",
        ),
        "the sum is divided by the length of the whole path": (
            {"point": lambda path, start: path[start:].sum(axis=0) / len(path)},
            "The tail has len(path) - start rows; dividing by more pulls the point towards zero.",
        ),
        "the half is missing": (
            lambda *case: 2 * _cost_of_tail(*case),
            "The cost is theta' H theta / 2.",
        ),
        "it is the average, not its cost": (
            lambda path, hessian, start: _tail(path, start),
            "That is the point. Asked for is theta' H theta / 2 there, one number.",
        ),
        "it is the gradient at the average": (
            lambda path, hessian, start: hessian @ _tail(path, start),
            "H theta is the gradient. The cost is theta' times it, halved.",
        ),
        "it is half the squared length of the gradient": (
            lambda path, hessian, start: 0.5 * np.sum((hessian @ _tail(path, start)) ** 2),
            "That is theta' H H theta / 2. H occurs once.",
        ),
        "the products are elementwise": (
            lambda path, hessian, start: 0.5 * _tail(path, start) ** 2 * hessian,
            "* multiplies entry by entry, and a matrix comes back. @ multiplies and adds up.",
        ),
        "the products are elementwise, and added up": (
            lambda path, hessian, start: 0.5 * np.sum(_tail(path, start) ** 2 * hessian),
            "* multiplies entry by entry: theta_i meets theta_i only. theta @ hessian @ theta has "
            "all pairs.",
        ),
        "the average is one number": (
            lambda path, hessian, start: 0.5 * path[start:].mean() ** 2 * hessian,
            "Every parameter has its own average: mean(axis=0).",
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


def _averaged_outputs_as_stored(weights, inputs, means, variances):
    return _normalised(inputs @ weights.T, means, variances).mean(axis=1)


def _normalised_inputs(weights, inputs, means, variances):
    return _normalised(inputs, inputs.mean(axis=0), inputs.var(axis=0)) @ weights.mean(axis=0)


def _units(rng: np.random.Generator) -> dict:
    """Variances so small that the stabiliser counts; no two sizes are equal."""
    steps, examples = int(rng.integers(3, 6)), int(rng.integers(6, 9))
    weights = rng.normal(size=(steps, 2)) + rng.normal(0, 2, 2)
    inputs = 0.02 * (rng.normal(size=(examples, 2)) + rng.normal(0, 1, 2))
    z = inputs @ weights.T + 0.02 * rng.normal(0, 0.3, (examples, steps))
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
        "the mean is recomputed, the stored variances are averaged": (
            {"normalised": lambda z, _, variances: _normalised(z, z.mean(), variances.mean())},
            "The variance has to be recomputed as well: jumps cancel in the averaged weights but "
            "add to the average of the variances.",
        ),
        "the variance is recomputed, the stored means are averaged": (
            {"normalised": lambda z, means, _: _normalised(z, means.mean(), z.var())},
            "Both statistics are those of z with the averaged weights on these inputs.",
        ),
        "the stored variances are pooled with the spread of the means": (
            {
                "normalised": lambda z, means, variances: _normalised(
                    z, means.mean(), variances.mean() + means.var()
                )
            },
            "That is the variance of all the units' values together. The averaged weights make one "
            "unit, with a variance of its own.",
        ),
        "the outputs are averaged, not the weights": (
            _averaged_outputs,
            "That is an ensemble: t networks are evaluated and their outputs averaged. It costs t "
            "times as much; weight averaging gives one network.",
        ),
        "the outputs are averaged, each with its stored statistics": (
            _averaged_outputs_as_stored,
            "That is an ensemble: t networks are evaluated and their outputs averaged. It costs t "
            "times as much; weight averaging gives one network. (Folding each step's statistics "
            "into its weights before averaging gives the same.)",
        ),
        "the inputs are normalised, not the unit": (
            _normalised_inputs,
            "Batch norm follows the unit: it normalises z, one number for every example.",
        ),
        "nothing is averaged": (
            {"weights": lambda weights: weights[-1:]},
            "These are the outputs of the last weights.",
        ),
        "the variance is divided by n - 1": (
            {"normalised": lambda z, *_: _normalised(z, z.mean(), z.var(ddof=1))},
            "What normalises a batch is divided by n; only the stored variance by n - 1.",
        ),
        "the stabiliser is missing": (
            {"normalised": lambda z, *_: (z - z.mean()) / z.std()},
            "1e-5 belongs under the root. Where the variance is small it counts.",
        ),
        "the stabiliser stands outside the root": (
            {"normalised": lambda z, *_: (z - z.mean()) / (z.std() + 1e-5)},
            "The 1e-5 belongs under the root: sqrt(variance + 1e-5).",
        ),
        "the root is missing": (
            {"normalised": lambda z, *_: (z - z.mean()) / (z.var() + 1e-5)},
            "Divide by sqrt(variance + 1e-5): the variance has the unit of z squared.",
        ),
        "the mean is not subtracted": (
            {"normalised": lambda z, *_: z / np.sqrt(z.var() + 1e-5)},
            "Batch norm brings the mean to 0 before it divides.",
        ),
        "the mean square stands where the variance belongs": (
            {"normalised": lambda z, *_: (z - z.mean()) / np.sqrt((z**2).mean() + 1e-5)},
            "The variance is the mean square of z - mean.",
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
