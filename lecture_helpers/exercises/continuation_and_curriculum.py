"""The exercises of lesson 6: a sampled blur, the follower, a pacing and scores that are fair."""

import numpy as np

from lecture_helpers.exercises.continuation_questions import QUESTIONS
from lecture_helpers.exercises.exercise import Exercise
from lecture_helpers.exercises.self_test import SelfTest


def _normal(seed, size):
    return np.random.default_rng(seed).standard_normal(size)


def _sampled(
    coefficients, t, sigma, samples, seed, *, drawn=_normal, fresh=False, axis=1,
    error=lambda values, axis: values.std(axis, ddof=1) / np.sqrt(values.shape[1]),
    costs=lambda coefficients, t, noise: np.polyval(coefficients, t + noise),
):  # fmt: skip
    """The blurred cost and its error; ``costs`` takes places as a column, noise as rows."""
    draws = drawn(seed, (len(t) if fresh else 1, samples))
    values = costs(coefficients, t[:, None], sigma * draws)
    return values.mean(axis), error(values, axis)


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
        "coefficients": rng.normal(size=4), "t": rng.uniform(-1, 1, int(rng.integers(2, 4))),
        "sigma": float(rng.uniform(0.2, 0.8)), "samples": int(rng.integers(5, 8)),
        "seed": int(rng.integers(100)),
    },
    mistakes={
        "the variance stands where sigma belongs": ({"sigma": np.square},
            "A draw of N(t, sigma^2) is t + sigma z. The slide writes the variance into N."),
        "the root of sigma stands where sigma belongs": ({"sigma": np.sqrt},
            "sigma is the deviation already. A draw of N(t, sigma^2) is t + sigma z."),
        "sigma is forgotten": ({"sigma": 1.0}, "A draw of N(t, sigma^2) is t + sigma z."),
        "every place has draws of its own": ({"fresh": True},
            "With fresh noise at every place the blurred cost is a rough curve that flickers from "
            "move to move. Draw once, and use the same draws everywhere: common random numbers."),
        "the draws are those of numpy's old generator": (
            {"drawn": lambda seed, size: np.random.RandomState(seed).standard_normal(size)},
            "np.random.seed and randn give other numbers for the same seed. Use "
            "np.random.default_rng(seed)."),
        "the draws are uniform in 0 to 1": (
            {"drawn": lambda seed, size: np.random.default_rng(seed).random(size)},
            "The blur is Gaussian: standard_normal, which also draws below 0."),
        "the draws are uniform in -1 to 1": (
            {"drawn": lambda seed, size: np.random.default_rng(seed).uniform(-1, 1, size)},
            "The blur is Gaussian: standard_normal."),
        "the seed is 0 whatever was asked for": ({"seed": 0}, "Pass seed to default_rng."),
        "the cost is taken at the mean place, not averaged": (_cost_of_the_mean,
            "The mean of t + sigma z is close to t, so that nothing is blurred. Evaluate first, "
            "then average."),
        "the noise is added to the cost, not to the place": (
            {"costs": lambda coefficients, t, noise: np.polyval(coefficients, t) + noise},
            "A blur mixes the costs of neighbouring places. Noise on the cost averages to nothing.",
        ),
        "the draws multiply the places": (
            {"costs": lambda coefficients, t, noise: np.polyval(coefficients, t * (1 + noise))},
            "A blur moves all places equally far: t + sigma z."),
        "the coefficients are read from the constant upwards": (
            {"coefficients": lambda coefficients: coefficients[::-1]},
            "np.polyval begins with the highest power."),
        "the spread of the draws is given as the error of their mean": (
            {"error": lambda values, axis: values.std(axis, ddof=1)},
            "The mean of n draws varies sqrt(n) times less than one draw does."),
        "the variance over all draws gives the error, with ddof 0": (
            {"error": lambda values, axis: values.std(axis) / np.sqrt(values.shape[1])},
            "One degree is used up by the mean: ddof=1."),
        "the error is divided by the number of draws, not by its root": (
            {"error": lambda values, axis: values.std(axis, ddof=1) / values.shape[1]},
            "Variances of independent draws add: the deviation of their mean falls as 1 / "
            "sqrt(n)."),
        "the error is corrected for the mean twice": (
            {"error": lambda values, axis: values.std(axis, ddof=1)
             / np.sqrt(values.shape[1] - 1)},
            "ddof=1 has done it. Divide by sqrt(n), the number of draws."),
        "the error is a variance": (
            {"error": lambda values, axis: values.var(axis, ddof=1) / values.shape[1]},
            "That is the variance of the mean. Its root is the standard error."),
        "the variance of the draws stands in the error": (
            {"error": lambda values, axis: values.var(axis, ddof=1) / np.sqrt(values.shape[1])},
            "std / sqrt(n), or the root of var / n."),
        "the error is divided by the root of the number of places": (
            {"error": lambda values, axis: values.std(axis, ddof=1) / np.sqrt(len(values))},
            "The mean is over the draws: divide by the root of their number."),
        "the mean is over the places, not over the draws": ({"axis": 0},
            "One mean for every place: axis 1, where places are rows and draws columns."),
        "there is one mean and one error for all places": ({"axis": None},
            "One mean for every place: axis 1, where places are rows and draws columns."),
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
    start, sigmas, ripple, waves, lr, steps, *, restart=False, bowl=lambda t, height, sigma: t,
    inner=True, slope=np.sin, kept="last",
    fade=lambda sigma, waves: np.exp(-((waves * sigma) ** 2) / 2),
):  # fmt: skip
    """The follower with ways to get it wrong; ``kept`` are the last place, that of each level, all.

    ``bowl`` is the slope of the parabola, ``slope`` that of the wave.
    """
    t, levels, path = start, [], []
    for sigma in sigmas:
        t = start if restart else t
        height = fade(sigma, waves)
        for _ in range(steps):
            wave = ripple * height * (waves if inner else 1) * slope(waves * t)
            t = t - lr * (bowl(t, height, sigma) - wave)
            path.append(t)
        levels.append(t)
    return {"last": t, "levels": np.array(levels), "path": np.array(path)}[kept]


