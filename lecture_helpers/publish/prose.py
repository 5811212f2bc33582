"""Markdown with formulas as HTML that needs nothing from elsewhere: formulas become MathML."""

import html
import re
import unicodedata

import mistune
from latex2mathml.converter import convert

FORMULA = re.compile(r"(`+)(?:.+?)\1|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)
AS_KNOWN = {r"\arg\min": r"\text{arg min}", r"\arg\max": r"\text{arg max}"}
STYLED = re.compile(r'<mi mathvariant="(double-struck|script)">([A-Z])</mi>')
ALONE = re.compile(r"<tr>\s*<td>((?:(?!</td>).)+)</td>((?:\s*<td></td>)+)\s*</tr>")
_markdown = mistune.create_markdown(escape=False, plugins=["table", "url", "strikethrough"])


def prose(source: str, *, ids: bool = True) -> str:
    """The HTML of a Markdown cell; its headings have ids unless ``ids`` is off.

    >>> print(prose("Let $x > 0$."))  # doctest: +ELLIPSIS
    <p>Let <math ...</math>.</p>
    <BLANKLINE>
    """
    formulas: list[str] = []

    def kept(match: re.Match) -> str:
        latex = match["block"] or match["inline"]
        if latex is None:
            return match[0]
        formulas.append(formula(latex, block=match["block"] is not None))
        return f"formula{len(formulas) - 1}formula"

    text = ALONE.sub(_across, str(_markdown(FORMULA.sub(kept, source))))
    if ids:
        text = re.sub(r"<h([1-6])>(.+?)</h", _with_id, text)
    return re.sub(r"formula(\d+)formula", lambda match: formulas[int(match[1])], text)


def _across(match: re.Match) -> str:
    """A row of a table with nothing but its first cell as a heading of the rows below it."""
    return f'<tr><th colspan="{1 + match[2].count("<td>")}">{match[1]}</th></tr>'


def _with_id(match: re.Match) -> str:
    """A heading with the id that JupyterLab gives it, so that links land here too."""
    words = html.unescape(re.sub("<[^>]+>", "", match[2]))
    return f'<h{match[1]} id="{html.escape(words.replace(" ", "-"))}">{match[2]}</h'


def _letter(match: re.Match) -> str:
    """A letter of its own for a styled one: browsers leave ``mathvariant`` unread."""
    name = f"{match[1].upper()} CAPITAL {match[2]}"
    try:
        return f"<mi>{unicodedata.lookup(f'MATHEMATICAL {name}')}</mi>"
    except KeyError:  # those that Unicode had before
        return f"<mi>{unicodedata.lookup(name)}</mi>"


def formula(latex: str, *, block: bool = False) -> str:
    """The formula as MathML; its LaTeX is kept as the annotation that screen readers may use."""
    for ours, theirs in AS_KNOWN.items():
        latex = latex.replace(ours, theirs)
    made = convert(latex.strip(), display="block" if block else "inline")
    made = STYLED.sub(_letter, made)
    return made.replace("<math ", f'<math aria-label="{html.escape(latex.strip())}" ', 1)
