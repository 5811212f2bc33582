import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.plots import ROLES, draw_network, draw_storeys
from lecture_helpers.plots.style import GREY

LAYERS = {"inputs": "given", "hidden 1": "frozen", "hidden 2": "trained", "output": "trained"}


@pytest.fixture
def ax():
    return Figure().subplots()


def test_only_the_weights_that_lead_to_trained_layers_are_solid_and_coloured(ax):
    draw_network(ax, LAYERS, units=3)
    weights = [line for line in ax.lines if line.get_marker() in ("", "None")]
    assert [line.get_linestyle() for line in weights] == [":", "-", "-"]
    blue = ROLES["with"].colour
    assert [line.get_color() for line in weights] == [GREY, blue, blue]
    assert [np.nanmax(line.get_ydata()) for line in weights] == [1, 2, 3]
    assert all(np.isfinite(line.get_xdata()).sum() == 2 * 3 * 3 for line in weights)


def test_every_layer_has_its_units_and_its_words(ax):
    draw_network(ax, LAYERS, units=3)
    units = [line for line in ax.lines if line.get_marker() in ("o", "s")]
    assert [len(line.get_xdata()) for line in units] == [3] * 4
    words = [text.get_text() for text in ax.texts]
    assert words == ["inputs", "hidden 1\nfrozen", "hidden 2\ntrained", "output\ntrained"]


def test_a_state_that_is_not_known_is_refused(ax):
    with pytest.raises(KeyError):
        draw_network(ax, {"inputs": "thawed"})


def test_a_storey_for_every_layer_hatched_where_it_is_frozen(ax):
    states = {"hidden 1": "frozen", "hidden 2": "trained", "hidden 3": "absent"}
    draw_storeys(ax, states, xlim=(1e-9, 1))
    frozen, trained, absent = ax.patches
    assert [box.get_hatch() or "" for box in (frozen, trained, absent)] == ["////", "", ""]
    assert trained.get_edgecolor() != frozen.get_edgecolor() == absent.get_edgecolor()
    assert [box.get_linestyle() for box in (trained, absent)] == ["-", ":"]
    assert [box.get_y() + box.get_height() / 2 for box in ax.patches] == pytest.approx([1, 2, 3])
    assert all(box.get_x() == 1e-9 and box.get_width() == pytest.approx(1) for box in ax.patches)
    words = [text.get_text().split() for text in ax.texts]
    assert words == [["hidden", "1", "frozen"], ["hidden", "2", "trained"], ["hidden", "3"]]
