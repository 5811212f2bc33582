"""Figures in the lessons' prose that no cell shows and no claim holds, computed again.

They are means over more networks than the pictures have. What trains them is taken from the cells.
"""

import ast
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.optimization.steered_descent import steered_walk
from lecture_helpers.test_functions.averaging_traps import bent_valley

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
POLYAK, CURRICULUM = "03_polyak_averaging", "06_continuation_and_curriculum"
ROUNDING = 0.3  # percentage points that another processor's rounding may move a mean over networks


@cache
def cells(lesson: str, kind: str) -> list[str]:
    notebook = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


def bindings(lesson: str, *names: str, changed: tuple[tuple[str, str], ...] = ()) -> dict:
    """What the cells that bind these names define, each with some words exchanged."""
    found: dict = {}
    for source in cells(lesson, "code"):
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                exec(ast.unparse(statement), found)
    for name in names:
        pattern = rf"^(?:def )?{name}\b(?: =|\()"
        source = next(s for s in cells(lesson, "code") if re.search(pattern, s, re.MULTILINE))
        for before, after in changed:
            source = source.replace(before, after)
        exec(source, found)
    return found


def table(lesson: str, beginning: str) -> dict[str, list[float]]:
    """First column to the figures beside it, of the table with that head."""
    text = next(c for c in cells(lesson, "markdown") if f"| {beginning} |" in c)
    rows = text[text.index(f"| {beginning} |") :].split("\n\n")[0].splitlines()[2:]
    split = [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows]
    return {row[0]: [float(cell) for cell in row[1:]] for row in split}


def says(lesson: str, words: str) -> None:
    """That the prose has this sentence, whose figures are computed beside it."""
    text = " ".join(" ".join(cells(lesson, "markdown")).split())
    assert words in text, words


def near(said: float, found: float, step: float) -> bool:
    return abs(said - found) <= step / 2 + ROUNDING


def test_averages_under_a_hand_means_of_20_networks():
    found = bindings(POLYAK, "steered", "three_answers", changed=(("seeds=4", "seeds=20"),))
    hands = {
        "*lr* 0.5 (preset 1)": dict(lr=0.5),
        "0.3, then 0.03 (preset 2)": dict(lr=[(0, 0.3), (300, 0.03)]),
        "1.0, then 0.1 (preset 3, to the end)": dict(lr=[(0, 1.0), (300, 0.1)]),
        "small batches late (preset 4)": dict(lr=0.2, batch_size=[(0, 64), (300, 4)]),
    }
    said, rules = table(POLYAK, "your hand"), found["three_answers"](0.95)
    assert said.keys() == hands.keys()
    for hand, controls in hands.items():
        run = found["steered"].at(600, **({"lr": 0.1, "batch_size": 16} | controls))
        ends = found["follow"].accuracy(run, rules, at=[600])
        means = [100 * np.mean(values) for values in ends.values()]
        assert all(near(*pair, step=1) for pair in zip(said[hand], means, strict=True)), (
            hand, means,
        )  # fmt: skip


@pytest.fixture(scope="module")
def taught() -> Callable:
    """Share of wrong labels and controls to the accuracy of every arm, (20 seeds, records)."""
    changed = (("Classroom(digits(),", "Classroom(digits(), seeds=20,"), ("seeds=4", "seeds=20"))
    found = bindings(CURRICULUM, "SIZES", changed=changed)

    def teach(wrong: float, **controls) -> dict[str, np.ndarray]:
        usual = {"lr": 0.03, "order": "easy first", "share": 0.3}
        run = found["TAUGHT"][wrong].at(600, **(usual | controls))
        return {arm: 100 * run.at(arm=arm).accuracy for arm in found["TEACHERS"]}

    return lambda wrong, **controls: teach(wrong, **controls)


