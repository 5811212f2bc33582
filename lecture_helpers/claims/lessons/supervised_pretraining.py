"""The claims of lesson 4, supervised pretraining."""

from functools import partial

from lecture_helpers.claims.claim import Change, Claim, Control, Part, regimes
from lecture_helpers.claims.experiments import grown_networks as growing
from lecture_helpers.claims.experiments import guided_networks as guiding
from lecture_helpers.claims.experiments import pretraining_pictures as pictures
from lecture_helpers.claims.experiments import supervised_pretraining as experiments

LESSON, DATE = "04_supervised_pretraining", "2026-11-29"
on_slide = partial(Claim, lesson=LESSON, slide="Supervised Pretraining")
on_growing = partial(
    on_slide, kind="empirical", experiment=growing.grown, tune=growing.tune_grown, budget=1200,
)  # fmt: skip
DATA = tuple(growing.TARGETS)
DEEP, DEEPEST = max(growing.STUCK), 48
FITTED = "a loss below 0.01 counts as 0.01"
TARGET = "the test accuracy reaches 90 % (digits) or 50 % (MNIST-1D)"
MARGIN = "joint training with a quarter more errors"
BOTH_WAYS = "Adam and first weights times 4"
SMALL = {"data": DATA[:1], "deepest": {}, "stuck": (), "ladder": (20, 40, 80)}


def in_places(treated: str, control: str) -> dict:
    """The two arms at every data set, network and depth."""
    arms = [f"{{}}, {{}}, depth {{}}: {arm}" for arm in (treated, control)]
    return {
        name: pair
        for kind, depths in growing.DEPTHS.items()
        for name, pair in regimes("{}, {}, depth {}", *arms, DATA, [kind], depths).items()
    }


def beside_one_layer(arm: str, of: str = "") -> dict:
    """The arm at every data set, network and depth beside one hidden layer trained at once."""
    return {
        place: (treated + of, f"{place.rpartition(', ')[0]}, depth 1: joint{of}")
        for place, (treated, _) in in_places(arm, arm).items()
    }


def one_layer(arm: str, of: str = "") -> Control:
    """Instead of many layers one, with as many updates."""
    words = "one hidden layer, trained at once with as many updates"
    return Control("rival", words, beside_one_layer(arm, of), added=DATE)


def deep_less_shallow(depth: int, of: str = "") -> dict:
    """A network of one hidden layer against the same with ``depth``; ``of`` ends both arms."""
    known = [*growing.DEPTHS.items(), *growing.DEEPEST.items()]
    kinds = [kind for kind, depths in known if depth in depths]
    arms = (f"{{}}, {{}}, depth {d}: joint{of}" for d in (1, depth))
    return regimes(f"{{}}, {{}}, depth {depth}", *arms, DATA, kinds)


def stuck(treated: str, control: str) -> dict:
    """Arms of sigmoid networks; "{1}" is the depth of those that stay at guessing."""
    return regimes("{}, sigmoid, depth {}", f"{{0}}, sigmoid, depth {treated}",
        f"{{0}}, sigmoid, depth {control}", DATA, growing.STUCK)  # fmt: skip


def other_ways(measure: str, of: str = "") -> tuple[Control, ...]:
    """What may train a deep sigmoid network all at once, as falsifiers."""
    ways = {arm: stuck(f"{{1}}: {arm}{of}", f"{{1}}: joint{of}") for arm in growing.opponents(0)}
    if of:
        place = f"{DATA[0]}, sigmoid, depth {growing.LONG_DEPTH}"
        ways[growing.LONG] = {place: (f"{place}: {growing.LONG}{of}", f"{place}: joint{of}")}
    return tuple(
        Control("falsifier", f"with {arm}", pairs, f"{measure}, this less plain training",
                added=DATE if arm == BOTH_WAYS else "")
        for arm, pairs in ways.items()
    )  # fmt: skip


