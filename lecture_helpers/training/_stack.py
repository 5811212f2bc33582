"""Many copies of one module as a single module over stacked weights."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lecture_helpers.training._stacked_layers import NOISES, SUBSTITUTES, StackedNoise
from lecture_helpers.training._stacked_layers import StackedBatchNorm as StackedBatchNorm
from lecture_helpers.training.multilayer_perceptron import Highway, Residual

PLAIN = (
    nn.Sequential, Residual, Highway, nn.Identity, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU,
    nn.ELU, nn.LeakyReLU, nn.Softplus, nn.Hardtanh,
)  # fmt: skip
INHERITED = set(vars(nn.Module()))
KNOWN = {*PLAIN, *SUBSTITUTES, StackedNoise}


class Stack:
    """Modules of one structure side by side, called with (members, batch, features).

    weights: flat, the (members, *shape) blocks of the trained parameters one after the other.
    leaves, buffers: name to (members, *shape); the trained leaves are views of ``weights``.
    """

    def __init__(self, modules: Sequence[nn.Module], frozen: Sequence[str] = ()):
        self.members = len(modules)
        parameters = [dict(m.named_parameters()) for m in modules]
        buffers = [dict(m.named_buffers()) for m in modules]
        self.leaves = {name: _stacked(parameters, name) for name in parameters[0]}
        self.buffers = {name: _stacked(buffers, name) for name in buffers[0]}
        self.trained = [name for name in self.leaves if name not in frozen]
        self.weights = torch.cat([self.leaves[name].flatten() for name in self.trained])
        for name, view in self.views(self.weights).items():
            self.leaves[name] = view.requires_grad_()
        tensors = _with_aliases(modules[0], self.leaves | self.buffers)
        self.module = _substituted(copy.deepcopy(modules[0]), tensors, SUBSTITUTES)
        self._single = _substituted(copy.deepcopy(modules[0]), tensors, {})
        self._vectorised, self._mode, self._noises = False, None, _noises(self.module)
        self.train()

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Trained parameter's name to its block in a tensor laid out as ``weights``."""
        shapes = {name: self.leaves[name].shape for name in self.trained}
        blocks = flat.split([shape.numel() for shape in shapes.values()])
        return {
            name: block.view(shape).detach()
            for (name, shape), block in zip(shapes.items(), blocks, strict=True)
        }

    def accumulate_in(self, gradient: Tensor) -> None:
        """From now on backward adds to ``gradient``, laid out as ``weights``."""
        for name, view in self.views(gradient).items():
            self.leaves[name].grad = view

    def train(self, mode: bool = True) -> None:
        """Training mode for all that follows, or eval mode."""
        if mode is not self._mode:
            self.module.train(mode)
            self._single.train(mode)
            self._mode = mode

    def draw(self, generators: Sequence[torch.Generator], seats: Tensor) -> None:
        """Fresh noise in every dropout and noise layer, for each member its seat's generator's."""
        for noise in self._noises:
            noise.draw(generators, seats)

    def __call__(self, x: Tensor):
        """The outputs (members, batch, ...), or a tuple of such."""
        if not self._vectorised:
            return self.module(x)
        slots = [(module, name) for module in self._single.modules() for name in _slots(module)]
        tensors = [getattr(module, name) for module, name in slots]
        try:
            return torch.vmap(lambda x, *given: _call(self._single, slots, x, given))(x, *tensors)
        finally:
            _fill(slots, tensors)

    @torch.no_grad()
    def prepare(self, x: Tensor):
        """The outputs in training mode, leaving no trace; finds out how these modules can be run.

        A module of unknown making is run stacked only if that gives what ``torch.vmap`` gives.
        """
        kept = {name: buffer.clone() for name, buffer in self.buffers.items()}
        self.train()
        known = all(type(m) in KNOWN for m in self._single.modules())
        if not known:
            self._run(vectorised=not self._agree(x, kept))
        outputs = self(x)
        self._restore(kept)
        return outputs

    @property
    def stacked(self) -> bool:
        """Whether the module runs on stacked inputs as it is, not through ``torch.vmap``."""
        return not self._vectorised

    def _run(self, vectorised: bool) -> None:
        self._vectorised = vectorised
        self._noises = _noises(self._single if vectorised else self.module)

    def _agree(self, x, kept) -> bool:
        results = []
        for vectorised in (True, False):
            self._run(vectorised)
            try:
                self(x)
                own = [torch.Generator().manual_seed(k) for k in range(self.members)]
                self.draw(own, torch.arange(self.members))
                self._restore(kept)
                results.append([*outputs_of(self(x)), *(b.clone() for b in self.buffers.values())])
            except (RuntimeError, ValueError, IndexError, TypeError):
                if vectorised:
                    raise
                return False
            finally:
                self._restore(kept)
                for noise in self._noises:
                    noise.noise = None
        pairs = list(zip(*results, strict=False))
        same = all(a.shape == b.shape and _close(a, b) for a, b in pairs)
        return same and len(results[0]) == len(results[1])

    def _restore(self, kept: dict) -> None:
        for name, buffer in kept.items():
            self.buffers[name].copy_(buffer)


