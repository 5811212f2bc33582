"""What a curriculum gains over other orders of the same examples: the experiment of C46."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.tuned_networks import DATA, grid
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.claims.tuning import tuned as stored_or_searched
from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.difficulty import tied
from lecture_helpers.curriculum.race import ARMS, batches_of, order_race_grid, train_in
from lecture_helpers.training import Runs

BUDGETS = {"short": 100, "middle": 400, "long": 1600}
NOISES = {"right labels": 0.0, "40 % wrong labels": 0.4}
SIZES: dict[str, dict] = {
    "digits": dict(test=397, validation=200, train=1200),
    "MNIST-1D": dict(test=1500, validation=500, train=3000),
    "MNIST": dict(test=1500, validation=500, train=3000),
}
BATCH, FOLDS = 32, 5
NETWORK: dict = dict(depth=2, width=64)
RATES = {  # the longer the training, the smaller the best
    "short": grid(-5, 0, per_decade=2, digits=1),  # 0.003 to 1
    "middle": grid(-6, -1, per_decade=2, digits=1),  # 0.001 to 0.3
    "long": grid(-7, -1, per_decade=2, digits=1),  # 0.0003 to 0.3
}
PRICED = ("short", "middle")  # budgets in which the price of the scores is counted
COARSE, WORKED = "easy first, ties as given", "standard, and the reference's work"
LAST = "wrong labels last"
RACERS = {"standard": "standard", "easy first": "easy first", "hard first": "hard first",
          "random order": "random order", "filter": "filter", COARSE: "easy first",
          LAST: LAST, WORKED: "standard"}  # fmt: skip
MEASURES = ("accuracy", "loss")


def race(
    seeds, *, data=tuple(DATA), budgets=tuple(BUDGETS), start=0.3, pace=0.5, tuned: Any = None
) -> Record:
    """C46: test accuracy in percent and log10 of the test loss at the end of a training.

    An MLP of 2 x 64 units, batches of 32, momentum 0.9 and a cosine schedule; test labels are
    right. Every arm, data set, budget, share of wrong labels and measure has its own learning rate.
    All arms of a budget make the same number of updates with as many examples, but for "standard,
    and the reference's work": that one gets the updates of ``reference_work`` on top, in the two
    shorter budgets, where they weigh most. Orders are by the cross-fitted confidence of the nearest
    neighbours, ties broken by nearness, except in "ties as given". "wrong labels last" knows which
    labels are wrong, and nothing of difficulty. A member that diverges has failed.

    The extras hold the share of examples that share their confidence with another.
    """
    arms, extras = {}, {}
    for name, words in product(data, NOISES):
        room, entries = entered(name, NOISES[words], seeds, start, pace)
        extras[f"{name}, {words}: ties"] = [tied(c) for c in room.confidence.values()]
        for budget in budgets:
            where = f"{name}, {budget}, {words}"
            rates = {
                (arm, m): tuned[f"{where}: {arm}, {m}"] if tuned else 0.03
                for arm, m in product(entries, MEASURES) if arm != WORKED or budget in PRICED
            }  # fmt: skip
            for steps, few in _by_steps(name, budget, entries):
                ends = trained_ends(room, {a: entries[a] for a in few}, steps, rates)
                arms |= {f"{where}: {arm}, {m}": end for (arm, m), end in ends.items()}
    return Record(tuple(seeds), arms, extras=extras)


def entered(
    data: str, noise: float, seeds: Iterable[int], start: float = 0.3, pace: float = 0.5
) -> tuple[Classroom, dict[str, Callable]]:
    """The classroom of a data set, and how each arm chooses its batches there."""
    rooms = {
        ties: Classroom(DATA[data](), seeds=list(seeds), wrong=noise, sizes=SIZES[data], ties=ties)
        for ties in ("by nearness", "as given")
    }
    return rooms["by nearness"], {
        arm: batches_of(rooms["as given" if arm == COARSE else "by nearness"], like, start, pace)
        for arm, like in RACERS.items() if noise or arm != LAST
    }  # fmt: skip


def reference_work(examples: int, features: int) -> int:
    """The updates of the network that cost as much as the scores of the nearest neighbours.

    In multiplications: the distances of every example from all that are not of its fold; and
    three passes, one forward and two backward, of a batch through 2 x 64 units and 10 outputs.

    >>> reference_work(3000, 40)
    411
    """
    return round(examples * (examples - examples // FOLDS) * features / update_cost(features))


def update_cost(features: int) -> int:
    """The multiplications of an update of the network."""
    width = NETWORK["width"]
    return 3 * BATCH * (features * width + width * width + 10 * width)


def _by_steps(data: str, budget: str, arms: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Numbers of updates, each with the arms that make them."""
    steps, features = BUDGETS[budget], DATA[data]().inputs.shape[1]
    yield steps, [arm for arm in arms if arm != WORKED]
    if budget in PRICED:
        yield steps + reference_work(SIZES[data]["train"], features), [WORKED]


