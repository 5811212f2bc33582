"""Who trains with what: settings checked, modules built, data divided, members grouped."""

import fnmatch
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from lecture_helpers.datasets import dataset as data
from lecture_helpers.foundation.validation import (
    fraction,
    function,
    instance,
    listed,
    many,
    mapping,
    non_negative,
    one_of,
    positive,
    shown,
)
from lecture_helpers.training._grid import Member, stream
from lecture_helpers.training._optimizers import OPTIMIZERS
from lecture_helpers.training._schedules import SCHEDULES
from lecture_helpers.training._stack import structure
from lecture_helpers.training.runs import Runs

OPTIONS = [
    "lr",
    "batch_size",
    "optimizer",
    "momentum",
    "weight_decay",
    "schedule",
    "lr_multipliers",
]
OPTIONS += ["label_noise", "example_weights", "batches", "init_from", "init_names"]


@dataclass
class Trainee:
    """A member with what it needs to train.

    train, eval: example numbers. labels: (examples,) what it trains on; mislabelled: which of them
    were replaced. scale: parameter name to factor of the learning rate.
    """

    member: Member
    module: nn.Module
    structure: tuple
    train: np.ndarray
    eval: np.ndarray
    labels: np.ndarray
    mislabelled: np.ndarray | None
    scale: dict[str, float]
    for_loss: dict

    def __getitem__(self, option: str):
        return self.member.settings[option]

    @property
    def frozen(self) -> tuple[str, ...]:
        return tuple(name for name, factor in self.scale.items() if factor == 0)

    @property
    def group(self) -> tuple:
        """What members must have in common to be trained side by side."""
        sizes = self["batch_size"], len(self.train), len(self.eval)
        return self.structure, self.frozen, self["optimizer"], self["schedule"], sizes


