"""The exercises of lesson 2: soft threshold, a sweep, atoms of length one, a certificate."""

import numpy as np

from lecture_helpers.exercises.coordinate_descent_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _soft(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0.0)


def _soft_cases(rng: np.random.Generator) -> dict:
    """Numbers on both sides of both thresholds."""
    threshold = float(rng.uniform(0.3, 1.0))
    inside, beyond = rng.uniform(0.1, 0.9), rng.uniform(1.2, 3.0, 2)
    return {"x": threshold * np.array([-beyond[0], -inside, inside, beyond[1]]),
            "threshold": threshold}  # fmt: skip


soft_threshold = Exercise(
    name="soft_threshold",
    task="Write soft_threshold(x, threshold): the z that minimises (z - x)^2 / 2 + threshold |z|, "
    "for every entry of the array x.",
    reference=_soft,
    cases=_soft_cases,
    mistakes={
        "hard threshold": (
            lambda x, t: np.where(np.abs(x) > t, x, 0.0),
            "You cut off what is small and keep the rest as it is. The price |z| has the same "
            "slope however large z is, so the large entries move towards 0 by the threshold, too.",
        ),
        "nothing is ever 0": (
            lambda x, t: x - t * np.sign(x),
            "Entries smaller than the threshold jump over 0 to the other side. At 0 the price has "
            "a kink: they have to stop there.",
        ),
        "only positive entries survive": (
            lambda x, t: np.maximum(x - t, 0.0),
            "Negative entries shrink towards 0 as well; take the sign off first and put it back "
            "last.",
        ),
        "everything moves down": (
            lambda x, t: x - t,
            "A negative entry moves away from 0, and small ones never stop there. Towards 0, and "
            "not beyond it.",
        ),
        "the small entries are kept, the large ones cut": (
            lambda x, t: np.where(np.abs(x) > t, 0.0, x),
            "The other way round: small entries become 0, large ones shrink by the threshold.",
        ),
        "the sign is lost": (
            lambda x, t: np.maximum(np.abs(x) - t, 0.0),
            "The size is right. A negative entry has to stay negative.",
        ),
        "half the threshold": (
            {"threshold": lambda threshold: threshold / 2},
            "That is right for (z - x)^2 + threshold |z|, the cost as the slide weighs it. Here "
            "the square has a half before it: its slope is z - x, not twice that.",
        ),
        "the entries grow": (
            lambda x, t: np.where(np.abs(x) > t, x + t * np.sign(x), 0.0),
            "The price pulls towards 0. Subtract the threshold from the size.",
        ),
    },
    hints=(
        "Draw (z - x)^2 / 2 + threshold |z| for x = 2 and for x = 0.2. Where is each lowest?",
        "Where z is not 0 the slope z - x + threshold sign(z) must vanish.",
        "Work on the size: np.abs(x) - threshold, not below 0, times np.sign(x).",
    ),
    praise="One line, and it is the whole of the minimisation over one coefficient: the Lasso and "
    "sparse coding do nothing else, again and again.",
)


def _sweep(
    gram, correlations, x, penalty, *, own=True, at_once=False, stop=None,
    shrunk=lambda rho, penalty, curvature: _soft(rho, penalty) / curvature,
):  # fmt: skip
    """One pass over the coordinates, or over those before ``stop``."""
    old, x = x, x.copy()
    for j in range(len(x))[:stop]:
        rho = correlations[j] - gram[j] @ (old if at_once else x) + own * gram[j, j] * x[j]
        x[j] = shrunk(rho, penalty, gram[j, j])
    return x


def _sweep_cases(rng: np.random.Generator) -> dict:
    columns = rng.normal(size=(5, 3)) * rng.uniform(0.6, 1.6, 3)
    target = columns @ rng.normal(size=3) + rng.normal(size=5)
    return {"gram": columns.T @ columns, "correlations": columns.T @ target,
            "x": rng.normal(size=3), "penalty": float(rng.uniform(0.2, 0.8))}  # fmt: skip


sweep = Exercise(
    name="sweep",
    task="Write sweep(gram, correlations, x, penalty): one pass of coordinate descent for "
    "|b - Ax|^2 / 2 + penalty |x|_1, where gram = A'A and correlations = A'b.",
    reference=_sweep,
    cases=_sweep_cases,
    mistakes={
        "all coordinates at once": (
            {"at_once": True},
            "Every coordinate was computed from the old x. Coordinate descent uses what it has "
            "just found: without that the cost can rise.",
        ),
        "the coordinate explains itself": (
            {"own": False},
            "rho must leave x_j out: what is left for column j when all the others have done their "
            "part. Add gram[j, j] * x[j] back.",
        ),
        "the column's length is forgotten": (
            {"shrunk": lambda rho, penalty, curvature: _soft(rho, penalty)},
            "Along x_j the cost has the curvature gram[j, j]. Divide by it after the threshold.",
        ),
        "divided before the threshold": (
            {"shrunk": lambda rho, penalty, curvature: _soft(rho / curvature, penalty)},
            "The threshold acts on rho, before the division; or divide the penalty as well.",
        ),
        "no threshold": (
            {"penalty": 0.0},
            "That is a sweep of least squares. The penalty has to enter.",
        ),
        "only the first coordinate moves": (
            {"stop": 1},
            "The others have not moved. Perhaps the return stands inside the loop.",
        ),
    },
    hints=(
        "Fix all coordinates but one. What remains is a parabola with a kink at 0.",
        "rho = correlations[j] - gram[j] @ x + gram[j, j] * x[j]: the pull on column j without its "
        "own part.",
        "x = x.copy(), then for every j: x[j] = soft_threshold(rho, penalty) / gram[j, j].",
    ),
    praise="This loop, with a certificate for stopping, is what the libraries run for the Lasso.",
)


