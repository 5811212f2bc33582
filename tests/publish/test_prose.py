"""Markdown cells become HTML that needs nothing from elsewhere."""

import re
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest

from lecture_helpers.publish.prose import FORMULA, formula, prose
from lecture_helpers.report.lessons import NOTEBOOKS


def test_formulas_become_mathml_and_keep_their_latex_as_a_label():
    made = prose("Take $x_1 < 2$ and\n\n$$y = \\frac{1}{2}$$")
    assert made.count("<math") == 2 and "$" not in made
    assert 'aria-label="x_1 &lt; 2"' in made and 'display="block"' in made


def test_dollars_in_code_stay_as_they_are():
    assert "<code>$HOME and $PATH</code>" in prose("Set `$HOME and $PATH`.")


def test_a_formula_may_hold_what_markdown_would_take_for_its_own():
    made = prose("$a_i b_i$ and $c * d * e$")
    assert "<em>" not in made and made.count("<math") == 2


def test_tables_stay_tables():
    assert "<table>" in prose("| a | b |\n|---|---|\n| 1 | $x$ |")


def test_a_row_with_nothing_but_its_first_cell_heads_those_below_it():
    made = prose("| a | b | c |\n|---|---|---|\n| *words* | | |\n| 1 | | 3 |")
    assert '<tr><th colspan="3"><em>words</em></th></tr>' in made
    assert made.count("colspan") == 1 and "<td>1</td>" in made


def shown_of(latex: str) -> str:
    return "".join(ElementTree.fromstring(formula(latex)).itertext())


def test_styled_letters_and_named_operators_are_shown_as_such():
    assert shown_of(r"\mathbb E\mathbb R\mathcal N") == "𝔼ℝ𝒩"
    assert shown_of(r"\arg\min_x f") == "arg\xa0minxf"
    assert "<mi>a</mi>" not in formula(r"\arg\min_x f")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_formula_of_the_lessons_is_understood(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "markdown":
            continue
        for match in FORMULA.finditer(cell.source):
            latex = match["block"] or match["inline"]
            if latex is not None:
                shown = shown_of(latex)
                styled = re.findall('mathvariant="(.+?)"', formula(latex))
                assert "\\" not in shown and {*styled} <= {"normal"}, latex
