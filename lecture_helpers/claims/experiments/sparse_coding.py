"""The experiments of sparse coding: where its cost is convex, and what taking turns does."""

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.datasets import digits, image_patches
from lecture_helpers.optimization.sparse_coding import (
    Learned,
    learn_dictionary,
    palm,
    sparse_cost,
    sparse_encode,
    starting_atoms,
    stationarity,
)


def convexity(seeds, *, patches=100, atoms=16, penalty=0.5, segments=200) -> Record:
    """C24: the slide's cost on random segments in H, in W, and between (H, W) and (-H, -W).

    Deviations relative to |X|^2. The two solutions (H, W) and (-H, -W) cost the same; halfway
    between them nothing is reconstructed and the cost is |X|^2.
    """
    tolerances = {
        "in H alone: height above the chord": 1e-12,
        "in W alone: height above the chord": 1e-12,
        "(H, W) and (-H, -W) cost the same": 1e-12,
        "halfway between them the cost is |X|^2": 1e-12,
        "the hill between them falls short of 0.1 |X|^2 by": 1e-12,
    }
    return largest(
        lambda seed: [_convexity(seed, patches, atoms, penalty, segments)], tolerances, seeds
    )


def _convexity(seed: int, n: int, k: int, penalty: float, segments: int) -> tuple[float, ...]:
    x, rng = image_patches(8, n, seed), np.random.default_rng([seed, 24])
    run = learn_dictionary(x, penalty=penalty, atoms=k, iterations=10, seed=seed)
    h, w, square = run.codes, run.atoms[-1], float((x**2).sum())

    def cost(codes, atoms):
        return 2 * sparse_cost(x, codes, atoms, penalty) / square

    def above(one, other, of):
        share = rng.random()
        return of(share * one + (1 - share) * other) - share * of(one) - (1 - share) * of(other)

    heights = [
        (above(h, rng.standard_normal(h.shape), lambda v: cost(v, w)),
         above(w, rng.standard_normal(w.shape), lambda v: cost(h, v)))
        for _ in range(segments)
    ]  # fmt: skip
    in_h, in_w = (float(v) for v in np.maximum(np.max(heights, axis=0), 0.0))
    end, flipped, middle = cost(h, w), cost(-h, -w), cost(0 * h, 0 * w)
    return in_h, in_w, abs(end - flipped), abs(middle - 1), max(0.0, 0.1 - (middle - end))


KINDS = ("photographs", "digits")
MANY = "photographs, many patches"
PENALTIES = (0.3, 2.0)
FIXED = ("cosines", "single pixels")
PLANTED = (500, 2000)
UNITS = {"alternating": 4, "joint": 5, "PALM": 4}  # products of an iteration, at one sweep a turn


def at_penalties(kind: str) -> tuple[str, ...]:
    """The names of this kind of patches at the other penalties."""
    return tuple(f"{kind}, penalty {penalty:g}" for penalty in PENALTIES)


def turns(
    seeds, *, kinds=KINDS, patches=500, atoms=64, many=2000, penalty=1.0, others=PENALTIES,
    planted=PLANTED, work=400, long=4000, sweeps=1,
) -> Record:  # fmt: skip
    """C25: what taking turns does to the cost, where it leads, and when its rivals are as far.

    Patches of 8 x 8 pixels of two photographs, or whole digits of 8 x 8; ``patches`` to learn from
    and as many others, unseen (a photograph's may overlap). All methods start from the same
    dictionary, and atoms have length 1. Work counts products of patches x pixels x atoms: 3 +
    ``sweeps`` an alternating iteration, 4 one of PALM, 5 a joint step (its trial steps that fail
    are free, in its favour). One sweep was the best of 1, 2, 5, 10 on seeds 1000 and 1001.

    The floor is the lowest cost any of the three methods has found after ``long`` work; an excess
    is what lies above it, per patch, as log10. "half-steps" are shares of the alternation's: up to
    ``work`` those that lower the cost by more than 1e-12 of it and those that do not, and in all of
    the long run those that raise it by as much.
    "residual" is the log10 of ``stationarity``. "speed" is minus the log10 of the work to the cost
    that the alternation has after ``work``, or after a quarter of it ("early"); who has not come
    so far after ``long`` work has failed (NaN), and nothing else counts as failed. "end" is minus
    the log10 of the cost per patch after ``long`` work. "unseen" is the log10 of what an unseen
    patch costs with the best codes, for dictionaries learned with ``work``: for photographs also
    from ``many`` patches, and at the ``others`` of the penalties; "cosines" (the discrete cosine
    transform of 8 x 8) and "single pixels" are dictionaries of 64 that nobody learned. "planted"
    are patches of three of 64 Gaussian atoms each, +-1 to 2, with noise of 0.05, at a penalty of
    0.3: the share of atoms with an absolute cosine above 0.95 to one of the dictionary's.
    """

    def of_seed(seed: int) -> dict:
        found = {"none": 0.0}
        for kind in kinds:
            x, unseen = _patches(kind, patches, seed)
            w = starting_atoms(x, atoms, seed)
            runs = _long_runs(x, w, penalty, long, sweeps)
            values = _alternation(x, unseen, w, runs, penalty, work, sweeps)
            values |= _race(runs, len(x), work, sweeps)
            found |= {f"{name}, {kind}": value for name, value in values.items()}
        more = {MANY: (many, penalty)} if many else {}
        more |= {f"photographs, penalty {other:g}": (patches, other) for other in others}
        for name, (n, price) in more.items():
            served = _served_photographs(n, atoms, price, work, sweeps, seed)
            found |= {f"{words}, {name}": value for words, value in served.items()}
        for n in planted:
            before, after = _planted_found(n, work, sweeps, seed)
            found |= {
                f"planted atoms at the start, {n}": before,
                f"planted atoms found, {n}": after,
            }
        return found

    return Record(tuple(seeds), by_seed(of_seed, seeds))


