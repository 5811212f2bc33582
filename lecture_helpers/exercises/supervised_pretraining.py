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
    x, y, trained, new, head, lr, *, below=_below, slope="new", mean=len, seen=None, frozen=True,
    moved=True, turned=False, read="first", head_reads="second",
):  # fmt: skip
    """The three weights after a step; ``seen`` is the head that gradients come through.

    ``mean(x)`` divides the errors, ``read`` and ``head_reads`` name the values that the gradients
    of new and head are made of. Not ``moved``: the gradients themselves.
    """
    first = below(x, trained)
    z = first @ new
    second = _relu(z)
    error = (second @ head - y) / mean(x)
    open_ = {"new": z > 0, "first": first > 0, None: 1.0}[slope]
    back = np.outer(error, head if seen is None else seen) * open_
    values = {"first": first, "second": second, "x": x}
    by_new, by_head = values[read].T @ back, values[head_reads].T @ error
    by_new = by_new.T if turned else by_new
    if not moved:
        return np.zeros_like(trained), by_new, by_head
    if not frozen:
        trained = trained - lr * x.T @ ((back @ new.T) * (x @ trained > 0))
    return trained, new - lr * by_new, head - lr * by_head


def _one_after_the_other(x, y, trained, new, head, lr):
    _, new_after, _ = _growth_step(x, y, trained, new, head, lr)
    return trained, new_after, _growth_step(x, y, trained, new_after, head, lr)[2]


def _head_first(x, y, trained, new, head, lr):
    head_after = _growth_step(x, y, trained, new, head, lr)[2]
    return trained, _growth_step(x, y, trained, new, head, lr, seen=head_after)[1], head_after


def _one_by_one(x, y, trained, new, head, lr):
    for k in range(len(x)):
        _, new, head = _growth_step(x[k : k + 1], y[k : k + 1], trained, new, head, lr)
    return trained, new, head


def _wrong_layer(x, y, trained, new, head, lr):
    moved, _, after = _growth_step(x, y, trained, new, head, lr, frozen=False)
    return moved, new, after


