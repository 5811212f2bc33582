import numpy as np
import torch

from lecture_helpers.datasets import spirals
from lecture_helpers.networks.blurred_weights import BlurredNet
from lecture_helpers.training import live

SMALL = dict(steps=20, seeds=2, lr=0.1, batch_size=16, record=5, width=5)


def test_the_outputs_in_training_are_those_of_perturbed_weights_and_at_test_time_of_its_own():
    torch.manual_seed(0)
    net, x = BlurredNet(2, 3, width=4, sigma=0.3), torch.randn(1, 2)
    layers = net.hidden1, net.hidden2, net.output
    torch.manual_seed(1)
    z = torch.randn(1, 8 + 16 + 12)[0].split([8, 16, 12])
    h = x[0]
    for k, (layer, draws) in enumerate(zip(layers, z, strict=True)):
        h = (layer.weight + 0.3 * draws.view_as(layer.weight)) @ h + layer.bias
        h = torch.tanh(h) if k < 2 else h
    torch.manual_seed(1)
    torch.testing.assert_close(net(x)[0], h)
    plain = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    torch.testing.assert_close(net.eval()(x), plain(x))


def test_every_example_has_draws_of_its_own():
    net = BlurredNet(2, 3, sigma=0.5)
    outputs = net(torch.ones(5, 2))
    assert len(torch.unique(outputs, dim=0)) == 5


def test_a_hand_on_the_blur_acts_from_its_step_on_and_an_arm_without_blur_does_not_feel_it():
    arms = {"blur": {}, "none": dict(sigma=0.0)}
    training = live(BlurredNet, spirals(60), arms=arms, attributes=["sigma"], **SMALL)
    still, moved = training.at(20, sigma=0.0), training.at(20, sigma=[(0, 0.0), (10, 0.4)])
    blur = [run.at(arm="blur").batch_losses for run in (still, moved)]
    none = [run.at(arm="none").batch_losses for run in (still, moved)]
    assert np.array_equal(*none) and np.array_equal(blur[0], none[0])
    assert np.array_equal(blur[1][:, :10], blur[0][:, :10])
    assert not np.isclose(blur[1][:, 10:], blur[0][:, 10:]).any()


def test_the_run_does_not_depend_on_who_trains_beside_it():
    arms = {"blur": {}, "none": dict(sigma=0.0)}
    beside = live(BlurredNet, spirals(60), arms=arms, attributes=["sigma"], **SMALL)
    alone = live(BlurredNet, spirals(60), attributes=["sigma"], **SMALL)
    one, other = (t.at(20, sigma=0.3).train_loss for t in (beside, alone))
    np.testing.assert_allclose(one[0], other, rtol=1e-4)
