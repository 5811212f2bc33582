"""Averages over a network's parameters, without ruining its batch norms."""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn

from lecture_helpers.foundation import validation as check


class AveragedNetwork:
    """A copy of a network that holds the running average of its parameters.

    ``alpha`` weighs the past; None averages all iterates alike. The first update copies, as in
    ``torch.optim.swa_utils.AveragedModel``. Buffers, such as the statistics of batch norm, are
    copied from the network unless ``average_buffers``, which averages those that hold floats.
    Copied or averaged, they do not fit the averaged weights: see ``recompute_statistics``.

    Raises:
        ValueError: alpha outside [0, 1), or an update with a network of another structure.
    """

    def __init__(self, network: nn.Module, alpha: float | None = None, average_buffers=False):
        self.alpha = None if alpha is None else check.fraction(below_one=True, alpha=alpha)
        check.switch(average_buffers=average_buffers)
        self._average = AveragedModel(
            check.instance(nn.Module, network=network),
            avg_fn=self._towards,
            use_buffers=average_buffers,
        )
        self.network = self._average.module

    def update(self, network: nn.Module) -> None:
        """Take the network's present parameters into the average."""
        self._check(network)
        self._average.update_parameters(network)

    def _towards(self, average: Tensor, value: Tensor, updates: Tensor | int) -> Tensor:
        if not average.is_floating_point():
            return value
        share = 1 / (int(updates) + 1) if self.alpha is None else 1 - self.alpha
        return average.lerp_(value, share)

    def _check(self, network: nn.Module) -> None:
        check.instance(nn.Module, network=network)
        mine, theirs = _shapes(self.network), _shapes(network)
        odd = [name for name in mine | theirs if mine.get(name) != theirs.get(name)]
        if odd:
            raise ValueError(
                f"network must have the averaged network's structure; {odd[0]!r} is "
                f"{theirs.get(odd[0], 'missing')} in it and {mine.get(odd[0], 'missing')} here."
            )


def _shapes(network: nn.Module) -> dict[str, tuple]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def recompute_statistics(network: nn.Module, batches: Iterable[Tensor]) -> None:
    """Set every batch norm's running statistics to the mean over batches of theirs, in place.

    Every batch counts the same, so the last should not be smaller. The network's mode is kept.

    Raises:
        ValueError: no batch, or one that is no tensor.
    """
    check.instance(nn.Module, network=network)
    batches = [check.instance(Tensor, batches=batch) for batch in check.listed(batches=batches)]
    if not batches:
        raise ValueError("batches must hold at least one batch of inputs.")
    update_bn(batches, network)
