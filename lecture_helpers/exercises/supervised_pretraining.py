"""The exercises of lesson 4, supervised pretraining."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest
from lecture_helpers.exercises.supervised_pretraining_questions import QUESTIONS


def _relu(z):
    return np.maximum(z, 0.0)


def _below(x, trained):
    return _relu(x @ trained)


def _growth_step(
    x, y, trained, new, head, lr, *, below=_below, slope=True, mean=True, seen=None, frozen=True
):
    """The three weights after a step; ``seen`` is the head that gradients come through."""
    first = below(x, trained)
    z = first @ new
    second = _relu(z)
    error = (second @ head - y) / (len(x) if mean else 1)
    back = np.outer(error, head if seen is None else seen) * ((z > 0) if slope else 1.0)
    new_after, head_after = new - lr * first.T @ back, head - lr * second.T @ error
    if not frozen:
        trained = trained - lr * x.T @ ((back @ new.T) * (x @ trained > 0))
    return trained, new_after, head_after


def _one_after_the_other(x, y, trained, new, head, lr):
    _, new_after, _ = _growth_step(x, y, trained, new, head, lr)
    return trained, new_after, _growth_step(x, y, trained, new_after, head, lr)[2]


def _head_first(x, y, trained, new, head, lr):
    head_after = _growth_step(x, y, trained, new, head, lr)[2]
    return trained, _growth_step(x, y, trained, new, head, lr, seen=head_after)[1], head_after


def _small_networks(rng: np.random.Generator) -> dict:
    n, width = int(rng.integers(4, 7)), 2
    return {
        "x": rng.normal(size=(n, width)),
        "y": rng.normal(size=n),
        "trained": np.abs(rng.normal(size=(width, width))) + 0.2,
        "new": np.abs(rng.normal(size=(width, width))) - 0.2,
        "head": rng.normal(size=width),
        "lr": float(rng.uniform(0.1, 0.5)),
    }


growth_step = Exercise(
    name="growth_step",
    task="The network is relu(relu(x @ trained) @ new) @ head, its cost the mean of half the "
    "squared errors. Write growth_step(x, y, trained, new, head, lr): the three weights after one "
    "gradient step of the growth stage, in which trained is frozen. x (n, 2), y (n,), trained and "
    "new (2, 2), head (2,).",
    reference=_growth_step,
    cases=_small_networks,
    mistakes={
        "the trained layer is not frozen": ({"frozen": False},
            "The layer below was trained in the stage before. In this stage it only passes its "
            "values on: return trained as it came."),
        "only the head is trained": (lambda *case: (*case[2:4], _growth_step(*case)[2]),
            "A growth stage trains the new layer together with a new head. With a random layer "
            "in between nothing is gained by growing."),
        "only the new layer is trained": (lambda *case: (*_growth_step(*case)[:2], case[4]),
            "The head is fresh in every stage, so it has to be trained as well."),
        "the trained layer is thrown away": ({"below": lambda x, trained: x},
            "The new layer is to read what the trained layer makes of x, not x itself."),
        "the slope of the relu is forgotten": ({"slope": False},
            "Where relu(x @ trained) @ new is negative the new layer gets no gradient."),
        "the gradients are added up over the examples": ({"mean": False},
            "The cost is a mean: divide by the number of examples."),
        "the head's step sees the new layer after its step": (_one_after_the_other,
            "Both steps belong to the same weights: compute both gradients first."),
        "the new layer's gradient comes through the head after its step": (_head_first,
            "Both steps belong to the same weights: compute both gradients before you change one."),
        "the trained layer has no relu": ({"below": np.matmul},
            "Frozen means that its weights stay. It still applies its relu."),
        "the step is twice as long": ({"lr": lambda lr: 2 * lr},
            "The cost is half the squared error, so that the factor 2 of the square goes away."),
        "the trained layer is not returned": (lambda *case: _growth_step(*case)[1:],
            "Return three weights: trained as it came, then new and head after the step."),
        "the step goes uphill": ({"lr": np.negative}, "Descent subtracts the gradient."),
    },
    hints=(
        "Which of the three weights may change in this stage? For these write down the gradient.",
        "first = relu(x @ trained) are the inputs of a network with one hidden layer. Train that "
        "network as you would any other.",
        "error = (second @ head - y) / n; the head's gradient is second.T @ error, that of new is "
        "first.T @ (np.outer(error, head) * (first @ new > 0)).",
    ),
    praise="A growth stage is nothing but a shallow network whose inputs are the frozen layer's "
    "outputs. You could store these once and never compute the lower layers again.",
)  # fmt: skip


def _grown_output(x, layers, heads, *, last=np.tanh):
    for weights in layers[:-1]:
        x = np.tanh(x @ weights)
    return last(x @ layers[-1]) @ heads[-1]


def _all_heads(x, layers, heads):
    stages = range(1, len(heads) + 1)
    return sum(_grown_output(x, layers[:stage], heads[:stage]) for stage in stages)


def _with_heads(x, layers, heads):
    for weights, head in zip(layers, heads, strict=True):
        x = np.tanh(x @ weights) @ head
    return x


def _stages(rng: np.random.Generator) -> dict:
    count, width = int(rng.integers(2, 4)), 2
    return {
        "x": rng.normal(size=(int(rng.integers(1, 4)), width)),
        "layers": rng.normal(size=(count, width, width)),
        "heads": rng.normal(size=(count, width, 2)),
    }


grown_output = Exercise(
    name="grown_output",
    task="Greedy training left the hidden weights layers (k, 2, 2) and the heads (k, 2, 2) of its "
    "k stages, in order. Hidden layers apply tanh, heads nothing. Write grown_output(x, layers, "
    "heads): what the finished network answers for x (n, 2).",
    reference=_grown_output,
    cases=_stages,
    mistakes={
        "it uses the head of the first stage": ({"heads": lambda heads: heads[:1]},
            "That head was trained on the values of the first layer. Every stage gets a fresh "
            "one, and the last is the one that fits the last layer."),
        "the lower layers are thrown away": ({"layers": lambda layers: layers[-1:]},
            "The last layer was trained on what the layers below make of x."),
        "the layers run from the top down": ({"layers": lambda layers: layers[::-1]},
            "The layer of the first stage reads x."),
        "the old heads stay in between": (_with_heads,
            "A head is removed when the next layer comes: the new layer reads the hidden values."),
        "the answers of all heads are added": (
            _all_heads,
            "That would be an ensemble of all stages. Greedy pretraining keeps the last head only.",
        ),
        "the last hidden layer has no tanh": ({"last": np.asarray},
            "Every hidden layer applies tanh, the last one as well."),
        "the head applies tanh": (lambda *case: np.tanh(_grown_output(*case)),
            "A head is linear: it applies nothing after the product."),
    },
    hints=(
        "Which parts of the k trained networks are still in use at the end?",
        "Go through all hidden layers in order; of the heads only one is left.",
        "for weights in layers: x = np.tanh(x @ weights). Then x @ heads[-1].",
    ),
    praise="k heads were trained and k - 1 of them thrown away. That is a part of the price of "
    "greedy training.",
)  # fmt: skip


def _gains(joint, tuned, before, every, *, records=lambda last, greedy: (last + greedy, last)):
    total, own = records(len(tuned) - 1, before // every)
    return float(tuned[-1] - joint[total]), float(tuned[-1] - joint[own])


def _curves(rng: np.random.Generator) -> dict:
    every, stages, records = int(rng.integers(2, 4)), int(rng.integers(2, 4)), 2
    length = stages * every + records + int(rng.integers(2, 4))
    return {
        "joint": np.round(100 * rng.random(length), 1),
        "tuned": np.round(100 * rng.random(records + 1), 1),
        "before": stages * every,
        "every": every,
    }


fair_gains = Exercise(
    name="fair_gains",
    task="joint is the accuracy of joint training after 0, every, 2 every, ... updates; tuned that "
    "of the pretrained network after 0, every, 2 every, ... updates of fine-tuning, which began "
    "after `before` updates of greedy stages. joint may go on for longer. Write "
    "fair_gains(joint, tuned, before, every): how much more the pretrained network reaches at its "
    "end, (at equal total updates, at equal updates of fine-tuning).",
    reference=_gains,
    cases=_curves,
    mistakes={
        "last is compared with last": ({"records": lambda last, greedy: (-1, -1)},
            "Joint training went on for longer than the pretrained network did. Compare at the "
            "same number of updates."),
        "the first number compares last with last": ({"records": lambda last, greedy: (-1, last)},
            "Joint training may have gone on for longer. Take its record at as many updates as "
            "the greedy stages and the fine-tuning made together."),
        "the two counts are exchanged": (lambda *case: _gains(*case)[::-1],
            "At equal total updates joint training may use the greedy stages' updates as well."),
        "the greedy stages are never counted": ({"records": lambda last, greedy: (last, last)},
            "For the first number the greedy stages' updates count too."),
        "the greedy stages are always counted": (
            {"records": lambda last, greedy: (last + greedy,) * 2},
            "For the second number only the updates of fine-tuning count."),
        "it is one record late": ({"records": lambda last, greedy: (last + 1 + greedy, last + 1)},
            "A curve of three records has made two times `every` updates: the first is at 0."),
        "the first number is one record late": (
            {"records": lambda last, greedy: (last + 1 + greedy, last)},
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later."),
        "the second number is one record late": (
            {"records": lambda last, greedy: (last + greedy, last + 1)},
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later."),
        "updates are taken for records": ({"every": 1},
            "A record is made after `every` updates: the greedy stages took before // every of "
            "them."),
        "fine-tuning's own updates are left out": ({"records": lambda last, greedy: (greedy, last)},
            "In all means both: the updates of the greedy stages and those of fine-tuning."),
        "joint training is judged by its best moment": ({"joint": np.maximum.accumulate},
            "Then give the pretrained network its best moment as well. Here both are judged at "
            "their end."),
        "joint minus pretrained": (lambda *case: tuple(-gain for gain in _gains(*case)),
            "How much MORE the pretrained network reaches: pretrained minus joint."),
    },
    hints=(
        "How many updates did the pretrained network make in all, and how many of fine-tuning?",
        "Record k of a curve is at k * every updates. The greedy stages took before // every "
        "records.",
        "k = len(tuned) - 1; compare tuned[-1] with joint[k + before // every] and with joint[k].",
    ),
    praise="Same networks, two numbers. Whoever reports a speed-up should say which one it is.",
)  # fmt: skip


def _frozen_step(w, velocity, gradient, frozen, lr, momentum, decay, *, stopped=(True, True, True)):
    """One step, with what is stopped in frozen weights: old velocity, gradient, decay."""
    moves = zip((momentum * velocity, gradient, decay * w), stopped, strict=True)
    v = sum(np.where(frozen & stop, 0.0, move) for move, stop in moves)
    return w - lr * v, v


def _kept_velocity(w, velocity, gradient, frozen, *rest):
    after, v = _frozen_step(w, velocity, gradient, frozen, *rest)
    return after, np.where(frozen, velocity, v)


def _running_velocity(w, velocity, gradient, frozen, *rest):
    after, v = _frozen_step(w, velocity, gradient, False, *rest)
    return np.where(frozen, w, after), v


def _steps(rng: np.random.Generator) -> dict:
    n = int(rng.integers(3, 6))
    frozen = np.zeros(n, bool)
    frozen[: int(rng.integers(1, n))] = True
    return {
        "w": rng.normal(size=n), "velocity": rng.normal(size=n), "gradient": rng.normal(size=n),
        "frozen": frozen, "lr": 0.1, "momentum": 0.9, "decay": float(rng.uniform(0.1, 0.5)),
    }  # fmt: skip


frozen_step = Exercise(
    name="frozen_step",
    task="Momentum with weight decay: velocity <- momentum * velocity + gradient + decay * w, then "
    "w <- w - lr * velocity. Some weights are frozen from now on, (n,) bool: they must not move, "
    "and their velocity is 0. Write frozen_step(w, velocity, gradient, frozen, lr, momentum, "
    "decay): the pair (w, velocity) after one step.",
    reference=_frozen_step,
    cases=_steps,
    mistakes={
        "only the gradient is set to zero": ({"stopped": (False, True, False)},
            "The optimizer still holds the frozen weights: weight decay and the old velocity go "
            "on moving them."),
        "the old velocity still moves them": ({"stopped": (False, True, True)},
            "Gradient and decay are gone, but the velocity of the stage before is not."),
        "their velocity is kept": (_kept_velocity,
            "They do not move now, but when they are released for fine-tuning they would jump "
            "with a velocity that is long out of date. Set it to 0."),
        "their velocity goes on": (_running_velocity,
            "They do not move now, but the velocity goes on growing, and they would jump when they "
            "are released for fine-tuning. Set it to 0."),
        "nothing is frozen": ({"frozen": False}, "The argument frozen is not used."),
        "the wrong weights are frozen": ({"frozen": np.logical_not},
            "True means frozen: these stay, the others move."),
        "weight decay is missing": ({"decay": 0.0}, "The free weights decay as before."),
    },
    hints=(
        "Three things move a weight here: the gradient, the decay and the old velocity.",
        "Compute the new velocity for all weights, then set it to 0 where they are frozen.",
        "v = np.where(frozen, 0, momentum * velocity + gradient + decay * w); return w - lr * v, v",
    ),
    praise="In torch a frozen weight stays only while its gradient is None. Where that is a tensor "
    "of zeros, momentum and weight decay go on moving it. So give the optimizer only the weights "
    "that are to move.",
)  # fmt: skip

self_test = SelfTest(QUESTIONS)
