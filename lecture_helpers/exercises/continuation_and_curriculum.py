"""The exercises of lesson 6: a sampled blur, the follower, a pacing and scores that are fair."""

import numpy as np

from lecture_helpers.exercises.continuation_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _sampled(
    coefficients, t, sigma, samples, seed, *, fresh=False, spread=False,
    costs=lambda coefficients, t, noise: np.polyval(coefficients, t + noise),
):  # fmt: skip
    """The blurred cost and its error; ``costs`` takes places as a column, noise as rows."""
    draws = np.random.default_rng(seed).standard_normal((len(t) if fresh else 1, samples))
    values = costs(coefficients, t[:, None], sigma * draws)
    error = values.std(axis=1, ddof=1) / (1 if spread else np.sqrt(samples))
    return values.mean(axis=1), error


def _cost_of_the_mean(coefficients, t, sigma, samples, seed):
    places, _ = _sampled(coefficients, t, sigma, samples, seed, costs=lambda _, t, noise: t + noise)
    return np.polyval(coefficients, places), _sampled(coefficients, t, sigma, samples, seed)[1]


sampled_blur = Exercise(
    name="sampled_blur",
    task="Write sampled_blur(coefficients, t, sigma, samples, seed). The cost is "
    "np.polyval(coefficients, place). Return the pair (blurred cost, its standard error), each of "
    "the shape of t. The draws are np.random.default_rng(seed).standard_normal(samples).",
    reference=_sampled,
    cases=lambda rng: {
        "coefficients": rng.normal(size=5), "t": rng.uniform(-1, 1, int(rng.integers(2, 4))),
        "sigma": float(rng.uniform(0.2, 0.8)), "samples": int(rng.integers(3, 6)),
        "seed": int(rng.integers(100)),
    },
    mistakes={
        "the variance stands where sigma belongs": ({"sigma": np.square},
            "A draw of N(t, sigma^2) is t + sigma z. The slide writes the variance into N."),
        "every place has draws of its own": ({"fresh": True},
            "With fresh noise at every place the blurred cost is a rough curve that flickers from "
            "move to move. Draw once, and use the same draws everywhere: common random numbers."),
        "the cost of the mean place, not the mean of the costs": (_cost_of_the_mean,
            "The mean of t + sigma z is t, so that nothing is blurred. Evaluate first, "
            "then average."),
        "the noise is added to the cost, not to the place": (
            {"costs": lambda coefficients, t, noise: np.polyval(coefficients, t) + noise},
            "A blur mixes the costs of neighbouring places. Noise on the cost averages to nothing.",
        ),
        "the spread of the draws is given as the error of their mean": ({"spread": True},
            "The mean of n draws varies sqrt(n) times less than one draw does."),
    },
    hints=(
        "Three steps: the places, their costs, the mean over the draws.",
        "places = t[:, None] + sigma * draws has shape (len(t), samples).",
        "costs.mean(axis=1), and costs.std(axis=1, ddof=1) / np.sqrt(samples).",
    ),
    praise="With the same draws at every place the sampled cost is a smooth function, and descent "
    "can follow it.",
)  # fmt: skip


def _follower(
    start, sigmas, ripple, waves, lr, steps, *, restart=False, bowl_fades=False, inner=True,
    fade=lambda wave: np.exp(-(wave**2) / 2),
):  # fmt: skip
    t = start
    for sigma in sigmas:
        t = start if restart else t
        height = fade(waves * sigma)
        for _ in range(steps):
            bowl = t * height if bowl_fades else t
            wave = ripple * height * (waves if inner else 1) * np.sin(waves * t)
            t = t - lr * (bowl - wave)
    return t


follower = Exercise(
    name="follower",
    task="Write follower(start, sigmas, ripple, waves, lr, steps) for the cost "
    "t^2 / 2 + ripple cos(waves t). Make `steps` descent steps on the exact blur of every sigma in "
    "turn. Return the last t, a number.",
    reference=_follower,
    cases=lambda rng: {
        "start": float(rng.uniform(1, 4)), "sigmas": np.array([1.0, 0.6, 0.3, 0.0]),
        "ripple": float(rng.uniform(0.5, 1.5)), "waves": float(rng.uniform(2, 4)),
        "lr": float(rng.uniform(0.02, 0.05)), "steps": int(rng.integers(2, 5)),
    },
    mistakes={
        "the sigmas grow": ({"sigmas": np.flip},
            "Continuation starts with the most blurred cost and ends at the real one. Backwards, "
            "the first level is plain descent with all its traps."),
        "every level starts from the first start": ({"restart": True},
            "The point is to hand on the place: a level starts where the one before ended."),
        "the fade has sigma, not its square": ({"fade": lambda wave: np.exp(-wave / 2)},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2)."),
        "nothing is blurred": ({"sigmas": np.zeros_like},
            "That is plain descent, as many steps of it. Each sigma has a cost of its own: the "
            "wave is multiplied by its fade."),
        "one step for every sigma": ({"steps": 1},
            "A level needs its `steps` steps before the next one begins."),
        "the chain rule is forgotten": ({"inner": False},
            "The derivative of cos(waves t) is -waves sin(waves t): a factor is missing."),
        "the slope of the wave has the wrong sign": ({"ripple": np.negative},
            "The derivative of the cosine is minus the sine."),
        "it climbs": ({"lr": np.negative}, "Descent subtracts the slope: t - lr * slope."),
        "the fade is not halved": ({"fade": lambda wave: np.exp(-(wave**2))},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2)."),
        "the bowl fades too": ({"bowl_fades": True},
            "A blur lifts a parabola but does not bend it: its slope stays t."),
        "the real cost is left out": ({"sigmas": lambda sigmas: sigmas[:-1]},
            "The last sigma is 0, and it needs its steps as well: the minimum of a blurred cost is "
            "only near the one you want."),
    },
    hints=(
        "Two loops: the sigmas outside, the steps inside. t is never reset.",
        "The slope of the blurred cost is t - ripple * waves * fade * sin(waves * t).",
        "fade = np.exp(-(waves * sigma) ** 2 / 2) depends on the level only.",
    ),
    praise="This is all of continuation. Everything else is the choice of the blur and of "
    "its pace.",
)  # fmt: skip


