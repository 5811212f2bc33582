"""The words of notebooks and README agree with the ledger.

A block is a paragraph, a list item or a row of a table; items and rows under a sentence that ends
in a colon belong to the claims that the sentence names. In a block that names claims
- a verdict after a colon is that of each claim before it: "(C2, C3: identity; section 1)";
- a word such as "undecided" or "fragile" must be said of one of them, or of one of its regimes;
- a figure in points, decades or times, or one with a sign, must be a figure of one of them.
Every claim that a summary names stands there with its verdict, and the evidence that a notebook
stores is that of the ledger.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from lecture_helpers.claims import CLAIMS, ledger
from lecture_helpers.report.cards import MEANINGS, details, evidence, in_a_sentence
from lecture_helpers.report.cards import _rows as picture_rows
from lecture_helpers.report.ledger_rows import CAUSES, in_markdown, rows
from lecture_helpers.report.lessons import lessons

ROOT = Path(__file__).parents[1]
MADE = r"\*\*C\d|<details><summary>C\d|A bar shows"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = [*NOTEBOOKS, ROOT / "README.md"]
VERDICTS = (
    "holds in part|holds nowhere|holds|reversed|no difference|undecided|identity|broken|opinion"
)
LIST = r"C\d+(?:(?:, | and |, and )C\d+)*"
CAUSED = "|".join(CAUSES.values())
CITED = re.compile(rf"({LIST}): ({VERDICTS})\b(?:, its cause ({CAUSED}))?(, fragile)?")
RETIRED = re.compile(r"\b(?:conditional|null|refuted)\b")
WORDS = {  # a word, and the verdicts of which one must be there
    r"(?<!not )\bholds\b(?! in part| nowhere)": {"holds"},
    r"\breversed\b|\bthe other way round\b": {"reversed"},
    r"\bdoes not hold\b|\bfails\b|\bholds nowhere\b": {
        "reversed", "no difference", "falsified", "depends on the count", "holds nowhere",
    },
    r"\badds? nothing\b|\bno difference\b": {"no difference"},
    r"\bundecided\b|\btoo uncertain to call\b": {"undecided"},
    r"\bin part\b": {"holds in part"},
    r"\bopinions?\b": {"opinion"},
    r"\bfragile\b": {"fragile"},
    r"\bstruck out\b": {"struck out"},
}  # fmt: skip
NUMBERS = {
    "half": 0.5, "one": 1, "one and a half": 1.5, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
NUMBER = rf"[+-]?\d+(?:\.\d+)?|\b(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))})\b"
UNIT = r"(?:a )?(?:percentage )?(points?|decades?|times)\b"
FIGURES = re.compile(
    rf"(?<!between )({NUMBER})(?:(?:,| to| and| or) ({NUMBER}))? \*?{UNIT}", re.IGNORECASE
)


SIGNED = re.compile(r"(from |to |\[|, )?(?<![\w^.,])([+\N{MINUS SIGN}-]\d+(?:\.\d+)?)\b")


def texts(page: Path) -> list[str]:
    """The prose of a page, cell by cell, without code and without what is generated."""
    if page.suffix == ".md":
        cells = [page.read_text(encoding="utf-8")]
    else:
        found = json.loads(page.read_text(encoding="utf-8"))["cells"]
        cells = ["".join(c["source"]) for c in found if c["cell_type"] == "markdown"]
    unmade = [re.sub(r"<!-- (\w+) -->.*?<!-- end of \1 -->", "", c, flags=re.DOTALL) for c in cells]
    return [re.sub(r"```.*?```|`[^`\n]*`|\$[^$]*\$", "", c, flags=re.DOTALL) for c in unmade]


def blocks(text: str) -> list[str]:
    """Paragraphs, list items and rows of tables; under a colon with the claims named before it."""
    parts = re.split(r"\n\s*\n|\n(?=[-*|] |\|)", text)
    found, above = [], ""
    for part in (re.sub(r"\s+", " ", part).strip() for part in parts if part.strip()):
        if not re.match(r"[-*] |\|", part):
            above = f" ({', '.join(named(part))})" if part.endswith(":") and named(part) else ""
        found.append(part if named(part) else part + above)
    return found


def named(block: str) -> list[str]:
    return [name for name in dict.fromkeys(re.findall(r"\bC\d+\b", block)) if name in CLAIMS]


def wrong_citations(block: str, entries: dict) -> list[str]:
    """Verdicts after a colon, and what became of the cause, that are not the claim's."""
    wrong = []
    for names, verdict, cause, fragile in CITED.findall(block):
        for name in re.findall(r"C\d+", names):
            stored = entries.get(name, {"verdict": "not run", "fragile": False})
            if (verdict, bool(fragile)) != (stored["verdict"], stored["fragile"]):
                wrong.append(f"{name}: {verdict}{fragile}, but the ledger has {stored['verdict']}"
                             + ", fragile" * stored["fragile"])  # fmt: skip
            elif cause and cause != CAUSES.get(stored["because"]):
                wrong.append(f"{name}: its cause {cause}, but the ledger has {stored['because']!r}")
    return wrong


