"""Evidence in a notebook: a sentence a claim, one picture, the figures, as the ledger has them."""

import json
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.claims import CLAIMS, Record, ledger
from lecture_helpers.claims.claim import Change, Claim, Control, Part
from lecture_helpers.report import cards as shown
from lecture_helpers.report import evidence, stored_runs

SEEDS = tuple(range(8))
HIGHER = Part(
    "higher is possible", "decades gained", 0.5,
    {"shallow": ("with 2", "none 2"), "deep": ("with 9", "none 9")},
    borders={"one layer": ("with 1", "none 2")},
    controls=(Control("rival", "layer norm", {"deep": ("layer 9", "none 9")}),),
)  # fmt: skip
TRAINS = Part("it trains at all", "share of ten", 0.5, {"deep": ("lives", "dies")})
GAIN = Claim(
    "C8", "empirical", "Higher is possible.", "Lower is enough.", "01_batch_normalization",
    "Batch Normalization", parts=(HIGHER, TRAINS), experiment=len,
    history=(Change("2026-11-01", "holds", "It compared with itself."),),
)  # fmt: skip
NAN = float("nan")
ARMS = {
    "with 1": [0.0, 0.1, 0.2, 0.1, 0.0, 0.0, 0.1, 0.1],
    "with 2": [0.1, 0.0, -0.1, 0.1, 0.0, 0.0, 0.1, -0.1], "none 2": [0.0] * 8,
    "with 9": [1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0], "none 9": [0.0] * 8,
    "layer 9": [0.5, 0.6, 0.4, 0.5, 0.5, 0.4, 0.6, 0.5],
    "lives": [1.0] * 8, "dies": [NAN] * 8,
}  # fmt: skip
LAW = Claim(
    "C2", "identity", "It is so.", "It is not.", "01_batch_normalization", "s", experiment=len
)
CHECKS = Record(
    (0, 1), {"sum": [0.0, 3e-14], "order": [1e-16, 2e-9]}, {"sum": 1e-12, "order": 1e-8}
)  # fmt: skip


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A ledger of one claim of two parts and one identity, C8 and C2."""
    entries = ledger.judged({
        "C8": ledger.entry(GAIN, Record(SEEDS, ARMS), {}, {}),
        "C2": ledger.entry(LAW, CHECKS, {}, {}),
    })  # fmt: skip
    path = tmp_path / "ledger.json"
    ledger.save(entries, path)
    monkeypatch.setattr(shown.ledger.load, "__defaults__", (path,))
    return ledger.load(path)


def forest(*entries):
    ax = Figure(figsize=(9.6, 5)).add_subplot()
    shown.draw_forest(ax, entries)
    return ax


def test_the_forest_has_an_interval_an_effect_and_a_verdict_per_regime(stored):
    ax = forest(stored["C8"])
    bars = [line.get_xdata().tolist() for line in ax.lines if line.get_linewidth() == 3]
    first, second = ledger.scope_of(stored["C8"])[:2]
    assert bars[:2] == [pytest.approx([v / 0.5 for v in f["interval"]]) for f in (first, second)]
    effects = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"]
    assert effects[:2] == pytest.approx([0.0125 / 0.5, 1.0375 / 0.5], rel=1e-3)
    assert [text.get_text() for text in ax.texts] == [
        "no difference", "holds", "no difference", "holds",
    ]  # fmt: skip


def test_a_border_is_drawn_open_and_a_failure_rate_as_a_square(stored):
    lines = forest(stored["C8"]).lines
    faces = [line.get_markerfacecolor() for line in lines if line.get_marker() == "D"]
    assert faces[2] == "white" and faces[0] == faces[1] != "white"
    (square,) = [line for line in lines if line.get_marker() == "s"]
    assert square.get_xdata()[0] == pytest.approx(1 / 0.2)


def test_everything_that_is_drawn_lies_within_the_axes_and_so_does_the_band(stored):
    ax = forest(stored["C8"])
    low, high = ax.get_xlim()
    assert low < -1 < 1 < high
    (band,) = [patch.get_extents() for patch in ax.patches]
    band = band.transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-1, 1))
    for line in ax.lines:
        assert all(low <= x <= high for x in line.get_xdata())
        top, bottom = max(ax.get_ylim()), min(ax.get_ylim())
        assert line.get_linewidth() == 1 or all(bottom <= y <= top for y in line.get_ydata())


def test_one_effect_that_dwarfs_the_rest_leaves_the_others_apart(stored):
    huge = json.loads(json.dumps(stored["C8"]))
    finding = huge["judged"][0]["scope"][0]
    finding |= {"effect": 90.0, "interval": [80.0, 100.0]}
    ax = forest(huge)
    at = [ax.transData.transform((v / 0.5, 0))[0] for v in (0.0, 1.04, 90.0)]
    assert at[1] - at[0] > 0.15 * (at[2] - at[0])


def test_a_claim_gets_one_sentence_with_its_verdict_and_where_it_holds(stored):
    assert shown.in_a_sentence(stored["C8"]) == (
        "**C8** Higher is possible. **Holds in part, fragile**: *higher is possible*: Holds in 1 "
        "of 2 (deep). No difference in 1 of 2 (shallow). "
        "*it trains at all*: Holds."
    )
    said = shown.in_a_sentence(stored["C2"])
    assert said.startswith("**C2** It is so. **Identity**: 2 checks; the largest deviation is")


def test_the_folded_part_has_measures_figures_widths_controls_and_history(stored):
    text = shown.details(stored["C8"])
    for words in [
        "<details><summary>C8: figures", "</details>", "Slide “Batch Normalization”. 8 seeds",
        f"declared as `{GAIN.declaration}`", "Measured: decades gained; it matters from 0.5 on.",
        "| shallow | +0.01 [-0.06, +0.08] | 0.14 | **no difference** |",
        "| outside the scope: one layer | +0.07", "| *against a rival: layer norm* | | | |",
        "| deep | +0.50", "| deep | 0 against 8 of 8 fail |  | **holds** |",
        "*What would change it:* Lower is enough.",
        "*Until 2026-11-01:* holds. It compared with itself.",
    ]:  # fmt: skip
        assert words in text, words
    assert "Fragile" in text
    assert "Fragile" not in shown.details(stored["C8"] | {"fragile": False})


def test_a_bar_in_words_does_not_break_a_table(stored):
    entry = json.loads(json.dumps(stored["C8"]))
    entry["judged"][0]["scope"][0]["name"] = "lr |w|"
    entry["parts"][0]["controls"][0]["words"] = "by |w0| / |w|"
    rows = [r for r in shown.details(entry).splitlines() if r.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_deviations_are_told_by_their_order_of_magnitude_rounded_up(stored):
    text = shown.details(stored["C2"])
    assert "- sum: below 1e-13 (tolerance 1e-12): identity" in text
    assert "- order: below 1e-08 (tolerance 1e-08): identity" in text


def displayed(*names):
    """The outputs of a notebook cell that ends in evidence(...), as (data, metadata)."""
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.interactiveshell import InteractiveShell

    shell, made = InteractiveShell.instance(), []
    formatter, publisher = DisplayFormatter(), shell.display_pub.publish
    shell.display_pub.publish = lambda data, metadata=None, **_: made.append((data, metadata))
    try:
        formatter.ipython_display_formatter(evidence(*names))
    finally:
        shell.display_pub.publish = publisher
        InteractiveShell.clear_instance()
    return made


def test_a_cell_shows_sentences_one_picture_and_the_figures_folded(stored):
    outputs = displayed("C2", "C8", "C5")
    kinds = [sorted(data) for data, _ in outputs]
    words, picture = ["text/markdown", "text/plain"], ["image/png", "text/plain"]
    assert kinds == [words, picture, words]
    first = outputs[0][0]["text/markdown"].split("\n\n")
    assert [sentence[:6] for sentence in first] == ["**C2**", "**C8**", "**C5**"]
    assert first[2] == "**C5** has not been run yet: `python3 start.py evidence C5`."
    assert outputs[2][0]["text/markdown"].count("<details>") == 3


def test_an_identity_alone_needs_no_picture(stored):
    assert [sorted(data)[0] for data, _ in displayed("C2")] == ["text/markdown"] * 2


def test_the_pictures_alt_text_holds_the_figures_and_the_verdicts(stored):
    _, metadata = displayed("C8")[1]
    alt = metadata["image/png"]["alt"]
    assert alt.startswith(
        "C8. decades gained: shallow: +0.01 [-0.06, +0.08], no difference; deep: "
    )
    assert "share of ten: deep: 0 against 8 of 8 fail, holds." in alt
    assert "*" not in alt


def test_the_texts_of_a_cell_are_the_same_on_every_run(stored):
    def texts():
        return [{k: v for k, v in d.items() if k != "image/png"} for d, _ in displayed("C2", "C8")]

    assert texts() == texts()
    assert "0x" not in json.dumps(texts())


def test_the_picture_is_opaque_white_so_that_it_can_be_read_on_a_dark_page(stored):
    picture = evidence("C8").picture
    assert picture.figure.get_facecolor() == (1, 1, 1, 1)
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("names", [(), ("C0",), ("c8",), (8,)])
def test_names_that_are_no_claim_are_refused_in_words(names):
    with pytest.raises(ValueError, match="claim"):
        evidence(*names)


def test_some_parts_of_a_claim_are_shown_and_all_are_folded(stored):
    second, both = evidence("C8", parts=[2]), evidence("C8", parts=[2, 1])
    assert second.text == (
        "**C8** Higher is possible. **Holds in part, fragile**: Holds. Parts shown: 2 of 2; "
        "all are folded below."
    )
    assert "*it trains at all*: Holds. *higher is possible*: Holds in 1 of 2" in both.text
    assert second.folded == evidence("C8").folded
    labels = [text.get_text() for text in second.picture.figure.axes[0].get_yticklabels()]
    assert labels == ["C8: it trains at all", "deep"]
    assert evidence("C5", parts=[1]).text == evidence("C5").text


@pytest.mark.parametrize("place", [0, 3, "1"])
def test_a_part_that_is_none_is_refused_in_words(stored, place):
    with pytest.raises(ValueError, match="parts of C8 are 1 to 2, in a list, not"):
        evidence("C8", parts=[place])
    with pytest.raises(ValueError, match="parts are those of one claim"):
        evidence("C8", "C2", parts=[1])


@pytest.fixture(scope="module")
def real_cards():
    """Every entry of the real ledger, and how it is shown."""
    return {name: (stored, evidence(name)) for name, stored in ledger.load().items()}


def test_every_entry_of_the_real_ledger_can_be_shown(real_cards):
    for name, (stored, made) in real_cards.items():
        assert made.text.startswith(f"**{name}** {CLAIMS[name].sentence}")
        assert (made.picture is not None) == (stored["kind"] != "identity")


def test_evidence_of_a_lesson_without_networks_imports_no_torch():
    import subprocess
    import sys

    code = (
        "import sys; from lecture_helpers.report.cards import evidence; evidence('C2', 'C21');"
        "print([n for n in ('torch', 'scipy', 'matplotlib.pyplot') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


LONG = "a regime with a name that goes on for longer than any other regime of the lecture, no. {}"


def renamed(entry, count):
    """The entry with so many regimes of long names."""
    entry = json.loads(json.dumps(entry))
    pair, finding = entry["parts"][0]["scope"]["deep"], entry["judged"][0]["scope"][1]
    names = [LONG.format(k) for k in range(count)]
    entry["parts"][0]["scope"] = dict.fromkeys(names, pair)
    entry["judged"][0]["scope"] = [finding | {"name": name} for name in names]
    return entry


@pytest.mark.parametrize("count", [1, 14])
def test_labels_do_not_overlap_and_nothing_is_cut_off_however_long_the_names(stored, count):
    figure = shown.picture([renamed(stored["C8"], count)]).figure
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert all(above.y0 >= below.y1 - 1 for above, below in zip(boxes, boxes[1:], strict=False))
    box = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    assert -0.05 < box.x0 and box.x1 < width + 0.05
    assert -0.05 < box.y0 and box.y1 < height + 0.05


def test_where_there_are_many_rows_the_borders_are_left_to_the_figures(stored):
    few, many = (renamed(stored["C8"], count) for count in (2, shown.MANY_ROWS))
    borders = len(few["judged"][0]["borders"])
    assert borders
    parts = len(few["parts"])
    assert len(shown._rows([few])) - len(few["judged"][0]["scope"]) >= parts + borders
    assert all(counts for *_, counts in shown._rows([many]))


def test_the_real_pictures_cut_nothing_off_and_no_label_overlaps(real_cards):
    for name, (stored, made) in real_cards.items():
        if stored["kind"] != "identity":
            figure = made.picture.figure
            figure.canvas.draw()
            boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
            tops = np.array([(box.y0, box.y1) for box in boxes])
            assert (tops[:-1, 0] >= tops[1:, 1] - 1).all(), name
            box = figure.get_tightbbox(figure.canvas.get_renderer())
            width, height = figure.get_size_inches()
            assert -0.05 < box.x0 and box.x1 < width + 0.05, name


def test_stored_runs_and_slices_are_found_by_name():
    assert "arm" in stored_runs("model_design_ladder").axes
    assert stored_runs("model_design_slices").at(depth=8, model="plain", seed=0).shape == (51, 51)
    with pytest.raises(
        ValueError,
        match="name must be one of the .* stored runs, such as model_design_ladder.*not 'ladder'",
    ):
        stored_runs("ladder")