def _root(t, start, pace):
    return np.sqrt(start**2 + (1 - start**2) * np.minimum(t / pace, 1))


root_pacing = Exercise(
    name="root_pacing",
    task="Write root_pacing(t, start, pace): the share of the examples that may be used at "
    "progress t (an array in 0 to 1). Its square grows evenly from start^2 to 1 at t = pace, and "
    "stays there.",
    reference=_root,
    cases=lambda rng: {
        "t": np.sort(rng.random(int(rng.integers(3, 6)))), "start": float(rng.uniform(0.1, 0.5)),
        "pace": float(rng.uniform(0.3, 0.6)),
    },
    mistakes={
        "it goes on growing after pace": (
            lambda t, start, pace: np.sqrt(start**2 + (1 - start**2) * t / pace),
            "There are no more examples than all: cut the progress at 1."),
        "pace has no effect": (
            {"pace": 1.0}, "Everything must be in at t = pace, not at the end: use t / pace."),
        "it starts from nothing": ({"start": 0.0},
            "At t = 0 the share is 0, and the first batch would be drawn from no example at all."),
        "the start is not squared": (
            {"start": np.sqrt}, "At t = 0 the root must give start, so start^2 stands under it."),
        "the root is taken of the time alone": (
            lambda t, start, pace: start + (1 - start) * np.sqrt(np.minimum(t / pace, 1)),
            "The whole square, start included, grows evenly; the root comes last."),
        "the root is missing": (lambda *case: _root(*case) ** 2,
            "That is the square of the share. Take its root."),
        "it grows evenly itself": (
            lambda t, start, pace: start + (1 - start) * np.minimum(t / pace, 1),
            "That is linear pacing. Under root pacing the square grows evenly."),
    },
    hints=(
        "First the line that the square follows, then the root.",
        "The line goes from start**2 to 1 while t / pace goes from 0 to 1.",
        "np.minimum(t / pace, 1) holds it at the end.",
    ),
    praise="New examples then come in at a falling rate, so that each has about the same time to "
    "be learned.",
)  # fmt: skip


def _held_out(probabilities, targets, fold):
    return probabilities[fold, np.arange(len(targets)), targets]


def _easy_order(probabilities, targets, fold, *, scores=_held_out, sign=-1):
    return np.argsort(sign * scores(probabilities, targets, fold), kind="stable")


def _easy_cases(rng: np.random.Generator) -> dict:
    folds, n, classes = 3, int(rng.integers(5, 8)), 3
    raw = rng.uniform(0.05, 1, (folds, n, classes)) ** 2
    return {
        "probabilities": raw / raw.sum(axis=2, keepdims=True),
        "targets": rng.integers(classes, size=n), "fold": rng.permutation(np.arange(n) % folds),
    }  # fmt: skip


easy_order = Exercise(
    name="easy_order",
    task="Write easy_order(probabilities, targets, fold): the numbers of the examples, easiest "
    "first. probabilities[k] has shape (examples, classes) and comes from model k, which was "
    "trained without the examples whose fold is k.",
    reference=_easy_order,
    cases=_easy_cases,
    mistakes={
        "hard first": ({"sign": 1}, "A sign: argsort goes from small to large. This is the "
                       "anti-curriculum."),
        "sure of anything counts as easy": (
            {"scores": lambda p, targets, fold: p[fold, np.arange(len(fold))].max(axis=1)},
            "The largest probability may belong to another class: then the model is sure, and the "
            "example is wrong for it. Take the probability of the target."),
        "the mean over all models": (
            {"scores": lambda p, targets, _: p.mean(axis=0)[np.arange(len(targets)), targets]},
            "All models but one have seen the example. They remember its label, right or wrong."),
        "scored by a model that was trained on the example": (
            lambda p, targets, fold: _easy_order(p, targets, (fold + 1) % len(p)),
            "Model k is the one that did NOT see fold k. Another one grades its own homework."),
        "the scores, not the order": (_held_out,
            "These are the right scores. Wanted are the numbers of the examples, sorted by them."),
        "each example's rank, not the order": (
            lambda *case: np.argsort(_easy_order(*case), kind="stable"),
            "argsort once gives the order; twice gives the rank of every example."),
    },
    hints=(
        "One number per example first: how sure is the model that never saw it of its target?",
        "probabilities[fold, np.arange(n), targets] picks those numbers.",
        "np.argsort(-confidence, kind='stable') puts the largest first.",
    ),
    praise="Scores from models that saw the example, or from the test set, would flatter every "
    "curriculum.",
)  # fmt: skip

self_test = SelfTest(QUESTIONS)