def _atoms(patches, codes, atoms, *, limited=True, at_once=False):
    a, b, w = codes.T @ codes, codes.T @ patches, atoms.copy()
    for j in range(len(w)):
        u = w[j] + (b[j] - a[j] @ (atoms if at_once else w)) / a[j, j]
        w[j] = u / np.linalg.norm(u) if limited else u
    return w


def _scaled(w, axis=1):
    return w / np.linalg.norm(w, axis=axis, keepdims=True)


def _atoms_cases(rng: np.random.Generator) -> dict:
    atoms = rng.normal(size=(2, 3))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    codes = rng.normal(size=(4, 2)) + 0.5
    return {"patches": codes @ atoms + rng.normal(size=(4, 3)), "codes": codes, "atoms": atoms}


dictionary_step = Exercise(
    name="dictionary_step",
    task="Write dictionary_step(patches, codes, atoms): one pass over the atoms (k, d), each "
    "replaced by the best atom of length 1 while all the others stand still; patches (n, d), "
    "codes (n, k).",
    reference=_atoms,
    cases=_atoms_cases,
    mistakes={
        "the atoms may be of any length": (
            {"limited": False},
            "Then W can grow and H shrink for nothing: the slide's cost has no minimum. Divide "
            "every atom by its length.",
        ),
        "all atoms from the old dictionary": (
            {"at_once": True},
            "The second atom has to see the first one as it is now. Together they may overshoot "
            "and the cost may rise.",
        ),
        "brought to length 1 only at the end": (
            lambda *case: _scaled(_atoms(*case, limited=False)),
            "While the pass runs, each atom must already have the length it will keep: the next "
            "one is fitted to what is left over.",
        ),
        "the other atoms are ignored": (
            lambda patches, codes, atoms: _scaled(codes.T @ patches),
            "H'X is what the atom would be if it were alone. Take away what the others explain: "
            "H'H W without the atom's own part.",
        ),
        "pixels brought to length 1, not atoms": (
            lambda *case: _scaled(_atoms(*case, limited=False), axis=0),
            "An atom is a row here. Its length is the root of the sum of squares over its pixels.",
        ),
    },
    hints=(
        "With all other atoms fixed the cost is a round bowl in atom j: no pixel couples to "
        "another.",
        "A = H'H and B = H'X; the bowl's lowest point is u = w_j + (B_j - A_j W) / A_jj.",
        "On a round bowl the best point of length 1 lies in the direction of u: u / |u|. Write it "
        "into w[j] before you go on to the next atom.",
    ),
    praise="This is the dictionary step of Mairal and others (2009), in four lines. A length of "
    "exactly 1 is a non-convex set, and yet the best point on it is found at once.",
)


def _gap(
    gram, correlations, square, x, penalty, *, priced=True, floor=True,
    scaled=lambda largest: min(1.0, largest),
):  # fmt: skip
    """Cost minus dual value, where ``scaled`` makes theta of the largest feasible scale."""
    residual = square - 2 * correlations @ x + x @ gram @ x
    scale = scaled(penalty / np.abs(correlations - gram @ x).max())
    dual = scale * (square - correlations @ x) - scale**2 * residual / 2
    return residual / 2 + priced * penalty * np.abs(x).sum() - floor * dual


def _gap_cases(rng: np.random.Generator) -> dict:
    columns, x = rng.normal(size=(4, 2)), rng.normal(size=2)
    target = columns @ x + rng.normal(size=4)
    steepest = np.abs(columns.T @ (target - columns @ x)).max()
    return {"gram": columns.T @ columns, "correlations": columns.T @ target,
            "square": float(target @ target), "x": x,
            "penalty": float(steepest * rng.choice([0.4, 0.7, 1.5]))}  # fmt: skip


duality_gap = Exercise(
    name="duality_gap",
    task="Write duality_gap(gram, correlations, square, x, penalty) for |b - Ax|^2 / 2 + penalty "
    "|x|_1, where gram = A'A, correlations = A'b and square = b'b: the cost minus the dual value "
    "of theta.",
    reference=_gap,
    cases=_gap_cases,
    mistakes={
        "theta is the residual itself": (
            {"scaled": lambda largest: 1.0},
            "theta must satisfy |A'theta| <= penalty in every entry, or its value is no lower "
            "bound. Shrink the residual until it does.",
        ),
        "theta is shrunk or stretched always": (
            {"scaled": lambda largest: largest},
            "If the residual is feasible already it is left as it is: min(1, ...).",
        ),
        "the penalty is not part of the cost": (
            {"priced": False},
            "The cost is the squared error and the penalty's term. Without it the gap goes below "
            "0.",
        ),
        "only the cost": (
            {"floor": False},
            "That is how high you stand. The gap also needs a floor: subtract the dual value.",
        ),
        "the difference is the wrong way round": (
            lambda *case: -_gap(*case),
            "The cost lies above every dual value: cost minus dual is never negative.",
        ),
    },
    hints=(
        "Compute four numbers: |r|^2, the cost, the scale of theta, the dual value.",
        "A'r = correlations - gram @ x, |r|^2 = square - 2 correlations @ x + x @ gram @ x, and "
        "b'r = square - correlations @ x.",
        "With theta = s r the dual value is s b'r - s^2 |r|^2 / 2, where s = min(1, penalty / "
        "max |A'r|).",
    ),
    praise="Now you know how far you are from a minimum that you have never seen. No learning "
    "curve can tell you that.",
)

self_test = SelfTest(QUESTIONS)
