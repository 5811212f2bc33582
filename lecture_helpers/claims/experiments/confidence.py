"""What a model's confidence tells of an example: the experiments of C47 and C48."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.curriculum import BATCH, NETWORK, SIZES
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.claims.experiments.tuned_networks import (
    DATA,
    FITTED,
    failed_as_nan,
    grid,
    on_data,
)
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.difficulty import (
    balanced_easy_first,
    cross_fitted_confidence,
    easy_first,
    tied,
    untied,
    wrong_labels,
)
from lecture_helpers.curriculum.nearest_neighbours import knn, nearness
from lecture_helpers.curriculum.pacing import available, paced_batches, pacing_weights
from lecture_helpers.datasets import Dataset, Split, digits, split
from lecture_helpers.networks.softmax_regression import softmax_gradients
from lecture_helpers.training import GUESSING, Runs

QUARTER = 0.25
RATES = grid(-6, 0, per_decade=2, digits=1)  # 0.001 to 1


def discriminant(inputs: np.ndarray, targets: np.ndarray, classes: int) -> Callable:
    """A linear discriminant as a reference: inputs to probabilities (m, classes)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(inputs, targets)

    def predict(x: np.ndarray) -> np.ndarray:
        found = np.zeros((len(x), classes))
        found[:, model.classes_] = model.predict_proba(x)
        return found

    return predict


def decided(reference: Callable) -> Callable:
    """A reference that gives its class 1 and the others 0: its confidence is whether it is right.

    >>> ask = decided(lambda inputs, targets, classes: lambda x: np.array([[0.2, 0.5, 0.3]]))
    >>> ask(None, None, 3)(np.zeros((1, 4)))
    array([[0., 1., 0.]])
    """

    def learned(inputs, targets, classes: int) -> Callable:
        predict = reference(inputs, targets, classes)
        return lambda x: np.eye(classes)[predict(x).argmax(1)]

    return learned


REFERENCES = {"neighbours": (knn, discriminant), "discriminant": (discriminant, knn)}


def quarters(seeds, *, data=tuple(DATA), noise=0.4, steps=200, tuned: Any = None) -> Record:
    """C48: what is different in the quarter of which a reference is least sure.

    Errors: the share that a model of another kind gets wrong, both cross-fitted, among right
    labels; for the nearest neighbours and for a linear discriminant as the reference. "of every
    class" takes the quarters within the classes; "off centre" those farthest from the mean of
    their class, a score without a model. Wrong labels: their share, where ``noise`` are planted.

    Networks are trained on the neighbours' hardest and easiest quarter of every class and on one
    by lot, and on the same three of all examples together, each with learning rates of its own per
    measure. Speed: log10 of the training loss on the quarter
    itself, at least ``FITTED``, averaged over ``steps`` updates. Accuracy in percent and log10 of
    the loss are those on the test examples. A member that diverges has failed. The extras hold the
    share of tied confidences and how unequal the classes of the easiest quarter are.
    """
    arms, extras = {}, {}
    for name in data:
        found = by_seed(partial(_of_data, DATA[name](), SIZES[name], noise), seeds)
        for key, values in found.items():
            (extras if key in ("ties", UNEQUAL) else arms)[f"{name}: {key}"] = values
        room = _room(name, seeds)
        for part in QUARTERS:
            rates = {m: tuned[f"{name}: {part}, {m}"] if tuned else 0.03 for m in MEASURES}
            options = _quarter_of(room, name, part, steps)
            trained = training.train(lr=sorted(set(rates.values())), **options)
            for m, measure in MEASURES.items():
                runs = trained.at(lr=rates[m])
                values = failed_as_nan(measure(runs), runs.diverged)
                arms[f"{name}: trained on the {part}, {m}"] = values
    return Record(tuple(seeds), arms, extras=extras)


UNEQUAL = "largest class over smallest, easiest quarter"


def _of_data(data: Dataset, sizes: dict, noise: float, seed: int) -> dict[str, float]:
    train = split(data, seed, **sizes).train
    inputs, targets = data.inputs[train], data.targets[train]
    scored = partial(cross_fitted_confidence, seed=seed)
    finer, found = scored(inputs, targets, reference=nearness), {}
    means = np.stack([inputs[targets == c].mean(0) for c in range(data.classes)])
    central = -np.linalg.norm(inputs - means[targets], axis=1)
    for name, (reference, other) in REFERENCES.items():
        confidence = scored(inputs, targets, reference=reference)
        errors = 1 - scored(inputs, targets, reference=decided(other))
        ease = untied(confidence, finer)
        orders = {
            "": easy_first(ease), " of every class": balanced_easy_first(ease, targets),
            " off centre": easy_first(central),
        }  # fmt: skip
        for words, order in orders.items():
            easiest, hardest = available(order, QUARTER), available(order[::-1], QUARTER)
            found[f"{name}, errors, hardest quarter{words}"] = errors[hardest].mean()
            found[f"{name}, errors, easiest quarter{words}"] = errors[easiest].mean()
        if name == "neighbours":
            counts = np.bincount(targets[available(orders[""], QUARTER)], minlength=data.classes)
            found |= {"ties": tied(confidence), UNEQUAL: counts.max() / max(1, counts.min())}
    given, wrong = wrong_labels(targets, noise, seed, data.classes)
    ease = untied(scored(inputs, given), scored(inputs, given, reference=nearness))
    order = easy_first(ease)
    found["wrong labels, hardest quarter"] = wrong[available(order[::-1], QUARTER)].mean()
    found["wrong labels, easiest quarter"] = wrong[available(order, QUARTER)].mean()
    return found


