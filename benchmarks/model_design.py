"""A slice of a depth-24 network in one batch against PyPI's ``loss-landscapes``; and the X-ray.

The other package is no dependency of this one: ``pip install loss-landscapes`` beside it, or into a
folder that PYTHONPATH names. Without it one sentence says so.
"""

import copy
import time

import numpy as np
import torch

from lecture_helpers.datasets import digits
from lecture_helpers.networks.loss_slices import loss_slice, random_directions
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.signal_profile import signal_profile
from lecture_helpers.training import mlp, seeded

SIDE, EXAMPLES, DEPTH = 51, 256, 24
OFFSETS = np.linspace(-1, 1, SIDE)
STEP = OFFSETS[1] - OFFSETS[0]


def seconds(function) -> tuple[float, object]:
    """The processor seconds of a call, which other programs disturb least, and what it gave."""
    started = time.process_time()
    result = function()
    return time.process_time() - started, result


def by_loss_landscapes(network, directions, inputs, targets) -> np.ndarray:
    """The slice by the other package: the same network, plane and data.

    ``random_plane`` draws its directions itself, so ours are put in their place; it moves one
    network through the square in place and evaluates it at every stop. Its stops lie between ours
    (see ``stops``). Row i belongs to the i-th stop along the first direction.
    """
    from loss_landscapes import main as package
    from loss_landscapes.metrics import Loss
    from loss_landscapes.model_interface.model_parameters import ModelParameters

    names = {name: torch.zeros_like(p) for name, p in network.named_parameters()}
    full = [ModelParameters([t.clone() for t in (names | d).values()]) for d in directions]
    kept = package.rand_u_like, package.orthogonal_to
    package.rand_u_like, package.orthogonal_to = lambda _: full[0], lambda _: full[1]
    try:
        metric = Loss(torch.nn.functional.cross_entropy, inputs, targets)
        distance = 1 / (STEP * SIDE)
        return package.random_plane(copy.deepcopy(network), metric, distance, SIDE, None)
    finally:
        package.rand_u_like, package.orthogonal_to = kept


def stops() -> tuple[np.ndarray, np.ndarray]:
    """Where the other package stops along the first and, in even rows, the second direction."""
    from_corner = np.arange(SIDE) - SIDE / 2
    return from_corner * STEP, (from_corner + 1) * STEP


def compare() -> None:
    """Time both ways and print the ratio and how far their losses are apart."""
    network = seeded(mlp, seed=0, inputs=64, outputs=10, depth=DEPTH, width=32).eval()
    x, y = digits().inputs[:EXAMPLES], digits().targets[:EXAMPLES]
    plane = network, x, y, random_directions(network, seed=1)
    loss_slice(*plane, OFFSETS[:8], OFFSETS[:8])  # warm up
    ours = min(seconds(lambda: loss_slice(*plane, OFFSETS, OFFSETS))[0] for _ in range(3))
    print(f"{SIDE} x {SIDE} slice, depth {DEPTH}, {EXAMPLES} examples, one thread: {ours:.2f} s")
    try:
        import loss_landscapes  # noqa: F401
    except ImportError:
        print("PyPI's loss-landscapes is not installed, so there is nothing to compare with.")
        return
    data = torch.tensor(x), torch.tensor(y)
    theirs, other = min(
        (seconds(lambda: by_loss_landscapes(network, plane[3], *data)) for _ in range(3)),
        key=lambda pair: pair[0],
    )
    same = loss_slice(*plane, *stops()).T
    apart = np.abs(other[::2] / same[::2] - 1).max()
    print(f"loss-landscapes, same network, plane, data: {theirs:.2f} s; ratio {theirs / ours:.1f}")
    print(f"the losses at its stops differ by at most {100 * apart:.2g} %")


def x_ray() -> None:
    """Print the median of ten moves of the X-ray at depth 50, drawing not included."""
    for skip, norm in (("none", "none"), ("residual", "batch"), ("highway", "layer")):
        how, taken = dict(depth=50, skip=skip, norm=norm, activation="gelu"), []
        for gain in np.linspace(0.8, 1.2, 10):
            taken.append(
                seconds(
                    lambda g=gain, h=how: (
                        signal_profile(digits().inputs[:64], **h, gain=g),
                        mean_field(**h, gain=g),
                    )
                )[0]
            )
        print(f"X-ray, depth 50, {skip} skip, {norm} norm: {1000 * np.median(taken):.0f} ms a move")


def main() -> None:
    """Both comparisons, on one thread."""
    torch.set_num_threads(1)
    compare()
    x_ray()


if __name__ == "__main__":
    main()