def _noises(module: nn.Module) -> list[StackedNoise]:
    return [m for m in module.modules() if isinstance(m, StackedNoise)]


def outputs_of(result) -> tuple[Tensor, ...]:
    """A module's output or outputs as a tuple."""
    return tuple(result) if isinstance(result, tuple | list) else (result,)


def _close(a: Tensor, b: Tensor) -> bool:
    scale = b.abs().max() if b.numel() else 0
    return torch.allclose(a, b, rtol=1e-3, atol=1e-4 * float(scale), equal_nan=True)


def _stacked(named: Sequence[dict], name: str) -> Tensor:
    return torch.stack([tensors[name].detach() for tensors in named])


def _with_aliases(module: nn.Module, tensors: dict) -> dict:
    first = {id(t): n for n, t in [*module.named_parameters(), *module.named_buffers()]}
    every = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]
    return {name: tensors[first[id(tensor)]] for name, tensor in every}


def _substituted(module: nn.Module, tensors: dict, substitutes: dict, prefix: str = ""):
    """The module with tensors as plain attributes and every part replaced that has a substitute."""
    for name, child in module._modules.items():
        if child is not None:
            module._modules[name] = _substituted(child, tensors, substitutes, f"{prefix}{name}.")
    if type(module) in NOISES:
        return StackedNoise(module)
    names = [*module._parameters, *module._buffers]
    hollow = substitutes[type(module)](module) if type(module) in substitutes else module
    if hollow is module:
        module._parameters.clear(), module._buffers.clear()
    for name in names:
        setattr(hollow, name, tensors.get(prefix + name))
    return hollow


def _slots(module: nn.Module) -> list[str]:
    return [name for name, value in vars(module).items() if isinstance(value, Tensor)]


def _call(module: nn.Module, slots: list, x: Tensor, given: Sequence[Tensor]):
    _fill(slots, given)
    return module(x)


def _fill(slots: list, tensors: Sequence[Tensor]) -> None:
    for (module, name), tensor in zip(slots, tensors, strict=True):
        setattr(module, name, tensor)


def structure(module: nn.Module) -> tuple:
    """What modules must share to be stacked: types, plain attributes, shapes of tensors."""
    tensors = [*module.named_parameters(), *module.named_buffers()]
    shapes = tuple((name, tuple(tensor.shape)) for name, tensor in tensors)
    return tuple((n, type(m), _attributes(m)) for n, m in module.named_modules()), shapes


def _attributes(module: nn.Module) -> tuple:
    own = {name: value for name, value in vars(module).items() if name not in INHERITED}
    return tuple((name, _hashable(value)) for name, value in own.items())


def _hashable(value):
    if isinstance(value, Tensor):
        return tuple(value.shape), tuple(value.flatten().tolist())
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