def _small_networks(rng: np.random.Generator) -> dict:
    n, width = int(rng.integers(4, 7)), 2
    return {
        "x": rng.normal(size=(n, width)),
        "y": rng.normal(size=n),
        "trained": rng.normal(size=(width, width)),
        "new": rng.normal(size=(width, width)),
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
        "the trained layer moves and the new one is frozen": (_wrong_layer,
            "The layer below was trained in the stage before, and is frozen. The new one learns."),
        "only the head is trained": (lambda *case: (*case[2:4], _growth_step(*case)[2]),
            "A growth stage trains the new layer together with a new head. With a random layer "
            "in between nothing is gained by growing."),
        "only the new layer is trained": (lambda *case: (*_growth_step(*case)[:2], case[4]),
            "The head is fresh in every stage, so it has to be trained as well."),
        "the trained layer is thrown away": ({"below": lambda x, trained: x},
            "The new layer is to read what the trained layer makes of x, not x itself."),
        "the slope of the relu is forgotten": ({"slope": None},
            "Where relu(x @ trained) @ new is negative the new layer gets no gradient."),
        "the slope is that of the first relu": ({"slope": "first"},
            "Whether the new layer gets a gradient is decided by what its own relu received, "
            "relu(x @ trained) @ new."),
        "the new layer's gradient is made of x": ({"read": "x"},
            "The new layer reads relu(x @ trained): its gradient is that, transposed, @ what "
            "comes back."),
        "the new layer's gradient is transposed": ({"turned": True},
            "It is first.T @ back, with first = relu(x @ trained). In a 2 x 2 layer the shape does "
            "not tell."),
        "the head's gradient is made of the trained layer's values": ({"head_reads": "first"},
            "The head reads what the new layer gives: its gradient is second.T @ error."),
        "every error is that of the mean of y": ({"y": lambda y: np.full_like(y, y.mean())},
            "Each prediction is compared with its own target. They are mixed, for instance, when "
            "a prediction of shape (n, 1) less y of shape (n,) becomes (n, n)."),
        "the gradients are added up over the examples": ({"mean": lambda x: 1},
            "The cost is a mean: divide by the number of examples."),
        "the gradients are divided by the number of entries of x": ({"mean": np.size},
            "The cost is a mean over the n examples: divide by len(x)."),
        "there is a step after every example": (_one_by_one,
            "That is stochastic descent, n steps long. Asked for is one step on the mean cost."),
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
        "the gradients come back, not the weights": ({"moved": False},
            "The weights after the step are the old ones less lr times these."),
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


def _grown_output(x, layers, heads, *, first=None, hidden=np.tanh, last=np.tanh, turned=False):
    """``first`` acts before the weights, ``hidden`` after them, ``last`` in the last layer."""
    for weights in layers[:-1]:
        weights = weights.T if turned else weights
        x = hidden((first(x) if first else x) @ weights)
    weights = layers[-1].T if turned else layers[-1]
    return last((first(x) if first else x) @ weights) @ (heads[-1].T if turned else heads[-1])


def _stage_by_stage(x, layers, heads):
    stages = range(1, len(heads) + 1)
    return np.array([_grown_output(x, layers[:stage], heads[:stage]) for stage in stages])


def _with_heads(x, layers, heads):
    for weights, head in zip(layers, heads, strict=True):
        x = np.tanh(x @ weights) @ head
    return x


def _heads_at_the_end(x, layers, heads):
    x = _last_hidden(x, layers, heads)
    for head in heads:
        x = x @ head
    return x


def _last_hidden(x, layers, heads):
    return _grown_output(x, layers, [np.eye(2)])


def _stages(rng: np.random.Generator) -> dict:
    """One example or five, three stages or four: no size is another, nor the width 2."""
    count, width = int(rng.integers(3, 5)), 2
    return {
        "x": rng.normal(size=(int(rng.choice([1, 5])), width)),
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
        "it uses the head of the stage before the last": ({"heads": lambda heads: heads[:-1]},
            "The last head is heads[-1], or heads[len(heads) - 1]: it fits the last layer."),
        "the lower layers are thrown away": ({"layers": lambda layers: layers[-1:]},
            "The last layer was trained on what the layers below make of x. It must not read x "
            "itself."),
        "the last hidden layer is left out": ({"layers": lambda layers: layers[:-1]},
            "The last head reads the last layer's values. All k hidden layers are in use."),
        "it is the network of the first stage": (
            {"layers": lambda layers: layers[:1], "heads": lambda heads: heads[:1]},
            "All k hidden layers and the last head are in use. The loop may end too early, for "
            "instance, with a return inside it."),
        "the layers run from the top down": ({"layers": lambda layers: layers[::-1]},
            "The layer of the first stage reads x."),
        "the old heads stay in between": (_with_heads,
            "A head is removed when the next layer comes: the new layer reads the hidden values."),
        "all heads follow one another at the end": (_heads_at_the_end,
            "Each head was the end of its own stage. Only the last one is left."),
        "the answers of all heads are added": (
            lambda *case: _stage_by_stage(*case).sum(axis=0),
            "That would be an ensemble of all stages. Greedy pretraining keeps the last head only.",
        ),
        "the answers of all stages come back": (_stage_by_stage,
            "One answer for every example is wanted: that of the last stage."),
        "the mean of all heads is used": (
            {"heads": lambda heads: heads.mean(axis=0, keepdims=True)},
            "The heads before the last were trained on other values, and are thrown away."),
        "the head is missing": (_last_hidden,
            "These are the last hidden values. The answer is their product with the last head."),
        "the last hidden layer has no tanh": ({"last": np.asarray},
            "Every hidden layer applies tanh, the last one as well."),
        "no layer has its tanh": ({"hidden": np.asarray, "last": np.asarray},
            "Without tanh all layers together are one matrix. Hidden layers apply it."),
        "tanh comes once, after all layers": ({"hidden": np.asarray},
            "Every hidden layer applies tanh to its own values."),
        "tanh comes before the weights, not after": (
            {"first": np.tanh, "hidden": np.asarray, "last": np.asarray},
            "A hidden layer is tanh(x @ weights)."),
        "the hidden layers apply relu": ({"hidden": _relu, "last": _relu},
            "Here they apply tanh."),
        "the weights are transposed": ({"turned": True},
            "A row x goes to x @ weights. In torch's Linear the matrix is stored transposed; these "
            "are not."),
        "the head applies tanh": (lambda *case: np.tanh(_grown_output(*case)),
            "A head is linear: it applies nothing after the product."),
        "it is the class, not the answer": (lambda *case: _grown_output(*case).argmax(axis=1),
            "Return both numbers of the head for every example; which is larger comes later."),
    },
    hints=(
        "Which parts of the k trained networks are still in use at the end?",
        "Go through all hidden layers in order; of the heads only one is left.",
        "for weights in layers: x = np.tanh(x @ weights). Then x @ heads[-1].",
    ),
    praise="k heads were trained and k - 1 of them thrown away. That is a part of the price of "
    "greedy training.",
)  # fmt: skip


