"""Only the canvases that moved last stay awake; the others rest and keep nothing but PNGs.

What a picture is drawn with (figure, renderer, pixels) takes about 20 MiB of the kernel for each
explorer, and a reader uses one explorer at a time. A canvas at rest draws itself anew when it is
moved again, which costs one full drawing.
"""

import gc

from lecture_helpers.widgets.appearance import ALONE

AWAKE = 2
_awake: list = []


def awaken(canvas) -> None:
    """``canvas`` moved last."""
    dismiss(canvas)
    _awake.append(canvas)


def dismiss(canvas) -> None:
    """Forget ``canvas``: it rests or is closed."""
    _awake[:] = [other for other in _awake if other is not canvas]


def settle(keep: int = AWAKE) -> None:
    """Send all but the last ``keep`` to rest; best when the new picture is on its way.

    A figure consists of cycles, so that its memory is free only after the garbage collector has
    run; left to itself that may be many figures later.
    """
    with ALONE:
        tired = _awake[: max(0, len(_awake) - keep)]
        for canvas in tired:
            canvas.rest()
            dismiss(canvas)
    if tired:
        gc.collect()
