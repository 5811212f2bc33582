"""Sparse coding: a dictionary whose few-atom sums reproduce the patches of a photograph."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import one_thread
from lecture_helpers.optimization.lasso import soft_threshold


def partly_whitened(patches: np.ndarray, floor: float = 0.3) -> np.ndarray:
    """Patches (n, d) whose directions vary more alike, scaled to a deviation of 1.

    A direction of variance v is divided by ``sqrt(v + floor * largest v)``. The smaller
    the floor the more alike they are, and the louder a photograph's grain beside its edges.
    """
    x, floor = _patches(patches), check.positive(floor=floor)
    variance, directions = np.linalg.eigh(x.T @ x / len(x))
    scale = np.sqrt(np.maximum(variance, 0) + floor * variance.max())
    if not scale.all():
        raise ValueError("patches must not all be 0.")
    white = x @ (directions / scale) @ directions.T
    return white / white.std()


@dataclass(frozen=True)
class Learned:
    """What alternation did to k atoms of d pixels and the codes of n patches.

    atoms: (iterations + 1, k, d), every dictionary from the start on. codes: (n, k), the last ones.
    costs: (2 iterations + 1,), before and after each half-step, codes first. watched: (iterations
    + 1, w, k), the codes of the patches that were watched.
    """

    atoms: np.ndarray
    codes: np.ndarray
    costs: np.ndarray
    watched: np.ndarray

    @property
    def earned(self) -> tuple[np.ndarray, np.ndarray]:
        """What each half-step took off the cost: the codes' and the dictionary's, (iterations,)."""
        fall = -np.diff(self.costs)
        return fall[0::2], fall[1::2]

    @property
    def norms(self) -> np.ndarray:
        """The length of every atom after every iteration, (iterations + 1, k)."""
        return np.linalg.norm(self.atoms, axis=-1)


def sparse_cost(patches: np.ndarray, codes: np.ndarray, atoms: np.ndarray, penalty: float) -> float:
    """``|X - HW|^2 / 2 + penalty |H|_1`` for patches X (n, d), codes H (n, k), atoms W (k, d).

    The slides have their examples in columns and J = |H|_1 + |X - W'H|^2: the same with the
    transposes, and twice this cost at the penalty 1/2.
    """
    x, w = _patches(patches), _atoms(atoms, patches)
    return _cost(x, _codes(codes, x, w), w, check.non_negative(penalty=penalty))


def _cost(x: np.ndarray, h: np.ndarray, w: np.ndarray, penalty: float) -> float:
    rest = x - h @ w
    return float((rest**2).sum() / 2 + penalty * np.abs(h).sum())


@one_thread
def sparse_encode(
    patches: np.ndarray, atoms: np.ndarray, penalty: float, *, start: np.ndarray | None = None,
    sweeps: int = 100, tolerance: float = 1e-6,
) -> np.ndarray:  # fmt: skip
    """The codes (n, k) that minimise the cost for a fixed dictionary: a Lasso for every patch.

    Coordinate descent over the atoms, every patch at once, until no code moves by more than
    ``tolerance`` in a sweep or ``sweeps`` are made. An atom of zeros gets no code.

    Raises:
        ValueError: shapes that do not fit, NaN, a negative penalty.

    >>> sparse_encode(np.array([[3.0, 0.5]]), np.eye(2), penalty=1.0)
    array([[2., 0.]])
    """
    x, w = _patches(patches), _atoms(atoms, patches)
    penalty = check.non_negative(penalty=penalty)
    tolerance = check.non_negative(tolerance=tolerance)
    h = np.zeros((len(w), len(x))) if start is None else _codes(start, x, w, "start").T.copy()
    gram, wanted = w @ w.T, w @ x.T
    used = np.flatnonzero(np.diagonal(gram))
    for _ in range(check.many(sweeps=sweeps)):
        largest = 0.0
        for j in used:
            rho = wanted[j] - gram[j] @ h + gram[j, j] * h[j]
            new = soft_threshold(rho, penalty) / gram[j, j]
            largest = max(largest, float(np.abs(new - h[j]).max()))
            h[j] = new
        if largest <= tolerance:
            break
    return h.T


@one_thread
def masked_encode(
    patches: np.ndarray, seen: np.ndarray, atoms: np.ndarray, penalty: float, *,
    sweeps: int = 100, tolerance: float = 1e-6,
) -> np.ndarray:  # fmt: skip
    """The codes (n, k) of patches (n, d) of which only some pixels are known.

    ``seen`` (n, d) is 1 where a pixel is known, else 0; the others, whatever they hold, enter
    nowhere. Every patch has its own Lasso: of each atom it sees those pixels. Coordinate descent
    from 0, stopped as in ``sparse_encode``; an atom of which a patch sees nothing gets no code.
    Mairal, Elad and Sapiro 2008.

    Raises:
        ValueError: shapes that do not fit, NaN, a negative penalty, ``seen`` other than 0 and 1.

    >>> masked_encode([[3.0, 9.0]], [[1, 0]], np.eye(2), penalty=1.0)
    array([[2., 0.]])
    """
    x, w = _patches(patches), _atoms(atoms, patches)
    sweeps = check.many(sweeps=sweeps)
    mask = check.finite_array(seen=seen, shape=x.shape).astype(float)
    if not np.isin(mask, (0.0, 1.0)).all():
        raise ValueError("seen must hold nothing but 0 and 1.")
    penalty = check.non_negative(penalty=penalty)
    tolerance = check.non_negative(tolerance=tolerance)
    left, h, curvatures = x * mask, np.zeros((len(x), len(w))), mask @ (w**2).T
    for _ in range(check.many(sweeps=sweeps)):
        largest = 0.0
        for j, atom in enumerate(w):
            rho = left @ atom + curvatures[:, j] * h[:, j]
            step = soft_threshold(rho, penalty) / np.maximum(curvatures[:, j], 1e-12) - h[:, j]
            moved = np.flatnonzero(step)
            h[moved, j] += step[moved]
            left[moved] -= step[moved, None] * (mask[moved] * atom)
            largest = max(largest, float(np.abs(step).max()))
        if largest <= tolerance:
            break
    return h


def update_atoms(patches: np.ndarray, codes: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """The dictionary after one pass of ``w_j <- u_j / |u_j|``, atom by atom, codes fixed.

    u_j = w_j + (h_j'X - h_j'H W) / h_j'h_j is the best atom without the constraint, and u_j / |u_j|
    the best of length 1. An atom that no code uses stays. Mairal et al. 2009, whose constraint is
    a length of at most 1.

    Raises:
        ValueError: shapes that do not fit, NaN.
    """
    x, w = _patches(patches), _atoms(atoms, patches).copy()
    h = _codes(codes, x, w)
    a, b = h.T @ h, h.T @ x
    for j in np.flatnonzero(np.diagonal(a)):
        u = w[j] + (b[j] - a[j] @ w) / a[j, j]
        length = np.sqrt(u @ u)
        if length > 0:
            w[j] = u / length
    return w


def free_atoms(patches: np.ndarray, codes: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """The dictionary that minimises the reconstruction error alone, atoms of any length.

    Least squares for fixed codes; an atom that no code uses stays. This is the dictionary step of
    the cost as the slide has it.
    """
    x, w = _patches(patches), _atoms(atoms, patches).copy()
    h = _codes(codes, x, w)
    used = np.flatnonzero(h.any(axis=0))
    if len(used):
        a, b = h[:, used].T @ h[:, used], h[:, used].T @ x
        w[used] += np.linalg.lstsq(a, b - a @ w[used], rcond=None)[0]
    return w


def starting_atoms(patches: np.ndarray, atoms: int, seed: int = 0) -> np.ndarray:
    """``atoms`` different patches, drawn and brought to length 1: (atoms, d).

    Raises:
        ValueError: more atoms than there are patches that are not all 0.
    """
    x, k = _patches(patches), check.few(atoms=atoms)
    usable = np.flatnonzero(x.any(axis=1))
    if k > len(usable):
        raise ValueError(
            f"atoms must be at most {len(usable)}, the number of patches that are not 0, not {k}."
        )
    drawn = x[np.random.default_rng(check.whole(seed=seed)).choice(usable, k, replace=False)]
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@one_thread
def learn_dictionary(
    patches: np.ndarray, *, penalty: float, atoms: int | np.ndarray = 64, iterations: int = 30,
    sweeps: int = 10, unit_norm: bool = True, watch: Sequence[int] = (), seed: int = 0,
) -> Learned:  # fmt: skip
    """Block coordinate descent on codes and dictionary in turn, each warm-started.

    ``atoms`` is a number, drawn from the patches, or the starting dictionary (k, d). ``sweeps``
    coordinate sweeps make a half-step for the codes; one pass over the atoms, or without
    ``unit_norm`` a least-squares solve, makes one for the dictionary.

    Raises:
        ValueError: more atoms than patches, a negative penalty, NaN, shapes that do not fit.
    """
    x, penalty = _patches(patches), check.non_negative(penalty=penalty)
    w, sweeps = _first_atoms(atoms, x, seed), check.many(sweeps=sweeps)
    atom_step = update_atoms if check.switch(unit_norm=unit_norm) else free_atoms

    def code_step(x, h, w):
        return sparse_encode(x, w, penalty, start=h, sweeps=sweeps)

    h, move = np.zeros((len(x), len(w))), _in_turn(x, penalty, code_step, atom_step)
    return _alternate(move, x, h, w, penalty, iterations, watch)


@one_thread
def palm(
    patches: np.ndarray, *, penalty: float, atoms: int | np.ndarray = 64, iterations: int = 100,
    together: bool = False, start: np.ndarray | None = None, watch: Sequence[int] = (),
    seed: int = 0,
) -> Learned:  # fmt: skip
    """Proximal alternating linearised minimisation: one gradient step in turn instead of a minimum.

    The codes step by 1 / |WW'|, the dictionary by 1 / |H'H|, each followed by its threshold or its
    projection to length 1. ``together`` moves both from the same point and halves the two steps
    until the cost does not rise. ``start`` are the first codes, by default those of one sweep from
    0. Bolte, Sabach and Teboulle 2014.
    """
    x, penalty = _patches(patches), check.positive(penalty=penalty)
    w, together = _first_atoms(atoms, x, seed), check.switch(together=together)
    h = sparse_encode(x, w, penalty, sweeps=1) if start is None else _codes(start, x, w, "start")
    code_step = partial(_code_step, penalty=penalty)
    move = _together(x, penalty) if together else _in_turn(x, penalty, code_step, _atom_step)
    return _alternate(move, x, h, w, penalty, iterations, watch)


def _alternate(move, x, h, w, penalty: float, iterations: int, watch) -> Learned:
    """What ``move(h, w, cost)``, to the next h, w and both half-steps' costs, makes of a start."""
    watch = check.whole_list(watch=watch, below=len(x))
    dictionaries, costs = [w], [_cost(x, h, w, penalty)]
    watched = [h[watch]]
    for _ in range(check.many(iterations=iterations)):
        h, w, after = move(h, w, costs[-1])
        costs.extend(after)
        dictionaries.append(w)
        watched.append(h[watch])
    return Learned(np.array(dictionaries), h, np.array(costs), np.array(watched))


