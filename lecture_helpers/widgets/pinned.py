"""Pinned shapes: those of a picture, kept in grey behind the next ones for comparison."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from lecture_helpers.widgets.appearance import PINNED
from lecture_helpers.widgets.rendering.axes_recorder import Call

_MARK = {"gid": "pinned", "zorder": 1.9, "color": PINNED}


def pinned_calls(ax: Axes) -> list[Call]:
    """Calls that draw the lines, outlines and points of ``ax`` again, in grey."""
    kept: list[Any] = [a for a in ax.get_children() if a.get_gid() != "pinned" and a.get_visible()]
    calls = []
    for artist in kept:
        if artist in list(ax.lines) and artist.get_transform() == ax.transData:
            calls.append(_line(artist))
        elif artist in list(ax.patches) and artist.get_data_transform() == ax.transData:
            calls.append(_outline(artist))
        elif isinstance(artist, PathCollection) and np.size(artist.get_offsets()):
            calls.append(_points(artist))
    return calls


def _line(line) -> Call:
    style = dict(
        ls=line.get_linestyle(),
        lw=line.get_linewidth(),
        marker=line.get_marker(),
        ms=line.get_markersize(),
        drawstyle=line.get_drawstyle(),
    )
    x, y = (np.asarray(data, float) for data in line.get_data(orig=False))
    return Call("plot", (x, y), {**style, **_MARK})


def _outline(patch) -> Call:
    corners = patch.get_patch_transform().transform_path(patch.get_path())
    corners.should_simplify = False  # it would do so to a ninth of a unit of the data
    gap = np.full((1, 2), np.nan)
    polygons = corners.to_polygons(closed_only=False)
    x, y = np.concatenate([part for polygon in polygons for part in (polygon, gap)]).T
    return Call("plot", (x, y), {"lw": 1.2, "ls": "-", "marker": "", **_MARK})


def _points(collection) -> Call:
    x, y = np.asarray(collection.get_offsets(), float).T
    size = float(np.sqrt(np.mean(collection.get_sizes())))
    return Call("plot", (x, y), {"ls": "", "marker": "o", "ms": size, "mew": 0, **_MARK})
