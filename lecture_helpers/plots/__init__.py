"""Drawings: each ``draw_*`` adds one thing to the axes it is given and decides nothing."""

from lecture_helpers.plots.bars import draw_bars, draw_half_steps, draw_histogram, draw_orders
from lecture_helpers.plots.diagrams import draw_cube, draw_network, draw_storeys, oblique
from lecture_helpers.plots.fields import (
    draw_contours,
    draw_critical,
    draw_decision_regions,
    draw_heat,
    draw_landscape,
    draw_path,
    draw_plane,
    draw_rates,
)
from lecture_helpers.plots.heatmaps import draw_frame, draw_heatmap
from lecture_helpers.plots.images import draw_examples, draw_sum, draw_tiles
from lecture_helpers.plots.lines import (
    draw_band,
    draw_batch_losses,
    draw_changes,
    draw_coefficients,
    draw_cost_decrease,
    draw_curves,
    draw_line,
    draw_lines,
    draw_rungs,
    draw_schedule,
    draw_spread,
)
from lecture_helpers.plots.markers import (
    draw_layers,
    draw_marker,
    draw_markers,
    draw_numerals,
    draw_pointer,
    draw_points,
    draw_vline,
    draw_watched,
)
from lecture_helpers.plots.style import ROLES, role