def rescues(of: str = "") -> tuple[Control, ...]:
    """What else may be done for a deep sigmoid network instead of pretraining it."""
    return tuple(
        Control("rival", f"joint training with {arm}", regimes(
            f"{{}}, sigmoid, depth {DEEP}", f"{{}}, sigmoid, depth {DEEP}: fine-tuned{of}",
            f"{{}}, sigmoid, depth {DEEP}: {arm}{of}", DATA),
            added=DATE if arm == BOTH_WAYS else "")
        for arm in growing.OTHER_WAYS
    )  # fmt: skip


def guides(treated: str, control: str, kinds: tuple = ("sigmoid", "ReLU")) -> dict:
    """The two arms for every guide and network; "{guide}" in an arm is the guide."""
    return {
        f"{where}, {kind}, depth {depth}, {guide}": tuple(
            f"{where}, {kind}, depth {depth}: {arm.format(guide=guide)}"
            for arm in (treated, control)
        )
        for guide in guiding.GUIDES
        for where, kind, depth in guiding.PLACES
        if kind in kinds
    }


def guide_controls(of: str = "") -> tuple[Control, ...]:
    """The guides that know no label, and what sends a signal without any guide."""
    random, given = (
        guides(told.format("{guide}") + of, "plain" + of)
        for told in (guiding.RANDOM, guiding.INPUT)
    )
    rivals = [
        Control("rival", f"no guide but {arm}", guides("{guide}" + of, arm + of, tuple(
            kind for kind, arms in guiding.OTHERS.items() if arm in arms)))
        for arm in guiding.OTHERS["sigmoid"]
    ]  # fmt: skip
    return (
        Control("mechanism", "the same guide told at random: shuffled labels, or a teacher as it "
            "was drawn", random),
        Control("mechanism", "the same guide told nothing of the task: it asks for the network's "
            "input", given, added=DATE),
        *rivals,
    )  # fmt: skip


