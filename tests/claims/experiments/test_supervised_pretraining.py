import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import (
    growing_plans,
    grown_networks,
    guided_networks,
)
from lecture_helpers.claims.experiments import pretraining_pictures as pictures
from lecture_helpers.claims.experiments.growing_plans import Place, crossing, joint, until
from lecture_helpers.claims.experiments.grown_networks import grown
from lecture_helpers.claims.experiments.guided_networks import GUIDES, INPUT, RANDOM, guided
from lecture_helpers.claims.experiments.pretraining_arms import (
    FIRST_RATES,
    NETWORKS,
    RATES,
    USUAL,
    best,
    costs,
    fit,
    percent,
    searched,
)
from lecture_helpers.claims.tuning import TUNING, load
from lecture_helpers.pretraining.plans import ARMS
from lecture_helpers.pretraining.plans import GUIDES as PICTURED

SIGMOID = {"sigmoid": (3,)}
SMALL = dict(data=("digits",), depths=SIGMOID, deepest={}, stuck=(), ladder=(20, 40, 80))
PLACE = Place("digits", "ReLU", 3, USUAL, (3, 4))


def test_the_counter_examples_are_exact():
    record = measure(claim("C32").experiment, QUICK_SEEDS[:2], angles=40)
    for name, tolerance in record.tolerances.items():
        assert max(record.arms[name]) < tolerance


@pytest.fixture(scope="module")
def everything():
    """All arms of each experiment, each training a handful of updates, by experiment."""
    few = dict(ladder=(20, 22), longer=2)
    return {
        grown: grown((3,), **few),
        guided: guided((3,), updates=20),
    }


def test_every_arm_that_the_lesson_compares_is_measured(everything):
    for name in ("C31", "C33", "C34", "C35"):
        assert claim(name).arms <= everything[claim(name).experiment].keys()


def test_a_search_finds_a_rate_for_every_value_that_is_asked_for(monkeypatch):
    asked = set()

    class Asked(dict):
        def __missing__(self, name):
            asked.add(name)
            return 0.1

    few = (20, 40)
    monkeypatch.setattr(grown_networks, "LADDER", few)
    monkeypatch.setattr(grown_networks, "LONGER", 2)
    monkeypatch.setattr(grown_networks, "searched", lambda measured, rates: {
        name: 0.1 for name in measured([0.1])})  # fmt: skip
    monkeypatch.setattr(grown_networks, "DEPTHS", SIGMOID)
    monkeypatch.setattr(grown_networks, "DEEPEST", {"sigmoid": (4,)})
    monkeypatch.setattr(grown_networks, "TARGETS", {"digits": 90.0})
    given = dict(data=("digits",), depths=SIGMOID, deepest={"sigmoid": (4,)})
    grown((3,), ladder=few, longer=2, tuned=Asked(some=0), **given)
    assert asked <= grown_networks.tune_grown((3,)).keys()


def test_the_guided_arms_have_a_rate_and_a_course_each(monkeypatch):
    chosen = [1, 1, 1]
    monkeypatch.setattr(guided_networks, "_search", lambda arm, where, kind, depth, seeds: chosen)
    asked = {name for name in guided((3,), updates=20) if not name.endswith(": loss")}
    assert asked == guided_networks.tune_guided((3,)).keys()


@pytest.mark.parametrize("experiment, settings", [
    (grown, SMALL),
    (guided, dict(places=(("digits", "ReLU", 6),), updates=20)),
])  # fmt: skip
def test_a_seeds_value_does_not_depend_on_its_neighbours(experiment, settings):
    together, alone = experiment((3, 4), **settings), experiment((4,), **settings)
    for arm, values in alone.items():
        np.testing.assert_equal(together[arm][1], values[0])


def test_a_seed_that_diverges_or_never_arrives_is_nan_and_no_number():
    runs = joint(PLACE, 40, [0.1, 1e6], [10, 20])
    assert np.isfinite(percent(runs)[0]).all() and np.isnan(percent(runs)[1]).all()
    assert np.isfinite(fit(runs)[0]).all() and np.isnan(fit(runs)[1]).all()
    assert np.isinf(costs(percent(runs), "accuracy")[1]).all()


def test_a_target_is_reached_between_two_rungs_on_a_logarithmic_scale_or_never():
    rows = [[10.0, 60, 40, 70], [1, 2, 3, np.nan], [50, 60, 70, 80], [np.nan, 30, 70, 90]]
    found = crossing(np.array(rows), (10, 20, 40, 80), 50)
    np.testing.assert_allclose(found, [10 * 2**0.8, np.nan, 10, 20 * 2**0.5])


