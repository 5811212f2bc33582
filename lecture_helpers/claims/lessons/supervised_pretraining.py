"""The claims of lesson 4, supervised pretraining."""

from functools import partial

from lecture_helpers.claims.claim import Change, Claim, Control, Part, regimes
from lecture_helpers.claims.experiments import grown_networks as growing
from lecture_helpers.claims.experiments import guided_networks as guiding
from lecture_helpers.claims.experiments import pretraining_pictures as pictures
from lecture_helpers.claims.experiments import supervised_pretraining as experiments
from lecture_helpers.claims.experiments.pretraining_arms import RIVALS

LESSON = "04_supervised_pretraining"
on_slide = partial(Claim, lesson=LESSON, slide="Supervised Pretraining")
on_growing = partial(
    on_slide, kind="empirical", experiment=growing.grown, tune=growing.tune_grown, budget=1000,
)  # fmt: skip
DATA = tuple(growing.TARGETS)
DEEP = max(growing.STUCK)
FITTED = "a loss below 0.01 counts as 0.01"
TARGET = "the test accuracy reaches 90 % (digits) or 50 % (MNIST-1D)"
MARGIN = "joint training with a quarter more errors"
SMALL = {"data": DATA[:1], "stuck": (), "ladder": (20, 40, 80)}


def in_places(treated: str, control: str) -> dict:
    """The two arms at every data set, network and depth."""
    arms = [f"{{}}, {{}}, depth {{}}: {arm}" for arm in (treated, control)]
    return {
        name: pair
        for kind, depths in growing.DEPTHS.items()
        for name, pair in regimes("{}, {}, depth {}", *arms, DATA, [kind], depths).items()
    }


def deep_less_shallow(depth: int, of: str = "") -> dict:
    """A network of one hidden layer against the same with ``depth``; ``of`` ends both arms."""
    kinds = [kind for kind, depths in growing.DEPTHS.items() if depth in depths]
    arms = (f"{{}}, {{}}, depth {d}: joint{of}" for d in (1, depth))
    return regimes(f"{{}}, {{}}, depth {depth}", *arms, DATA, kinds)


def other_ways() -> tuple[Control, ...]:
    """What may train a deep sigmoid network all at once, as falsifiers."""
    cases: dict[str, tuple] = {
        f"with {arm}": (arm, DATA, growing.STUCK) for arm in growing.opponents(0)
    }
    cases["with ten times the updates"] = growing.LONG, DATA[:1], (growing.LONG_DEPTH,)
    return tuple(
        Control("falsifier", words, regimes(
            "{}, sigmoid, depth {}", f"{{}}, sigmoid, depth {{}}: {arm}: loss",
            "{}, sigmoid, depth {}: joint: loss", data, depths),
            measure=f"decades of training loss, plain training less this; {FITTED}")
        for words, (arm, data, depths) in cases.items()
    )  # fmt: skip


