import numpy as np
import pytest
import torch
from torch import nn

from lecture_helpers.datasets import digits, split
from lecture_helpers.networks.layer_probes import (
    gradient_norms,
    hidden_values,
    layer_report,
    linear_probe,
    predict,
    probe_accuracies,
)
from lecture_helpers.pretraining.deep_supervision import (
    GUIDES,
    Guided,
    deeply_supervised,
    hint_loss,
    hinted,
    input_loss,
    misguided,
    reconstructing,
    side_loss,
    stage_loss,
    teacher,
    told_loss,
    train_guided,
    with_told,
)
from lecture_helpers.pretraining.greedy_growth import shuffled
from lecture_helpers.training import mlp, seeded, train

SMALL = dict(steps=20, seeds=[3, 4], lr=0.1, record=2, progress=False)


@pytest.fixture(scope="module")
def teachers():
    return train(teacher, digits(), teacher_width=16, checkpoints="last", **SMALL)


@pytest.mark.parametrize("how", GUIDES)
def test_without_weight_the_guide_changes_nothing(how, teachers):
    given = dict(depth=4, width=8, teachers=teachers, **SMALL)
    given |= {"teacher_width": 16} if how == "hint" else {}
    free, pulled = (train_guided(how, digits(), guide=g, **given) for g in (0.0, 1.0))
    plain = train(mlp, digits(), depth=4, width=8, **SMALL)
    np.testing.assert_allclose(free.train_loss, plain.train_loss, rtol=1e-5)
    assert not np.allclose(pulled.accuracy[..., -1], plain.accuracy[..., -1], atol=1e-3)


def test_sides_that_are_told_the_labels_are_those_of_deep_supervision_and_others_are_not():
    given = dict(guide=2.0, depth=4, width=8, **SMALL)
    guided = train_guided("deep supervision", digits(), **given)

    def misled(told):
        return train(misguided, with_told(digits(), told), loss=told_loss, **given)

    np.testing.assert_allclose(misled(digits().targets).train_loss, guided.train_loss, rtol=1e-4)
    noise = misled(shuffled(digits()).targets)
    assert (noise.train_loss[..., -1] > guided.train_loss[..., -1] + 0.5).all()


def test_the_network_itself_does_not_see_what_its_sides_are_told():
    network = seeded(misguided, seed=0, inputs=5, outputs=3, depth=3, width=4)
    x = torch.randn(6, 5)
    other = torch.cat([x[:, :4], x[:, 4:] + 1], 1)
    *same, told = network(x)
    *again, changed = network(other)
    for a, b in zip(same, again, strict=True):
        assert torch.equal(a, b)
    torch.testing.assert_close(changed, told + 1)


def test_the_teacher_stays_as_it_is_and_the_hint_comes_near(teachers):
    runs = train_guided(
        "hint", digits(), guide=3.0, teachers=teachers, depth=4, width=8, teacher_width=16,
        checkpoints=True, **SMALL | {"steps": 200},
    )  # fmt: skip
    before, after = (runs.state(seed=3, step=k) for k in (0, 200))
    for name in (n for n in after if n.startswith("teacher.")):
        np.testing.assert_array_equal(after[name], teachers.state(seed=3)[name])
    x = torch.tensor(digits().inputs[:200])
    far, near = (_miss(runs.module(seed=3, step=k), x) for k in (0, 200))
    assert near < 0.5 * far and before.keys() == after.keys()


def _miss(network, x):
    with torch.no_grad():
        _, guess, hint = network(x)
    return float((guess - hint).square().mean())


def test_a_guided_network_answers_as_its_network_and_every_side_as_its_layer():
    made = seeded(deeply_supervised, seed=0, inputs=4, outputs=3, depth=3, width=5)
    plain = seeded(mlp, seed=0, inputs=4, outputs=3, depth=3, width=5)
    x = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    final, first, second = made(x)
    torch.testing.assert_close(final, plain(x), rtol=0, atol=0)
    torch.testing.assert_close(first, made.sides.hidden1(plain.hidden1(x)), rtol=0, atol=0)
    torch.testing.assert_close(
        second, made.sides.hidden2(plain.hidden2(plain.hidden1(x))), rtol=0, atol=0
    )


def test_the_losses_are_the_sums_they_stand_for():
    rng = torch.Generator().manual_seed(2)
    final, a, b = (torch.randn(5, 3, generator=rng) for _ in range(3))
    labels, guide = torch.tensor([0, 1, 2, 0, 1]), torch.full((5,), 0.3)
    ce = nn.functional.cross_entropy
    by_hand = ce(final, labels) + 0.3 * (ce(a, labels) + ce(b, labels)) / 2
    torch.testing.assert_close(side_loss((final, a, b), labels, guide=guide).mean(), by_hand)
    by_hand = ce(final, labels) + 0.3 * nn.functional.mse_loss(a, b)
    torch.testing.assert_close(hint_loss((final, a, b), labels, guide=guide).mean(), by_hand)
    x = torch.randn(5, 3, generator=rng)
    far = nn.functional.mse_loss
    by_hand = ce(final, labels) + 0.3 * (far(a, x) + far(b, x)) / 2
    torch.testing.assert_close(input_loss((final, a, b, x), labels, guide=guide).mean(), by_hand)
    torch.testing.assert_close(stage_loss(a, x, guide=guide).mean(), 0.3 * far(a, x))
    torch.testing.assert_close(stage_loss(a, labels, guide=guide).mean(), 0.3 * ce(a, labels))