def test_runs_cut_short_are_those_of_a_shorter_training():
    cut, short = until(joint(PLACE, 40, 0.1, [20]), 20), joint(PLACE, 20, 0.1)
    np.testing.assert_array_equal(cut.accuracy, short.accuracy)
    np.testing.assert_array_equal(percent(cut), percent(short))


def test_the_lines_and_the_clocks_are_those_that_are_declared():
    ladder = (20, 40, 80, 160)
    arms = grown((3, 4), **SMALL | dict(ladder=ladder, targets={"digits": 60.0}))
    of = {n.removeprefix("digits, sigmoid, depth 3: "): np.array(v) for n, v in arms.items()}
    errors, line = 100 - of["joint"], 100 - of["joint, less a margin"]
    np.testing.assert_allclose(line, 1.25 * errors)
    lost = of["joint: loss"] - of["joint, less a margin: loss"]
    np.testing.assert_allclose(10**lost, 1.25)
    place = Place("digits", "sigmoid", 3, USUAL, (3, 4))
    for arm in ("joint", "greedy"):
        updates = 10 ** -of[f"{arm}: speed by updates"]
        assert ((updates >= 20) & (updates <= 160)).all()
        one = place.multiplications(arm, 160) / 160
        np.testing.assert_allclose(10 ** -of[f"{arm}: speed by multiplications"], updates * one)
    alone, every = (of[f"fine-tuned: speed by {n}"] for n in ("fine-tuning alone", "updates"))
    assert (alone >= every).all()
    same = growing_plans.greedy(place, 160, FIRST_RATES["sigmoid"][2])
    np.testing.assert_array_equal(of["greedy"], percent(same))


def test_growing_rescues_a_deep_sigmoid_network_and_so_do_other_ways():
    tuned = {"joint": 0.1, "fine-tuned": 0.3, "greedy": 0.3, "Adam": 0.01}

    class Tuned(dict):
        def __missing__(self, name):
            return tuned.get(name.split(": ")[1].split(",")[0], 0.3)

    settings = SMALL | dict(depths={"sigmoid": (6,)}, stuck=(6,), ladder=(300, 600), longer=0)
    arms = grown((1, 2), **settings, tuned=Tuned(some=0))
    means = {n.partition("depth 6: ")[2]: np.mean(v) for n, v in arms.items()}
    assert means["joint"] < 20
    for rescue in ("fine-tuned", "Adam", "first weights times 4"):
        assert means[rescue] > 70
    assert 50 < means["random features"] < means["fine-tuned"]


def test_a_guide_sends_its_signal_to_the_middle_whether_it_knows_the_labels_or_not():
    class Tuned(dict):
        def __missing__(self, name):
            return (0.3, 30.0, 1.0) if name.endswith("input") else (0.3, 3.0, 1.0)

    few = dict(places=(("digits", "sigmoid", 6),), updates=300)
    arms = guided((1, 2), **few, tuned=Tuned(some=0))
    means = {n.partition("depth 6: ")[2]: np.mean(v) for n, v in arms.items()}
    assert means["deep supervision"] > means["plain"] + 10
    assert means["deep supervision"] > means[RANDOM.format("deep supervision")] + 10
    assert means["deep supervision: loss"] > means["plain: loss"] + 0.1
    assert means[INPUT.format("deep supervision")] > means["plain"] + 10


GIVEN = USUAL | dict(depth=6, seeds=[1, 2], lr=0.03)


def test_the_training_loss_of_a_guided_network_is_that_of_its_own_output():
    runs = guided_networks.trained("plain", "digits", "ReLU", 40, **GIVEN)
    np.testing.assert_allclose(guided_networks.own_fit(runs, "digits"), fit(runs), 1e-4)
    for guide in GUIDES[1:]:
        for arm in (guide, RANDOM.format(guide), INPUT.format(guide)):
            silent = guided_networks.trained(
                arm, "digits", "ReLU", 40, guide=1e-9, share=1.0, **GIVEN
            )
            same = guided_networks.own_fit(silent, "digits")
            np.testing.assert_allclose(same, fit(runs), atol=1e-3)


@pytest.mark.parametrize("told", ["{}", RANDOM, INPUT])
@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_that_ends_at_half_leaves_the_network_to_the_labels(guide, told):
    """The second half is plain training from where the first ended."""
    given = GIVEN | dict(checkpoints="last", record=2)
    halves = guided_networks.trained(
        told.format(guide), "digits", "ReLU", 40, guide=3.0, share=0.5, **GIVEN
    )
    free = guided_networks.training.train(
        guided_networks.training.mlp, guided_networks.DATA["digits"](), steps=20,
        **given | NETWORKS["ReLU"],
    )  # fmt: skip
    assert halves.steps[-1] == 20 and halves.state(seed=1).keys() == free.state(seed=1).keys()
    assert not np.allclose(halves.train_loss[..., 0], free.train_loss[..., 0])
    np.testing.assert_allclose(guided_networks.own_fit(halves, "digits"), fit(halves), 1e-4)


