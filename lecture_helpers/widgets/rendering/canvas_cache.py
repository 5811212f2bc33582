"""Only the canvases that moved last stay active; idle ones are released and keep nothing but PNGs.

What a picture is drawn with (figure, renderer, pixels) takes about 20 MiB of the kernel for each
explorer, and a reader uses one explorer at a time. A released canvas draws itself anew when it is
moved again, which costs one full drawing.
"""

import functools
import gc

from lecture_helpers.widgets.appearance import ALONE

ACTIVE = 2
_active: list = []


def mark_active(canvas) -> None:
    """``canvas`` moved last."""
    forget(canvas)
    _active.append(canvas)


def forget(canvas) -> None:
    """``canvas`` is released or closed."""
    _active[:] = [other for other in _active if other is not canvas]


def release_idle(keep: int = ACTIVE) -> bool:
    """Release all but the last ``keep``; best when the new picture is on its way.

    Says whether there were any: their memory is free after ``collect``.
    """
    with ALONE:
        idle = _active[: max(0, len(_active) - keep)]
        for canvas in idle:
            canvas.release()
            forget(canvas)
    return bool(idle)


def collect() -> None:
    """Free the figures that are no longer used.

    They consist of cycles, so that their memory is free only after the garbage collector has run;
    left to itself that may be many figures later.
    """
    gc.collect()


@functools.cache
def pass_over_modules() -> None:
    """Have the collector pass over what exists now; only the first call does.

    Most of it are modules, and to search them for cycles takes a quarter of a second each time.
    """
    gc.collect()
    gc.freeze()
