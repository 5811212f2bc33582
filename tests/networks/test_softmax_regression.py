import numpy as np

from lecture_helpers.networks.softmax_regression import softmax_gradients, softmax_losses


def test_softmax_gradients_agree_with_central_differences():
    rng, h = np.random.default_rng(1), 1e-6
    x, y, w = rng.normal(size=(6, 3)), rng.integers(0, 4, 6), rng.normal(size=(3, 4))
    gradients = softmax_gradients(w, x, y)
    for i, j in np.ndindex(w.shape):
        e = np.zeros_like(w)
        e[i, j] = h
        numeric = (softmax_losses(w + e, x, y) - softmax_losses(w - e, x, y)) / (2 * h)
        np.testing.assert_allclose(gradients[:, i, j], numeric, atol=1e-7)
