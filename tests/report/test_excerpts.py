"""The rows of the evidence that a class is to read."""

import pytest

from lecture_helpers.claims import ledger
from lecture_helpers.report.excerpts import TALLEST, WIDTH, excerpts


@pytest.fixture(scope="module")
def entries():
    return ledger.load()


def rows(shown) -> list[str]:
    """The labels of the rows, headings too."""
    texts = [text.get_text() for text in shown.figure.axes[0].get_yticklabels()]
    return [text.replace("\n", " ") for text in texts]


def test_a_phrase_chooses_a_heading_and_another_the_rows_below_it(entries):
    (shown,) = excerpts(entries["C39"], ["test examples right", "digits, depth 24", "not scaled"])
    assert rows(shown) == [
        "C39: Deep networks with skips get more test examples right", "digits, depth 24",
        "digits, depth 24, branches not scaled", "MNIST, depth 24, branches not scaled",
    ]  # fmt: skip


def test_the_whole_name_comes_before_its_end_and_its_end_before_any_place(entries):
    names = ["lopsided walls, noisy, 3000 steps", "even walls, quiet, 30 steps"]
    (shown,) = excerpts(entries["C29"], ["valley's floor", *names])
    assert "kinked lopsided walls, noisy, 3000 steps" not in rows(shown)
    assert "(even walls, quiet, 30 steps)" in rows(shown), "a border, where no row inside is meant"


def test_without_a_phrase_every_row_inside_the_scope_is_on_some_picture(entries):
    for name in ("C37", "C42", "C27"):
        pictures = excerpts(entries[name])
        wanted = sum(len(made["scope"]) for made in entries[name]["judged"])
        heads = sum(row.startswith(f"{name}: ") for shown in pictures for row in rows(shown))
        assert sum(len(rows(shown)) for shown in pictures) == wanted + heads
        for shown in pictures:
            width, height = shown.figure.get_size_inches()
            assert width == pytest.approx(WIDTH) and height <= TALLEST + 0.01


def test_a_phrase_that_nothing_has_is_refused(entries):
    with pytest.raises(ValueError, match='C37 has no heading and no row "ten layers"'):
        excerpts(entries["C37"], ["ten layers"])
