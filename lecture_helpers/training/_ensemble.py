"""Members that train side by side: one update for all, one measurement of all."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation import validation as check
from lecture_helpers.training._batches import order_of, weights_of
from lecture_helpers.training._grid import stream
from lecture_helpers.training._optimizers import OPTIMIZERS, Sgd
from lecture_helpers.training._schedules import factor
from lecture_helpers.training._stack import Stack, outputs_of
from lecture_helpers.training._trainees import Trainee

SLICE, VECTOR = 256, 32


class Ensemble:
    """Trainees of one group.

    ``batch_losses`` (steps, members) holds what each update's batch cost before it.
    """

    def __init__(self, trainees: Sequence[Trainee], dataset: Dataset, loss: Callable, steps: int):
        self.real, first = len(trainees), trainees[0]
        if self.pads(first["batch_size"]):
            # the last numbers of a tensor may be rounded otherwise than the rest: nobody's
            trainees = [*trainees, trainees[-1]]
        self.trainees, self.steps, self.batch_size = trainees, steps, first["batch_size"]
        self.loss, self.dataset = loss, dataset
        self.inputs = torch.tensor(dataset.inputs)
        self.labels = torch.tensor(np.stack([t.labels for t in trainees]))
        self._plan_batches()
        self.train_at = torch.tensor(np.stack([t.train for t in trainees]))
        self.eval_at = torch.tensor(np.stack([t.eval for t in trainees]))
        self.stack = Stack([t.module for t in trainees], first.frozen)
        self.optimizer = self._optimizer([t.member.settings for t in trainees])
        self.stack.accumulate_in(self.optimizer.gradient)
        seeds = list(dict.fromkeys(t.member.seed for t in trainees))
        self.generators = [_generator(seed) for seed in seeds]
        self.seats = torch.tensor([seeds.index(t.member.seed) for t in trainees])
        self.weights, self.for_loss = None, first.for_loss
        self.batch_losses = np.full((steps, len(trainees)), np.nan, np.float32)
        self._prepare()

    def pads(self, batch_size: int) -> bool:
        """Whether a last member is added that is nobody's."""
        return batch_size % VECTOR > 0

    def _plan_batches(self) -> None:
        orders = [order_of(t.member, t.train, self.steps) for t in self.trainees]
        self.order = torch.tensor(np.stack(orders, axis=1))

    def batch(self, step: int) -> Tensor:
        """(members, batch), the examples of that update."""
        return self.order[step]

    def _optimizer(self, settings: Sequence[Mapping]) -> Sgd:
        return OPTIMIZERS[settings[0]["optimizer"]](self.stack.weights, *self._rates(settings))

    def _rates(self, settings: Sequence[Mapping]) -> tuple:
        """Learning rates, momentum and weight decay as the optimizers take them."""
        lr, momentum, decay = (
            [own[name] for own in settings] for name in ("lr", "momentum", "weight_decay")
        )
        return (
            self._spread(lr, scaled=True),
            momentum[0] if len(set(momentum)) == 1 else self._spread(momentum),
            self._spread(decay) if any(decay) else None,
        )

    def _spread(self, values: Sequence[float], scaled: bool = False) -> Tensor:
        flat = torch.empty_like(self.stack.weights)
        for name, block in self.stack.views(flat).items():
            scales = [t.scale[name] if scaled else 1.0 for t in self.trainees]
            own = torch.tensor([v * s for v, s in zip(values, scales, strict=True)])
            block.copy_(own.view(-1, *[1] * (block.ndim - 1)).expand_as(block))
        return flat

    def _prepare(self) -> None:
        inputs = self._inputs(self.batch(0))
        try:
            outputs = self.stack.prepare(inputs)
        except RuntimeError as error:
            raise ValueError(
                "build must return a module that runs on inputs of shape "
                f"{tuple(inputs.shape[1:])}; it says: {error}"
            ) from error
        logits, classes = outputs_of(outputs)[0], self.dataset.classes
        if logits.shape[:2] != self.batch(0).shape or logits.ndim != 3:
            raise ValueError(
                "build must return a module from (batch, features) to (batch, outputs); "
                f"its output for {self.batch_size} examples has shape {tuple(logits.shape[1:])}."
            )
        if classes > logits.shape[2]:
            raise ValueError(
                f"build must return a module with an output for each of the {classes} classes; "
                f"it has {logits.shape[2]}."
            )

    def _inputs(self, at: Tensor) -> Tensor:
        return self.inputs.index_select(0, at.flatten()).view(*at.shape, -1)

    def _losses(self, outputs, targets: Tensor) -> Tensor:
        members, examples = targets.shape[:2]
        flat = [o.flatten(0, 1) for o in outputs_of(outputs)]
        own = {n: torch.tensor([t.for_loss[n] for t in self.trainees]) for n in self.for_loss}
        own = {n: values.repeat_interleave(examples) for n, values in own.items()}
        given = tuple(flat) if isinstance(outputs, tuple | list) else flat[0]
        losses = self.loss(given, targets.flatten(0, 1), **own)
        check.instance(Tensor, loss=losses)
        if losses.shape != (members * examples,):
            raise ValueError(
                "loss must return one value for each example, shape (examples,); for "
                f"{members * examples} examples it returned shape {tuple(losses.shape)}."
            )
        return losses.view(members, examples)

    def update(self, step: int) -> None:
        """Every member's ``w <- w - lr * update`` on its batch of that step."""
        at = self.batch(step)
        self.stack.train()
        self.optimizer.before_backward()
        self.stack.draw(self.generators, self.seats)
        losses = self._losses(self.stack(self._inputs(at)), self._labels(at))
        losses = self._weighted(losses, at, step).mean(1)
        losses.sum().backward()
        self.batch_losses[step] = losses.detach().numpy()
        self.optimizer.step(self.factor(step))

    def factor(self, step: int) -> float:
        """What multiplies the learning rate in that update."""
        return factor(self.trainees[0]["schedule"], step, self.steps)

    def _labels(self, at: Tensor) -> Tensor:
        if self.labels.ndim == 2:
            return self.labels.gather(1, at)
        return self.labels[torch.arange(len(at)).unsqueeze(1), at]

    def _weighted(self, losses: Tensor, at: Tensor, step: int) -> Tensor:
        given = [t["example_weights"] for t in self.trainees]
        if all(g is None for g in given):
            return losses
        if self.weights is None or any(callable(g) for g in given):
            n = len(self.dataset)
            own = [
                np.ones(n) if t["example_weights"] is None else weights_of(t.member, n, step)
                for t in self.trainees
            ]
            self.weights = torch.tensor(np.stack(own), dtype=torch.float32)
        return losses * self.weights.gather(1, at)

    @torch.no_grad()
    def measure(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(members,) training loss, loss and accuracy on the evaluated split, in eval mode."""
        self.stack.train(False)
        train_loss, _ = self._measure(self.train_at)
        eval_loss, accuracy = self._measure(self.eval_at)
        return train_loss[: self.real], eval_loss[: self.real], accuracy[: self.real]

    def _measure(self, at: Tensor) -> tuple[np.ndarray, np.ndarray]:
        examples, losses, right = at.shape[1], [], []
        for part in _whole_vectors(at).split(SLICE, dim=1):
            outputs, labels = self.stack(self._inputs(part)), self._labels(part)
            losses.append(self._losses(outputs, labels))
            if self.dataset.classes:
                right.append((outputs_of(outputs)[0].argmax(2) == labels).float())
            else:
                right.append(torch.full_like(losses[-1], torch.nan))
        loss, accuracy = (torch.cat(parts, 1)[:, :examples].mean(1) for parts in (losses, right))
        return loss.numpy(), accuracy.numpy()

    def kept(self) -> tuple[np.ndarray, np.ndarray]:
        """(members, parameters) and (members, numbers in float buffers) as they are now."""
        return _flat(self.stack.leaves, self.real), _flat(self.stack.statistics, self.real)

    def layout(self) -> dict:
        """Names and shapes of what ``kept`` returns."""
        named = {"parameters": self.stack.leaves, "buffers": self.stack.statistics}
        return {
            kind: [(name, list(tensor.shape[1:])) for name, tensor in tensors.items()]
            for kind, tensors in named.items()
        }

    def diverged_at(self, step: int) -> np.ndarray:
        """(members,) the first update before ``step`` whose loss was not finite, or -1."""
        bad = ~np.isfinite(self.batch_losses[:step, : self.real])
        return np.where(bad.any(0), bad.argmax(0), -1) if step else np.full(self.real, -1)


def _whole_vectors(at: Tensor) -> Tensor:
    # as with a batch: what does not fill a vector is rounded otherwise, so it is filled
    rest = torch.arange(-at.shape[1] % VECTOR) % at.shape[1]
    return torch.cat([at, at[:, rest]], 1)


def _flat(tensors: Mapping[str, Tensor], members: int) -> np.ndarray:
    rows = [t.detach()[:members].reshape(members, -1) for t in tensors.values()]
    return torch.cat([torch.zeros(members, 0), *rows], 1).numpy()


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(int(stream(seed, "noise").integers(2**62)))
