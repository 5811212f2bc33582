"""What each way of training a deep network trains, for how many updates, and what that costs."""

from lecture_helpers.foundation.validation import few, many, one_of

ARMS = ("joint", "joint, half", "greedy", "fine-tuned", "random features")
GUIDES = ("deep supervision", "hint")


def stage_updates(depth: int, updates: int) -> list[int]:
    """The updates of each stage: ``updates`` in all, a remainder goes to the first stages.

    Raises:
        ValueError: fewer updates than layers.

    >>> stage_updates(3, 200)
    [67, 67, 66]
    """
    depth, updates = few(depth=depth), many(updates=updates)
    if updates < depth:
        raise ValueError(f"updates must be at least depth, {depth}, not {updates}.")
    return [updates // depth + (k < updates % depth) for k in range(depth)]


def plan(arm: str, depth: int, total: int) -> list[tuple[str, int]]:
    """What an arm trains, for how many updates, one after the other.

    joint: all layers. joint, half: the same with half of the updates. greedy: layer by layer.
    fine-tuned: layer by layer for half of the updates, then all layers for the other half. random
    features: the output layer alone, on hidden layers as they were drawn.

    Raises:
        ValueError: an unknown arm, an odd total, fewer updates than layers.

    >>> plan("fine-tuned", 2, 400)
    [('layer 1', 100), ('layer 2', 100), ('all', 200)]
    """
    one_of(ARMS, arm=arm)
    depth, total = few(depth=depth), many(least=2, total=total)
    if total % 2:
        raise ValueError(f"total must be even, so that it has a half, not {total}.")
    if arm in ("greedy", "fine-tuned"):
        stages = stage_updates(depth, total if arm == "greedy" else total // 2)
        layers = [(f"layer {k}", n) for k, n in enumerate(stages, start=1)]
        return layers + [("all", total // 2)] * (arm == "fine-tuned")
    if arm == "random features":
        return [("output", total)]
    return [("all", total if arm == "joint" else total // 2)]


def multiplications(
    arm: str, depth: int, total: int, *, inputs: int = 64, width: int = 32, outputs: int = 10
) -> int:
    """The multiplications of one example in all of an arm's updates.

    A layer of a x b weights takes a b of them forward; a b for the gradient by its weights, if it
    is trained; and a b to pass the gradient down, if a layer below it is trained.

    >>> multiplications("random features", 1, 2, inputs=3, width=4, outputs=2) == 2 * (12 + 8 + 8)
    True
    """
    inputs, width, outputs = few(inputs=inputs), few(width=width), few(outputs=outputs)
    depth = few(depth=depth)
    return sum(
        updates * _one_update(what, depth, inputs, width, outputs)
        for what, updates in plan(arm, depth, total)
    )


def _one_update(what: str, depth: int, inputs: int, width: int, outputs: int) -> int:
    top = int(what.removeprefix("layer ")) if what.startswith("layer") else depth
    lowest = {"all": 0, "output": top}.get(what, top - 1)
    layers = [inputs * width, *[width * width] * (top - 1), width * outputs]
    return sum(layers) + sum(layers[lowest:]) + sum(layers[lowest + 1 :])
