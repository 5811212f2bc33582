"""What explorers show, state by state, for a page without a kernel."""

import base64
import hashlib
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter

from lecture_helpers.foundation.schedules import Schedule
from lecture_helpers.widgets import Explorer, explorers
from lecture_helpers.widgets.appearance import Appearance
from lecture_helpers.widgets.controls.control import Control, in_words
from lecture_helpers.widgets.controls.ranges import Range
from lecture_helpers.widgets.controls.steered import Steered
from lecture_helpers.widgets.live_explorer import LiveExplorer
from lecture_helpers.widgets.rendering.pixels import decode_png, encode_png, few_colours

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MIX = 60  # states that the two main controls of an explorer have together, about
STOPS = 5  # of a range that does not mix
MOMENTS = 13  # of a run
LOOK = Appearance(text=1.25, sharpness=1.2, panel=6.0)  # read on a phone, and from the last row
SLACK = 3  # pixels that words may lie beyond a cut
GAP = 0.03  # how far from the middle between two panels a picture may be cut, as a share of it


def filmed(first: int = 0, last: int | None = None) -> list[dict]:
    """The explorers ``first`` to ``last`` of this process as records that JSON takes.

    A record holds ``states``: where each control stands, and what then is said and shown. The two
    main controls (those named ``mix``, else the first two) have a state for every pair of their
    stops, or all controls have one for every choice of theirs, where these are few. Each other
    control has its stops with the rest at their start. Every preset has its own state. Of
    something that runs, the presets are recorded runs, and so is the start with each value of
    what is not steered; their states are moments.
    """
    return [_Film(explorer).record() for explorer in explorers()[first:last]]


@dataclass
class Knob:
    """A control of the page: its values by their words; ``shown`` alone if a run moves it."""

    name: str
    label: str
    values: dict
    start: int = 0
    choice: bool = False
    shown: bool = False

    def place(self, value) -> int:
        """Which of the values it is."""
        return list(self.values.values()).index(value)


@dataclass
class _Shot:
    """One state as it was computed."""

    at: tuple[int, ...]
    png: bytes
    reading: str
    met: list[bool]
    off: list[int]
    shown: list[str] = field(default_factory=list)


