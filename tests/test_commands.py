"""Wrong words on a command line get a sentence, never a traceback, and change nothing."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONG = "x" * 5000
WRONG = {
    "lecture_helpers.claims.run": [
        ["C99"], ["c8"], [""], [LONG], ["--jobs", "0"], ["--jobs", "-3"], ["--jobs", "many"],
        ["--jobs", "1000000000"], ["--nonsense"], ["--quick", "--verify"],
        ["--scheduler", "nowhere", "C8"], ["--scheduler"],
    ],
    "lecture_helpers.publish.refresh": [["99"], [""], ["."], ["--all"], [LONG]],
    "lecture_helpers.publish.site": [["99"], [""], ["--all"], [LONG]],
    "tools.new_lesson": [
        [], [""], ["two words"], ["../there"], ["class"], ["a", "b"], [LONG], ["x" * 200],
    ],
}  # fmt: skip
CASES = [(module, words) for module, every in WRONG.items() for words in every]


def named(part) -> str:
    return part.rpartition(".")[2] if isinstance(part, str) else " ".join(part)[:30] or "nothing"


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize(("module", "words"), CASES, ids=named)
def test_wrong_words_end_with_a_sentence_and_an_exit_status(module, words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [module, *words])
    with pytest.raises(SystemExit) as end:
        runpy.run_module(module, run_name="__main__")
    said = capsys.readouterr().err if end.value.code == 2 else str(end.value.code)
    assert said.strip() not in ("", "0", "None") and "Traceback" not in said
    assert len(said) < 1000, "what was typed is repeated in full"


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("lecture_helpers.claims.run", ["C22", "--again"]),
        ("lecture_helpers.publish.site", ["00"]),
        ("tools.new_lesson", ["nobody_writes_this"]),
    ],
    ids=named,
)
def test_where_nothing_can_be_written_a_sentence_says_what(module, words, monkeypatch, capsys):
    def refuse(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    for name in ("mkdir", "write_bytes", "write_text"):
        monkeypatch.setattr(Path, name, refuse)
    monkeypatch.setattr(sys, "argv", [module, *words])
    with pytest.raises(SystemExit) as end:
        runpy.run_module(module, run_name="__main__")
    said = capsys.readouterr().err + str(end.value.code)
    assert "Permission denied: '" in said and "Traceback" not in said
    assert not list((ROOT / "notebooks").glob("*nobody_writes_this*"))


@pytest.mark.parametrize("words", [["tets"], [""], ["bench", "nothing"], ["C8"]], ids=named)
def test_wrong_words_to_start_are_answered_with_the_known_ones(words):
    done = subprocess.run([sys.executable, ROOT / "start.py", *words], capture_output=True)
    said = done.stderr.decode()
    assert done.returncode == 1 and "Traceback" not in said
    assert "is not one of lab, test" in said or "There is no benchmark nothing; there are" in said
