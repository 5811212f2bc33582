"""Lines are broken, one in each copy of the project: the tests that guard them have to turn red."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkouts import checkout

ROOT = Path(__file__).parents[1]
PACKAGE = "lecture_helpers/"
BROKEN = {  # what is wrong: the file, its line, the line broken, the tests that guard it
    "the sign of a gradient": (
        "test_functions/surfaces.py", "lambda t: np.asarray(t) @ h,",
        "lambda t: -np.asarray(t) @ h,",
        "tests/test_functions", "tests/optimization",
    ),
    "off by one in an average": (
        "optimization/polyak_averaging.py", "averages[t - 1]) / (t + 1)", "averages[t - 1]) / t",
        "tests/optimization/test_polyak_averaging.py",
    ),
    "a wrong axis": (
        "training/multilayer_perceptron.py", "mean = groups.mean(-2, keepdim=True)",
        "mean = groups.mean(-1, keepdim=True)", "tests/training",
    ),
    "a control that is ignored": (
        "notebooks/02_coordinate_descent.ipynb", "np.radians(angle)", "np.radians(45.0)",
        "notebooks/02_coordinate_descent.ipynb",
    ),
    "an artist left behind": (
        "widgets/rendering/retained.py", "            artist.remove()",
        "            artist.get_visible()", "tests/widgets/rendering",
    ),
    "a bound": (
        "foundation/validation.py", '"a finite number above 0", lambda v: v > 0)',
        '"a finite number above 0", lambda v: v >= 0)', "tests/foundation", "tests/training",
    ),
    "a hand that acts one update late": (
        "foundation/schedules.py", "reversed(self.entries) if start <= step)",
        "reversed(self.entries) if start < step or not start)",
        "tests/foundation", "tests/training",
    ),
    "a verdict without a smallest effect": (
        "claims/statistics.py", "if low > 0 and effect >= min_effect:", "if low > 0:",
        "tests/claims/test_statistics.py", "tests/claims/test_ledger.py",
    ),
    "one example too many in a curriculum": (
        "curriculum/pacing.py", "max(1, round(share(part=part) * len(order)))]",
        "max(1, round(share(part=part) * len(order)) + 1)]", "tests/curriculum",
    ),
    "a check that takes wrong answers for right": (
        "exercises/exercise.py", "same(t[1], t[2], tolerance(t[1]))", "same(t[1], t[2], 0.1)",
        "tests/exercises",
    ),
    "a threshold without its sign": (
        "optimization/lasso.py", "np.maximum(x, -threshold), threshold)",
        "np.maximum(x, threshold), threshold)", "tests/optimization",
    ),
    "a slider that ends before its end": (
        "widgets/controls/ranges.py", "np.linspace(0, self.place(self.hi), most)",
        "np.linspace(0, self.place(self.hi) - 1, most)", "tests/widgets", "tests/publish",
    ),
    "a reading that stays": (
        "widgets/layout.py", "        self.reading.value = (",
        "        self.reading.value += 0 * (",
        "tests/widgets",
    ),
    "a film of the wrong moments": (
        "publish/frames.py", "np.linspace(time.place(time.lo), time.place(end), MOMENTS)",
        "np.linspace(time.place(end), time.place(end), MOMENTS)", "tests/publish",
    ),
    "an environment that is trusted too early": (
        "start.py", "if not OLDEST <= version < TOO_NEW:", "if not OLDEST <= version <= TOO_NEW:",
        "tests/test_start.py",
    ),
}  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_line_turns_the_suite_red(wrong, tmp_path):
    name, line, broken, *guards = BROKEN[wrong]
    checkout(tmp_path)
    path = next(p for p in (tmp_path / name, tmp_path / PACKAGE / name) if p.exists())
    text = path.read_text(encoding="utf-8")
    assert text.count(line) == 1, f"{line!r} stands {text.count(line)} times in {name}"
    path.write_text(text.replace(line, broken), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", *guards]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, f"{wrong} goes unnoticed:\n{done.stdout[-2000:]}"
