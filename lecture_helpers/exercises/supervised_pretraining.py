"""The exercises of lesson 4, supervised pretraining."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise


def _relu(z):
    return np.maximum(z, 0.0)


def _below(x, trained):
    return _relu(x @ trained)


def _growth(x, y, trained, new, head, lr, *, below=_below, slope=True, mean=True, seen=None):
    """One step: (trained, new, head) after it, and the gradient by ``trained``.

    ``seen`` is the head that the new layer's gradient comes through, if not ``head``.
    """
    first = below(x, trained)
    z = first @ new
    second = _relu(z)
    error = (second @ head - y) / (len(x) if mean else 1)
    back = np.outer(error, head if seen is None else seen) * ((z > 0) if slope else 1.0)
    first_back = (back @ new.T) * (x @ trained > 0)
    return (trained, new - lr * first.T @ back, head - lr * second.T @ error), x.T @ first_back


def _growth_step(x, y, trained, new, head, lr):
    return _growth(x, y, trained, new, head, lr)[0]


def _not_frozen(x, y, trained, new, head, lr):
    (_, new_after, head_after), gradient = _growth(x, y, trained, new, head, lr)
    return trained - lr * gradient, new_after, head_after


def _one_after_the_other(x, y, trained, new, head, lr):
    _, new_after, _ = _growth_step(x, y, trained, new, head, lr)
    return trained, new_after, _growth_step(x, y, trained, new_after, head, lr)[2]


def _head_first(x, y, trained, new, head, lr):
    head_after = _growth_step(x, y, trained, new, head, lr)[2]
    return trained, _growth(x, y, trained, new, head, lr, seen=head_after)[0][1], head_after


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
        "the trained layer is not frozen": (
            _not_frozen,
            "The layer below was trained in the stage before. In this stage it only passes its "
            "values on: return trained as it came.",
        ),
        "only the head is trained": (
            lambda x, y, trained, new, head, lr: (
                trained, new, _growth_step(x, y, trained, new, head, lr)[2]),
            "A growth stage trains the new layer together with a new head. With a random layer "
            "in between nothing is gained by growing.",
        ),
        "only the new layer is trained": (
            lambda x, y, trained, new, head, lr: (
                trained, _growth_step(x, y, trained, new, head, lr)[1], head),
            "The head is fresh in every stage, so it has to be trained as well.",
        ),
        "the trained layer is thrown away": (
            lambda x, y, trained, new, head, lr: _growth(
                x, y, trained, new, head, lr, below=lambda x, trained: x)[0],
            "The new layer is to read what the trained layer makes of x, not x itself.",
        ),
        "the slope of the relu is forgotten": (
            lambda x, y, trained, new, head, lr: _growth(
                x, y, trained, new, head, lr, slope=False)[0],
            "Where relu(x @ trained) @ new is negative the new layer gets no gradient.",
        ),
        "the gradients are added up over the examples": (
            lambda x, y, trained, new, head, lr: _growth(
                x, y, trained, new, head, lr, mean=False)[0],
            "The cost is a mean: divide by the number of examples.",
        ),
        "the head's step sees the new layer after its step": (
            _one_after_the_other,
            "Both steps belong to the same weights: compute both gradients first.",
        ),
        "the new layer's gradient comes through the head after its step": (
            _head_first,
            "Both steps belong to the same weights: compute both gradients before you change one.",
        ),
        "the trained layer has no relu": (
            lambda x, y, trained, new, head, lr: _growth(
                x, y, trained, new, head, lr, below=lambda x, trained: x @ trained)[0],
            "Frozen means that its weights stay. It still applies its relu.",
        ),
        "the step is twice as long": (
            lambda x, y, trained, new, head, lr: _growth_step(x, y, trained, new, head, 2 * lr),
            "The cost is half the squared error, so that the factor 2 of the square goes away.",
        ),
        "the trained layer is not returned": (
            lambda x, y, trained, new, head, lr: _growth_step(x, y, trained, new, head, lr)[1:],
            "Return three weights: trained as it came, then new and head after the step.",
        ),
        "the step goes uphill": (
            lambda x, y, trained, new, head, lr: _growth_step(x, y, trained, new, head, -lr),
            "Descent subtracts the gradient.",
        ),
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


def _through(x, layers, last=np.tanh):
    for weights in layers[:-1]:
        x = np.tanh(x @ weights)
    return last(x @ layers[-1])


def _grown_output(x, layers, heads):
    return _through(x, layers) @ heads[-1]


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
        "it uses the head of the first stage": (
            lambda x, layers, heads: _through(x, layers) @ heads[0],
            "That head was trained on the values of the first layer. Every stage gets a fresh "
            "one, and the last is the one that fits the last layer.",
        ),
        "the lower layers are thrown away": (
            lambda x, layers, heads: np.tanh(x @ layers[-1]) @ heads[-1],
            "The last layer was trained on what the layers below make of x.",
        ),
        "the layers run from the top down": (
            lambda x, layers, heads: _through(x, layers[::-1]) @ heads[-1],
            "The layer of the first stage reads x.",
        ),
        "the old heads stay in between": (
            lambda x, layers, heads: _with_heads(x, layers, heads),
            "A head is removed when the next layer comes: the new layer reads the hidden values.",
        ),
        "the answers of all heads are added": (
            lambda x, layers, heads: sum(
                _through(x, layers[: k + 1]) @ head for k, head in enumerate(heads)),
            "That would be an ensemble of all stages. Greedy pretraining keeps the last head only.",
        ),
        "the last hidden layer has no tanh": (
            lambda x, layers, heads: _through(x, layers, last=lambda z: z) @ heads[-1],
            "Every hidden layer applies tanh, the last one as well.",
        ),
        "the head applies tanh": (
            lambda x, layers, heads: np.tanh(_grown_output(x, layers, heads)),
            "A head is linear: it applies nothing after the product.",
        ),
    },
    hints=(
        "Which parts of the k trained networks are still in use at the end?",
        "Go through all hidden layers in order; of the heads only one is left.",
        "for weights in layers: x = np.tanh(x @ weights). Then x @ heads[-1].",
    ),
    praise="k heads were trained and k - 1 of them thrown away. That is a part of the price of "
    "greedy training.",
)  # fmt: skip


def _with_heads(x, layers, heads):
    for weights, head in zip(layers, heads, strict=True):
        x = np.tanh(x @ weights) @ head
    return x


def _gains(joint, tuned, before, every):
    records = len(tuned) - 1
    return float(tuned[-1] - joint[records + before // every]), float(tuned[-1] - joint[records])


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
        "last is compared with last": (
            lambda joint, tuned, before, every: (float(tuned[-1] - joint[-1]),) * 2,
            "Joint training went on for longer than the pretrained network did. Compare at the "
            "same number of updates.",
        ),
        "the first number compares last with last": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - joint[-1]), _gains(joint, tuned, before, every)[1]),
            "Joint training may have gone on for longer. Take its record at as many updates as "
            "the greedy stages and the fine-tuning made together.",
        ),
        "the two counts are exchanged": (
            lambda joint, tuned, before, every: _gains(joint, tuned, before, every)[::-1],
            "At equal total updates joint training may use the greedy stages' updates as well.",
        ),
        "the greedy stages are never counted": (
            lambda joint, tuned, before, every: (_gains(joint, tuned, before, every)[1],) * 2,
            "For the first number the greedy stages' updates count too.",
        ),
        "the greedy stages are always counted": (
            lambda joint, tuned, before, every: (_gains(joint, tuned, before, every)[0],) * 2,
            "For the second number only the updates of fine-tuning count.",
        ),
        "it is one record late": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - joint[len(tuned) + before // every]),
                float(tuned[-1] - joint[len(tuned)])),
            "A curve of three records has made two times `every` updates: the first is at 0.",
        ),
        "the first number is one record late": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - joint[len(tuned) + before // every]),
                _gains(joint, tuned, before, every)[1]),
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later.",
        ),
        "the second number is one record late": (
            lambda joint, tuned, before, every: (
                _gains(joint, tuned, before, every)[0], float(tuned[-1] - joint[len(tuned)])),
            "The first record of a curve is at 0 updates: its last one is len - 1 steps later.",
        ),
        "updates are taken for records": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - joint[len(tuned) - 1 + before]),
                _gains(joint, tuned, before, every)[1]),
            "A record is made after `every` updates: the greedy stages took before // every of "
            "them.",
        ),
        "fine-tuning's own updates are left out": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - joint[before // every]), _gains(joint, tuned, before, every)[1]),
            "In all means both: the updates of the greedy stages and those of fine-tuning.",
        ),
        "joint training is judged by its best moment": (
            lambda joint, tuned, before, every: (
                float(tuned[-1] - max(joint[: len(tuned) + before // every])),
                float(tuned[-1] - max(joint[: len(tuned)]))),
            "Then give the pretrained network its best moment as well. Here both are judged at "
            "their end.",
        ),
        "joint minus pretrained": (
            lambda joint, tuned, before, every: tuple(
                -gain for gain in _gains(joint, tuned, before, every)),
            "How much MORE the pretrained network reaches: pretrained minus joint.",
        ),
    },
    hints=(
        "How many updates did the pretrained network make in all, and how many of fine-tuning?",
        "Record k of a curve is at k * every updates. The greedy stages took before // every "
        "records.",
        "k = len(tuned) - 1; compare tuned[-1] with joint[k + before // every] and with joint[k].",
    ),
    praise="Same networks, two numbers. Whoever reports a speed-up should say which one it is.",
)  # fmt: skip


def _frozen_step(w, velocity, gradient, frozen, lr, momentum, decay):
    v = np.where(frozen, 0.0, momentum * velocity + gradient + decay * w)
    return w - lr * v, v


def _zeroed(w, velocity, gradient, frozen, lr, momentum, decay):
    return _frozen_step(w, velocity, np.where(frozen, 0.0, gradient), False & frozen,
                        lr, momentum, decay)  # fmt: skip


def _old_velocity(w, velocity, gradient, frozen, lr, momentum, decay):
    v = momentum * velocity + np.where(frozen, 0.0, gradient + decay * w)
    return w - lr * v, v


def _kept_velocity(w, velocity, gradient, frozen, lr, momentum, decay):
    after, v = _frozen_step(w, velocity, gradient, frozen, lr, momentum, decay)
    return after, np.where(frozen, velocity, v)


def _running_velocity(w, velocity, gradient, frozen, lr, momentum, decay):
    v = momentum * velocity + gradient + decay * w
    return np.where(frozen, w, w - lr * v), v


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
        "only the gradient is set to zero": (
            _zeroed,
            "The optimizer still holds the frozen weights: weight decay and the old velocity go "
            "on moving them.",
        ),
        "the old velocity still moves them": (
            _old_velocity,
            "Gradient and decay are gone, but the velocity of the stage before is not.",
        ),
        "their velocity is kept": (
            _kept_velocity,
            "They do not move now, but when they are released for fine-tuning they would jump "
            "with a velocity that is long out of date. Set it to 0.",
        ),
        "their velocity goes on": (
            _running_velocity,
            "They do not move now, but the velocity goes on growing, and they would jump when they "
            "are released for fine-tuning. Set it to 0.",
        ),
        "nothing is frozen": (
            lambda w, velocity, gradient, frozen, lr, momentum, decay: _frozen_step(
                w, velocity, gradient, frozen & False, lr, momentum, decay),
            "The argument frozen is not used.",
        ),
        "the wrong weights are frozen": (
            lambda w, velocity, gradient, frozen, lr, momentum, decay: _frozen_step(
                w, velocity, gradient, ~frozen, lr, momentum, decay),
            "True means frozen: these stay, the others move.",
        ),
        "weight decay is missing": (
            lambda w, velocity, gradient, frozen, lr, momentum, decay: _frozen_step(
                w, velocity, gradient, frozen, lr, momentum, 0.0),
            "The free weights decay as before.",
        ),
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
