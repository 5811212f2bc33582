"""The exercises of lesson 6: a sampled blur, the follower, a pacing and scores that are fair."""

import numpy as np

from lecture_helpers.exercises.exercise import Exercise


def _costs(coefficients, places):
    return np.polyval(coefficients, places)


def _places(t, sigma, draws):
    return t[:, None] + sigma * draws


def _summary(values, root=True):
    error = values.std(axis=1, ddof=1)
    return values.mean(axis=1), error / np.sqrt(values.shape[1]) if root else error


def _sampled(coefficients, t, sigma, samples, seed):
    draws = np.random.default_rng(seed).standard_normal(samples)
    return _summary(_costs(coefficients, _places(t, sigma, draws)))


def _variance_for_sigma(coefficients, t, sigma, samples, seed):
    return _sampled(coefficients, t, sigma**2, samples, seed)


def _fresh_draws(coefficients, t, sigma, samples, seed):
    draws = np.random.default_rng(seed).standard_normal((len(t), samples))
    return _summary(_costs(coefficients, _places(t, sigma, draws)))


def _cost_of_the_mean(coefficients, t, sigma, samples, seed):
    draws = np.random.default_rng(seed).standard_normal(samples)
    error = _sampled(coefficients, t, sigma, samples, seed)[1]
    return _costs(coefficients, _places(t, sigma, draws).mean(axis=1)), error


def _noise_on_the_cost(coefficients, t, sigma, samples, seed):
    draws = np.random.default_rng(seed).standard_normal(samples)
    return _summary(_costs(coefficients, t)[:, None] + sigma * draws)


def _spread_for_error(coefficients, t, sigma, samples, seed):
    draws = np.random.default_rng(seed).standard_normal(samples)
    return _summary(_costs(coefficients, _places(t, sigma, draws)), root=False)


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
        "the variance stands where sigma belongs": (
            _variance_for_sigma,
            "A draw of N(t, sigma^2) is t + sigma z. The slide writes the variance into N.",
        ),
        "every place has draws of its own": (
            _fresh_draws,
            "With fresh noise at every place the blurred cost is a rough curve that flickers from "
            "move to move. Draw once, and use the same draws everywhere: common random numbers.",
        ),
        "the cost of the mean place, not the mean of the costs": (
            _cost_of_the_mean,
            "The mean of t + sigma z is t, so that nothing is blurred. Evaluate first, "
            "then average.",
        ),
        "the noise is added to the cost, not to the place": (
            _noise_on_the_cost,
            "A blur mixes the costs of neighbouring places. Noise on the cost averages to nothing.",
        ),
        "the spread of the draws is given as the error of their mean": (
            _spread_for_error,
            "The mean of n draws varies sqrt(n) times less than one draw does.",
        ),
    },
    hints=(
        "Three steps: the places, their costs, the mean over the draws.",
        "places = t[:, None] + sigma * draws has shape (len(t), samples).",
        "costs.mean(axis=1), and costs.std(axis=1, ddof=1) / np.sqrt(samples).",
    ),
    praise="With the same draws at every place the sampled cost is a smooth function, and descent "
    "can follow it.",
)  # fmt: skip


def _follow(start, sigmas, ripple, waves, lr, steps, order=None, restart=False, fade=None, all_=0):
    t = start
    fade = fade or (lambda sigma: np.exp(-((waves * sigma) ** 2) / 2))
    for sigma in sigmas if order is None else order(sigmas):
        t = start if restart else t
        for _ in range(steps):
            bowl = t * fade(sigma) if all_ else t
            t = t - lr * (bowl - ripple * waves * fade(sigma) * np.sin(waves * t))
    return t


def _followed(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, steps)


def _sharpest_first(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, steps, order=lambda s: s[::-1])


def _restarted(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, steps, restart=True)


def _no_square(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, steps, fade=lambda s: np.exp(-waves * s / 2))


def _everything_fades(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, steps, all_=1)


def _no_blur(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, 0 * sigmas, ripple, waves, lr, steps)


def _one_step(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, lr, 1)


def _chain_rule_forgotten(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple / waves, waves, lr, steps)


def _wrong_sign(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, -ripple, waves, lr, steps)


def _uphill(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas, ripple, waves, -lr, steps)


def _not_halved(start, sigmas, ripple, waves, lr, steps):
    return _follow(
        start, sigmas, ripple, waves, lr, steps, fade=lambda s: np.exp(-((waves * s) ** 2))
    )


def _never_sharp(start, sigmas, ripple, waves, lr, steps):
    return _follow(start, sigmas[:-1], ripple, waves, lr, steps)