class _Film:
    """The states of one explorer."""

    def __init__(self, explorer: Explorer):
        self.explorer = explorer
        self.time = explorer.time.name if isinstance(explorer, LiveExplorer) else None
        self.live = self.time is not None
        self.knobs = list(_knobs(explorer))
        self.shots: dict[tuple, _Shot] = {}
        self.ink: Any = np.zeros(0, bool)

    def record(self) -> dict:
        explorer, canvas = self.explorer, self.explorer.canvas
        goals = dict(explorer.goals)
        explorer.dress(LOOK)
        try:
            return self._record()
        finally:
            explorer.canvas = canvas
            explorer.reset()
            explorer.goals = goals
            explorer.layout.refresh()

    def _record(self) -> dict:
        explorer = self.explorer
        explorer.reset()
        presets = self._run() if self.live else self._stand()
        names = [knob.name for knob in self.knobs if not knob.shown]
        return {
            "model": explorer.layout.box.model_id,
            "name": explorer.view.name,
            "title": explorer.view.title,
            "live": self.live,
            "plays": names.index(explorer.animate) if explorer.animate else None,
            "controls": [
                {
                    "label": knob.label,
                    "values": list(knob.values),
                    "start": knob.start,
                    "choice": knob.choice,
                    "shown": knob.shown,
                }
                for knob in self.knobs
            ],
            "presets": presets,
            "goals": list(explorer.predicates) if not self.live else [],  # a hand's, of a run
            "question": explorer.question
            and dict(zip(("words", "answers", "right"), explorer.question, strict=True)),
            "cover": explorer.cover,
            **self._pictures(),
        }

    # Which states there are

    def _stand(self) -> list[dict]:
        """Shoot the states of what stands still; the presets and their states."""
        explorer, moved = self.explorer, [k for k in self.knobs if not k.shown]
        for settings in _mixed(explorer, moved):
            self._shoot(settings)
        presets = [self._preset(name, [settings]) for name, settings in explorer.presets.items()]
        for knob in moved:
            base = self._where_it_counts(knob)
            if base is not None:
                for value in knob.values.values():
                    self._shoot({**base, knob.name: value})
        return presets

    def _where_it_counts(self, knob: Knob) -> dict | None:
        """The start, or the first state so far in which ``knob`` has an effect."""
        place = self.knobs.index(knob)
        states = [self._start(), *(shot.at for shot in self.shots.values())]
        for at in states:
            if at in self.shots and place not in self.shots[at].off:
                return self._settings(at)
        return None

    def _run(self) -> list[dict]:
        """Shoot the moments of the recorded runs; the presets and their states."""
        assert isinstance(self.explorer, LiveExplorer)
        explorer, (_, time, *others) = self.explorer, self.knobs
        free = [knob for knob in others if not knob.shown]
        for knob in free or [None]:
            for value in knob.values.values() if knob else [None]:
                changed = {knob.name: value} if knob else {}
                for step in moments(explorer, {}):
                    self._shoot({**changed, time.name: step})
        made = []
        for place, (name, settings) in enumerate(explorer.presets.items(), 1):
            run = [{**settings, time.name: step} for step in moments(explorer, settings)]
            made.append(self._preset(name, run, place))
        return made

    def _preset(self, name: str, run: list[dict], place: int | None = None) -> dict:
        ats = [self._shoot(settings, place) for settings in run]
        return {"name": name, "from": list(ats[0]), "at": list(ats[-1])}

    def _start(self) -> tuple[int, ...]:
        return tuple(knob.start for knob in self.knobs if not knob.shown)

    def _settings(self, at: tuple[int, ...]) -> dict:
        moved = [knob for knob in self.knobs if not knob.shown]
        pairs = zip(moved, at, strict=True)
        return {knob.name: list(knob.values.values())[place] for knob, place in pairs}

    # Shooting

    def _shoot(self, settings: dict, run: int | None = None) -> tuple[int, ...]:
        """Where the controls stand at these settings, after the picture was taken."""
        explorer = self.explorer
        start = {name: control.start for name, control in explorer.controls.items()}
        settings = {**start, **settings}
        known = [knob for knob in self.knobs if not knob.shown]
        at = tuple(
            (run or 0) if knob.name == RUN else knob.place(settings[knob.name]) for knob in known
        )
        if at in self.shots:
            return at
        explorer.set(**settings)
        if explorer.error:
            raise ValueError(f"{explorer.view.name}: {explorer.error}")
        now = explorer.reading
        step = settings[self.time] if self.time else 0
        self.shots[at] = _Shot(
            at,
            self._taken(),
            str(now),
            [not self.live and bool(met(now)) for met in explorer.predicates.values()],
            [place for place, knob in enumerate(self.knobs) if knob.name in now.disabled],
            [in_words(settings[k.name].at(step)) for k in self.knobs if k.shown],
        )
        return at

    def _taken(self) -> bytes:
        pixels = self.explorer.canvas.pixels()
        ink = (pixels[..., :3] < 250).any(axis=(0, 2))
        self.ink = self.ink | ink if len(self.ink) else ink
        return encode_png(pixels)

    # From pictures to what differs

    def _pictures(self) -> dict:
        start = decode_png(self.shots[self._start()].png)
        height, width = start.shape[:2]
        edges = [0, *cuts(self.explorer, self.ink), width]
        spans = list(itertools.pairwise(edges))
        found: dict[str, int] = {}
        pictures, readings, states = [], {}, []
        for shot in self.shots.values():
            pixels = decode_png(shot.png)
            shown = []
            for panel, (left, right) in enumerate(spans):
                part = np.ascontiguousarray(pixels[:, left:right])
                key = f"{panel} {hashlib.sha256(part.tobytes()).hexdigest()}"
                if key not in found:
                    made = changed(start[:, left:right], part)
                    found[key] = len(pictures) if made else -1
                    pictures += [made] if made else []
                shown.append(found[key])
            said = readings.setdefault(shot.reading, len(readings))
            met = [place for place, now in enumerate(shot.met) if now]
            states.append([list(shot.at), said, shown, met, shot.off, shot.shown])
        return {
            "height": height,
            "aspect": round(width / height, 3),
            "panels": [
                {"width": right - left, "picture": webp(start[:, left:right])}
                for left, right in spans
            ],
            "pictures": pictures,
            "readings": list(readings),
            "states": states,
        }


RUN = "recorded run"


def _knobs(explorer: Explorer) -> Iterator[Knob]:
    """What the page has: for something that runs, first which run, then its time."""
    controls = list(explorer.controls.values())
    many = _how_many(explorer)
    if isinstance(explorer, LiveExplorer):
        yield Knob(RUN, RUN, {name: name for name in ("start", *explorer.presets)}, choice=True)
        controls.sort(key=lambda control: (control is not explorer.time, _is_steered(control)))
    for control in controls:
        base = control.base if isinstance(control, Steered) else control
        also = _in_presets(explorer, control)
        if isinstance(explorer, LiveExplorer) and control is explorer.time:
            also = [t for run in ({}, *explorer.presets.values()) for t in moments(explorer, run)]
        values = values_of(base, also, many[control.name])
        start = list(values.values()).index(base.start)
        choice, shown = control.values is not None, _is_steered(control)
        yield Knob(control.name, control.label, values, start, choice, shown)


def moments(explorer: LiveExplorer, settings: Mapping) -> list[int]:
    """The times at which a run is shown: from its start to its end, and where it was steered."""
    time = explorer.time
    end = settings.get(time.name, time.hi)
    turns = [t for v in settings.values() if isinstance(v, Schedule) for t, _ in v.entries]
    even = (
        time.at(round(place))
        for place in np.linspace(time.place(time.lo), time.place(end), MOMENTS)
    )
    return sorted({*even, *(t for t in turns if t < end), end})


def _is_steered(control) -> bool:
    return isinstance(control, Steered)


