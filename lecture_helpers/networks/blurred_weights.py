"""A network whose cost is blurred over its weights, by sampling, while it trains."""

import torch
from torch import Tensor, nn

from lecture_helpers.foundation.validation import few, non_negative
from lecture_helpers.training.multilayer_perceptron import GaussianNoise


class BlurredNet(nn.Module):
    """Two hidden layers of tanh; in training every example meets weights of its own.

    These are the network's weights plus ``sigma`` times standard normal draws, fresh for each
    example of each update, so that the gradient of a batch is that of the cost blurred by
    ``sigma``, sampled with as many draws as there are examples. Biases are not perturbed. At test
    time the weights are the network's own. inputs (batch, inputs), outputs (batch, outputs).
    """

    def __init__(self, inputs: int, outputs: int, *, width: int = 16, sigma: float = 0.0):
        super().__init__()
        inputs, outputs, width = few(inputs=inputs), few(outputs=outputs), few(width=width)
        self.sigma = non_negative(sigma=sigma)
        self.hidden1, self.hidden2 = nn.Linear(inputs, width), nn.Linear(width, width)
        self.output = nn.Linear(width, outputs)
        self.draws = GaussianNoise(1.0)

    def forward(self, x: Tensor) -> Tensor:
        layers = self.hidden1, self.hidden2, self.output
        shapes = [layer.weight.shape[-2:] for layer in layers]
        sizes = [shape.numel() for shape in shapes]
        draws = self.draws(x.new_zeros(*x.shape[:-1], sum(sizes))).split(sizes, -1)
        for layer, shape, z in zip(layers, shapes, draws, strict=True):
            shift = torch.einsum("...oi,...i->...o", z.unflatten(-1, shape), x)
            x = layer(x) + self.sigma * shift
            x = x if layer is self.output else torch.tanh(x)
        return x