def _cost_there(start, sigmas, ripple, waves, lr, steps):
    t = _follower(start, sigmas, ripple, waves, lr, steps)
    return t**2 / 2 + ripple * np.cos(waves * t)


def _all_levels_each_time(start, sigmas, ripple, waves, lr, steps):
    return _follower(start, np.tile(sigmas, steps), ripple, waves, lr, 1)


def _mean_of_blurs(start, sigmas, ripple, waves, lr, steps):
    height = np.exp(-((waves * sigmas) ** 2) / 2).mean()
    return _follower(start, 0 * sigmas, ripple * height, waves, lr, steps)


def _follower_case(rng: np.random.Generator) -> dict:
    """Falling sigmas, the last of them 0; a start on either side; never as many as steps."""
    levels = int(rng.integers(3, 5))
    sigmas = np.append(np.sort(rng.uniform(0.2, 0.7, levels - 1))[::-1], 0.0)
    return {
        "start": float(rng.uniform(1, 4) * rng.choice([-1, 1])),
        "sigmas": sigmas,
        "ripple": float(rng.uniform(0.5, 1.5)),
        "waves": float(rng.uniform(2, 4)),
        "lr": float(rng.uniform(0.02, 0.05)),
        "steps": int(rng.choice([2, 5, 6, 9])),
    }


