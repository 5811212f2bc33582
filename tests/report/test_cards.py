"""Evidence in a notebook: words and pictures that say what the ledger says."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.claims import CLAIMS, Record, ledger
from lecture_helpers.claims.claim import Claim
from lecture_helpers.report import cards as shown
from lecture_helpers.report import evidence, stored_runs

SEEDS = tuple(range(8))
GAIN = Claim(
    "C8", "empirical", "Higher is possible.", "Lower is enough.",
    "01_batch_normalization", "Batch Normalization", min_effect=0.5, unit="decades", experiment=len,
    comparisons={"shallow": ("with 2", "none 2"), "deep": ("with 9", "none 9")},
    controls={"layer norm, deep": ("layer 9", "none 9")},
)  # fmt: skip
ARMS = {
    "with 2": [0.1, 0.0, -0.1, 0.1, 0.0, 0.0, 0.1, -0.1], "none 2": [0.0] * 8,
    "with 9": [1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0], "none 9": [0.0] * 8,
    "layer 9": [0.5, 0.6, 0.4, 0.5, 0.5, 0.4, 0.6, 0.5],
}  # fmt: skip
LAW = Claim(
    "C2", "identity", "It is so.", "It is not.", "01_batch_normalization", "s", experiment=len
)
CHECKS = Record(
    (0, 1), {"sum": [0.0, 3e-14], "order": [1e-16, 2e-9]}, {"sum": 1e-12, "order": 1e-8}
)  # fmt: skip


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A ledger of one comparison and one identity, C8 and C2."""
    entries = ledger.judged({
        "C8": ledger.entry(GAIN, Record(SEEDS, ARMS), {}, {}),
        "C2": ledger.entry(LAW, CHECKS, {}, {}),
    })  # fmt: skip
    path = tmp_path / "ledger.json"
    ledger.save(entries, path)
    monkeypatch.setattr(shown.ledger.load, "__defaults__", (path,))
    return entries


def axes():
    return Figure().add_subplot()


def lines(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_the_forest_has_a_dot_per_seed_an_interval_and_a_mean_per_regime(stored):
    ax = axes()
    shown.draw_forest(ax, stored["C8"])
    dots = lines(ax, "o")
    assert [len(line.get_xdata()) for line in dots] == [8, 8]
    assert dots[1].get_xdata() == pytest.approx(ARMS["with 9"])
    assert [line.get_xdata()[0] for line in lines(ax, "D")][:2] == pytest.approx([0.0125, 1.0375])
    bars = [line.get_xdata().tolist() for line in ax.lines if line.get_linewidth() == 3]
    assert bars[:2] == [finding["interval"] for finding in stored["C8"]["findings"]]
    assert len(lines(ax, "^")) == 1  # the control, told apart by its marker


def test_everything_that_is_drawn_lies_within_the_axes_and_so_does_the_band(stored):
    for draw, name in [(shown.draw_forest, "C8"), (shown.draw_deviations, "C2")]:
        ax = axes()
        draw(ax, stored[name])
        low, high = ax.get_xlim()
        values = np.concatenate([np.ravel(line.get_xdata()) for line in ax.lines])
        assert low <= values.min() and values.max() <= high
    ax = axes()
    shown.draw_forest(ax, stored["C8"])
    low, high = ax.get_xlim()
    assert low < -0.5 < 0.5 < high


def test_the_band_that_is_too_small_to_matter_is_the_declared_one(stored):
    ax = axes()
    shown.draw_forest(ax, stored["C8"])
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-0.5, 0.5))


def test_an_identity_is_drawn_as_deviations_against_their_tolerances(stored):
    ax = axes()
    shown.draw_deviations(ax, stored["C2"])
    assert ax.get_xscale() == "log"
    assert [line.get_xdata()[0] for line in ax.lines[1::2]] == [1e-12, 1e-8]
    assert ax.lines[0].get_xdata() == pytest.approx([shown.EXACT, 3e-14])


def test_the_text_names_sentence_slide_verdicts_figures_and_what_would_change_it(stored):
    text = shown.card_text(stored["C8"])
    for words in [
        "**C8** · slide “Batch Normalization”", "Higher is possible.", "**Verdict: conditional**",
        "Effect over 8 seeds, in decades (interesting from 0.5):",
        "- shallow: +0.01, 95 % interval -0.06 to +0.08: **null**",
        "**holds**", "Beside it, without a say in the verdict:\n\n- layer norm, deep: +0.50",
        "*What would change it:* Lower is enough.",
    ]:  # fmt: skip
        assert words in text
    assert "fragile" not in text


def test_a_control_is_given_figures_and_no_verdict(stored):
    control = next(r for r in shown.card_text(stored["C8"]).splitlines() if "layer norm" in r)
    assert "**" not in control


