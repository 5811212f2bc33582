"""Lasso paths and dictionaries, side by side with scikit-learn and with the plain loop.

``python -m benchmarks.sparse_coding`` prints one line per comparison; each pair runs in turns, and
the best of the rounds counts.
"""

import time
import warnings

import numpy as np

from lecture_helpers.datasets import image_patches
from lecture_helpers.foundation.threads import one_thread
from lecture_helpers.optimization import lasso as ls
from lecture_helpers.optimization import sparse_coding as sc

ROUNDS = 3


def best_times(contestants: dict, rounds: int = ROUNDS) -> dict[str, float]:
    """The shortest of several runs of each contestant in seconds; the contestants take turns."""
    times = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - started)
    return {name: min(row) for name, row in times.items()}


def plain_path(problem: ls.LassoProblem, penalties: np.ndarray, gap: float) -> np.ndarray:
    """The last coefficients of a path by the double loop that a student would write."""
    design, targets = problem.design, problem.targets
    x, lengths = np.zeros(design.shape[1]), (design**2).sum(axis=0)
    for penalty in penalties:
        while 2 * ls.duality_gap(problem, x, penalty) / problem.square > gap:
            residual = targets - design @ x
            for j in range(len(x)):
                rho = design[:, j] @ residual + lengths[j] * x[j]
                new = np.sign(rho) * max(abs(rho) - penalty, 0.0) / lengths[j]
                residual += design[:, j] * (x[j] - new)
                x[j] = new
    return x


def compare_paths(gap: float = 1e-6) -> None:
    """100 penalties from lambda_max to a tenth of it, n = p = 200, correlation 0.5."""
    from sklearn.linear_model import lasso_path

    problem = ls.correlated_regression(correlation=0.5)
    penalties = ls.penalty_path(problem, 100)

    def theirs():
        return lasso_path(problem.design, problem.targets, alphas=penalties / 200, tol=gap / 2,
                          max_iter=10**6)[1]  # fmt: skip

    ours = ls.lasso_path(problem, penalties, gap=gap)
    again = ls.LassoProblem(problem.design, problem.targets)
    contestants = {
        "ours": lambda: ls.lasso_path(ls.LassoProblem(again.design, again.targets), penalties,
                                      gap=gap),
        "scikit-learn": one_thread(theirs),
    }  # fmt: skip
    times = best_times(contestants)
    times |= best_times({"plain": one_thread(lambda: plain_path(problem, penalties, gap))}, 1)
    apart = np.abs(ours[-1].coefficients - theirs()[:, -1]).max()
    mine, compiled, plain = (times[name] for name in ("ours", "scikit-learn", "plain"))
    print(f"Lasso path, 100 penalties, {sum(f.sweeps for f in ours)} sweeps: ours {mine:.3f} s, "
          f"scikit-learn {compiled:.3f} s, plain double loop {plain:.2f} s. Ratio to scikit-learn "
          f"{mine / compiled:.1f} (at most 20), to the plain loop {mine / plain:.3f}; "
          f"last coefficients differ by {apart:.0e}")  # fmt: skip


def compare_dictionaries(n=500, atoms=64, penalty=1.0, most=30) -> None:
    """The time to the cost that scikit-learn reaches on the same patches, penalty and start."""
    from sklearn.decomposition import dict_learning

    x = np.array(image_patches(8, n))
    start = sc.starting_atoms(x, atoms)
    codes = sc.sparse_encode(x, start, penalty)
    for method in ("lars", "cd"):

        def theirs(method=method):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return dict_learning(x, atoms, alpha=penalty, max_iter=most, tol=0, method=method,
                                     code_init=codes, dict_init=start, random_state=0)  # fmt: skip

        found, dictionary, _ = theirs()
        goal = sc.sparse_cost(x, found, dictionary, penalty)
        needed = iterations_to(x, start, penalty, goal)
        times = best_times({
            "ours": lambda needed=needed: sc.learn_dictionary(
                x, penalty=penalty, atoms=start, iterations=needed, sweeps=1),
            "theirs": one_thread(theirs),
        }, 2)  # fmt: skip
        print(f"dictionary, {n} patches, to scikit-learn's cost {goal / n:.3f} ({method}, {most} "
              f"iterations): ours {times['ours']:.2f} s in {needed} iterations, scikit-learn "
              f"{times['theirs']:.2f} s. Ratio {times['ours'] / times['theirs']:.3f} "
              "(at most 0.333)")  # fmt: skip


def iterations_to(x, start, penalty: float, goal: float) -> int:
    """How many alternating iterations of one sweep each bring the cost to ``goal``."""
    costs = sc.learn_dictionary(x, penalty=penalty, atoms=start, iterations=400, sweeps=1).costs
    reached = np.flatnonzero(costs[::2] <= goal)
    if not len(reached):
        raise RuntimeError(f"400 iterations end at {costs[-1] / len(x):.4f}, above the goal.")
    return int(reached[0])


def main() -> None:
    """Run both comparisons."""
    compare_paths()
    compare_dictionaries()


if __name__ == "__main__":
    main()