follower = Exercise(
    name="follower",
    task="Write follower(start, sigmas, ripple, waves, lr, steps) for the cost "
    "t^2 / 2 + ripple cos(waves t). Make `steps` descent steps on the exact blur of every sigma in "
    "turn. Return the last t, a number.",
    reference=_follower,
    cases=_follower_case,
    mistakes={
        "the sigmas grow": ({"sigmas": np.flip},
            "Continuation starts with the most blurred cost and ends at the real one. Backwards, "
            "the first level is plain descent with all its traps."),
        "every level starts from the first start": ({"restart": True},
            "The point is to hand on the place: a level starts where the one before ended."),
        "the fade has waves * sigma, not its square": (
            {"fade": lambda sigma, waves: np.exp(-waves * sigma / 2)},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2)."),
        "the fade has sigma squared but not waves": (
            {"fade": lambda sigma, waves: np.exp(-waves * sigma**2 / 2)},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2): both are squared."),
        "the fade has waves squared but not sigma": (
            {"fade": lambda sigma, waves: np.exp(-(waves**2) * sigma / 2)},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2): sigma is the deviation, and is "
            "squared."),
        "the fade does not depend on waves": (
            {"fade": lambda sigma, waves: np.exp(-(sigma**2) / 2)},
            "The faster a wave, the more the blur takes: exp(-k^2 sigma^2 / 2)."),
        "the fade is above 1": (
            {"fade": lambda sigma, waves: np.exp((waves * sigma) ** 2 / 2)},
            "A blur makes waves lower: exp of a negative number. (-a) ** 2 is positive, -a**2 is "
            "not."),
        "nothing is blurred": ({"sigmas": np.zeros_like},
            "That is plain descent, as many steps of it. Each sigma has a cost of its own: the "
            "wave is multiplied by its fade."),
        "there is one step for every sigma": ({"steps": 1},
            "A level needs its `steps` steps before the next one begins."),
        "the steps are shared out among the sigmas": (
            lambda start, sigmas, ripple, waves, lr, steps: _follower(
                start, sigmas, ripple, waves, lr, steps // len(sigmas)),
            "Every sigma gets `steps` steps of its own."),
        "the sigmas are run through again for every step": (_all_levels_each_time,
            "All steps of a level come before the next level."),
        "only the first sigma is used": ({"sigmas": lambda sigmas: sigmas[:1]},
            "All sigmas take their turns. The loop may end too early, for instance, with a return "
            "inside it."),
        "one blur, the mean of all, is used": (_mean_of_blurs,
            "Every sigma is a level of its own, and they take their turns."),
        "the chain rule is forgotten": ({"inner": False},
            "The derivative of cos(waves t) is -waves sin(waves t): a factor is missing."),
        "the slope of the wave has the wrong sign": ({"ripple": np.negative},
            "The derivative of the cosine is minus the sine."),
        "the wave's slope is waves times a cosine": (
            {"slope": lambda angle: -np.cos(angle)},
            "The derivative of cos(waves t) is -waves sin(waves t)."),
        "it climbs": ({"lr": np.negative}, "Descent subtracts the slope: t - lr * slope."),
        "the fade is not halved": (
            {"fade": lambda sigma, waves: np.exp(-((waves * sigma) ** 2))},
            "A wave of frequency k fades by exp(-k^2 sigma^2 / 2)."),
        "the bowl fades too": ({"bowl": lambda t, height, sigma: t * height},
            "A blur lifts a parabola but does not bend it: its slope stays t."),
        "the bowl's slope is 2 t": ({"bowl": lambda t, height, sigma: 2 * t},
            "The bowl is t^2 / 2: its slope is t."),
        "the bowl's lift is added to its slope": ({"bowl": lambda t, height, sigma: t + sigma**2},
            "A blur lifts a parabola, here by sigma^2 / 2. A lift has no slope."),
        "the real cost is left out": ({"sigmas": lambda sigmas: sigmas[:-1]},
            "The last sigma is 0, and it needs its steps as well: the minimum of a blurred cost is "
            "only near the one you want."),
        "it is the cost at the last place": (_cost_there,
            "Asked for is the last t itself."),
        "the last place of every level comes back": ({"kept": "levels"},
            "One number is wanted, the last."),
        "the whole path comes back": ({"kept": "path"}, "One number is wanted, the last."),
    },
    hints=(
        "Two loops: the sigmas outside, the steps inside. t is never reset.",
        "The slope of the blurred cost is t - ripple * waves * fade * sin(waves * t).",
        "fade = np.exp(-(waves * sigma) ** 2 / 2) depends on the level only.",
    ),
    praise="This is all of continuation. Everything else is the choice of the blur and of "
    "its pace.",
)  # fmt: skip


def _progress(t, pace):
    return np.minimum(t / pace, 1)


def _root(t, start, pace, *, progress=_progress, rise=lambda start: 1 - start**2):
    return np.sqrt(start**2 + rise(start) * progress(t, pace))


def _pacing_case(rng: np.random.Generator) -> dict:
    """Progress before and after pace, in any order."""
    pace = float(rng.uniform(0.3, 0.6))
    before, after = rng.uniform(0.05, pace, 2), rng.uniform(pace, 1, int(rng.integers(4)))
    return {
        "t": rng.permutation(np.append(before, after)),
        "start": float(rng.uniform(0.1, 0.5)),
        "pace": pace,
    }