follower = Exercise(
    name="follower",
    task="Write follower(start, sigmas, ripple, waves, lr, steps) for the cost "
    "t^2 / 2 + ripple cos(waves t). Make `steps` descent steps on the exact blur of every sigma in "
    "turn. Return the last t, a number.",
    reference=_followed,
    cases=lambda rng: {
        "start": float(rng.uniform(1, 4)), "sigmas": np.array([1.0, 0.6, 0.3, 0.0]),
        "ripple": float(rng.uniform(0.5, 1.5)), "waves": float(rng.uniform(2, 4)),
        "lr": float(rng.uniform(0.02, 0.05)), "steps": int(rng.integers(2, 5)),
    },
    mistakes={
        "the sigmas grow": (
            _sharpest_first,
            "Continuation starts with the most blurred cost and ends at the real one. Backwards, "
            "the first level is plain descent with all its traps.",
        ),
        "every level starts from the first start": (
            _restarted,
            "The point is to hand on the place: a level starts where the one before ended.",
        ),
        "the fade has sigma, not its square": (
            _no_square,
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2).",
        ),
        "nothing is blurred": (
            _no_blur,
            "That is plain descent, as many steps of it. Each sigma has a cost of its own: the "
            "wave is multiplied by its fade.",
        ),
        "one step for every sigma": (
            _one_step,
            "A level needs its `steps` steps before the next one begins.",
        ),
        "the chain rule is forgotten": (
            _chain_rule_forgotten,
            "The derivative of cos(waves t) is -waves sin(waves t): a factor is missing.",
        ),
        "the slope of the wave has the wrong sign": (
            _wrong_sign,
            "The derivative of the cosine is minus the sine.",
        ),
        "it climbs": (
            _uphill,
            "Descent subtracts the slope: t - lr * slope.",
        ),
        "the fade is not halved": (
            _not_halved,
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2).",
        ),
        "the bowl fades too": (
            _everything_fades,
            "A blur lifts a parabola but does not bend it: its slope stays t.",
        ),
        "the real cost is left out": (
            _never_sharp,
            "The last sigma is 0, and it needs its steps as well: the minimum of a blurred cost is "
            "only near the one you want.",
        ),
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


def _unclipped(t, start, pace):
    return np.sqrt(start**2 + (1 - start**2) * t / pace)


def _pace_forgotten(t, start, pace):
    return np.sqrt(start**2 + (1 - start**2) * t)


def _from_nothing(t, start, pace):
    return np.sqrt(np.minimum(t / pace, 1))


def _start_not_squared(t, start, pace):
    return np.sqrt(start + (1 - start) * np.minimum(t / pace, 1))


def _root_of_time(t, start, pace):
    return start + (1 - start) * np.sqrt(np.minimum(t / pace, 1))


def _no_root(t, start, pace):
    return start**2 + (1 - start**2) * np.minimum(t / pace, 1)


def _linear(t, start, pace):
    return start + (1 - start) * np.minimum(t / pace, 1)


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
            _unclipped, "There are no more examples than all: cut the progress at 1.",
        ),
        "pace has no effect": (
            _pace_forgotten, "Everything must be in at t = pace, not at the end: use t / pace.",
        ),
        "it starts from nothing": (
            _from_nothing,
            "At t = 0 the share is 0, and the first batch would be drawn from no example at all.",
        ),
        "the start is not squared": (
            _start_not_squared, "At t = 0 the root must give start, so start^2 stands under it.",
        ),
        "the root is taken of the time alone": (
            _root_of_time,
            "The whole square, start included, grows evenly; the root comes last.",
        ),
        "the root is missing": (
            _no_root,
            "That is the square of the share. Take its root.",
        ),
        "it grows evenly itself": (
            _linear, "That is linear pacing. Under root pacing the square grows evenly.",
        ),
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


def _easy_order(probabilities, targets, fold):
    return np.argsort(-_held_out(probabilities, targets, fold), kind="stable")


def _hard_order(probabilities, targets, fold):
    return np.argsort(_held_out(probabilities, targets, fold), kind="stable")


def _sure_of_anything(probabilities, targets, fold):
    own = probabilities[fold, np.arange(len(targets))]
    return np.argsort(-own.max(axis=1), kind="stable")


def _all_models(probabilities, targets, fold):
    scores = probabilities.mean(axis=0)[np.arange(len(targets)), targets]
    return np.argsort(-scores, kind="stable")


def _a_model_that_saw_it(probabilities, targets, fold):
    return _easy_order(probabilities, targets, (fold + 1) % len(probabilities))


def _scores(probabilities, targets, fold):
    return _held_out(probabilities, targets, fold)


def _ranks(probabilities, targets, fold):
    return np.argsort(_easy_order(probabilities, targets, fold), kind="stable")


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
        "hard first": (_hard_order, "A sign: argsort goes from small to large. This is the "
                       "anti-curriculum."),
        "sure of anything counts as easy": (
            _sure_of_anything,
            "The largest probability may belong to another class: then the model is sure, and the "
            "example is wrong for it. Take the probability of the target.",
        ),
        "the mean over all models": (
            _all_models,
            "All models but one have seen the example. They remember its label, right or wrong.",
        ),
        "scored by a model that was trained on the example": (
            _a_model_that_saw_it,
            "Model k is the one that did NOT see fold k. Another one grades its own homework.",
        ),
        "the scores, not the order": (
            _scores,
            "These are the right scores. Wanted are the numbers of the examples, sorted by them.",
        ),
        "each example's rank, not the order": (
            _ranks,
            "argsort once gives the order; twice gives the rank of every example.",
        ),
    },
    hints=(
        "One number per example first: how sure is the model that never saw it of its target?",
        "probabilities[fold, np.arange(n), targets] picks those numbers.",
        "np.argsort(-confidence, kind='stable') puts the largest first.",
    ),
    praise="Scores from models that saw the example, or from the test set, would flatter every "
    "curriculum.",
)  # fmt: skip
