"""Kernel time of one slider move: an explorer beside ``interact`` with an inline pyplot figure.

The same view, the same figure of two panels (a filled contour of a 150 x 150 surface with a path
of 100 steps; a curve), moved in turn in one process, a few moves each; the first two of a turn
do not count (an explorer that was not moved for a while is drawn in full). The explorer's time
ends with two PNGs ready for the page; that of ``interact`` with one, at one picture pixel per
screen pixel.
"""

import contextlib
import io
import time

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell

from lecture_helpers.widgets import explore, reading, use
from lecture_helpers.widgets.appearance import PIXELS_PER_INCH

SIZE, MOVES, TURNS = (9.6, 3.8), 24, 4
X, Y = np.meshgrid(np.linspace(-3, 3, 150), np.linspace(-2, 2, 150))


def height(x, y, bend):
    return x**2 + 8 * y**2 + bend * np.sin(3 * x)


def descent(ax, ax2, *, lr=0.02, bend=1.0):
    """A descent over a contour and its cost; ``bend`` changes the contour, ``lr`` does not."""
    points = [np.array([-2.5, 1.6])]
    for _ in range(100):
        x, y = points[-1]
        points.append(points[-1] - lr * np.array([2 * x + 3 * bend * np.cos(3 * x), 16 * y]))
    x, y = np.array(points).T
    ax.contourf(X, Y, np.log1p(np.abs(height(X, Y, bend))), 20, cmap="cividis")
    ax.plot(x, y, "o-", color="tab:red", ms=3, lw=1)
    ax.set(xlim=(-3, 3), ylim=(-2, 2), xlabel="first", ylabel="second", title="path")
    ax2.plot(height(x, y, bend), color="tab:red", label="cost")
    ax2.set(xlim=(0, 100), ylim=(-3, 30), xlabel="step", ylabel="cost", title="cost")
    ax2.legend(loc="upper right")
    return reading("The cost ends at {cost:.2f}.", cost=height(x, y, bend)[-1])


class Shell(InteractiveShell):
    """A shell without a window system, as in a kernel."""

    def enable_gui(self, gui=None):
        """There is none to enable."""


def common():
    """The slider of ``interact`` over a new pyplot figure each time, shown inline."""
    shell = Shell.instance()
    shell.run_line_magic("matplotlib", "inline")
    plt.rcParams["figure.dpi"] = PIXELS_PER_INCH

    def picture(lr=0.02, bend=1.0):
        _, axes = plt.subplots(1, 2, figsize=SIZE)
        descent(*axes, lr=lr, bend=bend)
        plt.show()

    moved = ipywidgets.interactive(picture, lr=(0.001, 0.05, 0.0001), bend=(0, 2, 0.01))
    return lambda name, value: setattr(_slider(moved, name), "value", value)


def _slider(moved, name: str):
    return next(child for child in moved.children if getattr(child, "description", "") == name)


def ours(sharpness: float):
    """The slider of an explorer, and the explorer."""
    use(sharpness=sharpness)
    explorer = explore(descent, lr=(0.001, 0.05, 0.0001), bend=(0.0, 2.0, 0.01), size=SIZE)
    return lambda name, value: explorer.set(**{name: value}), explorer


def milliseconds(move, name: str, value: float) -> float:
    begin = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        move(name, value)
    return 1000 * (time.perf_counter() - begin)


def main() -> None:
    """Print the table."""
    explorers = {sharpness: ours(sharpness) for sharpness in (1, 1.5, 2)}
    movers = {"interact": common(), **{s: move for s, (move, _) in explorers.items()}}
    print(f"Kernel milliseconds a move, median of {MOVES} in turn; target in brackets")
    for name, ends, target in [("lr", (0.005, 0.045), 1 / 10), ("bend", (0.2, 1.8), 1 / 4)]:
        what = "contour stays" if name == "lr" else "contour changes"
        times = {who: [] for who in movers}
        for values in np.linspace(*ends, MOVES + 2 * TURNS).reshape(TURNS, -1):
            for who, move in movers.items():
                times[who] += [milliseconds(move, name, value) for value in values][2:]
        usual = np.median(times["interact"])
        print(f"{what}: interact {usual:.0f} ms")
        for sharpness, (_, explorer) in explorers.items():
            mine = np.median(times[sharpness])
            kilobytes = len(explorer.canvas.overlay) / 1000, len(explorer.canvas.background) / 1000
            print(
                f"  sharpness {sharpness:<3} {mine:5.1f} ms = 1/{usual / mine:.1f} "
                f"(1/{1 / target:.0f}), {kilobytes[0]:.0f} kB a move over {kilobytes[1]:.0f} kB"
            )


if __name__ == "__main__":
    main()