def trained_ends(
    room: Any, entries: Mapping, steps: int, rates: Mapping, network: Mapping = NETWORK
) -> dict[tuple, list]:
    """(arm, measure) to its (seeds,) values; equal rates of an arm are trained once."""
    cells = {
        f"{arm} at {rate:g}": {"batches": entries[arm], "lr": rate}
        for (arm, _), rate in rates.items() if arm in entries
    }  # fmt: skip
    usual = dict(batch_size=BATCH, record=[0, steps], progress=False)
    runs = train_in(room, cells, steps=steps, **usual, **network)
    return {
        (arm, m): _at_the_end(runs.at(arm=f"{arm} at {rate:g}"), m).tolist()
        for (arm, m), rate in rates.items() if arm in entries
    }  # fmt: skip


def _at_the_end(runs: Runs, measure: str) -> np.ndarray:
    """(*grid, seeds), NaN where a member diverged."""
    if measure.startswith("accuracy"):
        return 100 * runs.accuracy[..., -1].astype(float)
    return np.log10(runs.eval_loss[..., -1].astype(float))


def _best(runs: Runs, rates: Iterable[float]) -> dict[str, float]:
    """Measure to the best learning rate of runs (rates, seeds) on the validation split."""
    errors = {"accuracy": -_at_the_end(runs, "accuracy"), "loss": _at_the_end(runs, "loss")}
    return {
        m: best_on_grid(dict(zip(rates, e.tolist(), strict=True))) for m, e in errors.items()
    }  # fmt: skip


def tune_race(seeds) -> dict:
    """The best learning rate on right validation labels, per data, budget, noise, arm, measure."""
    found = {}
    for name, words in product(DATA, NOISES):
        room, entries = entered(name, NOISES[words], seeds)
        for budget, rates in RATES.items():
            for steps, few in _by_steps(name, budget, entries):
                usual = dict(batch_size=BATCH, record=[0, steps], progress=False) | NETWORK
                arms = {arm: {"batches": entries[arm]} for arm in few}
                train = partial(train_in, room, arms, steps=steps, eval_on="validation", **usual)
                found |= {
                    f"{name}, {budget}, {words}: {place}": rate
                    for place, rate in widened(train, arms, rates).items()
                }
    return found


def widened(train: Callable, arms: Iterable, rates: tuple) -> dict[str, float]:
    """Every arm's best rates; a grid at whose end one lies grows by half a decade either way."""
    runs = train(lr=list(rates))
    try:
        return {
            f"{arm}, {m}": rate
            for arm in arms for m, rate in _best(runs.at(arm=arm), rates).items()
        }  # fmt: skip
    except ValueError:
        first, last = (float(f"{end:.0e}") for end in (rates[0] / 10**0.5, rates[-1] * 10**0.5))
        return widened(train, arms, (first, *rates, last))


RACED = {"mnist1d": "MNIST-1D", "digits": "digits"}  # the notebook's files and their data
PACINGS = {
    f"{start:g} {pace:g} {shape}": (start, pace, shape)
    for start in (0.1, 0.3, 0.6) for pace in (0.5, 1.0) for shape in ("linear", "root", "step")
}  # fmt: skip


def tuned_race() -> dict:
    return stored_or_searched("curriculum.race", tune_race)


def stored_race(file: str, budget: str) -> Callable:
    """The function of seeds that makes the runs of every pacing, for the notebook.

    Ties are as given there, and balanced easy first trains at the rate of easy first.
    """
    name, like = RACED[file], {"easy first": COARSE, "balanced easy first": COARSE}

    def make(seeds) -> Runs:
        tuned = tuned_race()
        rates = {
            (arm, noise): tuned[f"{name}, {budget}, {words}: {like.get(arm, arm)}, accuracy"]
            for (words, noise), arm in product(NOISES.items(), ARMS)
        }
        options = dict(split=SIZES[name], label_noise=list(NOISES.values()), progress=False)
        return order_race_grid(
            DATA[name](), PACINGS, steps=BUDGETS[budget], seeds=list(seeds), lr=rates, record=9,
            **options, **NETWORK,
        ).round(4)  # fmt: skip

    return make
