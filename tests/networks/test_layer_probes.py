import numpy as np
import pytest

from lecture_helpers.networks.layer_probes import hidden_values, principal_plane
from lecture_helpers.training import mlp, seeded


@pytest.fixture
def cloud():
    """100 points in 6 dimensions around a far middle, stretched along oblique directions."""
    rng = np.random.default_rng(0)
    stretched = rng.standard_normal((100, 6)) * [5, 3, 1, 1, 0.5, 0.1]
    return stretched @ np.linalg.qr(rng.standard_normal((6, 6)))[0] + 4.0


def test_the_plane_is_that_of_the_covariance(cloud):
    plane = principal_plane(cloud)
    variances, directions = np.linalg.eigh(np.cov(cloud.T))
    assert plane.shares == pytest.approx(variances[[-1, -2]] / variances.sum())
    length = np.sqrt((cloud**2).sum(axis=1).mean())
    expected = (cloud - cloud.mean(axis=0)) @ directions[:, [-1, -2]] / length
    assert np.abs(plane.points) == pytest.approx(np.abs(expected))


def test_the_spread_is_what_the_mean_leaves_of_the_length(cloud):
    left = 1 - (cloud.mean(axis=0) ** 2).sum() / (cloud**2).sum(axis=1).mean()
    assert principal_plane(cloud).spread == pytest.approx(np.sqrt(left))


def test_neither_scale_nor_direction_of_the_values_matters(cloud):
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    one, other = principal_plane(cloud), principal_plane(1e-9 * cloud @ turn)
    assert other.spread == pytest.approx(one.spread)
    assert np.abs(other.points) == pytest.approx(np.abs(one.points))


def test_the_points_are_turned_towards_others_and_keep_their_distances(cloud):
    one = principal_plane(cloud)
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])  # a reflection
    other = principal_plane(cloud, like=one.points @ turn)
    assert other.points == pytest.approx(one.points @ turn)


def test_examples_that_are_alike_have_no_spread():
    plane = principal_plane(np.ones((5, 3)))
    assert plane.spread == 0 and not plane.points.any() and np.isnan(plane.shares).all()
    assert principal_plane(np.zeros((5, 3))).spread == 0


@pytest.mark.parametrize(
    "values, like",
    [(np.ones((1, 3)), None), (np.ones(3), None), (np.full((3, 3), np.nan), None),
     (np.eye(3), np.ones((2, 2)))],
)  # fmt: skip
def test_what_is_no_cloud_is_named(values, like):
    with pytest.raises(ValueError, match="values|like"):
        principal_plane(values, like=like)


def test_a_network_gets_its_inputs_in_the_numbers_that_it_computes_with():
    inputs = np.random.default_rng(0).standard_normal((5, 3))
    network = seeded(mlp, seed=0, inputs=3, outputs=2, depth=2)
    single, double = hidden_values(network, inputs), hidden_values(network.double(), inputs)
    assert [v.dtype for v in (single[-1], double[-1])] == [np.float32, np.float64]
    np.testing.assert_allclose(single[-1], double[-1], rtol=1e-4, atol=1e-5)
