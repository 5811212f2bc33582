"""What a curriculum gains, and what its scores tell: the experiments."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import product

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.claims.tuning import tuned as stored_or_searched
from lecture_helpers.curriculum.difficulty import (
    cross_fitted_confidence,
    easy_first,
    hard_first,
    wrong_labels,
)
from lecture_helpers.curriculum.nearest_neighbours import knn
from lecture_helpers.curriculum.pacing import available, paced_batches, pacing_weights
from lecture_helpers.curriculum.race import ARMS, order_race_grid
from lecture_helpers.curriculum.shapes_race import UNION, shapes_race
from lecture_helpers.datasets import digits, mnist1d, split
from lecture_helpers.networks.softmax_regression import softmax_gradients
from lecture_helpers.training import Runs, final_accuracy

BUDGETS = {"short": 100, "middle": 400, "long": 1600}
NOISES = {"right labels": 0.0, "40 % wrong labels": 0.4}
RACED = {"mnist1d": mnist1d, "digits": digits}
SIZES = {
    "mnist1d": dict(test=1500, validation=500, train=3000),
    "digits": dict(test=397, validation=200, train=1200),
}
NETWORK = dict(depth=2, width=64)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
PACINGS = {
    f"{start:g} {pace:g} {shape}": (start, pace, shape)
    for start in (0.1, 0.3, 0.6) for pace in (0.5, 1.0) for shape in ("linear", "root", "step")
}  # fmt: skip
SWITCHES = {"hard shapes alone": 0.0, "easy shapes for half the time": 0.5, "all shapes": UNION}
SHAPES_NETWORK: dict = dict(depth=3, width=64)


def curriculum_race(seeds, *, budgets=tuple(BUDGETS), start=0.3, pace=0.5, tuned=None) -> dict:
    """C46, C49: test accuracy in percent of every arm, data set, budget and share of wrong labels.

    mnist1d with 3,000 training examples and digits with 1,200, an MLP of 2 x 64 units, batches of
    32, momentum 0.9 and a cosine schedule; the learning rate of every arm, data set, budget and
    noise has its own tuning. The same on shapes after Bengio et al. 2009: easy ones first, tested
    on hard ones.
    """
    arms, pacings = {}, {"": (start, pace, "linear")}
    for data, budget in product(RACED, budgets):
        options = dict(lr=_rates(tuned, data, budget), record=[0, BUDGETS[budget]])
        runs = _race(data, budget, pacings, seeds, **options)
        for (words, noise), arm in product(NOISES.items(), ARMS):
            accuracy = final_accuracy(runs.at(label_noise=noise, pacing="", arm=arm))
            arms[f"{data}, {budget}, {words}: {arm}"] = (100 * accuracy).tolist()
    rates = {s: tuned[f"shapes: {words}"] if tuned else 0.03 for words, s in SWITCHES.items()}
    runs = _shapes(SWITCHES.values(), seeds, lr=rates, record=2)
    percent = 100 * np.nan_to_num(runs.accuracy[..., -1], nan=1 / 3)
    return arms | {f"shapes: {w}": row for w, row in zip(SWITCHES, percent.tolist(), strict=True)}


def _race(data: str, budget: str, pacings: Mapping, seeds, **settings) -> Runs:
    return order_race_grid(
        RACED[data](), pacings, steps=BUDGETS[budget], seeds=list(seeds), split=SIZES[data],
        label_noise=list(NOISES.values()), progress=False, **NETWORK, **settings,
    )  # fmt: skip


def _shapes(switches: Iterable, seeds, **settings) -> Runs:
    options = SHAPES_NETWORK | settings
    return shapes_race(tuple(switches), seeds=list(seeds), progress=False, **options)


def _rates(tuned: dict | None, data: str, budget: str) -> dict:
    if tuned is None:
        return dict.fromkeys(ARMS, 0.03)
    return {
        (arm, noise): tuned[f"{data}, {budget}, {words}: {arm}"]
        for words, noise in NOISES.items() for arm in ARMS
    }  # fmt: skip


def tune_race(seeds) -> dict:
    """The learning rate with the best validation accuracy, per data, budget, noise and arm."""
    usual: dict = dict(record=2, eval_on="validation")
    errors = {lr: _errors(_shapes(SWITCHES.values(), seeds, lr=lr, **usual)) for lr in RATES}
    found = {
        f"shapes: {words}": best_on_grid({lr: e[k].tolist() for lr, e in errors.items()})
        for k, words in enumerate(SWITCHES)
    }
    for data, (budget, steps) in product(RACED, BUDGETS.items()):
        usual = dict(record=[0, steps], eval_on="validation")
        pacings = {"": (0.3, 0.5, "linear")}
        races = {lr: _race(data, budget, pacings, seeds, lr=lr, **usual) for lr in RATES}
        for (words, noise), arm in product(NOISES.items(), ARMS):
            cells = {lr: r.at(label_noise=noise, pacing="", arm=arm) for lr, r in races.items()}
            losses = {lr: _errors(cell).tolist() for lr, cell in cells.items()}
            found[f"{data}, {budget}, {words}: {arm}"] = best_on_grid(losses)
    return found


def _errors(runs: Runs) -> np.ndarray:
    return 1 - runs.accuracy[..., -1].astype(float)


def _tuned() -> dict:
    return stored_or_searched("curriculum.curriculum_race", tune_race)


def stored_shapes(seeds) -> Runs:
    """The runs of seven switch times and the union, for the notebook."""
    tuned, switches = _tuned(), (*np.linspace(0, 0.9, 7).round(2).tolist(), UNION)
    alike = dict.fromkeys(switches, tuned["shapes: easy shapes for half the time"])
    own = {s: tuned[f"shapes: {words}"] for words, s in SWITCHES.items() if s != 0.5}
    return _shapes(switches, seeds, lr=alike | own).round(4)


def stored_race(data: str, budget: str) -> Callable:
    """The function of seeds that makes the runs of every pacing, for the notebook."""

    def make(seeds) -> Runs:
        rates = _rates(_tuned(), data, budget)
        return _race(data, budget, PACINGS, seeds, lr=rates, record=9).round(4)

    return make


def confidence_of_the_reference(seeds, *, noise=0.4, folds=5) -> Record:
    """C48: the share of wrong labels among the least sure quarter, less that among the surest.

    The extras: with all labels right, how often another model errs in either quarter; and how
    unequal the classes are in the surest quarter (largest class over min_effect).
    """
    sets = {
        "digits": (digits(), dict(test=357, validation=240, train=1200)),
        "mnist1d": (mnist1d(), SIZES["mnist1d"]),
    }
    arms, extras, unequal = {}, {}, "largest class over min_effect, easiest quarter"
    for name, (data, sizes) in sets.items():
        found = by_seed(partial(_quarters, data, sizes, noise, folds), seeds)
        extras[f"{name}: {unequal}"] = found.pop(unequal)
        arms |= {f"{name}: {key}": values for key, values in found.items()}
    return Record(tuple(seeds), arms, extras=extras)


def _quarters(data, sizes, noise: float, folds: int, seed: int) -> dict[str, float]:
    train = split(data, seed, **sizes).train
    inputs, targets = data.inputs[train], data.targets[train]
    noisy, wrong = wrong_labels(targets, noise, seed)
    easy, hard = _ends(cross_fitted_confidence(inputs, noisy, folds=folds, seed=seed))
    sure, unsure = _ends(cross_fitted_confidence(inputs, targets, folds=folds, seed=seed))
    errs = _errors_of_another(inputs, targets, seed)
    counts = np.bincount(targets[sure], minlength=data.classes)
    return {
        "hardest quarter": wrong[hard].mean(), "easiest quarter": wrong[easy].mean(),
        "another model errs, hardest quarter": errs[unsure].mean(),
        "another model errs, easiest quarter": errs[sure].mean(),
        "largest class over min_effect, easiest quarter": counts.max() / max(1, counts.min()),
    }  # fmt: skip


def _ends(confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return available(easy_first(confidence), 0.25), available(hard_first(confidence), 0.25)


def _errors_of_another(inputs, targets, seed: int) -> np.ndarray:
    """Which examples a linear discriminant that never saw them gets wrong, (n,)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(5, shuffle=True, random_state=seed)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return cross_val_predict(model, inputs, targets, cv=folds) != targets