def test_an_effect_too_small_for_two_decimals_gets_two_digits_of_its_own(stored):
    first, *rest = stored["C8"]["findings"]
    tiny = first | {"effect": -0.00246, "interval": [-0.00402, -0.0009]}
    text = shown.card_text(stored["C8"] | {"findings": [tiny, *rest]})
    assert "shallow: -0.0025, 95 % interval -0.0040 to -0.0009" in text
    none = shown.card_text(stored["C8"] | {"findings": [first | {"effect": 0.0}, *rest]})
    assert "shallow: +0.00, 95 % interval" in none


def test_a_fragile_verdict_says_so(stored):
    assert "It is fragile" in shown.card_text(stored["C8"] | {"fragile": True})


def test_deviations_are_told_by_their_order_of_magnitude_rounded_up(stored):
    text = shown.card_text(stored["C2"])
    assert "Largest deviations over 2 seeds:" in text
    assert "- sum: below 1e-13 (tolerance 1e-12): **identity**" in text
    assert "- order: below 1e-08 (tolerance 1e-08)" in text


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


def test_a_cell_shows_text_and_picture_of_every_claim(stored):
    outputs = displayed("C2", "C8", "C5")
    kinds = [sorted(data) for data, _ in outputs]
    words, picture = ["text/markdown", "text/plain"], ["image/png", "text/plain"]
    assert kinds == [words, picture, words, picture, words]
    assert outputs[4][0]["text/markdown"] == (
        "**C5** has not been run yet: `python3 start.py evidence C5`."
    )


def test_the_pictures_alt_text_holds_the_figures_and_the_verdict(stored):
    _, metadata = displayed("C8")[1]
    alt = metadata["image/png"]["alt"]
    assert alt.startswith("C8. Effect over 8 seeds, in decades (interesting from 0.5): shallow: ")
    assert "deep: +1.04, 95 % interval +0.90 to +1.17: holds" in alt
    assert "beside it, layer norm, deep: +0.50, 95 % interval +0.44 to +0.56." in alt
    assert "*" not in alt


def test_the_texts_of_a_cell_are_the_same_on_every_run(stored):
    def texts():
        return [{k: v for k, v in d.items() if k != "image/png"} for d, _ in displayed("C2", "C8")]

    assert texts() == texts()
    assert "0x" not in json.dumps(texts())


def test_the_picture_is_opaque_white_so_that_it_can_be_read_on_a_dark_page(stored):
    picture = evidence("C8").cards[0].picture
    assert picture.figure.get_facecolor() == (1, 1, 1, 1)
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("names", [(), ("C0",), ("c8",), (8,)])
def test_names_that_are_no_claim_are_refused_in_words(names):
    with pytest.raises(ValueError, match="claim"):
        evidence(*names)


def test_every_entry_of_the_real_ledger_can_be_shown():
    for card in evidence(*CLAIMS).cards:
        assert card.claim.id in card.text
        run = card.claim.id in ledger.load()
        assert (card.picture is not None) == run


def test_evidence_of_a_lesson_without_networks_imports_no_torch():
    import subprocess
    import sys

    code = (
        "import sys; from lecture_helpers.report.cards import evidence; evidence('C2', 'C21');"
        "print([n for n in ('torch', 'scipy', 'matplotlib.pyplot') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_labels_do_not_overlap_where_many_rows_have_long_names(stored):
    row = stored["C8"]["findings"][0]
    names = [f"regime {k} with a name that goes on for longer than one line" for k in range(14)]
    entry = stored["C8"] | {
        "findings": [row | {"name": name} for name in names],
        "comparisons": {name: ["with 2", "none 2"] for name in names}, "control_findings": [],
    }  # fmt: skip
    figure = shown._card(GAIN, entry).picture.figure
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert all(above.y0 >= below.y1 for above, below in zip(boxes, boxes[1:], strict=False))


def test_nothing_of_a_picture_is_cut_off_however_long_its_words(stored):
    long = "a regime with a name that goes on for longer than any other regime of the lecture"
    first, *rest = stored["C8"]["findings"]
    entry = stored["C8"] | {
        "findings": [first | {"name": long}, *rest],
        "comparisons": stored["C8"]["comparisons"] | {long: ["with 2", "none 2"]},
        "unit": "percentage points of test accuracy, with the statistics recomputed minus without",
    }
    for card in (shown._card(GAIN, entry), shown._card(LAW, stored["C2"])):
        figure = card.picture.figure
        box = figure.get_tightbbox(figure.canvas.get_renderer())
        width, height = figure.get_size_inches()
        assert -0.05 < box.x0 and box.x1 < width + 0.05
        assert -0.05 < box.y0 and box.y1 < height + 0.05


def test_stored_runs_and_slices_are_found_by_name():
    assert "arm" in stored_runs("model_design_ladder").axes
    assert stored_runs("model_design_slices").at(depth=8, model="plain", seed=0).shape == (51, 51)
    with pytest.raises(ValueError, match="name must be one of the stored runs .*not 'ladder'"):
        stored_runs("ladder")