def wrong_words(block: str, entries: dict) -> list[str]:
    """Verdict words that fit none of the claims of their block."""
    stored = [entries[name] for name in named(block) if name in entries]
    fits = {"fragile"} if any(s["fragile"] for s in stored) else set()
    for s in stored:
        every = (*found(s), *ledger.beside(s))
        fits |= {s["verdict"], s["because"], *(f["verdict"] for f in every)}
    used = [re.search(pattern, block)[0] for pattern, of in WORDS.items()
            if re.search(pattern, block) and not of & fits]  # fmt: skip
    used += RETIRED.findall(block)
    return [f"{word!r} fits none of {', '.join(named(block))}" for word in used]


def found(stored: dict) -> list[dict]:
    """The checks of an identity, or what counts of a claim's findings."""
    return [*stored["checks"], *ledger.scope_of(stored)]


def effects(stored: dict) -> list[float]:
    """The effects of an entry, those of its controls as well."""
    rows = (*found(stored), *ledger.beside(stored))
    return [row["effect"] for row in rows if row["effect"] is not None]


def figures(stored: dict) -> list[float]:
    """Every figure that prose may quote: effects, interval ends, the thresholds."""
    rows = [*found(stored), *ledger.beside(stored)]
    ends = [end for row in rows for end in row.get("interval") or ()]
    return [*effects(stored), *ends, *(part["min_effect"] for part in stored["parts"])]


def wrong_figures(block: str, entries: dict) -> list[str]:
    """Figures in points, decades or times, or with a sign, that no claim of their block has.

    A figure with a sign is an effect with that sign, or behind "from", "to" or a comma an end.
    """
    stored = [entries[name] for name in named(block) if name in entries]
    signed, wrong = [v for s in stored for v in figures(s)], []
    known = [abs(v) for v in signed]
    for *numbers, unit in FIGURES.findall(block):
        values = [10**v for v in known if v < 50] if unit.lower() == "times" else known
        for number in filter(None, numbers):
            if not _known(number.lstrip("+-"), values):
                wrong.append(f"{number} {unit} is no figure of {', '.join(named(block))}")
    plain = [v for s in stored for v in effects(s)]
    for lead, number in SIGNED.findall(block):
        if not _known(number.replace("\N{MINUS SIGN}", "-"), signed if lead else plain):
            wrong.append(f"{number} is no figure of {', '.join(named(block))}")
    return wrong


def _known(number: str, values: list[float]) -> bool:
    if number.lower() in NUMBERS:
        said, step = NUMBERS[number.lower()], 0.5
    else:
        said, step = float(number), 10.0 ** -len(number.partition(".")[2])
    return any(abs(value - said) <= 0.5 * step + 1e-9 for value in values)


CHECKS = [wrong_citations, wrong_words, wrong_figures]


def disagreements(page: Path, check) -> list[str]:
    entries = ledger.load()
    wrong = []
    for text in texts(page):
        for block in blocks(text):
            if named(block):
                wrong += [f"{words}: {block[:200]}" for words in check(block, entries)]
    return wrong


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_words_agree_with_the_ledger(page, check):
    assert not disagreements(page, check)


