"""The ledger as a table: every claim, every regime, readable with and without a kernel."""

import json
import re
from html import unescape

import pytest

from lecture_helpers.claims import CLAIMS, ledger
from lecture_helpers.report import LedgerTable
from lecture_helpers.report import ledger_table as table
from lecture_helpers.report.ledger_rows import (
    CELLS,
    Row,
    characters,
    in_markdown,
    in_numbers,
    place,
    rows,
)
from lecture_helpers.report.lessons import lessons


@pytest.fixture(scope="module")
def every():
    return lessons()


@pytest.fixture(scope="module")
def all_rows(every):
    return rows(every)


def entry(**changed):
    deep = {"name": "deep", "effect": 1.5, "interval": [1.0, 2.0], "verdict": "holds"}
    shallow = {"name": "shallow", "effect": -0.004, "interval": [-0.1, 0.1],
               "verdict": "no difference"}  # fmt: skip
    scope = [deep | {"failures": None}, shallow | {"failures": None}]
    return {"kind": "empirical", "verdict": "holds in part", "fragile": False, "prose": "Holds.",
            "because": "", "parts": [{"min_effect": 0.5}], "judged": [{"scope": scope}]
            } | changed  # fmt: skip


def test_there_is_a_row_for_every_claim_run_or_not(every):
    made = rows(every, {"C8": entry()})
    assert [row.claim.id for row in made] == list(CLAIMS)
    assert {row.claim.id for row in made if row.verdict != "not run yet"} == {"C8"}


def test_every_row_says_what_the_ledger_says(all_rows):
    entries = ledger.load()
    for row in all_rows:
        stored = entries.get(row.claim.id)
        assert row.verdict == (stored["verdict"] if stored else "not run yet")
        if stored and stored["kind"] != "identity":
            assert [line.verdict for line in row.lines] == [
                finding["verdict"] for finding in ledger.scope_of(stored)
            ]
            assert row.fragile == stored["fragile"]


def test_a_line_has_effect_interval_regime_and_verdict(every):
    row = next(row for row in rows(every, {"C8": entry()}) if row.claim.id == "C8")
    assert [(line.figures, line.words, line.verdict) for line in row.lines] == [
        ("+1.50 [+1.00, +2.00]", "deep", "holds"),
        ("0.00 [-0.10, +0.10]", "shallow", "no difference"),
    ]  # fmt: skip
    assert row.lines[0].bar == (2.0, 3.0, 4.0)  # in smallest interesting effects


def test_figures_show_two_digits_of_the_smallest_interesting_effect(every):
    tiny = {"name": "a", "effect": 0.01457, "interval": [0.01349, 0.01566],
            "verdict": "no difference", "failures": None}  # fmt: skip
    stored = entry(judged=[{"scope": [tiny]}], parts=[{"min_effect": 0.02}])
    row = next(row for row in rows(every, {"C25": stored}) if row.claim.id == "C25")
    assert row.lines[0].figures == "+0.015 [+0.013, +0.016]"


def test_failures_are_said_and_give_the_bar_where_they_decide(every):
    rates = {"treated": 1, "control": 20, "of": 20, "effect": 0.95, "interval": [0.5, 1.0]}
    found = {"name": "a", "effect": None, "interval": None, "verdict": "holds"}
    stored = entry(judged=[{"scope": [found | {"failures": rates | {"verdict": "holds"}}]}])
    row = next(row for row in rows(every, {"C31": stored}) if row.claim.id == "C31")
    assert row.lines[0].figures == "1 against 20 of 20 fail"
    assert row.lines[0].bar == pytest.approx((2.5, 4.75, 5.0))


def test_what_became_of_the_cause_stands_beside_the_verdict(every):
    made = rows(every, {"C8": entry(because="struck out", fragile=True)})
    assert made[7].shown == "holds in part, its cause struck out, fragile"
    assert rows(every, {"C8": entry(because="stands")})[7].shown == "holds in part"


def test_an_identity_says_how_many_checks_and_how_close_the_worst_came(every):
    checks = [{"effect": 1e-14, "tolerance": 1e-12}, {"effect": 0.0, "tolerance": 1e-12}]
    stored = entry(kind="identity", verdict="identity", checks=checks, prose="")
    row = next(row for row in rows(every, {"C2": stored}) if row.claim.id == "C2")
    assert row.lines[0].words == "2 checks; the largest deviation is 1 % of its tolerance"


def test_the_scale_keeps_order_and_sign_and_ends_at_1():
    values = [-1000.0, -3.0, -1.0, 0.0, 0.5, 1.0, 3.0, 19.0, 1000.0]
    places = [place(value) for value in values]
    assert places == sorted(places) and places[0] == -1.0 and places[-1] == 1.0
    assert place(0.0) == 0.0 and place(-2.0) == -place(2.0)