def _how_many(explorer: Explorer) -> dict[str, int]:
    """How many stops each range has, at least."""
    if isinstance(explorer, LiveExplorer):
        return {**dict.fromkeys(explorer.controls, 3), explorer.time.name: MOMENTS}
    main = [explorer.controls[name] for name in explorer.mix]
    choices = int(np.prod([len(control.values) for control in main if control.values is not None]))
    ranges = sum(control.values is None for control in main)
    most = min(12, max(3, int((MIX / choices) ** (1 / max(ranges, 1)))))
    many = {**dict.fromkeys(explorer.controls, STOPS), **dict.fromkeys(explorer.mix, most)}
    if explorer.animate:
        many[explorer.animate] = max(MOMENTS, many[explorer.animate])
    return many


def _mixed(explorer: Explorer, knobs: list[Knob]) -> Iterator[dict]:
    """The settings of every pair of stops of the main controls; of all where these are few."""
    few = np.prod([len(knob.values) for knob in knobs]) <= MIX
    main = [knob for knob in knobs if few or knob.name in explorer.mix]
    for values in itertools.product(*(knob.values.values() for knob in main)):
        yield dict(zip([knob.name for knob in main], values, strict=True))


def _in_presets(explorer: Explorer, control) -> list:
    """The values that presets give to a control, whenever they do."""
    given = [preset.get(control.name, control.start) for preset in explorer.presets.values()]
    steps = [v.entries if isinstance(v, Schedule) else [(0, v)] for v in given]
    return [value for entries in steps for _, value in entries]


def values_of(control: Control, also: Iterable = (), stops: int = STOPS) -> dict:
    """The values of a choice; of a range its ends, its start, those of ``also``, and others.

    The others lie in the widest gaps, until there are ``stops``. The keys are how the values are
    called.

    >>> from lecture_helpers.widgets.controls.ranges import WholeRange
    >>> values_of(WholeRange("depth", 1, 9, 1, 4, "depth"), [3], stops=5)
    {'1': 1, '3': 3, '4': 4, '6': 6, '9': 9}
    """
    if isinstance(control, Range):
        chosen = {control.lo, control.hi, control.start, *also}
        every = control.frames(60)
        while len(chosen) < min(stops, len(every)):
            chosen.add(_farthest(every, chosen, control))
        return {f"{value:.6g}": value for value in sorted(chosen)}
    named = getattr(control, "options", None) or {in_words(v): v for v in control.values}
    return dict(named)


def _farthest(every: list, chosen: set, control: Range):
    """The value whose place on the slider is farthest from the chosen ones."""
    places = [control.place(value) for value in chosen]
    return max(every, key=lambda value: min(abs(control.place(value) - p) for p in places))


def cuts(explorer: Explorer, ink: np.ndarray) -> list[int]:
    """The columns at which the picture falls into its panels; none where ink is in the way.

    ``ink`` (width,) says which columns are not white in some state. No cut leaves words of a panel
    on the side of another.
    """
    axes = explorer.canvas.figure.axes
    boxes = [(ax.get_position().x0, _box(ax)) for ax in axes]
    near, found = GAP * len(ink), []
    for place, _ in boxes[1 : len(explorer.view.panels)]:
        right = max(box.x1 for x, box in boxes if x < place)
        left = min(box.x0 for x, box in boxes if x >= place)
        middle = (left + right) / 2
        free = np.flatnonzero(~ink)
        free = free[(free > middle - near) & (free < middle + near)]
        between = free[(free >= min(left, right) - SLACK) & (free <= max(left, right) + SLACK)]
        if len(between):
            found.append(int(between[np.abs(between - middle).argmin()]))
    return found


def _box(ax) -> Any:
    """What the axes cover with their labels, in pixels."""
    return ax.get_tightbbox()


def changed(before: np.ndarray, after: np.ndarray) -> dict:
    """Where and how two pictures (height, width, 4) differ: ``box`` in pixels, ``picture``.

    The picture shows the box and is transparent two pixels and more from every change, so that
    it can be shown at any scale without a rim; both are missing when the two are the same.
    """
    differs = (before != after).any(axis=2)
    if not differs.any():
        return {}
    differs = widened(differs)
    rows, columns = np.nonzero(differs)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    part = after[top:bottom, left:right].copy()
    part[~differs[top:bottom, left:right]] = 0
    return {"box": [left, top, right - left, bottom - top], "picture": webp(part)}


def widened(marked: np.ndarray, by: int = 2) -> np.ndarray:
    """The marked pixels (height, width) and all that lie at most ``by`` rows and columns away."""
    return maximum_filter(marked, 2 * by + 1, mode="constant")


def webp(pixels: np.ndarray) -> str:
    """The pixels (height, width, 4) as WebP of few colours, base64; transparent or not at all.

    The commonest colours, which fill areas, stay exact. The others, on the edges of letters and
    lines, are at most about 25 levels of 255 off; the file is less than half as large.
    """
    file, few = io.BytesIO(), np.asarray(few_colours(pixels).convert("RGB"))
    image = Image.fromarray(np.dstack([few, pixels[..., 3]]))
    image.save(file, "WEBP", lossless=True, method=4)
    return base64.b64encode(file.getvalue()).decode("ascii")
