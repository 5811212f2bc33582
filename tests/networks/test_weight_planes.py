import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from lecture_helpers.networks.weight_planes import TOGETHER, WeightPlane, losses
from lecture_helpers.training import mlp, recompute_statistics, seeded

RNG = np.random.default_rng(4)
POINTS = RNG.normal(size=(3, 50))
INPUTS = RNG.normal(size=(40, 4)).astype(np.float32)
TARGETS = RNG.integers(0, 3, 40)


def network(norm):
    return seeded(mlp, seed=1, inputs=4, outputs=3, depth=2, width=6, norm=norm)


def rows(norm, count):
    first = torch.nn.utils.parameters_to_vector(network(norm).parameters()).detach().numpy()
    return first + 0.5 * np.random.default_rng(2).normal(size=(count, len(first)))


def test_the_three_points_lie_on_their_plane_at_their_own_distances():
    plane = WeightPlane.through(POINTS)
    places = plane.places(POINTS)
    np.testing.assert_allclose(plane.weights(places), POINTS, atol=1e-12)
    np.testing.assert_allclose(plane.outside(POINTS), 0, atol=1e-12)
    np.testing.assert_allclose(places[0], 0, atol=1e-12)
    np.testing.assert_allclose(places[1], [np.linalg.norm(POINTS[1] - POINTS[0]), 0], atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(places[1] - places[2]), np.linalg.norm(POINTS[1] - POINTS[2])
    )
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)


def test_what_is_off_the_plane_is_a_share_of_the_squared_distance():
    plane = WeightPlane.through(np.array([[0, 0, 0], [2, 0, 0], [1, 3, 0]]))
    np.testing.assert_allclose(plane.outside([[0, 3, 4], [0, 0, 7], [0, 0, 0]]), [16 / 25, 1, 0])
    np.testing.assert_allclose(plane.places([[5, 3, 4]]), [[5, 3]])


def test_points_on_a_line_span_no_plane():
    with pytest.raises(ValueError, match="points must not lie on one line"):
        WeightPlane.through(np.outer([0.0, 1.0, 2.5], POINTS[0]))


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_every_row_has_the_losses_of_its_network_alone(norm):
    weights, statistics = rows(norm, TOGETHER + 2), INPUTS[:25]
    some = INPUTS[5:], TARGETS[5:]
    found = losses(network(norm), weights, (INPUTS, TARGETS), some, statistics=statistics)
    assert found.shape == (2, len(weights))
    for k in (0, TOGETHER - 1, TOGETHER, TOGETHER + 1):
        model = network(norm)
        row = torch.from_numpy(weights[k].astype(np.float32))
        torch.nn.utils.vector_to_parameters(row, model.parameters())
        recompute_statistics(model, [torch.from_numpy(statistics)])
        model.eval()
        with torch.no_grad():
            alone = [
                float(cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y)))
                for x, y in ((INPUTS, TARGETS), some)
            ]
        np.testing.assert_allclose(found[:, k], alone, rtol=1e-4)


def test_batch_norms_need_inputs_for_their_statistics():
    with pytest.raises(ValueError, match="statistics must be given"):
        losses(network("batch"), rows("batch", 2), (INPUTS, TARGETS))
