"""Members that train side by side while their settings change from update to update."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lecture_helpers.training._ensemble import Ensemble
from lecture_helpers.training._grid import STREAMS, stream
from lecture_helpers.training._optimizers import OPTIMIZERS, Sgd
from lecture_helpers.training._steering import Rules
from lecture_helpers.training._trainees import Planner, Trainee, multipliers_of, scale_of

MOVING = ("gradient", "velocity", "mean", "square")


@dataclass
class State:
    """What goes on from update to update, as it was before one of them."""

    weights: Tensor
    optimizer: str
    updates: int
    moving: dict[str, Tensor]
    buffers: dict[str, Tensor]
    noise: list[Tensor]
    place: tuple[int, int]
    values: dict
    base: dict

    @property
    def size(self) -> int:
        """Bytes."""
        tensors = [self.weights, *self.moving.values(), *self.buffers.values(), *self.noise]
        return sum(t.numel() * t.element_size() for t in tensors)


class LiveEnsemble(Ensemble):
    """Trainees of one group; ``steer`` gives them the settings of the next update.

    ``place`` is (epoch, examples of it already used).
    """

    def __init__(self, trainees: Sequence[Trainee], rules: Sequence[Rules], planner: Planner,
                 steps: int, values: Mapping, measured: int | None):  # fmt: skip
        self.planner, self.rules = planner, list(rules)
        self.place, self._epochs = (0, 0), {}
        self.values, self.base, self.ratio = dict(values), dict(values), 1.0
        super().__init__(trainees, planner.dataset, planner.loss, steps)
        self.rules += [rules[-1]] * (len(self.trainees) - len(rules))
        self.train_at, self.eval_at = self.train_at[:, :measured], self.eval_at[:, :measured]
        self.batch_size = self.trainees[0]["batch_size"]
        self.kind = self.trainees[0]["optimizer"]

    def pads(self, batch_size: int) -> bool:
        return True  # the batch size may change

    def _plan_batches(self) -> None:
        self.order = None

    def factor(self, step: int) -> float:
        return self.ratio

    # The settings

    def steer(self, values: Mapping, step: int, redrawn: Mapping[str, Sequence[str]]) -> None:
        """Take over the controls' ``values`` from that update on.

        ``redrawn`` names the parameters that are drawn anew when a control changes, in members
        that do not set it themselves.
        """
        if values == self.values:
            return
        for name, patterns in redrawn.items():
            if values[name] != self.values[name]:
                self._redraw(patterns, step, name)
        self.values = dict(values)
        if step == 0:
            self.base = dict(values)
        self.take(self.values)

    def take(self, values: Mapping) -> None:
        """Set everything to what the controls' ``values`` make of it.

        The learning rate is that of the beginning times a factor, as with a schedule of ``train``.
        """
        settings = [own.settings(values) | own.begun(self.base) for own in self.rules]
        first = settings[0]
        self.ratio = self.rules[0].settings(values)["lr"] / first["lr"]
        self.batch_size = first["batch_size"]
        for trainee, own in zip(self.trainees, settings, strict=True):
            trainee.scale = scale_of(trainee.module, multipliers_of(own))
        for name, value in self.rules[0].attributes(values).items():
            setattr(self.stack.module, name, value)
            setattr(self.stack._single, name, value)
        if first["optimizer"] != self.kind:
            self._use(first["optimizer"], settings)
        else:
            rates = self._rates(settings)
            self.optimizer.lr, self.optimizer.momentum, self.optimizer.weight_decay = rates

    def _use(self, kind: str, settings: Sequence[Mapping]) -> None:
        """Another optimizer, which has seen nothing yet."""
        self.kind = kind
        self.optimizer: Sgd = OPTIMIZERS[kind](self.stack.weights, *self._rates(settings))
        self.stack.accumulate_in(self.optimizer.gradient)

    @torch.no_grad()
    def _redraw(self, patterns: Sequence[str], step: int, control: str) -> None:
        flat = [self.stack.weights, *self._moving().values()]
        fresh = {t.member.seed: self._fresh(t, step) for t in self.trainees}
        for k, (trainee, rules) in enumerate(zip(self.trainees, self.rules, strict=True)):
            if control in rules.fixed:
                continue
            for name, value in fresh[trainee.member.seed].items():
                if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                    for n, tensor in enumerate(flat):
                        self.stack.views(tensor)[name][k] = 0.0 if n else value

    def _fresh(self, trainee: Trainee, step: int) -> dict[str, Tensor]:
        settings = self.planner.build_settings(trainee.member.settings)
        draws = np.random.default_rng([trainee.member.seed, STREAMS["init"], step])
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(int(draws.integers(2**62)))
            return dict(self.planner.build(**settings).float().named_parameters())

    # The examples

    def batch(self, step: int) -> Tensor:
        if self.order is None or self.order[0] != (step, self.place, self.batch_size, self.values):
            key = step, self.place, self.batch_size, dict(self.values)
            rows = [self._examples(k, step) for k in range(len(self.trainees))]
            self.order = key, torch.tensor(np.stack(rows))
        return self.order[1]

    def _examples(self, k: int, step: int) -> np.ndarray:
        trainee, rules = self.trainees[k], self.rules[min(k, len(self.rules) - 1)]
        if rules.batch is None:
            epoch, used = self._place()
            return self._epoch(trainee, epoch)[used : used + self.batch_size]
        rng = np.random.default_rng([trainee.member.seed, STREAMS["order"], step])
        given = dict(seed=trainee.member.seed, step=step, train=trainee.train, rng=rng,
                     labels=trainee.labels, batch_size=self.batch_size)  # fmt: skip
        chosen = np.asarray(rules.examples(given | self.values))
        if chosen.shape != (self.batch_size,) or not np.isin(chosen, trainee.train).all():
            raise ValueError(
                f"batch must return the numbers of {self.batch_size} training examples; it "
                f"returned {chosen.dtype} of shape {chosen.shape}."
            )
        return chosen

    def _place(self) -> tuple[int, int]:
        """Where the next batch begins; an epoch with too little left for it is over."""
        epoch, used = self.place
        return (
            (epoch, used)
            if used + self.batch_size <= len(self.trainees[0].train)
            else (epoch + 1, 0)
        )

    def _epoch(self, trainee: Trainee, epoch: int) -> np.ndarray:
        seed = trainee.member.seed
        if seed not in self._epochs:
            self._epochs[seed] = stream(seed, "order"), []
        rng, drawn = self._epochs[seed]
        while len(drawn) <= epoch:
            drawn.append(rng.permutation(trainee.train))
        return drawn[epoch]

    def update(self, step: int) -> None:
        for noise in self.stack.noises.values():
            noise.shape = (self.batch_size, *noise.shape[1:])
        super().update(step)
        epoch, used = self._place()
        self.place = epoch, used + self.batch_size

    # The state

    def _moving(self) -> dict[str, Tensor]:
        return {n: getattr(self.optimizer, n) for n in MOVING if hasattr(self.optimizer, n)}

    def state(self) -> State:
        """A copy of all that an update depends on."""
        moving = {n: t.clone() for n, t in self._moving().items()}
        return State(
            self.stack.weights.clone(), self.kind, self.optimizer.updates, moving,
            {n: b.clone() for n, b in self.stack.buffers.items()},
            [g.get_state() for g in self.generators] if self.stack.noises else [],
            self.place, dict(self.values), dict(self.base),
        )  # fmt: skip

    @torch.no_grad()
    def restore(self, state: State) -> None:
        """Go on from that state."""
        self.values, self.base = dict(state.values), dict(state.base)
        self.place = state.place
        if state.optimizer != self.kind:
            begun = [own.settings(self.base) for own in self.rules]
            self._use(state.optimizer, begun)
        self.take(self.values)
        self.stack.weights.copy_(state.weights)
        for name, tensor in self._moving().items():
            tensor.copy_(state.moving[name])
        self.optimizer.updates = state.updates
        for name, buffer in self.stack.buffers.items():
            buffer.copy_(state.buffers[name])
        for generator, noise in zip(self.generators, state.noise, strict=False):
            generator.set_state(noise)

    # What a layer does in an update

    def watched_update(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """An update; (members, layers) the spread of each layer's outputs, and how far it moved.

        The spread is the standard deviation over batch and features; the move is the length of
        the change of the layer's weight matrix over the length of the matrix. The spread of a layer
        that the network does not use just now is NaN.
        """
        names, spreads = self.layers(), dict[str, Tensor]()

        def noting(name: str):
            def note(module: nn.Module, given, out: Tensor) -> None:
                spreads[name] = out.detach().std(dim=(1, 2))

            return self.stack.module.get_submodule(name).register_forward_hook(note)

        watching = [noting(name) for name in names]
        before = {n: self.stack.leaves[p].detach().clone() for n, p in names.items()}
        try:
            self.update(step)
        finally:
            for hook in watching:
                hook.remove()
        moved = [
            _length(self.stack.leaves[p].detach() - before[n]) / _length(before[n])
            for n, p in names.items()
        ]
        absent = torch.full((len(self.trainees),), torch.nan)
        spread = torch.stack([spreads.get(n, absent) for n in names], 1)
        return spread[: self.real].numpy(), torch.stack(moved, 1)[: self.real].numpy()

    def layers(self) -> dict[str, str]:
        """The module's children with weights, each with the name of its first matrix."""
        found = {}
        for name, _ in self.stack.module.named_children():
            matrices = [p for p, t in self.stack.leaves.items()
                        if p.startswith(f"{name}.") and t.ndim == 3]  # fmt: skip
            if matrices:
                found[name] = matrices[0]
        return found


def _length(tensor: Tensor) -> Tensor:
    return tensor.flatten(1).norm(dim=1)