class Planner:
    """Makes trainees, each module, division and labelling once for all members that share it."""

    def __init__(self, build: Callable, dataset: data.Dataset, split, eval_on: str, loss: Callable):
        self.dataset, self.build, self.loss = dataset, build, loss
        self.eval_on = one_of(["test", "validation"], eval_on=eval_on)
        if not callable(split):
            split = partial(
                data.split, **({} if split is None else mapping(data.SIZES, split=split))
            )
        self.split = split
        known = inspect.signature(function(build=build)).parameters
        self.build_takes = set(known)
        self.build_takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
        outputs = dataset.classes or dataset.targets[0].size
        sizes = {"inputs": dataset.inputs.shape[1], "outputs": outputs}
        self.sizes = {name: size for name, size in sizes.items() if name in known}
        of_loss = inspect.signature(loss).parameters
        self.loss_takes = {n for n, p in of_loss.items() if p.kind is p.KEYWORD_ONLY}
        self._splits, self._modules = {}, {}

    def trainee(self, member: Member) -> Trainee:
        """The member, ready to train."""
        member = replace(member, settings=checked_options(member.settings))
        settings = member.settings
        parts = self._split(member.seed)
        if settings["batch_size"] > len(parts.train):
            raise ValueError(
                f"batch_size must be at most the {len(parts.train)} training examples, "
                f"not {settings['batch_size']}."
            )
        module, structure = self._module(member)
        if settings["batch_size"] == 1 and any(isinstance(m, BatchNorm) for m in module.modules()):
            raise ValueError(
                "batch_size must be 2 or more for a network with batch normalization, not 1."
            )
        examples = parts.train, getattr(parts, self.eval_on), *self._labels(member, parts.train)
        scale = scale_of(module, multipliers_of(settings))
        for_loss = {n: v for n, v in settings.items() if n in self.loss_takes}
        return Trainee(member, module, structure, *examples, scale, for_loss)

    def build_settings(self, settings: Mapping) -> dict:
        """The settings that go to ``build``.

        Raises:
            ValueError: a setting that neither build nor the loss knows.
        """
        for_build = {n: v for n, v in settings.items() if self._for_build(n)}
        unknown = {n for n in settings if not _is_option(n)} - {*for_build} - self.loss_takes
        if unknown:
            known = ", ".join(sorted(self.build_takes - {"inputs", "outputs"})) or "none"
            name = getattr(self.build, "__name__", None) or type(self.build).__name__
            raise ValueError(f"{min(unknown)} is no setting of {name}; its settings are: {known}.")
        return self.sizes | for_build

    def words(self, settings: Mapping, arms: Mapping | None) -> dict:
        """The settings as the record keeps them; ``build`` lists the names that go to build."""
        names = {*settings, *(n for own in (arms or {}).values() for n in own)}
        names = {n for n in names if self._for_build(n)} | {*self.sizes}
        about = {"dataset": self.dataset.name, "eval_on": self.eval_on, "build": sorted(names)}
        return {**settings, **self.sizes, "arms": dict(arms or {}), **about}

    def _for_build(self, name: str) -> bool:
        if _is_option(name):
            return False
        return name not in self.loss_takes if self.build_takes_any else name in self.build_takes

    def _split(self, seed: int) -> data.Split:
        if seed not in self._splits:
            parts = instance(data.Split, split=self.split(self.dataset, seed))
            self._splits[seed] = parts
            if len(getattr(parts, self.eval_on)) == 0:
                raise ValueError(
                    f"eval_on must name a split with examples; {self.eval_on} is empty."
                )
        return self._splits[seed]

    def _module(self, member: Member) -> tuple[nn.Module, tuple]:
        settings, goes_on = self.build_settings(member.settings), member.settings["init_from"]
        key = member.seed, _key(settings), _key(member.settings if goes_on is not None else {})
        if key not in self._modules:
            module = _built(self.build, settings, member.seed)
            if goes_on is not None:
                begin_from(module, member)
            self._modules[key] = module, structure(module)
        return self._modules[key]

    def _labels(self, member: Member, train: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        amount = member.settings["label_noise"]
        targets, classes = self.dataset.targets, self.dataset.classes
        if amount == 0:
            return targets, None
        if classes < 2:
            raise ValueError("label_noise must be 0 where the targets are numbers or one class.")
        rng = stream(member.seed, "labels")
        chosen = rng.permutation(train)[: round(amount * len(train))]
        shift = rng.integers(1, classes, len(targets))
        mislabelled = np.zeros(len(targets), bool)
        mislabelled[chosen] = True
        return np.where(mislabelled, (targets + shift) % classes, targets), mislabelled


def checked_options(settings: Mapping) -> dict:
    """The settings, if every option of training among them has a value that is accepted.

    Raises:
        ValueError: one has not.
    """
    positive(lr=settings["lr"]), fraction(below_one=True, momentum=settings["momentum"])
    non_negative(weight_decay=settings["weight_decay"])
    fraction(label_noise=settings["label_noise"])
    one_of(OPTIMIZERS, optimizer=settings["optimizer"])
    if not callable(settings["schedule"]):
        one_of(SCHEDULES, schedule=settings["schedule"])
    for pattern, factor in multipliers_of(settings).items():
        non_negative(**{f"lr_multipliers of {shown(pattern)}": factor})
    return {**settings, "batch_size": many(batch_size=settings["batch_size"])}


def multipliers_of(settings: Mapping) -> dict:
    """Pattern to factor; a factor that is an axis has a setting of its own."""
    scales = settings["lr_multipliers"]
    scales = {} if scales is None else mapping(lr_multipliers=scales)
    return {pattern: settings.get(f"lr_multipliers[{pattern}]", f) for pattern, f in scales.items()}


def begin_from(module: nn.Module, member: Member) -> None:
    """Copies into the module what ``init_from`` has of the same name, where ``init_names`` match.

    Raises:
        ValueError: nothing matches, or a shape differs.
    """
    init_from, names = member.settings["init_from"], member.settings["init_names"]
    if isinstance(init_from, Runs):
        where = {n: member.settings[n] for n in init_from.axes if n in member.settings}
        init_from = init_from.state(seed=member.seed, **where)
    init_from = mapping(init_from=init_from)
    patterns = [names] if isinstance(names, str) else [*map(str, listed(init_names=names))]
    own = module.state_dict()
    taken = [
        n for n in own if n in init_from and any(fnmatch.fnmatchcase(n, str(p)) for p in patterns)
    ]
    if not taken:
        raise ValueError(f"init_from must hold one of the module's tensors: {', '.join(own)}.")
    for name in taken:
        given = torch.as_tensor(np.array(init_from[name]))
        if given.shape != own[name].shape:
            wanted, shape = tuple(own[name].shape), tuple(given.shape)
            raise ValueError(f"init_from must hold {name} of shape {wanted}, not {shape}.")
        own[name].copy_(given)


def _built(build: Callable, settings: Mapping, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(stream(seed, "init").integers(2**62)))
        try:
            module = build(**settings)
        except TypeError as error:
            names = ", ".join(settings) or "none"
            raise ValueError(f"build must accept the settings {names}: {error}.") from error
    if not isinstance(module, nn.Module):
        raise ValueError(f"build must return a torch.nn.Module, not {type(module).__name__}.")
    if next(module.parameters(), None) is None:
        raise ValueError("build must return a module with parameters to train.")
    return module.float()


def scale_of(module: nn.Module, factors: Mapping) -> dict[str, float]:
    """Parameter name to factor of the learning rate: 0 where nothing is trained.

    Raises:
        ValueError: a pattern that names no parameter, or nothing is left to train.
    """
    scale = {name: float(p.requires_grad) for name, p in module.named_parameters()}
    for pattern, factor in factors.items():
        matching = fnmatch.filter(scale, pattern)
        if not matching:
            known = ", ".join(scale)
            raise ValueError(
                f"lr_multipliers must name parameters; {pattern!r} matches none of {known}."
            )
        scale.update({name: scale[name] * factor for name in matching})
    if not any(scale.values()):
        raise ValueError("lr_multipliers must leave a parameter to train, not freeze all of them.")
    return scale


def _is_option(name: str) -> bool:
    return name in OPTIONS or name.startswith("lr_multipliers[")


def _key(value):
    if isinstance(value, Mapping):
        return tuple((n, _key(v)) for n, v in value.items())
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), value
