"""Which examples come when, and what they weigh."""

import numpy as np

from lecture_helpers.foundation.validation import finite_array
from lecture_helpers.training._grid import Member, own_part, stream


def shuffled_epochs(train: np.ndarray, steps: int, batch_size: int, rng: np.random.Generator):
    """(steps, batch_size) example numbers: whole batches of one shuffle after the other."""
    per_epoch = len(train) // batch_size
    epochs = -(-steps // per_epoch)
    order = [rng.permutation(train)[: per_epoch * batch_size] for _ in range(epochs)]
    return np.concatenate(order).reshape(-1, batch_size)[:steps]


def order_of(member: Member, train: np.ndarray, steps: int) -> np.ndarray:
    """The member's (steps, batch_size) example numbers: shuffled epochs, or as ``batches`` says.

    Raises:
        ValueError: ``batches`` has another shape or holds what is no training example.
    """
    given, batch_size = member.settings["batches"], member.settings["batch_size"]
    rng = stream(member.seed, "order")
    if given is None:
        return shuffled_epochs(train, steps, batch_size, rng)
    if callable(given):
        asked = dict(seed=member.seed, train=train, steps=steps, batch_size=batch_size, rng=rng)
        order = np.asarray(given(**asked))
    else:
        array = np.asarray(given)
        if array.ndim < 2:
            raise ValueError(
                f"batches must have axes (..., steps, batch), not shape {array.shape}."
            )
        order = own_part(array, member, 2, "batches")
    if order.shape != (steps, batch_size) or order.dtype.kind not in "iu":
        raise ValueError(
            f"batches must hold whole numbers of shape (..., {steps} steps, {batch_size} examples),"
            f" not {order.dtype} {order.shape}."
        )
    if not np.isin(order, train).all():
        raise ValueError("batches must hold numbers of training examples only.")
    return order


def weights_of(member: Member, examples: int, step: int) -> np.ndarray:
    """The member's (examples,) weights in an update.

    Raises:
        ValueError: another shape, or weights that are negative, NaN or infinite.
    """
    given = member.settings["example_weights"]
    array = finite_array(example_weights=given(step) if callable(given) else given)
    if array.ndim == 0 or array.shape[-1] != examples or (array < 0).any():
        raise ValueError(
            f"example_weights must be 0 or more, one for each of the {examples} examples; "
            f"their shape is {array.shape}."
        )
    return own_part(array, member, 1, "example_weights")