def _code_step(x, h, w, penalty: float, scale: float = 1.0) -> np.ndarray:
    gram = w @ w.T
    step = scale / _norm(gram)
    return soft_threshold(h - step * (h @ gram - x @ w.T), step * penalty)


def _atom_step(x, h, w, scale: float = 1.0) -> np.ndarray:
    a = h.T @ h
    moved = w - scale / max(_norm(a), 1e-12) * (a @ w - h.T @ x)
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)


def stationarity(
    patches: np.ndarray, codes: np.ndarray, atoms: np.ndarray, penalty: float
) -> float:
    """How far codes and unit-norm atoms are from a stationary point; 0 only there.

    The length of the gradient map: how far a proximal step of the codes and a projected one of the
    atoms lead from the point, each over its step size.
    """
    x, penalty = _patches(patches), check.positive(penalty=penalty)
    w = _atoms(atoms, x)
    h = _codes(codes, x, w)
    of_codes = _norm(w @ w.T) * np.linalg.norm(_code_step(x, h, w, penalty) - h)
    of_atoms = _norm(h.T @ h) * np.linalg.norm(_atom_step(x, h, w) - w)
    return float(np.hypot(of_codes, of_atoms))


def _norm(gram: np.ndarray) -> float:
    return float(np.linalg.eigvalsh(gram)[-1])


