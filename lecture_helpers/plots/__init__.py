"""Drawings: each ``draw_*`` adds one thing to the axes it is given and decides nothing."""

from lecture_helpers.plots.bars import draw_histogram, draw_orders
from lecture_helpers.plots.coefficients import draw_coefficients
from lecture_helpers.plots.cube import draw_cube, oblique
from lecture_helpers.plots.diagrams import draw_gains, draw_network
from lecture_helpers.plots.falls import draw_fall
from lecture_helpers.plots.fields import draw_contours, draw_frame, draw_path, draw_share_map
from lecture_helpers.plots.heatmaps import (
    draw_band,
    draw_examples,
    draw_halves,
    draw_heat,
    draw_shares,
)
from lecture_helpers.plots.images import draw_half_steps, draw_sum, draw_tiles
from lecture_helpers.plots.landscapes import draw_landscape, draw_plane
from lecture_helpers.plots.layers import draw_layers, draw_rungs
from lecture_helpers.plots.lines import (
    draw_curves,
    draw_here,
    draw_line,
    draw_pointer,
    draw_points,
    draw_profile,
    draw_stops,
)
from lecture_helpers.plots.markers import draw_lines, draw_place, draw_places, draw_spread
from lecture_helpers.plots.phases import draw_critical, draw_rates
from lecture_helpers.plots.style import ROLES, role
from lecture_helpers.plots.tables import draw_ranges, draw_table

__all__ = [
    "ROLES",
    "draw_band",
    "draw_coefficients",
    "draw_contours",
    "draw_critical",
    "draw_cube",
    "draw_curves",
    "draw_examples",
    "draw_fall",
    "draw_frame",
    "draw_gains",
    "draw_half_steps",
    "draw_halves",
    "draw_heat",
    "draw_here",
    "draw_histogram",
    "draw_landscape",
    "draw_layers",
    "draw_line",
    "draw_lines",
    "draw_network",
    "draw_orders",
    "draw_path",
    "draw_place",
    "draw_places",
    "draw_plane",
    "draw_pointer",
    "draw_points",
    "draw_profile",
    "draw_ranges",
    "draw_rates",
    "draw_rungs",
    "draw_share_map",
    "draw_shares",
    "draw_spread",
    "draw_stops",
    "draw_sum",
    "draw_table",
    "draw_tiles",
    "oblique",
    "role",
]
