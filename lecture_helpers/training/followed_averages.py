"""What averages of a live run's weights achieve along the run, at any moment and for any rule."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from lecture_helpers.datasets import Dataset, split
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.foundation.validation import (
    finite_array,
    function,
    instance,
    listed,
    many,
    mapping,
    one_of,
    whole_array,
)
from lecture_helpers.training.runs import Runs

Rule = Callable[[np.ndarray], np.ndarray]


class FollowedAverages:
    """Follows the members of a live training that keeps the weights of every step.

    A rule makes averages of a path, (t, ...) to (t, ...), as ``uniform_average`` does; it must be
    linear in the path. Its answer after t updates holds the iterates 1 to t; before the first
    update it is the initial network. Evaluated are the first ``measured`` test examples of the
    member's own division of the data, those on which ``live`` measures. Answers depend on the
    arguments alone. Networks with batch norm are refused: their statistics would have to be
    recomputed for every average, as ``StoredPath`` does.

    Raises:
        ValueError: ``measured`` is no whole number above 0.
    """

    def __init__(self, dataset: Dataset, *, measured: int = 300):
        self.dataset = instance(Dataset, dataset=dataset)
        self.measured = many(measured=measured)
        self._known = {}

    def accuracy(
        self, run: Runs, rules: Mapping[str, Rule], *, at: Sequence[int], seeds=None
    ) -> dict[str, np.ndarray]:
        """Name of a rule to the test accuracy of its averages, (*grid, seeds, len(at)).

        ``at`` are the steps after which it is wanted, ``seeds`` those wanted, by default all. NaN
        where an average holds an iterate that has diverged.

        Raises:
            ValueError: weights that were not kept at every step, a step that was not reached,
                networks with batch statistics, or an unknown seed.
        """
        _check(run)
        steps = whole_array(at=at, below=len(run.weight_steps))
        wanted = run.seeds if seeds is None else listed(seeds=seeds)
        seats = [run.seeds.index(one_of(run.seeds, seeds=seed)) for seed in wanted]
        if not mapping(rules=rules) or not seats:
            raise ValueError("rules and seeds must hold one or more.")
        held = [shares(function(rules=rule), steps) for rule in rules.values()]
        grid = run.diverged_at.shape[:-1]
        right = np.zeros((len(rules), *grid, len(seats), len(steps)))
        with torch_on_one_thread():
            for place in np.ndindex(grid):
                network = _network(run, place)
                for k, seat in enumerate(seats):
                    own = run.weights[(*place, seat)], self._examples(run.seeds[seat])
                    right[(slice(None), *place, k)] = _right(network, *own, held)
        return dict(zip(rules, right, strict=True))

    def _examples(self, seed: int) -> tuple[Tensor, Tensor]:
        if seed not in self._known:
            test = split(self.dataset, seed).test[: self.measured]
            known = self.dataset.inputs[test], self.dataset.targets[test]
            self._known[seed] = torch.tensor(known[0]), torch.tensor(known[1])
        return self._known[seed]


def _network(run: Runs, place: tuple) -> nn.Module:
    where = {name: values[k] for (name, values), k in zip(run.axes.items(), place, strict=True)}
    return run.module(seed=run.seeds[0], step=0, **where)


def _right(network: nn.Module, path: np.ndarray, examples: tuple, held: list) -> np.ndarray:
    """(rules, steps): the share of right answers, NaN where the weights are no numbers."""
    size = sum(p.numel() for p in network.parameters())
    rows = averaged(np.concatenate(held), path[:, :size])
    inputs, targets = examples
    with torch.no_grad():
        answers = _side_by_side(network, torch.from_numpy(rows), inputs).argmax(-1)
    right = (answers == targets).double().mean(-1).numpy()
    return np.where(np.isfinite(rows).all(1), right, np.nan).reshape(len(held), -1)


def _check(run: Runs) -> None:
    kept = instance(Runs, run=run).weight_steps
    if run.weights is None or not np.array_equal(kept, np.arange(len(kept))):
        raise ValueError("run must have kept the weights of every step: checkpoints=1.")
    if run.buffers.shape[-1]:
        raise ValueError("run must be of networks without batch norm, whose statistics go stale.")


def shares(rule: Rule, at: Sequence[int] | np.ndarray) -> np.ndarray:
    """(len(at), last + 1): how much of every iterate 0 ... last the averages at these steps hold.

    Column 0 is the initial network, which is the answer at step 0 and in no average later.

    >>> from lecture_helpers.optimization.polyak_averaging import uniform_average
    >>> shares(uniform_average, [0, 2])
    array([[1. , 0. , 0. ],
           [0. , 0.5, 0.5]], dtype=float32)
    """
    steps = np.asarray(at, int)
    held = np.zeros((len(steps), steps.max() + 1), np.float32)
    held[steps == 0, 0] = 1.0
    if steps.max():  # averaging is linear: the average of the identity's rows holds the shares
        each = np.eye(steps.max())
        every = finite_array(rules=rule(each), shape=each.shape)
        held[steps > 0, 1:] = every[steps[steps > 0] - 1]
    return held


def averaged(held: np.ndarray, path: np.ndarray) -> np.ndarray:
    """(rows, parameters): what the shares ``held`` (rows, t) make of a path of t iterates or more.

    NaN where a share is of an iterate that is not finite.
    """
    path = np.ascontiguousarray(path[: held.shape[1]])
    rows, known = torch.from_numpy(held), torch.from_numpy(path)
    if known.sum().isfinite():  # the usual case, quickly
        return (rows @ known).numpy()
    sound = known.isfinite().all(1)
    rows = rows @ known.where(sound[:, None], known.new_zeros(()))
    return rows.where(~(torch.from_numpy(held)[:, ~sound] != 0).any(1)[:, None], torch.nan).numpy()


def _side_by_side(network: nn.Module, rows: Tensor, inputs: Tensor) -> Tensor:
    """(rows, examples, outputs): the network with each of the rows as its parameters."""
    named = dict(network.named_parameters())
    blocks = rows.split([p.numel() for p in named.values()], dim=1)
    tensors = {
        name: block.reshape(-1, *own.shape)
        for (name, own), block in zip(named.items(), blocks, strict=True)
    }
    return torch.vmap(lambda own: functional_call(network, own, inputs))(tensors)
