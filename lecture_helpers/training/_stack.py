"""Many copies of one module as a single module over stacked weights."""

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from lecture_helpers.training._stacked_layers import NOISES, SUBSTITUTES, StackedNoise
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
    stacked: whether the module runs on stacked inputs as it is, not through ``torch.vmap``.
    """

    def __init__(self, modules: Sequence[nn.Module], frozen: Sequence[str] = ()):
        self.members = len(modules)
        self.leaves = _stacked([dict(m.named_parameters()) for m in modules])
        self.buffers = _stacked([dict(m.named_buffers()) for m in modules])
        self.trained = [name for name in self.leaves if name not in frozen]
        self.weights = torch.cat([self.leaves[name].flatten() for name in self.trained])
        for name, view in self.views(self.weights).items():
            self.leaves[name] = view.requires_grad_()
        self._tensors = _with_aliases(modules[0], self.leaves | self.buffers)
        self.module = _filled(_replaced(copy.deepcopy(modules[0]), SUBSTITUTES), self._tensors)
        self._single = _replaced(copy.deepcopy(modules[0]), NOISES)
        self._mode = None
        self._run(stacked=True)
        self.train()

    @property
    def statistics(self) -> dict[str, Tensor]:
        """Name to (members, *shape) of the buffers that hold floats."""
        return {name: b for name, b in self.buffers.items() if b.is_floating_point()}

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
        for noise in self.noises.values():
            noise.draw(generators, seats)

    def __call__(self, x: Tensor):
        """The outputs (members, batch, ...), or a tuple of such."""
        if self.stacked:
            return self.module(x)
        drawn = {f"{n}.noise": m.noise for n, m in self.noises.items() if m.noise is not None}

        def alone(x: Tensor, tensors: dict):
            return functional_call(self._single, tensors, x, tie_weights=False)

        return torch.vmap(alone)(x, self._tensors | drawn)

    @torch.no_grad()
    def prepare(self, x: Tensor):
        """The outputs in training mode, leaving no trace; finds out how these modules can be run.

        A module of unknown making is run stacked only if that gives what ``torch.vmap`` gives.
        """
        kept = {name: buffer.clone() for name, buffer in self.buffers.items()}
        self.train()
        if any(type(m) not in KNOWN for m in self._single.modules()):
            self._run(stacked=self._agree(x, kept))
        outputs = self(x)
        self._restore(kept)
        return outputs

    def _run(self, stacked: bool) -> None:
        self.stacked, running = stacked, self.module if stacked else self._single
        modules = running.named_modules()
        self.noises = {n: m for n, m in modules if isinstance(m, StackedNoise)}

    def _agree(self, x: Tensor, kept: dict) -> bool:
        results = []
        for stacked in (False, True):
            self._run(stacked)
            try:
                self(x)
                own = [torch.Generator().manual_seed(k) for k in range(self.members)]
                self.draw(own, torch.arange(self.members))
                self._restore(kept)
                results.append([*outputs_of(self(x)), *(b.clone() for b in self.buffers.values())])
            except (RuntimeError, ValueError, IndexError, TypeError):
                if not stacked:
                    raise
                return False
            finally:
                self._restore(kept)
                for noise in self.noises.values():
                    noise.noise = None
        one, other = results
        return len(one) == len(other) and all(map(_close, one, other))

    def _restore(self, kept: dict) -> None:
        for name, buffer in kept.items():
            self.buffers[name].copy_(buffer)


def outputs_of(result) -> tuple[Tensor, ...]:
    """A module's output or outputs as a tuple."""
    return tuple(result) if isinstance(result, tuple | list) else (result,)


def _close(a: Tensor, b: Tensor) -> bool:
    scale = float(b.abs().max()) if b.numel() else 0.0
    return a.shape == b.shape and torch.allclose(a, b, 1e-3, 1e-4 * scale, equal_nan=True)


def _stacked(named: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([own[name].detach() for own in named]) for name in named[0]}


def _with_aliases(module: nn.Module, tensors: dict) -> dict:
    first = {id(t): n for n, t in [*module.named_parameters(), *module.named_buffers()]}
    every = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]
    return {name: tensors[first[id(tensor)]] for name, tensor in every}


def _replaced(module: nn.Module, substitutes: Mapping) -> nn.Module:
    """The module with every part replaced that has a substitute."""
    for name, child in module._modules.items():
        if child is not None:
            module._modules[name] = _replaced(child, substitutes)
    return substitutes.get(type(module), lambda same: same)(module)


def _filled(module: nn.Module, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The module with these tensors as plain attributes in place of its own."""
    for path, tensor in tensors.items():
        place, _, name = path.rpartition(".")
        part = module.get_submodule(place)
        part._parameters.pop(name, None), part._buffers.pop(name, None)
        setattr(part, name, tensor)
    return module


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
