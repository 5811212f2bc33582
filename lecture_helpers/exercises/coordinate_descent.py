"""The exercises of lesson 2: soft threshold, a sweep, atoms of length one, a certificate."""

import numpy as np

from lecture_helpers.exercises.coordinate_descent_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _soft(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0.0)


def _soft_cases(rng: np.random.Generator) -> dict:
    """Numbers beyond both thresholds and within, in any order; sometimes a 0, or none is large."""
    threshold = float(rng.uniform(0.3, 0.9))
    sizes = [rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), *rng.uniform(1.2, 4.0, 2)]
    signs = [-1, 1, -1, 1]
    if rng.random() < 0.2:
        sizes = sizes[:2]
    elif rng.random() < 0.5:
        sizes.append(rng.uniform(0.1, 4.0))
        signs.append(rng.choice([-1, 1]))
    x = threshold * np.array(sizes) * signs[: len(sizes)]
    if rng.random() < 0.2:
        x = np.append(x, 0.0)
    return {"x": rng.permutation(x), "threshold": threshold}


def _each(rule):
    """A mistake that treats entries beyond the threshold by a rule, the others as 0."""
    return lambda x, t: np.where(np.abs(x) > t, rule(x, t), 0.0)


soft_threshold = Exercise(
    name="soft_threshold",
    task="Write soft_threshold(x, threshold): the z that minimises (z - x)^2 / 2 + threshold |z|, "
    "for every entry of the array x.",
    reference=_soft,
    cases=_soft_cases,
    mistakes={
        "the threshold is hard": (
            _each(lambda x, t: x),
            "What is small is cut off and the rest stays as it is. The price |z| has the same "
            "slope however large z is, so the large entries move towards 0 by the threshold, too.",
        ),
        "nothing stops at 0": (
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
        "the large entries move down, the negative ones too": (
            _each(lambda x, t: x - t),
            "A negative entry then moves away from 0. Towards 0 means up for a negative one.",
        ),
        "the small entries are kept, the large ones cut": (
            lambda x, t: np.where(np.abs(x) > t, 0.0, x),
            "The other way round: small entries become 0, large ones shrink by the threshold.",
        ),
        "the small entries are kept, the large ones shrink": (
            lambda x, t: np.where(np.abs(x) > t, x - t * np.sign(x), x),
            "The large entries are right. The small ones are lowest at 0.",
        ),
        "all entries are clipped at the threshold": (
            lambda x, t: np.clip(x, -t, t),
            "That is what the soft threshold takes away: x less these values is the answer.",
        ),
        "entries below twice the threshold become 0": (
            lambda x, t: np.where(np.abs(x) < 2 * t, 0.0, x - t * np.sign(x)),
            "The question whether an entry is small is about x, before it has shrunk. Asked "
            "afterwards, it catches entries up to twice the threshold.",
        ),
        "entries shrink by the factor 1 + threshold": (
            lambda x, t: x / (1 + t),
            "That minimises (z - x)^2 / 2 + threshold z^2 / 2, the squared price. It makes nothing "
            "0. With |z| everything moves by the same amount.",
        ),
        "the array shrinks by its length": (
            lambda x, t: x * np.maximum(1 - t / np.linalg.norm(x), 0.0),
            "That is the minimum for a price on the length of the whole array. Here every entry "
            "pays for itself.",
        ),
        "the sign is lost": (
            lambda x, t: np.maximum(np.abs(x) - t, 0.0),
            "The size is right. A negative entry has to stay negative.",
        ),
        "the threshold is halved": (
            {"threshold": lambda threshold: threshold / 2},
            "That is right for (z - x)^2 + threshold |z|, the cost as the slide weighs it. Here "
            "the square has a half before it: its slope is z - x, not twice that.",
        ),
        "the large entries grow": (
            _each(lambda x, t: x + t * np.sign(x)),
            "The price pulls towards 0. Subtract the threshold from the size.",
        ),
        "it is the lowest cost, not the place where it is": (
            lambda x, t: (_soft(x, t) - x) ** 2 / 2 + t * np.abs(_soft(x, t)),
            "Asked for is the z that minimises, one for every entry of x.",
        ),
        "the entries that become 0 are left out": (
            lambda x, t: _soft(x, t)[np.abs(x) > t],
            "The answer has as many entries as x, zeros among them.",
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
    gram, correlations, x, penalty, *, own=1, at_once=False, order=slice(None), seen=None,
    sweeps=1, shrunk=lambda rho, penalty, curvature: _soft(rho, penalty) / curvature,
):  # fmt: skip
    """One pass over the coordinates in ``order``; ``own`` times gram[j, j] is added back.

    ``seen(j, k)`` says whether coordinate j sees coordinate k.
    """
    old, x = x, x.copy()
    for j in [*np.arange(len(x))[order]] * sweeps:
        others = [seen is None or seen(j, k) for k in range(len(x))]
        back = own(gram[j, j]) if callable(own) else own * gram[j, j]
        rho = correlations[j] - gram[j] @ ((old if at_once else x) * others) + back * x[j]
        x[j] = shrunk(rho, penalty, gram[j, j])
    return x


def _gradient_step(gram, correlations, x, penalty, *, rate=lambda gram: np.linalg.norm(gram, 2)):
    return _soft(x + (correlations - gram @ x) / rate(gram), penalty / rate(gram))


def _sweep_cases(rng: np.random.Generator) -> dict:
    """Coefficients of both signs; one of them is 0 in every third case, as many are in a Lasso."""
    columns = rng.normal(size=(5, 3)) * rng.uniform(0.6, 1.6, 3)
    target = columns @ rng.normal(size=3) + rng.normal(size=5)
    x = rng.normal(size=3)
    if rng.random() < 1 / 3:
        x[rng.integers(3)] = 0.0
    return {"gram": columns.T @ columns, "correlations": columns.T @ target,
            "x": x, "penalty": float(rng.uniform(0.2, 1.5))}  # fmt: skip


sweep = Exercise(
    name="sweep",
    task="Write sweep(gram, correlations, x, penalty): one pass of coordinate descent for "
    "|b - Ax|^2 / 2 + penalty |x|_1, where gram = A'A and correlations = A'b.",
    reference=_sweep,
    cases=_sweep_cases,
    mistakes={
        "all coordinates are computed from the old x": (
            {"at_once": True},
            "Coordinate descent uses what it has just found: without that the cost can rise.",
        ),
        "the coordinate explains itself": (
            {"own": 0},
            "rho must leave x_j out: what is left for column j when all the others have done their "
            "part. Add gram[j, j] * x[j] back.",
        ),
        "the coordinate's own part is taken off twice": (
            {"own": -1},
            "gram[j] @ x contains gram[j, j] * x[j] already. It comes back with a plus.",
        ),
        "x[j] is added back without gram[j, j]": (
            {"own": lambda curvature: 1.0},
            "Column j's own part of gram[j] @ x is gram[j, j] * x[j]: add that back.",
        ),
        "the column's length is forgotten": (
            {"shrunk": lambda rho, penalty, curvature: _soft(rho, penalty)},
            "Along x_j the cost has the curvature gram[j, j]. Divide by it after the threshold.",
        ),
        "the column's length divides, not its square": (
            {"shrunk": lambda rho, penalty, curvature: _soft(rho, penalty) / np.sqrt(curvature)},
            "gram[j, j] is the squared length, and it is the curvature along x_j: no root.",
        ),
        "all columns are taken to have length 1": (
            {
                "own": lambda curvature: 1.0,
                "shrunk": lambda rho, penalty, curvature: _soft(rho, penalty),
            },
            "Then gram[j, j] would be 1. Here it is added back with x[j], and divides at the end.",
        ),
        "the division comes before the threshold": (
            {"shrunk": lambda rho, penalty, curvature: _soft(rho / curvature, penalty)},
            "The threshold acts on rho, before the division; or divide the penalty as well.",
        ),
        "there is no threshold": (
            {"penalty": 0.0},
            "That is a sweep of least squares. The penalty has to enter.",
        ),
        "the threshold is hard": (
            {"shrunk": lambda rho, penalty, curvature: (abs(rho) > penalty) * rho / curvature},
            "Where rho exceeds the penalty it still has to shrink by it.",
        ),
        "nothing stops at 0": (
            {"shrunk": lambda rho, penalty, c: (rho - penalty * np.sign(rho)) / c},
            "Where rho is smaller than the penalty, the best x_j is 0: do not go beyond.",
        ),
        "negative coefficients become 0": (
            {"shrunk": lambda rho, penalty, curvature: max(rho - penalty, 0.0) / curvature},
            "A negative rho shrinks towards 0 as well: work on its size and put the sign back.",
        ),
        "the sign of rho is lost": (
            {"shrunk": lambda rho, penalty, curvature: max(abs(rho) - penalty, 0.0) / curvature},
            "The size is right. Where rho is negative, x_j has to be negative, too.",
        ),
        "only the first coordinate moves": (
            {"order": slice(1)},
            "The others have not moved. That happens, for instance, when the return stands inside "
            "the loop.",
        ),
        "the last coordinate does not move": (
            {"order": slice(-1)},
            "The pass goes over all coordinates: range(len(x)).",
        ),
        "the last coordinate comes first": (
            {"order": slice(None, None, -1)},
            "Any order would do for the minimum, but one pass depends on it: here from the first.",
        ),
        "the pass is repeated until nothing changes": (
            {"sweeps": 100},
            "That is the minimum. Asked for is one pass.",
        ),
        "the pass begins at zero": (
            {"x": np.zeros_like},
            "It goes on from the x that is given: the later coordinates have these values, and "
            "explain a part of b. They are lost, for instance, when x begins as zeros, or when "
            "only the columns before j are taken off.",
        ),
        "a coordinate sees no other": (
            {"seen": lambda j, k: k == j},
            "That is right only where all columns are orthogonal. Take off what the others "
            "explain.",
        ),
        "it is a gradient step with a threshold": (
            _gradient_step,
            "That is one step of ISTA, with 1 over the largest curvature as its rate. A sweep goes "
            "to the minimum along one coordinate after the other.",
        ),
    },
    hints=(
        "Fix all coordinates but one. What remains is a parabola with a kink at 0.",
        "rho = correlations[j] - gram[j] @ x + gram[j, j] * x[j]: the pull on column j without its "
        "own part.",
        "x = x.copy(), then for every j: x[j] = my_threshold(rho, penalty) / gram[j, j], with the "
        "soft threshold that you wrote.",
    ),
    praise="This loop, with a certificate for stopping, is what the libraries run for the Lasso.",
)


def _to_length_one(u):
    return u / np.linalg.norm(u)


def _atoms(
    patches, codes, atoms, *, brought=_to_length_one, at_once=False, order=slice(None), others=1,
    weighing=lambda codes: codes, fitted=lambda left, w, curvature: left / curvature,
    after=lambda w, j: w,
):  # fmt: skip
    """One pass. An atom is ``fitted`` to what the others leave it, and ``brought`` to its length.

    ``weighing`` makes of the codes what the residuals are weighed by.
    """
    a, b, w = weighing(codes).T @ codes, weighing(codes).T @ patches, atoms.copy()
    for j in np.arange(len(w))[order]:
        left = b[j] - others * (a[j] @ (atoms if at_once else w) - a[j, j] * w[j])
        w[j] = brought(fitted(left, w[j], a[j, j]))
        w = after(w, j)
    return w


def _by_all(w, j):
    w[j] /= np.linalg.norm(w)
    return w


def _scaled(w, axis=1):
    return w / np.linalg.norm(w, axis=axis, keepdims=True)


def _atoms_cases(rng: np.random.Generator) -> dict:
    atoms = rng.normal(size=(2, 3))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    codes = rng.normal(size=(4, 2)) + 0.5
    patches = rng.choice([0.3, 1.0]) * (codes @ atoms + rng.normal(size=(4, 3)))
    return {"patches": patches, "codes": codes, "atoms": atoms}


dictionary_step = Exercise(
    name="dictionary_step",
    task="Write dictionary_step(patches, codes, atoms): one pass over the atoms (k, d), each "
    "replaced by the best atom of length 1 while all the others stand still; patches (n, d), "
    "codes (n, k).",
    reference=_atoms,
    cases=_atoms_cases,
    mistakes={
        "the atoms may be of any length": (
            {"brought": np.asarray},
            "Then W can grow and H shrink for nothing: the slide's cost has no minimum. Divide "
            "every atom by its length.",
        ),
        "only atoms longer than 1 are shortened": (
            {"brought": lambda u: u / max(1.0, np.linalg.norm(u))},
            "Here every atom has length 1 exactly: shorter ones are made longer.",
        ),
        "the squared length divides an atom": (
            {"brought": lambda u: u / (u @ u)},
            "u / |u| has length 1. Divided by |u|^2 its length is 1 / |u|.",
        ),
        "an atom's absolute values add up to 1": (
            {"brought": lambda u: u / np.abs(u).sum()},
            "Its length is the root of the sum of squares.",
        ),
        "an atom is brought to mean 0 and variance 1": (
            {"brought": lambda u: (u - u.mean()) / u.std()},
            "That is what batch norm does. An atom has length 1, and any mean.",
        ),
        "the length of all atoms together divides one": (
            {"brought": np.asarray, "after": _by_all},
            "np.linalg.norm of a matrix is one number for all of it. Every atom is divided by its "
            "own length.",
        ),
        "all atoms are computed from the old dictionary": (
            {"at_once": True},
            "The second atom has to see the first one as it is now. Together they may overshoot "
            "and the cost may rise.",
        ),
        "atoms are brought to length 1 only at the end": (
            lambda *case: _scaled(_atoms(*case, brought=np.asarray)),
            "While the pass runs, each atom must already have the length it will keep: the next "
            "one is fitted to what is left over.",
        ),
        "all atoms are fitted at once by least squares": (
            lambda patches, codes, atoms: _scaled(np.linalg.pinv(codes) @ patches),
            "There every atom counts on the others' best unlimited selves. In a pass the others "
            "stand still, at length 1.",
        ),
        "the other atoms are ignored": (
            lambda patches, codes, atoms: _scaled(codes.T @ patches),
            "H'X is what the atom would be if it were alone. Take away what the others explain: "
            "H'H W without the atom's own part.",
        ),
        "the other atoms are added instead of taken off": (
            {"others": -1},
            "What is left for an atom is the patches less what the others explain.",
        ),
        "the atom's own part is not given back": (
            {"fitted": lambda left, w, curvature: left - curvature * w},
            "The residual of all atoms has lost what this one explains. Add it back, or the atom "
            "fits only what nobody explained.",
        ),
        "the step to the new atom is not divided by A_jj": (
            {"fitted": lambda left, w, curvature: left + (1 - curvature) * w},
            "w_j + B_j - A_j W is a gradient step of size 1. The lowest point of the bowl has the "
            "curvature A_jj under the step.",
        ),
        "the residuals are not weighed by the codes": (
            {"weighing": np.ones_like, "fitted": lambda left, w, curvature: left},
            "A patch that uses an atom much says more about it: weigh its residual by its code.",
        ),
        "negative codes weigh as positive ones": (
            {"weighing": np.abs, "fitted": lambda left, w, curvature: left},
            "A patch with a negative code wants the atom turned round.",
        ),
        "pixels are brought to length 1 at the end, not atoms": (
            lambda *case: _scaled(_atoms(*case, brought=np.asarray), axis=0),
            "An atom is a row here. Its length is the root of the sum of squares over its pixels.",
        ),
        "pixels are brought to length 1 after each atom, not atoms": (
            {"brought": np.asarray, "after": lambda w, j: _scaled(w, axis=0)},
            "An atom is a row here. Its length is the root of the sum of squares over its pixels.",
        ),
        "the last atom comes first": (
            {"order": slice(None, None, -1)},
            "One pass depends on the order: here from the first.",
        ),
        "only the first atom is renewed": (
            {"order": slice(1)},
            "The others are as they came. That happens, for instance, when the return stands "
            "inside the loop.",
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
    gram, correlations, square, x, penalty, *, floor=1, relative=False, half=0.5, scale_twice=True,
    scaled=lambda ratio: min(1.0, ratio), mixed=2, curved=True, product=1, dual_half=1.0,
    price=lambda x: np.abs(x).sum(),
    pulled=lambda pull, correlations: np.abs(pull).max(),
):  # fmt: skip
    """Cost minus dual value, where ``scaled`` makes theta of the largest feasible scale."""
    residual = square - mixed * correlations @ x + curved * (x @ gram @ x)
    scale = scaled(penalty / pulled(correlations - gram @ x, correlations))
    linear = scale * (square - product * correlations @ x)
    dual = linear - (scale**2 if scale_twice else scale) * residual / 2
    cost = half * residual + penalty * price(x)
    return (cost - floor * dual_half * dual) / (cost if relative else 1)


def _cost(gram, correlations, square, x, penalty):
    return _gap(gram, correlations, square, x, penalty, floor=0)


def _floor_of_squares(gram, correlations, square, x, penalty):
    """The cost less (|b|^2 - |theta|^2) / 2: theta's square in place of that of b - theta."""
    residual = square - 2 * correlations @ x + x @ gram @ x
    scale = min(1.0, penalty / np.abs(correlations - gram @ x).max())
    floor = square / 2 - scale**2 * residual / 2
    return residual / 2 + penalty * np.abs(x).sum() - floor


def _gap_cases(rng: np.random.Generator) -> dict:
    columns, x = rng.normal(size=(5, 3)), rng.normal(size=3)
    target = columns @ x + rng.normal(size=5)
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
            {"scaled": lambda ratio: 1.0},
            "theta must satisfy |A'theta| <= penalty in every entry, or its value is no lower "
            "bound. Shrink the residual until it does.",
        ),
        "theta itself is squared, not what it leaves of b": (
            _floor_of_squares,
            "The floor is |b|^2 / 2 - |b - theta|^2 / 2, the square of what theta leaves of b, not "
            "of theta itself.",
        ),
        "theta is shrunk or stretched always": (
            {"scaled": lambda ratio: ratio},
            "If the residual is feasible already it is left as it is: min(1, ...).",
        ),
        "theta is never shrunk, only stretched": (
            {"scaled": lambda ratio: max(1.0, ratio)},
            "A residual that is not feasible has to shrink: min(1, ...).",
        ),
        "the scale is the largest pull over the penalty": (
            {"scaled": lambda ratio: min(1.0, 1 / ratio)},
            "Upside down: theta's largest pull is scale times max |A'r|, and must not exceed the "
            "penalty.",
        ),
        "pulls below 0 do not count": (
            {"pulled": lambda pull, correlations: pull.max()},
            "A column can pull either way. The largest size decides: max |A'r|.",
        ),
        "the length of the pull decides, not its largest entry": (
            {"pulled": lambda pull, correlations: np.linalg.norm(pull)},
            "Every entry of A'theta has to keep to the penalty, each by itself.",
        ),
        "the smallest pull decides": (
            {"pulled": lambda pull, correlations: np.abs(pull).min()},
            "Every entry of A'theta has to keep to the penalty: the largest pull decides.",
        ),
        "the pull is that of b, not of the residual": (
            {"pulled": lambda pull, correlations: np.abs(correlations).max()},
            "theta is a shrunk residual r = b - Ax, so A'r = correlations - gram @ x decides.",
        ),
        "every entry has a scale of its own": (
            lambda gram, correlations, square, x, penalty: np.array(
                [
                    _gap(
                        gram,
                        correlations,
                        square,
                        x,
                        penalty,
                        pulled=lambda pull, _, j=j: np.abs(pull[j]),
                    )
                    for j in range(len(x))
                ]
            ),
            "theta is the residual times one number: the smallest of these scales.",
        ),
        "the scale is not squared": (
            {"scale_twice": False},
            "The dual value is s b'r - s^2 |r|^2 / 2: theta occurs twice in its square.",
        ),
        "the penalty is not part of the cost": (
            {"price": lambda x: 0.0},
            "The cost is the squared error and the penalty's term. Without it the gap goes below "
            "0.",
        ),
        "the coefficients are priced with their signs": (
            {"price": np.sum},
            "The price is penalty times the sum of |x|.",
        ),
        "the length of x is priced": (
            {"price": np.linalg.norm},
            "The price is penalty times the sum of |x|, not the root of the sum of squares.",
        ),
        "the error in the cost is not halved": (
            {"half": 1.0},
            "The cost is |r|^2 / 2 and the penalty's term.",
        ),
        "neither cost nor floor has its half": (
            {"half": 1.0, "dual_half": 2.0},
            "The error is |r|^2 / 2, and the dual value s b'r - s^2 |r|^2 / 2.",
        ),
        "the mixed term of |r|^2 counts once": (
            {"mixed": 1},
            "|b - Ax|^2 = b'b - 2 b'Ax + x'A'Ax.",
        ),
        "|r|^2 has no x'A'Ax": (
            {"curved": False},
            "|b - Ax|^2 = b'b - 2 b'Ax + x'A'Ax.",
        ),
        "|r|^2 is taken to be b'r": (
            {"mixed": 1, "curved": False},
            "b'b - b'Ax is b'r. Both agree only where the residual is orthogonal to Ax.",
        ),
        "b'r subtracts b'Ax twice": (
            {"product": 2},
            "b'r = b'b - b'Ax: once.",
        ),
        "gram is taken to be the identity": (
            {"gram": lambda gram: np.eye(len(gram))},
            "x'A'Ax is x @ gram @ x, and A'Ax is gram @ x.",
        ),
        "it is the cost alone": (
            {"floor": 0},
            "That is how high you stand. The gap also needs a floor: subtract the dual value.",
        ),
        "it is the dual value alone": (
            lambda *case: _cost(*case) - _gap(*case),
            "That is the floor. The gap is the cost above it.",
        ),
        "cost and dual value come as a pair": (
            lambda *case: (_cost(*case), _cost(*case) - _gap(*case)),
            "One number is wanted: the first less the second.",
        ),
        "the gap is divided by the cost": (
            {"relative": True},
            "That is the relative gap. Here it is not divided by anything.",
        ),
        "the gap is divided by the cost at 0": (
            lambda *case: _gap(*case) / (case[2] / 2),
            "That is a relative gap. Here it is not divided by anything.",
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