@pytest.mark.parametrize("bar", [(-90.0, -50.0, -30.0), (0.0, 0.0, 0.0), (-3.0, 0.2, 99.0)])
def test_a_bar_of_characters_is_25_wide_and_has_one_dot_within_its_interval(bar):
    drawn = characters(bar)
    assert len(drawn) == 2 * CELLS + 1 and drawn.count("●") == 1
    assert re.fullmatch(r"[·╎│]*━*●━*[·╎│]*", drawn)


def test_the_markdown_has_a_row_per_claim_of_four_cells_and_links_that_lead_somewhere(
    all_rows, every
):
    text = in_markdown(all_rows, every)
    lines = [line for line in text.splitlines() if line.startswith("| **C")]
    assert [re.match(r"\| \*\*(C\d+)", line)[1] for line in lines] == list(CLAIMS)
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in lines)
    assert not re.search(r"\]\([^)]*\s", text)
    written = {lesson.name for lesson in every if lesson.question}
    assert {name for name in re.findall(r"\]\((\w+)\.ipynb", text)} == written


def test_the_sentence_of_numbers_counts_every_claim(all_rows):
    said = in_numbers(all_rows)
    every, identities, opinions, others, *each = map(int, re.findall(r"\b(\d+)\b", said)[:-2])
    assert every == identities + opinions + others == len(CLAIMS)
    assert sum(each) == others
    assert said.count(" hold") == sum(v.startswith("holds") for v in {r.verdict for r in all_rows})


def test_filters_leave_the_rows_that_pass_both():
    shown = LedgerTable()
    assert len(shown.chosen) == len(CLAIMS)
    shown.lesson.value = "01_batch_normalization"
    shown.verdict.value = "identity"
    assert [row.claim.id for row in shown.chosen] == ["C2", "C3", "C12", "C14", "C17", "C18", "C19"]
    assert f">7 of {len(CLAIMS)} claims<" in shown.count.value
    assert shown.table.value.count('scope="row"') == 7
    assert shown.table.value.count("<details open>") == 1
    shown.lesson.value, shown.verdict.value = "", "fragile"
    assert shown.chosen == [row for row in shown.rows if row.fragile]


def test_without_a_kernel_the_same_table_stands_there_as_markdown():
    bundle = LedgerTable()._repr_mimebundle_()
    assert bundle["text/plain"] == f"<the ledger: {len(CLAIMS)} claims; filters lesson, verdict>"
    assert bundle["text/markdown"].count("| **C") == len(CLAIMS)
    assert "0x" not in bundle["text/markdown"]


def test_seconds_and_dates_of_a_run_do_not_show():
    entries = ledger.load()
    before = in_markdown(rows(lessons(), entries), lessons())
    for stored in entries.values():
        stored["provenance"] = {}
    assert in_markdown(rows(lessons(), entries), lessons()) == before


def test_the_drawing_is_hidden_from_screen_readers_and_its_figures_stand_beside_it(all_rows, every):
    for row in all_rows:
        html = table.in_html([row], every)
        assert html.count("<svg") == html.count('aria-hidden="true"')
        assert html.count("<svg") == sum(line.bar is not None for line in row.lines)
        assert 'scope="row"' in html and html.count('scope="col"') == 4


def test_words_of_a_claim_cannot_break_the_page(every):
    hostile = Row(CLAIMS["C8"], "<b>holds", heading="a <i> b", link="x.ipynb#a")
    assert "<i>" not in table.in_html([hostile], every)


def test_in_jupyterlab_a_link_opens_the_cell_and_elsewhere_the_lesson(monkeypatch, tmp_path):
    row = Row(CLAIMS["C8"], "holds", "code-7", "A heading", "01_x.ipynb#A-heading")
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    assert table._link(row) == '<a href="01_x.ipynb#A-heading" target="_blank">A heading</a>'
    monkeypatch.setenv("JPY_PARENT_PID", "7")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    for root, folder in [(tmp_path, "notebooks/"), (tmp_path / "notebooks", "")]:
        (tmp_path / "jpserver-7.json").write_text(json.dumps({"root_dir": str(root)}))
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "notebooks" / "00.ipynb"))
        link = unescape(table._link(row))
        assert f'{{"path": "{folder}01_x.ipynb", "id": "#cell-id=code-7"}}' in link
    monkeypatch.setenv("JPY_SESSION_NAME", "elsewhere/00.ipynb")
    assert "commandlinker" not in table._link(row)