def _patches(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if kind == "photographs":
        both = image_patches(8, 2 * n, seed)
    else:
        images = digits().inputs.astype(float)
        both = images[np.random.default_rng([seed, 25]).permutation(len(images))[: 2 * n]]
    return both[:n], both[n:]


def _long_runs(x, w, penalty: float, long: int, sweeps: int) -> dict[str, Learned]:
    settings = dict(penalty=penalty, atoms=w)
    return {
        "alternating": learn_dictionary(
            x, iterations=long // (3 + sweeps), sweeps=sweeps, **settings
        ),
        "joint": palm(x, iterations=long // UNITS["joint"], together=True, **settings),
        "PALM": palm(x, iterations=long // UNITS["PALM"], **settings),
    }


def _alternation(x, unseen, w, runs: dict, penalty: float, work: int, sweeps: int) -> dict:
    """What it does to the cost half-step by half-step, where it settles, what it learned."""
    run, n, turn = runs["alternating"], len(x), work // (3 + sweeps)
    floor = min(run.costs[-1] for run in runs.values())
    fall = -np.diff(run.costs) / run.costs[:-1]
    codes = sparse_encode(x, w, penalty)
    ends = stationarity(x, codes, w, penalty), stationarity(x, run.codes, run.atoms[-1], penalty)
    excess = sparse_cost(x, codes, w, penalty) - floor, run.costs[2 * turn] - floor
    return {
        "half-steps that lower": float(np.mean(fall[: 2 * turn] > 1e-12)),
        "half-steps that do not": float(np.mean(fall[: 2 * turn] <= 1e-12)),
        "half-steps that raise": float(np.mean(fall < -1e-12)),
        "residual at the start": np.log10(ends[0]),
        "residual at the end": np.log10(ends[1]),
        "excess of codes only": np.log10(excess[0] / n),
        "excess of alternating": np.log10(excess[1] / n),
    } | _served(unseen, w, run.atoms[turn], penalty)


def _served(unseen, first, learned, penalty: float) -> dict:
    """log10 of what unseen patches cost with the best codes for either dictionary."""
    from scipy.fft import dct

    cosines = np.transpose(np.asarray(dct(np.eye(8), norm="ortho")))
    dictionaries = {
        "codes only": first,
        "alternating": learned,
        "cosines": np.kron(cosines, cosines),
        "single pixels": np.eye(64),
    }
    return {
        f"unseen, {name}": np.log10(
            sparse_cost(unseen, sparse_encode(unseen, w, penalty), w, penalty) / len(unseen)
        )
        for name, w in dictionaries.items()
    }


def _planted_found(n: int, work: int, sweeps: int, seed: int, atoms=64, each=3) -> tuple:
    """Shares of planted atoms in the starting and in the learned dictionary."""
    rng = np.random.default_rng([seed, 26])
    truth = rng.standard_normal((atoms, 64))
    truth /= np.linalg.norm(truth, axis=1, keepdims=True)
    codes = np.zeros((n, atoms))
    for row in codes:
        row[rng.choice(atoms, each, replace=False)] = rng.choice([-1, 1], each) * rng.uniform(
            1, 2, each
        )
    x = codes @ truth + 0.05 * rng.standard_normal((n, 64))
    w = starting_atoms(x, atoms, seed)
    run = learn_dictionary(x, penalty=0.3, atoms=w, iterations=work // (3 + sweeps), sweeps=sweeps)
    first, last = (
        float((np.abs(truth @ found.T).max(axis=1) > 0.95).mean()) for found in (w, run.atoms[-1])
    )
    return first, last


def _served_photographs(n: int, atoms: int, penalty, work: int, sweeps: int, seed: int) -> dict:
    x, unseen = _patches("photographs", n, seed)
    w, turns = starting_atoms(x, atoms, seed), work // (3 + sweeps)
    run = learn_dictionary(x, penalty=penalty, atoms=w, iterations=turns, sweeps=sweeps)
    return _served(unseen, w, run.atoms[-1], penalty)


def _race(runs: dict, n: int, work: int, sweeps: int) -> dict:
    found = {}
    for when, share in (("", work), (", early", work // 4)):
        goal = runs["alternating"].costs[2 * (share // (3 + sweeps))]
        for name, run in runs.items():
            unit = 3 + sweeps if name == "alternating" else UNITS[name]
            there = np.flatnonzero(run.costs[::2] <= goal)
            speed = -np.log10(unit * max(there[0], 1)) if len(there) else np.nan
            found[f"speed of {name}{when}"] = speed
    return found | {f"end of {name}": -np.log10(run.costs[-1] / n) for name, run in runs.items()}