def _gains(
    joint, tuned, before, every, *, records=lambda last, greedy: (last + greedy, last),
    compared=lambda tuned, joint: tuned - joint,
):  # fmt: skip
    total, own = records(len(tuned) - 1, before // every)
    return float(compared(tuned[-1], joint[total])), float(compared(tuned[-1], joint[own]))


def _gain_curves(joint, tuned, before, every):
    n, greedy = len(tuned), before // every
    return tuned - joint[greedy : greedy + n], tuned - joint[:n]


def _accuracies(rng: np.random.Generator, count: int) -> np.ndarray:
    """Per cent with one decimal, no two alike."""
    return rng.choice(np.arange(11, 1000), count, replace=False) / 10


def _curves(rng: np.random.Generator) -> dict:
    every, stages = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    records = int(rng.integers(2, 5))
    length = stages * every + records + int(rng.integers(2, 4))
    return {
        "joint": _accuracies(rng, length),
        "tuned": _accuracies(rng, records + 1),
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
        "the greedy stages' updates are taken off for the first number": (
            {"records": lambda last, greedy: (last - greedy, last)},
            "Joint training gets them in addition: equal total updates are greedy and fine-tuning "
            "together."),
        "the first number takes an earlier record of fine-tuning": (
            lambda joint, tuned, before, every: (
                tuned[max(len(tuned) - 1 - before // every, 0)] - joint[len(tuned) - 1],
                tuned[-1] - joint[len(tuned) - 1]),
            "What the pretrained network reaches at its end is tuned[-1], in both numbers. It is "
            "joint training that gets more updates."),
        "it is one record late": ({"records": lambda last, greedy: (last + 1 + greedy, last + 1)},
            "A curve of three records has made two times `every` updates: the first is at 0."),
        "the first number is one record late": (
            {"records": lambda last, greedy: (last + 1 + greedy, last)},
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later."),
        "the second number is one record late": (
            {"records": lambda last, greedy: (last + greedy, last + 1)},
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later."),
        "the first number is one record early": (
            {"records": lambda last, greedy: (last + greedy - 1, last)},
            "Record k of a curve is at k * every updates: both counts simply add."),
        "updates are taken for records": ({"every": 1},
            "A record is made after `every` updates: the greedy stages took before // every of "
            "them."),
        "fine-tuning's own updates are left out": ({"records": lambda last, greedy: (greedy, last)},
            "In all means both: the updates of the greedy stages and those of fine-tuning."),
        "joint training is judged by its best moment": ({"joint": np.maximum.accumulate},
            "Then give the pretrained network its best moment as well. Here both are judged at "
            "their end."),
        "both are judged by their best moment": (
            {"joint": np.maximum.accumulate, "tuned": np.maximum.accumulate},
            "Here both are judged at their end, however good they were before."),
        "the start of fine-tuning is compared": ({"tuned": lambda tuned: tuned[:1]},
            "What it reaches at its end: tuned[-1]."),
        "it is joint minus pretrained": (lambda *case: tuple(-gain for gain in _gains(*case)),
            "How much MORE the pretrained network reaches: pretrained minus joint."),
        "the accuracies are divided, not subtracted": (
            {"compared": lambda tuned, joint: tuned / joint},
            "How much more is a difference: tuned[-1] - joint[k]."),
        "the differences lose their signs": (
            {"compared": lambda tuned, joint: abs(tuned - joint)},
            "A loss is a negative gain. Keep its sign."),
        "the differences come back as curves": (_gain_curves,
            "Two numbers are wanted: the differences at the end of fine-tuning."),
        "the differences are averaged over the fine-tuning": (
            lambda *case: tuple(float(gains.mean()) for gains in _gain_curves(*case)),
            "Wanted is what it reaches at its end: the last difference of each curve."),
    },
    hints=(
        "How many updates did the pretrained network make in all, and how many of fine-tuning?",
        "Record k of a curve is at k * every updates. The greedy stages took before // every "
        "records.",
        "k = len(tuned) - 1; compare tuned[-1] with joint[k + before // every] and with joint[k].",
    ),
    praise="Same networks, two numbers. Whoever reports a speed-up should say which one it is.",
)  # fmt: skip


def _frozen_step(
    w, velocity, gradient, frozen, lr, momentum, decay, *, stopped=(True, True, True),
    gathered=lambda v, g, d, momentum, lr: momentum * v + g + d,
    step=lambda old, v, g, momentum: v, rested=None,
):  # fmt: skip
    """One step, with what is stopped in frozen weights: old velocity, gradient, decay.

    ``gathered`` makes the new velocity of velocity, gradient and decay, ``step`` says what lr
    multiplies, ``rested`` where the frozen weights rest.
    """
    moves = zip((velocity, gradient, decay * w), stopped, strict=True)
    v, g, d = (np.where(frozen & stop, 0.0, move) for move, stop in moves)
    after = gathered(v, g, d, momentum, lr)
    moved = w - lr * step(v, after, g + d, momentum)
    return moved if rested is None else np.where(frozen, rested, moved), after


def _kept_velocity(w, velocity, gradient, frozen, *rest):
    after, v = _frozen_step(w, velocity, gradient, frozen, *rest)
    return after, np.where(frozen, velocity, v)


def _running_velocity(w, velocity, gradient, frozen, *rest):
    after, v = _frozen_step(w, velocity, gradient, False, *rest)
    return np.where(frozen, w, after), v


def _decayed_beside(w, velocity, gradient, frozen, lr, momentum, decay):
    after, v = _frozen_step(w, velocity, gradient, frozen, lr, momentum, 0.0)
    return after - lr * decay * np.where(frozen, 0.0, w), v


def _lr_in_velocity(*case):
    lr = case[4]
    after, v = _frozen_step(*case, gathered=lambda v, g, d, m, lr: m * v / lr + g + d)
    return after, lr * v


def _minus_lr_in_velocity(w, velocity, *rest):
    after, v = _lr_in_velocity(w, -velocity, *rest)
    return after, -v


def _free_alone(w, velocity, gradient, frozen, *rest):
    return tuple(part[~frozen] for part in _frozen_step(w, velocity, gradient, frozen, *rest))


def _steps(rng: np.random.Generator) -> dict:
    n = int(rng.integers(3, 6))
    frozen = np.zeros(n, bool)
    frozen[rng.permutation(n)[: int(rng.integers(1, n))]] = True
    return {
        "w": rng.normal(size=n), "velocity": rng.normal(size=n), "gradient": rng.normal(size=n),
        "frozen": frozen, "lr": float(rng.uniform(0.05, 0.3)),
        "momentum": float(rng.uniform(0.5, 0.95)), "decay": float(rng.uniform(0.1, 0.5)),
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
        "only the old velocity is set to zero": ({"stopped": (True, False, False)},
            "Gradient and decay give the frozen weights a new velocity at once, and move them."),
        "their velocity is kept": (_kept_velocity,
            "They do not move now, but when they are released for fine-tuning they would jump "
            "with a velocity that is long out of date. Set it to 0."),
        "their velocity goes on": (_running_velocity,
            "They do not move now, but the velocity goes on growing, and they would jump when they "
            "are released for fine-tuning. Set it to 0."),
        "nothing is frozen": ({"frozen": False}, "The frozen weights move as the others do."),
        "everything is frozen": ({"frozen": np.ones_like},
            "Each weight has its own truth value: the free ones move. One question about the whole "
            "array, such as frozen.any(), has one answer for all."),
        "the wrong weights are frozen": ({"frozen": np.logical_not},
            "True means frozen: these stay, the others move."),
        "the frozen weights become 0": ({"rested": 0.0},
            "Their velocity becomes 0. The weights stay what they were."),
        "only the free weights come back": (_free_alone,
            "The pair has all n weights in it; the frozen ones as they were, with velocity 0."),
        "weight decay is missing": ({"decay": 0.0}, "The free weights decay as before."),
        "weight decay has the wrong sign": ({"decay": np.negative},
            "decay * w is added to the velocity, which is subtracted from w: it pulls to 0."),
        "weight decay stays out of the velocity": (_decayed_beside,
            "That is AdamW's decoupled decay. Here decay * w is a part of the velocity."),
        "the decay multiplies the velocity, not the weights": (
            lambda w, v, g, frozen, lr, m, decay: _frozen_step(w, v, g, frozen, lr, m + decay, 0.0),
            "Weight decay is decay * w: it pulls the weights to 0."),
        "the old velocity is forgotten": ({"momentum": 0.0},
            "That is plain descent. Momentum keeps a part of the old velocity."),
        "momentum multiplies gradient and decay too": (
            {"gathered": lambda v, g, d, momentum, lr: momentum * (v + g + d)},
            "It multiplies the old velocity alone."),
        "gradient and decay are weighed by 1 - momentum": (
            {"gathered": lambda v, g, d, momentum, lr: momentum * v + (1 - momentum) * (g + d)},
            "That is the averaged convention. Here they are added whole."),
        "the learning rate is in the velocity": (_lr_in_velocity,
            "Here the velocity is a sum of gradients. The learning rate comes when w moves."),
        "the velocity is the step itself, -lr included": (_minus_lr_in_velocity,
            "That is Keras's convention. Here the velocity is a sum of gradients, and w moves by "
            "-lr times it."),
        "the weights move with the old velocity": ({"step": lambda old, v, g, momentum: old},
            "First renew the velocity, then move with it."),
        "the step looks ahead": ({"step": lambda old, v, g, momentum: g + momentum * v},
            "That is Nesterov's step. Here w moves by -lr times the new velocity."),
        "the step goes uphill": ({"step": lambda old, v, g, momentum: -v},
            "w - lr * velocity: descent subtracts."),
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