CLAIMS = (
    on_growing("C31",
        sentence="A deep network trained all at once from random weights learns badly, and some "
        "cannot be trained so at all.",
        falsified_by="Deep networks that reach the shallow one's training loss and accuracy after "
        "as many updates; and, for those that do not learn, another optimizer, other first weights "
        "or more updates that train them all at once.",
        quick=SMALL | {"depths": {"sigmoid": (DEEP,)}},
        parts=(
            Part("After as many updates a deep network has a higher training loss than a shallow "
                "one.", "decades of training loss, ten or 48 hidden layers less one; " + FITTED,
                0.3, deep_less_shallow(DEEP, ": loss") | deep_less_shallow(DEEPEST, ": loss"),
                deep_less_shallow(3, ": loss"), method="bootstrap"),
            Part("It has a lower test accuracy, too.",
                "percentage points of test accuracy, one hidden layer less ten or 48", 1.0,
                deep_less_shallow(DEEP) | deep_less_shallow(DEEPEST), deep_less_shallow(3),
                method="bootstrap"),
            Part("Deep sigmoid networks cannot be trained all at once: their training loss stays "
                "high.", "decades of training loss, six or ten hidden layers less one; 0.2 is half "
                f"of what one layer gains on MNIST-1D; {FITTED}", 0.2,
                stuck("1: joint: loss", "{1}: joint: loss"),
                controls=other_ways("decades of training loss below 1", ": loss"),
                method="bootstrap"),
            Part("And so does their test error.",
                "percentage points of test accuracy, one hidden layer less six or ten; 10 is what "
                "guessing gets", 10.0, stuck("1: joint", "{1}: joint"),
                controls=other_ways("percentage points of test accuracy"), method="bootstrap"),
        ),
        objection="A shallow network of the same width has fewer weights, so that depth and size "
        "change together. 48 layers are those of plain ReLU alone, and make as many updates as one "
        "layer; with more they may come nearer. Open.",
        history=(Change(DATE, "conditional: sigmoid held, tanh and ReLU did not",
            "It had one data set and losses alone, and what stayed at guessing had no opponent: "
            "another optimizer, larger first weights, more updates."),
            Change(DATE, "holds in part: of training loss in 2 of 6; cannot be trained in 1 of 4",
            "A referee read the accuracy beside the loss: larger first weights do train the one "
            "that was left. The smallest effect on its loss was lowered from 0.3 after he had "
            "looked, which counts against the sentence."),
            Change(DATE, "holds in part: of training loss in 2 of 6; cannot be trained in 1 of 4 "
            "by loss, in none by accuracy", "A second referee trained the one that was left with "
            "Adam and larger first weights together, and said that ten layers do not stand for "
            "48: both are measured now. tanh, which the first declaration had, is back. The other "
            "arms are those of the run before."),),
    ),
    on_slide("C32", "identity",
        "Parts that are each the best on their own need not add up to the best whole.",
        "A proof that the stagewise fit of the counter-examples reaches the joint optimum.",
        experiment=experiments.greedy_is_not_optimal, budget=20, quick={"angles": 100},
        objection="The bowl as drawn needs a linear unit: a ReLU, or a tanh with a bias, sees part "
        "of it on its own and chooses another angle. Answered: the ReLU's greedy choice loses, too "
        "(lesson 4 computes it), and no unit of the four activations prefers the wave.",
    ),
    on_growing("C33",
        sentence="Training greedily, layer by layer, is cheap and its result is good enough.",
        falsified_by="Greedy networks that need as much work as joint ones for a useful accuracy, "
        "or make over a quarter more errors; or random hidden layers under a trained output that "
        "do nearly as well as greedy ones.",
        quick=SMALL | {"depths": {"sigmoid": (3,)}},
        parts=(
            Part("It reaches a useful accuracy with less work than joint training.",
                f"decades of multiplications until {TARGET}, joint less greedy", 0.3,
                in_places("greedy: speed by multiplications", "joint: speed by multiplications"),
                controls=(
                    Control("accounting", "counted in updates", in_places(
                        "greedy: speed by updates", "joint: speed by updates")),
                    one_layer("greedy", ": speed by multiplications"),
                ),
                method="bootstrap", resolution=0.1),
            Part("Its test accuracy is nearly that of joint training.",
                f"percentage points of test accuracy, greedy above {MARGIN}", 0.25,
                in_places("greedy", "joint, less a margin"),
                controls=(
                    one_layer("greedy"),
                    Control("accounting", "joint training with as many multiplications",
                        in_places("greedy", "joint, equal work, less a margin")),
                    Control("falsifier", "random features with at most a quarter more errors",
                        in_places("random features", "greedy, less a margin")),
                    Control("rival", "random features, standardised for the output",
                        in_places("greedy", "random features")),
                ), method="bootstrap"),
            Part("Its training loss is nearly that of joint training.",
                f"decades of training loss, 1.25 times the joint one less greedy; {FITTED}", 0.05,
                in_places("greedy: loss", "joint, less a margin: loss"),
                controls=(one_layer("greedy", ": loss"),), method="bootstrap"),
        ),
        objection="Cheap and good enough are said beside a deep network; one hidden layer is a "
        "rival. Of greedy plans only those with stages of equal length are tried; unequal ones may "
        "be cheaper. Open.",
        literature="Belilovsky 2019: on ImageNet greedy layers with small heads equal VGG-11.",
        history=(Change("2026-11-29", "holds: less than five points behind joint training",
            "Five points were more than joint training's errors, and cheap was not measured."),
            Change(DATE, "holds in part: good enough in 9 of 10",
            "A referee asked for the rival that needs no greedy training: one hidden layer, which "
            "was measured already."),
            Change(DATE, "holds in part: cheap in 4 of 10, good enough in 9 of 10",
            "How soon one layer reaches the target was not stored, and tanh was missing: both are "
            "measured now. The other arms are those of the run before."),),
    ),
    on_growing("C34",
        sentence="Fine-tuning all layers from the greedy solution is faster and ends better than "
        "starting from random weights.",
        falsified_by="No gain once the greedy stage's own updates are counted.",
        quick=SMALL | {"depths": {"sigmoid": (3,)}},
        parts=(
            Part("It is faster.",
                f"decades of updates until {TARGET}, joint less pretrained, greedy stages counted",
                0.3, in_places("fine-tuned: speed by updates", "joint: speed by updates"),
                controls=(
                    Control("accounting", "counting fine-tuning's own updates", in_places(
                        "fine-tuned: speed by fine-tuning alone", "joint: speed by updates")),
                    Control("accounting", "counted in multiplications", in_places(
                        "fine-tuned: speed by multiplications",
                        "joint: speed by multiplications")),
                    one_layer("fine-tuned", ": speed by updates"),
                ), method="bootstrap", resolution=0.1),
            Part("It ends with a higher test accuracy.",
                "percentage points of test accuracy, pretrained less joint, at equal updates in "
                "all", 0.5, in_places("fine-tuned", "joint"),
                controls=(
                    Control("accounting", "at equal updates of fine-tuning",
                        in_places("fine-tuned", "joint, half")),
                    one_layer("fine-tuned"),
                    *rescues(),
                ), method="bootstrap"),
            Part("It ends with a lower training loss.",
                f"decades of training loss, joint less pretrained, at equal updates in all; "
                f"{FITTED}", 0.1, in_places("fine-tuned: loss", "joint: loss"),
                controls=(one_layer("fine-tuned", ": loss"), *rescues(": loss")),
                method="bootstrap"),
        ),
        objection="Of several plans the fastest counts, seed by seed, which favours pretraining: "
        "joint training has no plan to choose. Half of a plan's updates are those of the greedy "
        "stages; other shares are not tried. Open.",
        history=(Change("2026-11-29", "conditional, fragile: sigmoid networks gained",
            "Faster was not measured, a diverged seed carried a mean, and the other rescues of a "
            "sigmoid network did not count."),
            Change(DATE, "holds in part: more accurate in 4 of 10",
            "A referee asked for the rival that needs no pretraining: one hidden layer, which was "
            "measured already."),
            Change(DATE, "holds in part: faster in 3 of 10, more accurate in 4 of 10",
            "How soon one layer reaches the target was not stored, and tanh was missing: both are "
            "measured now. The other arms are those of the run before."),),
        stores={"supervised_pretraining_growing.npz": pictures.stored_growing},
    ),
    on_slide("C35", kind="empirical",
        sentence="It works because the layers in the middle are told what to do.",
        falsified_by="Tuned guides of the middle layers that do not help deep networks, or guides "
        "that say nothing of the task and help as much.",
        experiment=guiding.guided, tune=guiding.tune_guided, budget=400,
        quick={"places": guiding.PLACES[:1], "updates": 60},
        parts=(
            Part("Guiding the middle layers raises a deep network's test accuracy.",
                "percentage points of test accuracy, guided less plain", 0.5,
                guides("{guide}", "plain"), controls=guide_controls(), method="bootstrap"),
            Part("It lowers the training loss.",
                f"decades of training loss, plain less guided; {FITTED}", 0.1,
                guides("{guide}: loss", "plain: loss"), controls=guide_controls(": loss"),
                method="bootstrap"),
        ),
        objection="The training losses are those at the rates with the best accuracy. A hint "
        "brings a trained teacher's knowledge, whose own updates are not counted. To ask for the "
        "input may teach something that helps the task. Open.",
        literature="Romero 2015: hints train students deeper and thinner than their teacher.",
        history=(Change("2026-11-29", "conditional, fragile: sigmoid networks gained",
            "No intervention asked whether the guide must have something to say, and what else "
            "lets a signal arrive did not count."),
            Change(DATE, "holds in part: in 10 of 15; the cause stands in part",
            "Shuffled labels say something wrong, not nothing. A referee let hidden layers give "
            "back the input, and they helped as much as with labels: that is a control now. All "
            "guides have a larger weight to choose, and may end at half."),),
        stores={"supervised_pretraining_guiding.npz": pictures.stored_guiding},
    ),
)  # fmt: skip
