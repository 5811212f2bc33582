"""Every experiment still gives what is stored: a seed, in soak another, of as few arms as can be.

Training in single precision amplifies the last digit, in which processors differ. There a value
may be as far from the stored one as the arm's seeds are from each other.
"""

import sys

import pytest

from lecture_helpers.claims import CLAIMS, ledger
from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.sweep import experiment_name
from lecture_helpers.claims.verify import difference

STORED = ledger.load()
CLAIM_OF = {experiment_name(CLAIMS[name]).rpartition(".")[2]: CLAIMS[name] for name in STORED}
FEW = {
    "batch_mates": {"data": ("MNIST",), "levels": (0.3,)},
    "depth_trained": {"data": ("digits",), "depths": (2,)},
    "dropout_gain": {"data": ("MNIST",), "sizes": (64,)},
    "gains_that_train": {"data": ("digits",), "rates": (0.1,), "rival_rates": ()},
    "gaussian_after": {"sizes": (16,)},
    "gradient_per_layer": {"data": ("digits",)},
    "grown": {"data": ("digits",), "depths": {"sigmoid": (3,)}, "deepest": {}, "stuck": ()},
    "guided": {"places": (("digits", "ReLU", 6),)},
    "highest_rates": {"cases": (("digits", 2, 16, -6, 16, ("none", "batch")),)},
    "models_and_optimizers": {"data": ("digits",), "methods": ("plain SGD",), "deep": ()},
    "norm_places": {"cases": {"MNIST, 300 updates": ("MNIST", 5, 300, ("tanh: before",))}},
    "promise_kept": {
        "levels": {"digits": 1.0},
        "networks": {"depth 3": ("relu", 3, 1.0, 0.1, ("none", "batch"), {"late": (0.3,)})},
    },
    "quarters": {"data": ("digits",)},
    "race": {"data": ("digits",), "budgets": ("short",)},
    "running_for_batch": {"data": ("digits",), "switches": {"batches of 64": {}}},
    "sampled_searches": {"places": ("Rastrigin in 2 dimensions",)},
    "searches": {"kinds": ("ripples in 10 dimensions", "wells of one width in 2 dimensions")},
    "separability": {"correlations": (0.0,)},
    "skips": {"fresh": (("digits", 24),), "places": (("digits", 2),), "longer": ()},
    "success": {"data": ("digits",), "budgets": ("short",), "shapes": False},
    "turns": {"kinds": (), "planted": ()},
    "unit_gradients": {"data": ("digits",), "trained": (("digits", 8),)},
}
FIRST = {  # of these tables of their modules only the first lines
    "batch_mates": ("MATES", 1),
    "falling_costs": ("COSTS", 1),
    "guided": ("GUIDES", 1),
    "weight_averages": ("REGIMES", 1),
}
TRAINED = {
    "batch_mates", "depth_trained", "dropout_gain", "gains_that_train", "grown",
    "gradient_per_layer", "guided", "highest_rates", "models_and_optimizers", "norm_places",
    "promise_kept", "quarters", "race", "running_for_batch", "skips", "success", "unit_gradients",
    "weight_averages",
}  # fmt: skip


@pytest.mark.parametrize("place", [0, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", CLAIM_OF)
def test_a_seed_gives_the_stored_values_again(name, place, monkeypatch):
    claim = CLAIM_OF[name]
    stored = STORED[claim.id]
    if name in FIRST:
        table, lines = FIRST[name]
        whole = getattr(sys.modules[claim.experiment.__module__], table)
        few = list(whole.items() if isinstance(whole, dict) else whole)[:lines]
        monkeypatch.setattr(f"{claim.experiment.__module__}.{table}", type(whole)(few))
    tuned = {"tuned": stored["settings"]["tuned"]} if claim.tune else {}
    seeds = stored["seeds"][place : place + 1]
    record = measure(claim.experiment, seeds, **tuned, **FEW.get(name, {}))
    assert difference(stored, record, spread=name in TRAINED) == ""


def test_the_experiments_named_here_are_there():
    assert FEW.keys() | FIRST.keys() | TRAINED <= CLAIM_OF.keys()