def rescues(of: str = "") -> tuple[Control, ...]:
    """What else may be done for a deep sigmoid network instead of pretraining it."""
    return tuple(
        Control("rival", f"joint training with {arm}", regimes(
            f"{{}}, sigmoid, depth {DEEP}", f"{{}}, sigmoid, depth {DEEP}: fine-tuned{of}",
            f"{{}}, sigmoid, depth {DEEP}: {arm}{of}", DATA))
        for arm in RIVALS
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
    """The guides with nothing to say, and what sends a signal without any guide."""
    empty = guides(guiding.EMPTY.format("{guide}") + of, "plain" + of)
    rivals = [
        Control("rival", f"no guide but {arm}", guides("{guide}" + of, arm + of, tuple(
            kind for kind, arms in guiding.OTHERS.items() if arm in arms)))
        for arm in guiding.OTHERS["sigmoid"]
    ]  # fmt: skip
    words = "the same guide with nothing to say: shuffled labels, or a teacher as it was drawn"
    return (Control("mechanism", words, empty), *rivals)


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
                "one.", "decades of training loss, ten hidden layers less one; " + FITTED, 0.3,
                deep_less_shallow(DEEP, ": loss"), deep_less_shallow(3, ": loss"),
                method="bootstrap"),
            Part("It has a lower test accuracy, too.",
                "percentage points of test accuracy, one hidden layer less ten", 1.0,
                deep_less_shallow(DEEP), deep_less_shallow(3), method="bootstrap"),
            Part("Deep sigmoid networks cannot be trained all at once.",
                "decades of training loss, six or ten hidden layers less one; " + FITTED, 0.3,
                regimes("{}, sigmoid, depth {}", "{0}, sigmoid, depth 1: joint: loss",
                    "{0}, sigmoid, depth {1}: joint: loss", DATA, growing.STUCK),
                controls=other_ways(), method="bootstrap"),
        ),
        objection="A shallow network of the same width has fewer weights, so that depth and size "
        "change together. Ten times the updates are tried in one place, at three rates. Open.",
        history=(Change("2026-11-29", "conditional: sigmoid held, tanh and ReLU did not",
            "It had one data set and losses alone, and what stayed at guessing had no opponent: "
            "another optimizer, larger first weights, more updates."),),
    ),
    on_slide("C32", "identity",
        "Parts that are each the best on their own need not add up to the best whole.",
        "A proof that the stagewise fit of the counter-examples reaches the joint optimum.",
        experiment=experiments.greedy_is_not_optimal, budget=20, quick={"angles": 100},
        objection="The bowl needs a linear unit: a ReLU, or a tanh with a bias, sees part of it on "
        "its own. Answered by the wave, which no unit of the four activations prefers.",
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
                controls=(Control("accounting", "counted in updates", in_places(
                    "greedy: speed by updates", "joint: speed by updates")),),
                method="bootstrap", resolution=0.1),
            Part("Its test accuracy is nearly that of joint training.",
                f"percentage points of test accuracy, greedy above {MARGIN}", 0.25,
                in_places("greedy", "joint, less a margin"),
                controls=(
                    Control("accounting", "joint training with as many multiplications",
                        in_places("greedy", "joint, equal work, less a margin")),
                    Control("falsifier", "random features with at most a quarter more errors",
                        in_places("random features", "greedy, less a margin")),
                    Control("rival", "random features, standardised for the output",
                        in_places("greedy", "random features")),
                ), method="bootstrap"),
            Part("Its training loss is nearly that of joint training.",
                f"decades of training loss, 1.25 times the joint one less greedy; {FITTED}", 0.05,
                in_places("greedy: loss", "joint, less a margin: loss"), method="bootstrap"),
        ),
        objection="A greedy network that is trained for longer has longer stages, one plan among "
        "many: stages of unequal length may be cheaper. Open.",
        literature="Belilovsky 2019: on ImageNet greedy layers with small heads equal VGG-11.",
        history=(Change("2026-11-29", "holds: less than five points behind joint training",
            "Five points were more than joint training's errors, and cheap was not measured."),),
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
                ), method="bootstrap", resolution=0.1),
            Part("It ends with a higher test accuracy.",
                "percentage points of test accuracy, pretrained less joint, at equal updates in "
                "all", 0.5, in_places("fine-tuned", "joint"),
                controls=(
                    Control("accounting", "at equal updates of fine-tuning",
                        in_places("fine-tuned", "joint, half")),
                    *rescues(),
                ), method="bootstrap"),
            Part("It ends with a lower training loss.",
                f"decades of training loss, joint less pretrained, at equal updates in all; "
                f"{FITTED}", 0.1, in_places("fine-tuned: loss", "joint: loss"),
                controls=rescues(": loss"), method="bootstrap"),
        ),
        objection="Of several plans the fastest counts, seed by seed, which favours pretraining: "
        "joint training has no plan to choose. And four tuning seeds leave chance in the rates. "
        "Open.",
        history=(Change("2026-11-29", "conditional, fragile: sigmoid networks gained",
            "Faster was not measured, a diverged seed carried a mean, and the other rescues of a "
            "sigmoid network did not count."),),
        stores={"supervised_pretraining_growing.npz": pictures.stored_growing},
    ),
    on_slide("C35", kind="empirical",
        sentence="It works because the layers in the middle are told what to do.",
        falsified_by="Tuned guides of the middle layers that do not help deep networks, or guides "
        "with nothing to say that help as much.",
        experiment=guiding.guided, tune=guiding.tune_guided, budget=300,
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
        "brings a trained teacher's knowledge, whose own updates are not counted. Open.",
        literature="Romero 2015: hints train students deeper and thinner than their teacher.",
        history=(Change("2026-11-29", "conditional, fragile: sigmoid networks gained",
            "No intervention asked whether the guide must have something to say, and what else "
            "lets a signal arrive did not count."),),
        stores={"supervised_pretraining_guiding.npz": pictures.stored_guiding},
    ),
)  # fmt: skip