@pytest.mark.parametrize("middle, layers", [(False, (1, 2, 3)), (True, (2,))])
def test_sides_that_give_back_the_input_read_their_layer_and_leave_the_network_alone(
    middle, layers
):
    made = seeded(reconstructing, seed=0, inputs=6, outputs=3, depth=4, width=5, middle=middle)
    plain = seeded(mlp, seed=0, inputs=6, outputs=3, depth=4, width=5)
    x = torch.randn(7, 6, generator=torch.Generator().manual_seed(1))
    final, *sides, told = made(x)
    torch.testing.assert_close(final, plain(x), rtol=0, atol=0)
    assert told is x and [side.shape for side in sides] == [x.shape] * len(layers)
    values = hidden_values(plain, x.numpy())
    for k, side in zip(layers, sides, strict=True):
        head = made.sides[f"hidden{k}"]
        torch.testing.assert_close(side, head(torch.tensor(values[k])))


@pytest.mark.parametrize(
    "attempt, words",
    [
        (lambda: hinted(4, 3, depth=4, hint_at=5), "hint_at must be one of 1, 2, 3, 4, not 5."),
        (lambda: Guided(mlp(4, 3, depth=2), {"hidden3": nn.Linear(32, 3)}),
         "side must be one of 'hidden1', 'hidden2', not 'hidden3'."),
        (lambda: Guided(mlp(4, 3, depth=2), {"output": nn.Linear(3, 3)}), "side must be one of"),
        (lambda: train_guided("shout", digits(), guide=1.0, **SMALL), "how must be one of"),
        (lambda: train_guided("hint", digits(), guide=1.0, **SMALL), "teachers must be runs of a"),
        (lambda: deeply_supervised(4, 3, depth=1), "depth must be a whole number, 2 or more"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(attempt, words):
    with pytest.raises(ValueError) as refusal:
        attempt()
    assert str(refusal.value).startswith(words)


def test_a_probe_finds_what_is_linear_and_misses_what_is_not():
    x = np.random.default_rng(0).normal(size=(400, 2))
    straight, crossed = (x[:, 0] > 0).astype(int), (x[:, 0] * x[:, 1] > 0).astype(int)
    accuracy = [linear_probe(x[:300], y[:300], x[300:], y[300:]) for y in (straight, crossed)]
    assert accuracy[0] > 0.95 and accuracy[1] < 0.7


def test_every_layer_is_probed_on_what_it_passes_on():
    net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=2, width=8)
    values = hidden_values(net, digits().inputs[:5])
    x = torch.tensor(digits().inputs[:5])
    np.testing.assert_array_equal(values[2], net.hidden2(net.hidden1(x)).detach().numpy())
    assert [v.shape[1] for v in values] == [64, 8, 8]
    found = probe_accuracies(net, digits(), split(digits(), 0))
    assert found.shape == (3,) and found[0] > 0.9 > found[2]
    parts, y = split(digits(), 0), digits().targets
    top = hidden_values(net, digits().inputs)[2]
    wanted = linear_probe(top[parts.train], y[parts.train], top[parts.test], y[parts.test])
    assert found[2] == wanted
    report = layer_report(net, digits())
    np.testing.assert_array_equal(report["probe accuracy"], found)
    some = split(digits(), 0).train[:256]
    pulls = gradient_norms(net, digits().inputs[some], digits().targets[some])
    np.testing.assert_array_equal(report["gradient"], pulls)
    assert report["pull"] == pulls[0] / pulls[-1]


def test_gradient_norms_are_those_of_torch():
    net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=2, width=8)
    x, y = digits().inputs[:50], digits().targets[:50]
    found = gradient_norms(net, x, y)
    loss = nn.functional.cross_entropy(net(torch.tensor(x)), torch.tensor(y))
    weights = [net.hidden1.linear.weight, net.hidden2.linear.weight, net.output.weight]
    wanted = [float(g.norm()) for g in torch.autograd.grad(loss, weights)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    np.testing.assert_allclose(gradient_norms(net, x, y), found, rtol=1e-6)


def test_answers_are_the_classes_with_the_largest_output():
    net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=2, width=8)
    wanted = net(torch.tensor(digits().inputs[:9])).argmax(1).numpy()
    np.testing.assert_array_equal(predict(net, digits().inputs[:9]), wanted)
