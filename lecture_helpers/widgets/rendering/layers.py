"""Which artists belong above a background that stays, so that the picture is the same."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.legend import Legend
from matplotlib.spines import Spine
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase


def drawing_order(ax: Axes) -> list:
    """The artists of ``ax`` as matplotlib draws them, back to front, without the patch."""
    artists = [a for a in ax.get_children() if a is not ax.patch and _shown(ax, a)]
    return sorted(artists, key=lambda a: a.get_zorder())


def _shown(ax: Axes, artist) -> bool:
    if isinstance(artist, Spine):
        return ax.axison and ax.get_frame_on()
    return ax.axison or not isinstance(artist, Axis)


def split_layers(ax: Axes, moving: set, renderer) -> tuple[list, list]:
    """The artists of ``ax`` that may stay in the background, and those that go above it.

    Above go the moving ones and whatever is drawn later and might overlap one of them.
    """
    order = drawing_order(ax)
    first = next((i for i, a in enumerate(order) if a in moving), len(order))
    touched = _reach(ax, moving)
    below, above = order[:first], []
    for artist in order[first:]:
        stays = artist not in moving and _apart(artist, touched, renderer)
        (below if stays else above).append(artist)
    return below, above


def _reach(ax: Axes, moving: set) -> BboxBase:
    mine = [artist for artist in moving if artist.axes is ax]
    boxes = [box for artist in mine if (box := clip_of(artist)) is not None]
    if not boxes or len(boxes) < len(mine):
        return ax.figure.bbox
    return Bbox.union(boxes).padded(2)


def clip_of(artist) -> Bbox | None:
    """The box that surely holds all that ``artist`` draws, if it is clipped to one."""
    box = artist.get_clip_box()
    return box if artist.get_clip_on() and box is not None else None


def _apart(artist, touched: BboxBase, renderer) -> bool:
    if not isinstance(artist, Text):
        return False
    return not artist.get_text() or not artist.get_window_extent(renderer).overlaps(touched)


def stray(panels: list[Axes], boxes: list[Bbox], moving: set, renderer) -> bool:
    """Whether something moving reaches into another panel, where the order would matter."""
    for place, ax in enumerate(panels):
        others = [box for i, box in enumerate(boxes) if i != place]
        free = [a for a in moving if a.axes is ax and clip_of(a) is None]
        reached = [a.get_tightbbox(renderer) for a in free]
        if any(r is not None and r.padded(2).overlaps(box) for r in reached for box in others):
            return True
    return False


def territories(panels: list[Axes], renderer) -> list[Bbox]:
    """What each panel covers with everything on it."""
    covered = []
    for ax in panels:
        outside_layout = [a for a in ax.get_children() if not a.get_in_layout() and a.get_visible()]
        free = [a.get_tightbbox(renderer) for a in outside_layout if clip_of(a) is None]
        boxes = [ax.get_tightbbox(renderer, for_layout_only=False), *free]
        covered.append(Bbox.union([box for box in boxes if box is not None]))
    return covered


def overlapping(boxes: list[Bbox]) -> bool:
    """Whether any two of the boxes share a point."""
    return any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


class Painter:
    """Paints artists on a background and remembers what a still one looks like on it."""

    def __init__(self, background: np.ndarray):
        self.background = background
        self._known = {}

    def paint(self, artists: list, moving: set, renderer) -> np.ndarray:
        """What the artists change of the background, on nothing: uint8 (height, width, 4).

        They are drawn on the background itself and only the pixels that changed are kept, opaque:
        laid over the background they give the picture exactly, without rounding transparencies.
        """
        pixels = np.asarray(renderer.buffer_rgba())
        pixels[...] = self.background
        for artist in artists:
            if artist in moving or not isinstance(artist, Legend | Text):
                self._known.pop(artist, None)
                artist.draw(renderer)
            else:
                self._draw_still(artist, pixels, renderer)
        drawn, below = pixels.view(np.uint32), self.background.view(np.uint32)
        return (drawn * (drawn != below)).view(np.uint8)

    def _draw_still(self, artist, pixels: np.ndarray, renderer) -> None:
        """Draw an artist that stays where it is; from memory if nothing below it changed."""
        if artist not in self._known:
            self._known[artist] = self._meet(artist, pixels, renderer)
            return
        place, before, after = self._known[artist]
        if np.array_equal(pixels[place], before):
            pixels[place] = after
        else:
            self._known[artist] = _draw_within(place, artist, pixels, renderer)

    def _meet(self, artist, pixels: np.ndarray, renderer) -> tuple:
        whole = pixels.copy()
        place = _place(artist, pixels, renderer)
        known = _draw_within(place, artist, pixels, renderer)
        whole[place] = pixels[place]
        if not np.array_equal(whole, pixels):  # it draws beyond its extent: remember all
            return (slice(None),) * 2, np.empty(0), pixels[:0]
        return known


def _place(artist, pixels: np.ndarray, renderer) -> tuple[slice, slice]:
    box = artist.get_window_extent(renderer).padded(renderer.dpi / 10)
    top, bottom = len(pixels) - box.y1, len(pixels) - box.y0
    edges = np.array([top, bottom, box.x0, box.x1]).round().clip(0).astype(int)
    return slice(edges[0], edges[1]), slice(edges[2], edges[3])


def _draw_within(place: tuple, artist, pixels: np.ndarray, renderer) -> tuple:
    before = pixels[place].copy()
    artist.draw(renderer)
    return place, before, pixels[place].copy()