LINEAR = [(0, 0.3), (60, 0.44), (120, 0.58), (180, 0.72), (240, 0.86), (300, 1.0)]
OUT = [(0, 0.3), (150, 0.6)]
LESSONS = {
    "right, easy first (preset 1)": (0.0, dict(share=LINEAR)),
    "right, the same pacing, hard first": (0.0, dict(share=LINEAR, order="hard first")),
    "right, the easiest 60 % all the time": (0.0, dict(share=0.6)),
    "40 % wrong, easy first (preset 2)": (0.4, dict(share=LINEAR)),
    "40 % wrong, the hardest stay out (preset 3)": (0.4, dict(share=OUT)),
    "40 % wrong, out again at half time (preset 4)": (0.4, dict(share=[(0, 1.0), (300, 0.6)])),
    "40 % wrong, the hardest 60 % all the time": (0.4, dict(share=0.6, order="hard first")),
}


@pytest.mark.parametrize("row", LESSONS)
def test_what_a_teacher_gains_over_20_seeds(taught, row):
    wrong, controls = LESSONS[row]
    ends = {arm: values[:, -1].mean() for arm, values in taught(wrong, **controls).items()}
    said = table(CURRICULUM, "labels and pacing")
    assert said.keys() == LESSONS.keys()
    gains = [ends["yours"] - ends[arm] for arm in ("standard", "random order")]
    assert all(near(*pair, step=0.1) for pair in zip(said[row], gains, strict=True)), gains


def test_what_the_usual_training_reaches_over_20_seeds(taught):
    says(CURRICULUM, "Standard ends at 97.7 % with right labels and at 68.1 % with wrong ones; "
         "with *lr* at 0.003 it ends at 88.1 % with wrong ones.")  # fmt: skip
    says(CURRICULUM, "With wrong labels standard climbs to 83 %, and then falls")
    says(CURRICULUM, "with *lr* at 0.003 preset 3 gains 5.9 points")
    right, wrong = (taught(share, share=OUT)["standard"].mean(0) for share in (0.0, 0.4))
    slowly = taught(0.4, share=OUT, lr=0.003)
    ends = {arm: values[:, -1].mean() for arm, values in slowly.items()}
    pairs = [(97.7, right[-1]), (68.1, wrong[-1]), (88.1, ends["standard"]),
             (5.9, ends["yours"] - ends["standard"])]  # fmt: skip
    assert all(near(*pair, step=0.1) for pair in pairs), pairs
    assert near(83, wrong.max(), step=1), wrong.max()


def test_the_bent_valleys_iterates_cost_less_than_their_mean():
    says(POLYAK, "Nine iterates of ten cost less than 0.2, and their mean costs 0.29.")
    surface = bent_valley(0.15)
    schedules = as_schedule(lr=0.1), as_schedule(noise=0.8)
    path = steered_walk(surface, [-1.1, 0.6], *schedules, steps=240, seed=2)[1:]
    assert np.quantile(surface.value(path), 0.9) < 0.2
    assert round(float(surface.value(path.mean(0))), 2) == 0.29


def test_what_a_blur_does_to_a_network_over_16_seeds():
    found = bindings(CURRICULUM, "TWISTED", changed=(("seeds=4", "seeds=16"),))
    lowered = [(0, 0.4), (150, 0.2), (300, 0.1), (450, 0.0)]

    def ends(sigma, lr=0.3) -> tuple[dict, dict]:
        run = found["TWISTED"].at(600, sigma=sigma, lr=lr)
        arms = {"blur": run.at(arm="your blur"), "none": run.at(arm="no blur")}
        return ({arm: own.train_loss[:, -1] for arm, own in arms.items()},
                {arm: 100 * own.accuracy[:, -1].mean() for arm, own in arms.items()})  # fmt: skip

    said = {
        "held": ends(0.4), "lowered": ends(lowered), "wide": ends(1.5),
        "slow": ends(lowered, 0.15), "fast": ends(lowered, 0.6),
    }  # fmt: skip
    ahead = {name: int((cost["blur"] < cost["none"]).sum()) for name, (cost, _) in said.items()}
    figures = {
        "none": np.median(said["held"][0]["none"]), "held": np.median(said["held"][0]["blur"]),
        "lowered": np.median(said["lowered"][0]["blur"]), "mean": said["held"][0]["none"].mean(),
        "right": said["held"][1]["none"], "right lowered": said["lowered"][1]["blur"],
        "wide": said["wide"][1]["blur"], "ahead": ahead,
    }  # fmt: skip
    print(figures)
    says(CURRICULUM, "Without blur the training cost is 0.0025.")