def test_stages_that_give_back_the_input_never_see_a_label():
    given = NETWORKS["sigmoid"] | GIVEN | dict(checkpoints="last")
    dataset = guided_networks.DATA["digits"]()
    others = guided_networks.shuffled(dataset)
    ends = [
        guided_networks._stages(INPUT, data, 60, 3.0, **given).state(seed=1)
        for data in (dataset, others)
    ]
    for name, values in ends[0].items():
        np.testing.assert_array_equal(values, ends[1][name])
    assert ends[0]["output.weight"].shape == (64, 32)


def test_guides_have_equally_many_courses_and_rates_whatever_they_are_told():
    for kind in guided_networks.OTHERS:
        for guide in GUIDES:
            arms = (guide, RANDOM.format(guide), INPUT.format(guide))
            assert len({len(guided_networks.courses(arm)) for arm in arms}) == 1
            assert len({guided_networks.first_rates(arm, kind) for arm in arms}) == 1
        assert len(guided_networks.courses("plain")) == 1


def test_a_search_finds_the_best_course_with_its_rate(monkeypatch):
    def percent_of(found):
        rates, guide, share = found
        return np.array(
            [[90 - abs(guide - 3) - 5 * abs(share - 0.5) - abs(r - 0.3)] for r in rates]
        )

    monkeypatch.setattr(guided_networks, "percent", percent_of)
    monkeypatch.setattr(guided_networks, "trained", lambda *_, lr, guide, share, **__: (
        lr, guide, share))  # fmt: skip
    found = guided_networks._search("hint", "digits", "sigmoid", 6, [1])
    assert found == [0.3, 3.0, 0.5]
    assert guided_networks._search("plain", "digits", "sigmoid", 6, [1])[1:] == [0.0, 0.0]


def test_a_search_widens_its_grid_until_the_best_rate_has_neighbours():
    tried = []

    def measured(rates):
        tried.extend(rates)
        return {"low": np.abs(np.log10(rates) + 3)[:, None], "tie": np.zeros((len(rates), 2))}

    found = searched(measured, (0.03, 0.1, 0.3))
    assert found == {"low": 0.001, "tie": found["tie"]}
    assert min(tried) == 0.0003 and len(tried) == len(set(tried))
    assert best({0.01: 1.0, 0.1: 0.0, 1.0: 0.0, 10.0: 0.0}) == 1.0
    assert best({0.01: np.inf, 0.03: np.inf}) == 0.1


def test_guessing_is_equally_bad_at_every_rate():
    assert len(set(costs(np.array([8.0, 12.0, 19.9]), "accuracy"))) == 1
    assert len(set(costs(np.array([-0.362, -0.33]), "loss"))) == 1
    assert costs(np.array([30.0]), "accuracy") < costs(np.array([20.0]), "accuracy")


def test_the_rates_of_the_grids_are_known_and_in_order():
    for grid in FIRST_RATES.values():
        at = [RATES.index(rate) for rate in grid]
        assert at == list(range(at[0], at[0] + len(grid)))


def test_the_pictures_runs_find_their_rates_in_the_store():
    stored = {
        n: load(TUNING)[f"supervised_pretraining.{n}"]["values"] for n in ("growing", "guiding")
    }
    places = [f"{name}, depth {depth}" for name in NETWORKS for depth in pictures.DEPTHS]
    assert {f"{place}: {arm}" for place in places for arm in ARMS} <= stored["growing"].keys()
    for place in (f"{name}, depth {d}" for name in pictures.GUIDED for d in pictures.GUIDED_DEPTHS):
        weighed = {f"{place}: {g}, weight {w:g}" for g in PICTURED for w in pictures.WEIGHTS}
        assert weighed | {f"{place}: plain"} <= stored["guiding"].keys()


def test_the_pictures_best_rate_is_the_most_accurate_and_a_hopeless_network_gets_a_middle_one():
    from lecture_helpers.training import Runs

    class Found(Runs):
        axes = {"lr": [0.01, 0.1, 1.0]}
        accuracy = np.array([[[0.3]], [[0.9]], [[np.nan]]])

    found = Found.__new__(Found)
    assert pictures.best_accuracy(found) == 0.1
    Found.accuracy = np.array([[[0.12]], [[0.1]], [[np.nan]]])
    assert pictures.best_accuracy(found) == 0.1
    Found.accuracy = np.array([[[0.1]], [[0.5]], [[0.9]]])
    with pytest.raises(ValueError, match="widen"):
        pictures.best_accuracy(found)