def _in_turn(x, penalty: float, code_step: Callable, atom_step: Callable) -> Callable:
    def move(h, w, cost):
        h = code_step(x, h, w)
        between = _cost(x, h, w, penalty)
        w = atom_step(x, h, w)
        return h, w, [between, _cost(x, h, w, penalty)]

    return move


def _together(x, penalty: float) -> Callable:
    scale = 2.0

    def move(h, w, cost):
        nonlocal scale
        scale *= 2
        for _ in range(60):
            scale /= 2
            codes, atoms = _code_step(x, h, w, penalty, scale), _atom_step(x, h, w, scale)
            after = _cost(x, codes, atoms, penalty)
            if after <= cost:
                return codes, atoms, [after, after]
        return h, w, [cost, cost]

    return move


def _patches(patches) -> np.ndarray:
    return check.finite_array(patches=patches, ndim=2)


def _atoms(atoms, patches) -> np.ndarray:
    return check.finite_array(atoms=atoms, shape=(None, np.shape(patches)[1]))


def _codes(codes, x, w, name: str = "codes") -> np.ndarray:
    return check.finite_array(**{name: codes}, shape=(len(x), len(w)))


def _first_atoms(atoms, x, seed: int) -> np.ndarray:
    if not hasattr(atoms, "__len__") or isinstance(atoms, str):
        return starting_atoms(x, check.few(atoms=atoms), seed)
    w = _atoms(atoms, x).astype(float)
    if len(w) > len(x):
        raise ValueError(f"atoms must be at most {len(x)}, the number of patches, not {len(w)}.")
    length = np.linalg.norm(w, axis=1, keepdims=True)
    if not length.all():
        raise ValueError("atoms must have no row of zeros.")
    return w / length