root_pacing = Exercise(
    name="root_pacing",
    task="Write root_pacing(t, start, pace): the share of the examples that may be used at "
    "progress t (an array in 0 to 1). Its square grows evenly from start^2 to 1 at t = pace, and "
    "stays there.",
    reference=_root,
    cases=_pacing_case,
    mistakes={
        "it goes on growing after pace": ({"progress": lambda t, pace: t / pace},
            "There are no more examples than all: cut t / pace at 1. (t itself never exceeds 1.)"),
        "it falls back to start after pace": (
            lambda t, start, pace: np.where(t > pace, start, _root(t, start, pace)),
            "After pace all examples are in, and stay: the share is 1."),
        "it is 0 after pace": (
            lambda t, start, pace: np.where(t > pace, 0.0, _root(t, start, pace)),
            "After pace all examples are in, and stay: the share is 1."),
        "it is 1 before pace": ({"progress": lambda t, pace: np.maximum(t / pace, 1)},
            "np.minimum(t / pace, 1) grows to 1 and stays. np.maximum is never below 1."),
        "the entries after pace are left out": (
            lambda t, start, pace: _root(t, start, pace)[t <= pace],
            "The answer has as many entries as t: after pace they are 1."),
        "it jumps from start to 1 at pace": ({"progress": lambda t, pace: t >= pace},
            "Between 0 and pace the progress is t / pace, a fraction. // would cut it to 0."),
        "pace has no effect": (
            {"pace": 1.0}, "Everything must be in at t = pace, not at the end: use t / pace."),
        "the progress is cut at pace and not divided by it": ({"progress": np.minimum},
            "At t = pace the progress must be 1: np.minimum(t / pace, 1)."),
        "the progress is t until pace, and then 1": (
            {"progress": lambda t, pace: np.where(t < pace, t, 1.0)},
            "At t = pace the share would jump. Before it the progress is t / pace."),
        "t is multiplied by pace": ({"progress": lambda t, pace: np.minimum(t * pace, 1)},
            "At t = pace the progress must be 1: t / pace."),
        "one progress holds for all entries, the smallest": (
            {"progress": lambda t, pace: _progress(t, pace).min() + 0 * t},
            "Every t has its own share. np.minimum works entry by entry; np.min and min make one "
            "number of an array."),
        "one progress holds for all entries, the largest": (
            {"progress": lambda t, pace: _progress(t, pace).max() + 0 * t},
            "Every t has its own share: decide entry by entry, with np.minimum or np.where."),
        "it starts from nothing": ({"start": 0.0},
            "At t = 0 the share is 0, and the first batch would be drawn from no example at all."),
        "start is only a lower bound": (
            lambda t, start, pace: np.maximum(start, np.sqrt(_progress(t, pace))),
            "Then nothing comes in until the root has grown to start. The square grows from "
            "start^2 on."),
        "the start is not squared": (
            {"start": np.sqrt}, "At t = 0 the root must give start, so start^2 stands under it."),
        "the square grows by (1 - start)^2": ({"rise": lambda start: (1 - start) ** 2},
            "From start^2 to 1 the way is 1 - start^2."),
        "the square grows by 1 and is cut at 1": (
            lambda t, start, pace: np.minimum(np.sqrt(start**2 + t / pace), 1),
            "It arrives before pace. From start^2 to 1 the way is 1 - start^2."),
        "the root is taken of the time alone": (
            lambda t, start, pace: start + (1 - start) * np.sqrt(_progress(t, pace)),
            "The whole square, start included, grows evenly; the root comes last."),
        "the root leaves start^2 out": (
            lambda t, start, pace: start**2 + np.sqrt((1 - start**2) * _progress(t, pace)),
            "The whole square, start^2 included, stands under the root."),
        "the root is missing": (lambda *case: _root(*case) ** 2,
            "That is the square of the share. Take its root."),
        "it grows evenly itself": (
            lambda t, start, pace: start + (1 - start) * _progress(t, pace),
            "That is linear pacing. Under root pacing the square grows evenly."),
        "its root grows evenly, from the root of start": (
            lambda t, start, pace: (start**0.5 + (1 - start**0.5) * _progress(t, pace)) ** 2,
            "Under root pacing the square grows evenly, so the root comes last."),
        "it is the square of linear pacing": (
            lambda t, start, pace: (start + (1 - start) * _progress(t, pace)) ** 2,
            "Under root pacing the square grows evenly, so the root comes last."),
        "it grows with the square of the time": (
            lambda t, start, pace: start + (1 - start) * _progress(t, pace) ** 2,
            "Then examples come in ever faster. Under root pacing the square of the share grows "
            "evenly."),
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


def _of_targets(probabilities, targets):
    """The targets' probabilities, (models, examples)."""
    return probabilities[:, np.arange(len(targets)), targets]


def _classes(probabilities, fold):
    """What the held-out model says, (examples, classes)."""
    return probabilities[fold, np.arange(len(fold))]


def _seen(probabilities, targets, fold):
    own = _of_targets(probabilities, targets)
    seen = np.arange(len(own))[:, None] != fold
    return (own * seen).sum(axis=0) / seen.sum(axis=0)


def _margin(probabilities, targets, fold):
    others = _classes(probabilities, fold).copy()
    others[np.arange(len(fold)), targets] = -1
    return _held_out(probabilities, targets, fold) - others.max(axis=1)


def _sureness(probabilities, targets, fold):
    p = _classes(probabilities, fold)
    return (p * np.log(p)).sum(axis=1)


def _fold_by_fold(probabilities, targets, fold):
    order = _easy_order(probabilities, targets, fold)
    return order[np.argsort(fold[order], kind="stable")]


def _places_for_numbers(probabilities, targets, fold):
    by_fold = np.argsort(fold, kind="stable")
    return np.argsort(-_held_out(probabilities, targets, fold)[by_fold], kind="stable")


def _right_ones(probabilities, targets, fold):
    order = _easy_order(probabilities, targets, fold)
    return order[_classes(probabilities, fold)[order].argmax(axis=1) == targets[order]]


def _easy_cases(rng: np.random.Generator) -> dict:
    """Three models, four classes, more examples; no two probabilities are equal."""
    folds, n, classes = 3, int(rng.integers(5, 8)), 4
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
        "the hard ones come first": ({"sign": 1},
            "This is the anti-curriculum. argsort goes from small to large: the largest "
            "probability first is argsort of minus the probabilities."),
        "sure of anything counts as easy": (
            {"scores": lambda p, targets, fold: _classes(p, fold).max(axis=1)},
            "The largest probability may belong to another class: then the model is sure, and the "
            "example is wrong for it. Take the probability of the target."),
        "a low entropy counts as easy": ({"scores": _sureness},
            "The model may be sure of another class than the target. Take the probability of the "
            "target."),
        "a lead over the best other class counts as easy": ({"scores": _margin},
            "Asked for is the probability of the target itself."),
        "right or wrong is all that counts": (
            {"scores": lambda p, targets, fold: _classes(p, fold).argmax(axis=1) == targets},
            "How sure the model is of the target gives an order among the right ones, too."),
        "the examples that the model gets wrong are left out": (_right_ones,
            "All examples are in the order; the wrong ones come late."),
        "the mean over all models counts": (
            {"scores": lambda p, targets, _: _of_targets(p, targets).mean(axis=0)},
            "All models but one have seen the example. They remember its label, right or wrong."),
        "the mean over the models that have seen the example counts": ({"scores": _seen},
            "They remember its label. Model k is the one that did NOT see fold k."),
        "the best of all models counts": (
            {"scores": lambda p, targets, _: _of_targets(p, targets).max(axis=0)},
            "That is mostly one that has seen the example and remembers its label."),
        "model 0 judges all": (
            {"scores": lambda p, targets, _: _of_targets(p, targets)[0]},
            "It has seen all examples but those of fold 0. Each example has its own judge."),
        "the last model judges all": (
            {"scores": lambda p, targets, _: _of_targets(p, targets)[-1]},
            "Each example has its own judge. That happens, for instance, when each turn of a loop "
            "writes over all scores."),
        "the next model judges, which was trained on the example": (
            lambda p, targets, fold: _easy_order(p, targets, (fold + 1) % len(p)),
            "Model k is the one that did NOT see fold k. Another one grades its own homework."),
        "the model before judges, which was trained on the example": (
            lambda p, targets, fold: _easy_order(p, targets, fold - 1),
            "Model k is the one that did NOT see fold k. Folds are counted from 0."),
        "the class before the target counts": (
            lambda p, targets, fold: _easy_order(p, targets - 1, fold),
            "Classes are counted from 0."),
        "class 1 counts, whatever the target is": (
            {"scores": lambda p, targets, fold: _classes(p, fold)[:, 1]},
            "Take the probability of each example's own target."),
        "fold and target have changed places": (
            {"scores": lambda p, targets, fold: p[
                targets % len(p), np.arange(len(fold)), fold]},
            "probabilities is indexed by model, example, class: fold, number, target."),
        "the scores come back, not the order": (_held_out,
            "These are the right scores. Wanted are the numbers of the examples, sorted by them."),
        "the sorted scores come back, not the order": (
            lambda *case: np.sort(_held_out(*case))[::-1],
            "Wanted are the numbers of the examples in this order: argsort."),
        "the sorted targets come back, not the order": (
            lambda p, targets, fold: targets[_easy_order(p, targets, fold)],
            "Wanted are the numbers of the examples, not their classes."),
        "each example's rank comes back, not the order": (
            lambda *case: np.argsort(_easy_order(*case), kind="stable"),
            "argsort once gives the order; twice gives the rank of every example."),
        "the folds come one after the other": (_fold_by_fold,
            "All examples are in one order, whatever their fold."),
        "places within the folds are taken for examples": (_places_for_numbers,
            "Scores that were collected fold by fold stand at other places than the examples."),
        "every example is scored with every other's target": (
            lambda p, targets, fold: np.argsort(-p[fold, :, targets], kind="stable"),
            "A slice takes all examples. np.arange(n) goes along with fold and targets, one by one."
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

self_test = SelfTest(QUESTIONS)