EACH = " of every class"
QUARTERS = tuple(
    f"{which}{classes}"
    for classes in (EACH, "")
    for which in ("hardest quarter", "easiest quarter", "quarter by lot")
)


def _room(data: str, seeds) -> Classroom:
    return Classroom(DATA[data](), seeds=list(seeds), sizes=SIZES[data], ties="by nearness")


def quarter_rows(room: Classroom, part: str, seed: int) -> np.ndarray:
    """The numbers of the examples in one of ``QUARTERS``, sorted."""
    which, each, _ = part.partition(EACH)
    order = room.orders[seed, "by lot" if which == "quarter by lot" else "easy first"]
    if each:
        ease = -np.arange(len(order), dtype=float)  # as the order has them
        order = order[balanced_easy_first(ease, room.dataset.targets[order])]
    return np.sort(available(order[::-1] if which == "hardest quarter" else order, QUARTER))


def _quarter_of(room: Classroom, data: str, part: str, steps: int) -> dict:
    """What ``train`` takes for a network on a quarter of the training examples."""

    def quarter(_, seed: int) -> Split:
        parts = room.split(room.dataset, seed)
        return Split(quarter_rows(room, part, seed), parts.validation, parts.test)

    return on_data(
        data, room.seeds, dataset=room.dataset, split=quarter, steps=steps, batch_size=BATCH,
        momentum=0.9, schedule="cosine", record=21, **NETWORK,
    )  # fmt: skip


def _speed(runs: Runs) -> np.ndarray:
    loss = np.nan_to_num(runs.train_loss.astype(float), nan=GUESSING)
    return np.log10(np.clip(loss, FITTED, GUESSING)).mean(axis=-1)


MEASURES: dict[str, Callable[[Runs], np.ndarray]] = {
    "speed": _speed,
    "accuracy": lambda runs: 100 * runs.accuracy[..., -1].astype(float),
    "loss": lambda runs: np.log10(runs.eval_loss[..., -1].astype(float)),
}


def tune_quarters(seeds, *, steps=200) -> dict[str, float]:
    """The best learning rate of every data set, quarter and measure."""
    found = {}
    for name in DATA:
        room = _room(name, seeds)
        for part in QUARTERS:
            options = _quarter_of(room, name, part, steps)
            runs = training.train(lr=list(RATES), eval_on="validation", **options)
            for m, measure in MEASURES.items():
                values = np.where(runs.diverged, np.nan, measure(runs))
                values = -values if m == "accuracy" else values
                table = dict(zip(RATES, values.tolist(), strict=True))
                found[f"{name}: {part}, {m}"] = best_on_grid(table)
    return found


def weights_or_samples(seeds, *, examples=300, draws=4000) -> Record:
    """C47: the expected gradient of softmax regression on digits, weighed and sampled.

    For the weights of a curriculum, 0 or all alike, and for weights by lot. The first check adds up
    both expectations: of weighed examples, and of a pool in which an example stands as often as it
    is drawn. The second draws, and counts how many standard errors the two means lie apart, beyond
    four and a half.
    """
    tolerances = {
        "the two expectations differ by (share of the gradient)": 1e-12,
        "the two sampled means differ, beyond 4.5 standard errors, by": 1e-12,
    }
    return largest(lambda seed: _pulls(seed, examples, draws), tolerances, seeds)


def _pulls(seed: int, examples: int, draws: int) -> Iterator[tuple[float, float]]:
    rng, data = np.random.default_rng([seed, 16]), digits()
    at = rng.permutation(len(data))[:examples]
    inputs, targets = data.inputs[at].astype(float), data.targets[at]
    slopes = softmax_gradients(0.1 * rng.standard_normal((64, 10)), inputs, targets)
    slopes = slopes.reshape(examples, -1)
    part = float(rng.uniform(0.1, 1))
    order = easy_first(cross_fitted_confidence(inputs, targets, seed=seed, reference=knn))
    chosen = paced_batches(order, np.full(draws, part), 1, rng)[:, 0]
    yield _apart(slopes, pacing_weights(order, part), available(order, part), chosen, rng)
    times = 1 + rng.poisson(rng.exponential(3.0, examples))
    pool = np.repeat(np.arange(examples), times)
    yield _apart(slopes, examples * times / times.sum(), pool, rng.choice(pool, draws), rng)


def _apart(slopes, weights, pool, chosen, rng: np.random.Generator) -> tuple[float, float]:
    """How far the gradients of weighed examples and of those ``chosen`` from a pool are apart."""
    by_weight, by_sample = (weights[:, None] * slopes).mean(0), slopes[pool].mean(0)
    exact = np.abs(by_weight - by_sample).max() / np.abs(by_sample).max()
    along = slopes @ (by_sample / np.linalg.norm(by_sample))
    one = (weights * along)[rng.integers(len(slopes), size=len(chosen))]
    two = along[chosen]
    error = np.sqrt((one.var() + two.var()) / len(chosen))
    return exact, max(0.0, abs(one.mean() - two.mean()) / error - 4.5)
