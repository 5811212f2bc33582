"""``start.py new`` writes files that are already what the other tests demand of a lesson."""

import json
import runpy
from pathlib import Path

import pytest

from lecture_helpers.claims import CLAIMS
from tests.test_notebooks import CHECKS
from tools import new_lesson

NOT_RUN = {"unexecuted", "missing_pictures", "broken_links"}


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with those in which the files of a lesson lie."""
    monkeypatch.setattr(new_lesson, "ROOT", tmp_path)
    for target in new_lesson.TARGETS.values():
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
    return tmp_path


@pytest.fixture
def made(root):
    return dict(zip(new_lesson.TARGETS, new_lesson.new_lesson("a_new_one"), strict=True))


def test_the_next_claim_is_declared_in_full(made):
    text = made["claims"].read_text()
    assert f'"C{len(CLAIMS) + 1}", "empirical"' in text
    compile(text, "claims", "exec")


def test_the_experiment_gives_every_arm_that_the_claim_compares_a_value_a_seed(made):
    arms = runpy.run_path(str(made["experiments"]))["last_costs"]((0, 1), steps=20)
    assert {len(values) for values in arms.values()} == {2}
    assert all(f'"{arm}"' in made["claims"].read_text() for arm in arms)


def test_the_exercise_names_its_mistakes(made):
    step = runpy.run_path(str(made["exercises"]))["step"]
    assert step.check(step.reference, seed=0).right
    for name, (mistake, _) in step.mistakes.items():
        assert step.check(mistake, seed=0).mistake == name


def test_the_self_test_shows_a_question(made):
    self_test = runpy.run_path(str(made["exercises"]))["self_test"]
    assert "✔ Right. The gradient is 2" in self_test._repr_markdown_()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_notebook_is_what_is_asked_of_a_lesson(check, made):
    notebook = json.loads(made["notebook"].read_text())
    if check.__name__ not in NOT_RUN:
        assert not list(check(notebook, made["notebook"].parent))


@pytest.mark.parametrize("word", ["Momentum", "two words", "lambda", "a-b", ""])
def test_a_word_that_cannot_name_a_file_is_refused(word):
    with pytest.raises(ValueError, match="small letters"):
        new_lesson.new_lesson(word)


def test_nothing_is_written_over(made):
    with pytest.raises(ValueError, match="is there already"):
        new_lesson.new_lesson("a_new_one")


def test_a_disk_that_is_full_at_the_third_file_keeps_none(root, monkeypatch):
    written, write = [], Path.write_text

    def write_two(self, *words, **options):
        written.append(self)
        write(self, *words, **options)
        if len(written) == 3:
            raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", write_two)
    with pytest.raises(OSError, match="No space left"):
        new_lesson.new_lesson("a_new_one")
    assert len(written) == 3 and not [path for path in root.rglob("*") if path.is_file()]
