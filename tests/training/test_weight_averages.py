import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

from lecture_helpers.optimization.polyak_averaging import exponential_average, uniform_average
from lecture_helpers.training import AveragedNetwork, recompute_statistics


def network(width=5):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = [nn.Linear(3, width), nn.BatchNorm1d(width), nn.Tanh(), nn.Linear(width, 2)]
        return nn.Sequential(*layers).double()


def batches(count=7, size=16):
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(size, 3, generator=generator, dtype=torch.float64) * 2 + 1 for _ in range(count)
    ]


def trained(model):
    """The model after each of a few SGD steps, the same object every time."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for x in batches():
        optimizer.zero_grad()
        model(x).pow(2).mean().backward()
        optimizer.step()
        yield model


def apart(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    return max(float((ours[k].double() - theirs[k].double()).abs().max()) for k in theirs)


@pytest.mark.parametrize("alpha", [None, 0.0, 0.9, 0.999])
@pytest.mark.parametrize("average_buffers", [False, True])
def test_averages_and_buffers_are_those_of_torchs_averaged_model(alpha, average_buffers):
    model = network()
    average_of = None if alpha is None else get_ema_avg_fn(alpha)
    theirs = AveragedModel(model, avg_fn=average_of, use_buffers=average_buffers)
    ours = AveragedNetwork(model, alpha, average_buffers)
    for now in trained(model):
        theirs.update_parameters(now)
        ours.update(now)
    if average_buffers:  # torch also averages the count of batches; ours stays the network's
        theirs.module[1].num_batches_tracked.copy_(model[1].num_batches_tracked)
    assert apart(ours.network, theirs.module) < 1e-12
    assert apart(ours.network, model) > 1e-3 or alpha == 0


def test_recomputed_statistics_are_the_means_over_batches_of_what_the_layer_receives():
    model = network()
    recompute_statistics(model, batches())
    received = [model[0](x).detach().numpy() for x in batches()]
    mean = np.mean([x.mean(axis=0) for x in received], axis=0)
    variance = np.mean([x.var(axis=0, ddof=1) for x in received], axis=0)
    np.testing.assert_allclose(model[1].running_mean, mean, rtol=1e-12)
    np.testing.assert_allclose(model[1].running_var, variance, rtol=1e-12)
    assert model[1].momentum == 0.1 and model.training


@pytest.mark.parametrize("alpha", [None, 0.7])
def test_the_averaged_parameters_are_the_averages_of_the_stored_path(alpha):
    model = network()
    ours, path = AveragedNetwork(model, alpha), []
    for now in trained(model):
        ours.update(now)
        path.append(torch.nn.utils.parameters_to_vector(now.parameters()).detach().numpy().copy())
    by_arrays = uniform_average(path) if alpha is None else exponential_average(path, 0.7, "first")
    mine = torch.nn.utils.parameters_to_vector(ours.network.parameters()).detach().numpy()
    np.testing.assert_allclose(mine, by_arrays[-1], rtol=1e-12, atol=1e-14)


def test_the_network_that_trains_is_never_changed_by_its_average():
    model = network()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    ours = AveragedNetwork(model, 0.5)
    for _ in range(3):
        ours.update(model)
    with torch.no_grad():
        ours.network[0].weight.zero_()
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_the_average_keeps_its_value_while_the_network_goes_on():
    model = network()
    ours = AveragedNetwork(model)
    ours.update(model)
    kept = ours.network[0].weight.detach().clone()
    with torch.no_grad():
        model[0].weight.add_(1.0)
    assert torch.equal(ours.network[0].weight, kept)


def test_a_network_of_another_width_is_refused_in_words():
    with pytest.raises(ValueError, match="structure; '0.weight' is .6, 3. in it and .5, 3. here"):
        AveragedNetwork(network()).update(network(width=6))


def test_a_network_with_a_layer_more_is_refused_in_words():
    longer = nn.Sequential(*network(), nn.Linear(2, 2))
    with pytest.raises(ValueError, match="'4.weight' is .2, 2. in it and missing here"):
        AveragedNetwork(network()).update(longer)


@pytest.mark.parametrize("alpha", [-0.1, 1.0, 1.5, float("nan"), "much"])
def test_alpha_outside_its_range_is_refused_in_words(alpha):
    with pytest.raises(ValueError, match="alpha must be a number from 0 up to but not including 1"):
        AveragedNetwork(network(), alpha)


def test_statistics_from_no_batch_are_refused_in_words():
    with pytest.raises(ValueError, match="at least one batch"):
        recompute_statistics(network(), [])