def weights_or_samples(seeds, *, examples=300, draws=4000) -> Record:
    """C47: the expected gradient of softmax regression on digits, weighed and sampled.

    The first check adds up both expectations; the second draws, and counts how many standard
    errors the two means lie apart, beyond four and a half.
    """
    tolerances = {
        "the two expectations differ by (share of the gradient)": 1e-12,
        "the two sampled means differ, beyond 4.5 standard errors, by": 1e-12,
    }
    return largest(lambda seed: [_pulls(seed, examples, draws)], tolerances, seeds)


def _pulls(seed: int, examples: int, draws: int) -> tuple[float, float]:
    rng, data = np.random.default_rng([seed, 16]), digits()
    at = rng.permutation(len(data))[:examples]
    inputs, targets = data.inputs[at].astype(float), data.targets[at]
    slopes = softmax_gradients(0.1 * rng.standard_normal((64, 10)), inputs, targets)
    slopes = slopes.reshape(examples, -1)
    part = float(rng.uniform(0.1, 1))
    order = easy_first(cross_fitted_confidence(inputs, targets, seed=seed, reference=knn))
    weights = pacing_weights(order, part)
    by_weight = (weights[:, None] * slopes).mean(0)
    by_sample = slopes[available(order, part)].mean(0)
    exact = np.abs(by_weight - by_sample).max() / np.abs(by_sample).max()
    along = slopes @ (by_sample / np.linalg.norm(by_sample))
    uniform = rng.integers(examples, size=draws)
    one = (weights * along)[uniform]
    two = along[paced_batches(order, np.full(draws, part), 1, rng)[:, 0]]
    error = np.sqrt((one.var() + two.var()) / draws)
    return exact, max(0.0, abs(one.mean() - two.mean()) / error - 4.5)
