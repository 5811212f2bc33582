"""Every experiment still gives what is stored: two seeds, of as few arms as it can run.

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
    "curriculum_race": {"budgets": ("short",)},
    "gain_ladder": {"rates": (0.1,)},
    "gaussian_after": {"sizes": (16, 64)},
    "growing": {"depths": (3,), "deep": 1},
    "guiding": {"depths": (4,)},
    "learning_rate_ladder": {"depth": (2,), "norm": ("none", "batch")},
    "noisy_convex": {"conditions": (10,)},
    "promise_kept": {"depths": (3,), "promises": (0.3,)},
    "skip_ladder": {"depths": (2,)},
}
FIRST = {  # of these tables of their modules only the first lines
    "averages_of_networks": ("REGIMES", 1),
    "depth_ladder": ("DEEP", 4),
    "growing": ("NETWORKS", 1),
    "placements": ("PLACES", 5),
    "searches": ("KINDS", 2),
}
ALONE = {"information"}  # a seed of it takes six seconds
TRAINED = {
    "averages_of_networks", "curriculum_race", "depth_ladder", "factorial", "gain_ladder",
    "growing", "guiding", "learning_rate_ladder", "placements", "promise_kept", "regularisation",
    "skip_ladder", "switch_to_running",
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIM_OF)
def test_two_seeds_give_the_stored_values_again(name, monkeypatch):
    claim = CLAIM_OF[name]
    stored = STORED[claim.id]
    if name in FIRST:
        table, lines = FIRST[name]
        whole = getattr(sys.modules[claim.experiment.__module__], table)
        few = list(whole.items() if isinstance(whole, dict) else whole)[:lines]
        monkeypatch.setattr(f"{claim.experiment.__module__}.{table}", type(whole)(few))
    tuned = {"tuned": stored["settings"]["tuned"]} if claim.tune else {}
    seeds = stored["seeds"][: 1 if name in ALONE else 2]
    record = measure(claim.experiment, seeds, **tuned, **FEW.get(name, {}))
    assert difference(stored, record, spread=name in TRAINED) == ""


def test_the_experiments_named_here_are_there():
    assert FEW.keys() | FIRST.keys() | TRAINED | ALONE <= CLAIM_OF.keys()