def uncited(page: Path) -> set[str]:
    """The claims that a page's summary names without their verdict."""
    summary = [text for text in texts(page) if re.search(r"^## Summary", text, re.MULTILINE)]
    missing = set()
    for block in (block for text in summary for block in blocks(text)):
        said = {name for names, *_ in CITED.findall(block) for name in re.findall(r"C\d+", names)}
        missing |= set(named(block)) - said
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_summary_gives_the_verdict_of_every_claim_it_names(page):
    assert not uncited(page)


def stored_words(page: Path) -> list[str]:
    """The Markdown that the cells of a notebook have shown."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return ["".join(data["text/markdown"]) for data in shown if "text/markdown" in data]


def in_parts(page: Path) -> list[tuple[str, list[int]]]:
    """The claims of which a notebook shows some parts, and which."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "code")
    found = re.findall(r'evidence\("(C\d+)", parts=(\[[\d, ]+\])\)', code)
    return [(name, json.loads(parts)) for name, parts in found]


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_the_evidence_that_a_notebook_stores_is_that_of_the_ledger(page):
    entries, table = ledger.load(), in_markdown(rows(lessons()), lessons())
    right = {table, *map(in_a_sentence, entries.values()), *map(details, entries.values())}
    right |= {evidence(name).text for name in CLAIMS if name not in entries}
    right |= {evidence(name, parts=parts).text for name, parts in in_parts(page)}
    words = f"{page.name} shows an older ledger: run python3 start.py refresh {page.stem[:2]}"
    shown = [text for text in stored_words(page) if re.match(MADE, text)]
    plain = [text.removesuffix(f"\n\n{MEANINGS}") for text in shown]
    parts = [part for text in plain for part in re.split(rf"\n\n(?={MADE})", text)]
    assert not [part[:80] for part in parts if part not in right and part not in table], words


def shown_claims(code: str) -> list[list[str]]:
    """The claims of every call of ``evidence`` in a cell."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    calls = [call for call in calls if getattr(call.func, "id", "") == "evidence"]
    return [[name.value for name in call.args] for call in sorted(calls, key=lambda c: c.lineno)]


def not_drawn(page: Path, draws) -> list[str]:
    """Blocks that speak of open markers, where the picture of the evidence has none.

    That of the claims they name, else the next below. ``draws(name, names)`` says whether the
    picture of the claims ``names`` has an open marker of ``name``.
    """
    below, wrong, spoken = [], [], []
    for cell in reversed(json.loads(page.read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            below = [*(shown_claims(source) if "evidence(" in source else []), *below]
            continue
        for block in filter(re.compile(r"\bopen mark").search, blocks(source)):
            spoken.append((block, named(block), below[0] if below else []))
    for block, wanted, nearest in spoken:
        pictures = [(name, names) for names in below for name in wanted if name in names]
        pictures = pictures or [(name, nearest) for name in nearest]
        if not any(draws(*picture) for picture in pictures):
            wrong.append(block[:200])
    return wrong


def draws_open_markers(name: str, names: list[str]) -> bool:
    entries = ledger.load()
    drawn = [entries[each] for each in names if entries[each]["judged"]]
    has_borders = any(made["borders"] for made in entries[name]["judged"])
    return has_borders and not all(counts for *_, counts in picture_rows(drawn))


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_open_markers_that_the_prose_points_at_are_drawn(page):
    assert not not_drawn(page, draws_open_markers)


def test_an_open_marker_that_is_not_drawn_is_found(tmp_path):
    text = "Open marks are outside.\n\nOf C8 (*look* at the open markers).\n\nThe open mark of C2."
    cells = [
        {"cell_type": "markdown", "source": text.replace("Open", "The open")},
        {"cell_type": "code", "source": 'display(evidence("C2"))\nevidence("C8", "C9")'},
    ]
    page = tmp_path / "n.ipynb"
    page.write_text(json.dumps({"cells": cells}))
    assert not_drawn(page, lambda name, names: name == "C2") == [blocks(text)[1]]
    assert len(not_drawn(page, lambda name, names: len(names) > 1)) == 2


# The checks themselves, on a ledger of two claims.

SCOPE = [{"effect": 1.553, "interval": [1.21, 1.94], "verdict": "holds"},
         {"effect": 0.487, "interval": [0.17, 0.79], "verdict": "undecided"}]  # fmt: skip
BORDER = {"effect": -0.125, "interval": [-0.51, 0.2], "verdict": "undecided"}
ENTRIES = {
    "C2": {"verdict": "identity", "because": "", "fragile": False, "parts": [], "judged": [],
           "checks": [{"effect": 1e-15, "verdict": "identity"}]},
    "C8": {"verdict": "holds in part", "because": "struck out", "fragile": True, "checks": [],
           "parts": [{"min_effect": 0.5}],
           "judged": [{"scope": SCOPE, "borders": [BORDER], "controls": []}]},
}  # fmt: skip


@pytest.mark.parametrize(
    "block",
    [
        "It trains (C8: holds in part, its cause struck out, fragile; C2: identity; section 1).",
        "The slope is exact (C2: identity). At depth 2 it is undecided, at depth 16 it holds (C8).",
        "It gains 1.55 decades, from 1.2 to 1.9 decades, at depth 2 half a decade (C8).",
        "About one and a half decades at depth 16, a fragile verdict (C8).",
        "A factor of 36 times the rate, the control 0.13 decades (C8).",
        "In decades +1.55 (from +1.21 to +1.94), the control -0.1 (C8).",
    ],
)
def test_words_that_agree_pass(block):
    assert not [wrong for check in CHECKS for wrong in check(block, ENTRIES)]


@pytest.mark.parametrize(
    "check, block",
    [
        (wrong_citations, "It trains (C8: holds in part)."),
        (wrong_citations, "It trains (C8: holds, fragile)."),
        (wrong_citations, "It trains (C2, C8: identity)."),
        (wrong_citations, "It trains (C8: holds in part, its cause in part, fragile)."),
        (wrong_citations, "It trains (C2: holds)."),
        (wrong_citations, "It trains (C9: holds)."),
        (wrong_words, "The claim C8 is reversed."),
        (wrong_words, "The claim C8 is conditional."),
        (wrong_words, "It is fragile (C2)."),
        (wrong_words, "It does not hold (C8)."),
        (wrong_words, "On the average it adds nothing (C8)."),
        (wrong_figures, "It gains 1.6 decades, or 1.70 decades (C8)."),
        (wrong_figures, "It gains three decades (C8)."),
        (wrong_figures, "Ten times the rate (C8)."),
        (wrong_figures, "It gains 1.55 decades (C2)."),
        (wrong_figures, "It gains +1.7 (C8)."),
        (wrong_figures, "It gains -1.55 (C8)."),
        (wrong_figures, "It gains +1.94 (C8)."),
        (wrong_words, "At depth 2 it fails (C8)."),
    ],
)
def test_words_that_disagree_are_found(check, block):
    assert check(block, ENTRIES)


def test_rows_under_a_colon_belong_to_the_claims_named_before_it():
    text = "In decades (C8):\n\n| a | b |\n|---|---|\n| x | +1.7 |\n\nNew.\n\n- +9.9"
    found = [wrong_figures(block, ENTRIES) for block in blocks(text) if named(block)]
    assert [len(wrong) for wrong in found] == [0, 0, 0, 1]
    assert not named(blocks(text)[-1])


def test_only_prose_is_read(tmp_path):
    page = tmp_path / "README.md"
    made = "<!-- a -->C8 holds<!-- end of a -->"
    page.write_text(f"C8 `holds`.\n```\nC8 holds\n```\n{made}\n- C9 x\n- y")
    (text,) = texts(page)
    assert [named(block) for block in blocks(text)] == [["C8"], ["C9"], []]
    assert "holds" not in text


def test_a_summary_without_verdicts_is_found(tmp_path):
    cells = [{"cell_type": "markdown", "source": "## Summary\n\n- One (C2).\n- Two (C8: holds)."}]
    page = tmp_path / "n.ipynb"
    page.write_text(json.dumps({"cells": cells}))
    assert uncited(page) == {"C2"}
