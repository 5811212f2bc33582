"""The claims of lesson 6, continuation methods and curriculum learning."""

from functools import partial
from itertools import product

from lecture_helpers.claims.claim import MORE_SEEDS, Change, Claim, Control, Part, regimes
from lecture_helpers.claims.experiments import (
    confidence,
    continuation,
    curriculum,
    curriculum_success,
    sampled_blur,
)
from lecture_helpers.claims.experiments.continuation import (
    KINDS,
    LESS,
    MERGED,
    MORE,
    NEARLY,
    RIPPLES,
    THIN,
    VOLUME,
)
from lecture_helpers.claims.experiments.curriculum import BUDGETS, RACED
from lecture_helpers.claims.experiments.curriculum_parts import (
    ALL,
    BOTH,
    DATE,
    EACH,
    UNBALANCED,
    because_easy,
    on,
    quarters,
    shapes_part,
    speeds,
    success,
    taught,
)
from lecture_helpers.claims.experiments.sampled_blur import BANDS, CASES, FIXED_CASES
from lecture_helpers.claims.experiments.tuned_networks import DATA

LESSON = "06_continuation_and_curriculum"
on_slide = partial(Claim, lesson=LESSON, slide="Continuation Methods and Curriculum Learning")
THINNEST = tuple(kind for kind in KINDS if kind.startswith(THIN))
MEANT = tuple(kind for kind in KINDS if kind not in THINNEST)
BOWLS = tuple(kind for kind in KINDS if kind.startswith(RIPPLES))
BLURRED = tuple(kind for kind in MEANT if kind not in BOWLS)
SAME_RULES = (f"{LESS} in 2 dimensions", f"{MORE} in 2 dimensions")
OTHER_RULES = (f"{NEARLY} in 2 dimensions", f"{LESS} in 5 dimensions")


def changed(was: str, why: str) -> tuple[Change, ...]:
    return (Change(DATE, was, why),)


CLAIMS = (
    on_slide("C40", "empirical",
        "Solving easier versions first hands the real problem a good starting point.",
        "Plain descent from the same starts that reaches the best minimum as often, or ends lower "
        "from as many of them.",
        experiment=continuation.searches, budget=450, quick={"landscapes": 3},
        parts=(
            Part(
                "From the handed point descent reaches the best minimum more often than from where "
                "the search began.",
                "share of starts that reach the best minimum, continuation minus plain descent",
                0.1, on(MEANT, "continuation", "plain"), on(THINNEST, "continuation", "plain"),
                (
                    Control("rival", "plain descent from the middle of the region",
                            on(MEANT, "continuation", "centre")),
                    Control("rival", "the lowest of twelve short descents, at no more gradients",
                            on(MEANT, "continuation", "best of k")),
                    Control("rival", "the same from within the first blur of the middle",
                            on(MEANT, "continuation", "near by"), added=DATE),
                    Control("accounting", "a quarter of the first blur",
                            on(KINDS, "little blur", "plain"), added=DATE),
                ),
            ),
            Part(
                "From the handed point descent ends lower than from where the search began.",
                "share of starts from which continuation ends lower than plain descent, less the "
                "share from which it ends higher, by more than 0.01",
                0.1, on(MEANT, "ends lower", "ends higher"),
                on(THINNEST, "ends lower", "ends higher"),
            ),
        ),
        objection="The blur is exact and costs as much as a plain gradient, and its first width "
        "was set by us for each family of landscapes; restarts that are told this width are a "
        "control, and so is a quarter of it. C41 pays for sampling. The families are ours, the "
        "same in 2, 5 and 10 dimensions: how often nature draws which one is open.",
        literature="Mobahi and Fisher 2015 bound what the follower finds; Hazan et al. 2016 "
        "describe costs on which it provably works.",
        history=(*changed(
            "conditional: held in four families, refuted for the needle",
            "Plain descent found the needle so rarely that no loss of the declared size was "
            "possible; now the deep wells are drawn so that it can lose, and the height of the "
            "end counts too.",
        ), *changed(
            "holds in part: in 6 of 7, all but one in two dimensions",
            "A referee found no gain on wells in 5 and 10 dimensions, a handed point that got "
            "fewer gradients than plain descent, and restarts that were not told the blur's width.",
        ), *changed(
            "holds in part: in 10 of 17, reversed for the deep well of less volume",
            "A second referee found that a quarter of the first blur turns the one reversed case "
            "into a gain: it is a count of its own.",
        )),
    ),
    on_slide("C41", "empirical",
        "The blurred cost, an expectation, can be replaced by the mean over random perturbations.",
        "Sampled blurs that lead less than half the way from plain descent to the exact blur, or "
        "restarts that reach more at equal gradients, or bands that miss the closed form.",
        experiment=sampled_blur.sampled_searches, budget=200,
        quick={"starts": 4, "landscapes": 2},
        parts=(
            Part(
                "A search led by the sampled blur gets nearer to the exact blur's than to plain "
                "descent, and no restarts do better for as many gradients.",
                "share of starts that reach the global minimum, sampled blur minus the middle "
                "between plain descent and the exact blur",
                0.1,
                {case: (f"{case}: sampled", f"{where}, middle")
                 for case, (where, _) in CASES.items()},
                {f"{where}, {words}": (f"{where}, {words}: sampled", f"{where}, middle")
                 for where, words in FIXED_CASES.values()},
                (
                    Control("falsifier", "restarts that reach more at equal gradients, each draw "
                            "counted as one", on(CASES, "best of k", "sampled")),
                ),
            ),
            Part(
                "The mean of the draws lies as near to the closed form as its own spread says.",
                "how far the share of places inside 1.96 standard errors is from 0.95: five "
                "hundredths less that",
                0.02, {name: (f"{name}: off by", "five hundredths") for name in BANDS},
                lower=True,
            ),
        ),
        objection="Rastrigin's minima stand on a lattice in a bowl, the best case for a blur; "
        "random waves are the other case. A draw counts as a gradient, so that all searches cost "
        "the same, and restarts at that price are the control that can refute. The falling rates "
        "are one rule, declared and not tuned. A band is asked place by place, not for a whole "
        "curve, and a single draw has none. Other functions are open.",
        literature="Hazan et al. 2016 treat sampled blurs.",
        history=(*changed(
            "holds, against plain descent, in five cases",
            "Restarts at equal gradients were named as what would refute it and did not count; one "
            "draw in 10 dimensions was missing; it was never compared with the exact blur.",
        ), *changed(
            "holds in part: searches in 2 of 6, with 100 draws; bands of 400 draws",
            "A referee found that the sampled search kept a rate that was tuned for no blur, that "
            "one draw a step does as much in ten times the steps, that restarts win on random "
            "waves, and bands of few draws too narrow: rates fall, and these are regimes.",
        )),
    ),
    on_slide("C42", "empirical",
        "Continuation finds the global minimum among the local ones.",
        "A kind of landscape on which it ends elsewhere from most starts; a deep and narrow well "
        "is one candidate.",
        experiment=continuation.searches, budget=450, quick={"landscapes": 3},
        parts=(
            Part(
                "It ends in the global minimum from most starts.",
                "share of starts that reach the global minimum, minus one half",
                0.1,
                {kind: (f"{kind}: continuation", "half") for kind in MEANT},
                {kind: (f"{kind}: continuation", "half") for kind in THINNEST},
                (
                    Control("rival", "the lowest of twelve short descents, at no more gradients",
                            on(KINDS, "continuation", "best of k")),
                    Control("rival", "the same from within the first blur of the middle",
                            on(KINDS, "continuation", "near by"), added=DATE),
                ),
            ),
        ),
        objection="The families of landscapes are chosen by us, with the exact blur at the price "
        "of a plain gradient: the verdicts say on which kinds and in how many dimensions it works, "
        "not how often one meets them. Restarts get as many gradients. Open for other families and "
        "untidy costs.",
        literature="Mobahi and Fisher 2015; Hazan et al. 2016.",
        history=(*changed(
            "conditional: against restarts, by family",
            "The sentence says that it finds the minimum, which is now measured; restarts are what "
            "one would do instead, and are now its rival.",
        ), *changed(
            "holds in part: in 5 of 7, all but one in two dimensions",
            "A referee found that in 10 dimensions it ends elsewhere on random waves and on every "
            "kind of wells: they are asked in 2, 5 and 10 dimensions.",
        )),
    ),
    on_slide("C43", "identity",
        "Some costs that are not convex become convex once they are blurred enough.",
        "A second derivative below 0 at a blur beyond the closed form's threshold.",
        experiment=continuation.convex_when_blurred, budget=40,
        objection="The threshold of the rippled bowl is that of ripples steep enough to make it "
        "not convex; where it is convex already the formula gives a sigma^2 below 0, and the "
        "threshold is 0. Such bowls are not drawn.",
    ),
    on_slide("C44", "empirical",
        "The blur keeps the region of the global minimum recognisable.",
        "Landscapes whose blurred minimum leads to another valley as often as chance would.",
        experiment=continuation.searches, budget=450, quick={"landscapes": 3},
        parts=(
            Part(
                "The blurred minimum, followed down, leads to the global one more often than "
                "chance.",
                "share of landscapes in which the blurred minimum leads to the global one, minus "
                "the share of random starts from which plain descent gets there",
                0.1, on(BLURRED, "blur", "plain"), on([*BOWLS, *THINNEST], "blur", "plain"),
                (
                    Control("rival", "plain descent from where the follower starts, the middle",
                            on(BLURRED, "blur", "centre")),
                ),
            ),
            Part(
                "Which of two wells it keeps is foretold by their depths at the blur where they "
                "grow together, and not by their volumes.",
                "share of landscapes whose outcome the depths there foretell, minus the share that "
                "the volumes foretell",
                0.1, on(OTHER_RULES, MERGED, VOLUME), on(SAME_RULES, MERGED, VOLUME),
            ),
        ),
        objection="The follower starts in the middle, where bowls have their lowest region, and "
        "chance is drawn from everywhere. Answered by the control, plain descent from the middle. "
        "What a blur keeps is asked by families of two wells that differ in nothing but the volume "
        "of the deeper one. Open: more than two wells, and wells that are not Gaussian.",
        literature="Mobahi and Fisher 2015.",
        history=(*changed(
            "conditional: held in four families, refuted for the needle",
            "Chance found the needle so rarely that no loss of the declared size was possible; "
            "now there are deep wells of less and of more volume that chance does find.",
        ), *changed(
            "holds in part: in 5 of 6, reversed for the well of less volume",
            "A referee found that a well of 0.6 to 0.9 of its neighbour's volume is still found, "
            "and in 5 dimensions one of less than 0.6: volume is not the reason. Both are regimes, "
            "and the reason is a part.",
        )),
    ),
    on_slide("C45", "identity",
        "A curriculum that lets everybody in before the end is a continuation over weighted costs "
        "that ends at the real one.",
        "A pacing whose last weights are not uniform, or whose spread of weights ever narrows.",
        experiment=continuation.curriculum_is_continuation, budget=10,
        objection="That the early costs are easier is not asked: hard first passes as well. Easy "
        "shapes that leave for good are no such curriculum, and neither is a pacing that opens at "
        "the very end.",
        history=(Change(DATE, "identity",
            "A referee found pacings that end before everybody is in, and easy shapes that leave "
            "again: the sentence says which curricula it means.", ran="ab5ff8c8276f"),),
    ),
    on_slide("C46", "empirical",
        "Seeing the simple examples first makes learning better.",
        "Easy-first training no better than the same pacing in random order, or hard first that is "
        "better than random order as well.",
        parts=tuple(because_easy(labels, measure) for labels, measure in BOTH),
        experiment=curriculum.race, tune=curriculum.tune_race, budget=900,
        quick={"data": ("digits",), "budgets": ("short",)},
        stores={
            f"curriculum_{data}_{budget}.npz": curriculum.stored_race(data, budget)
            for data, budget in product(RACED, BUDGETS)
        },
        objection="With wrong labels easy first keeps them out for half the run, so its gain may "
        "be cleaning and not order. Answered by the control that brings wrong labels last and "
        "knows nothing of difficulty. Easy and hard first also unbalance the classes, which may be "
        "why either loses; and 'ties as given' has a learning rate of its own, so that a "
        "difference need not come from the ties. One pacing, declared and not tuned, and one kind "
        "of score. Open; lesson 6 shows 18 pacings.",
        literature="Bengio et al. 2009 and Hacohen and Weinshall 2019 find gains. Wu et al. 2021 "
        "find mostly no benefit, except with little time or wrong labels.",
        history=changed(
            "conditional: by data set, budget and labels",
            "On digits most confidences tie, so that the order was mostly that of the numbers; the "
            "filter and hard first did not count; loss and a third data set were missing.",
        ) + (Change(DATE, "holds in part, its cause in part",
            "A second referee found that its cause stands in no part, and shapes that were trained "
            "for no comparison: they are gone, and C49 has them.", ran="c3e694a8f58a"),),
    ),
    on_slide("C47", "identity",
        "Giving an example a larger weight or drawing it more often pulls the weights the same way "
        "on average, where its gradient does not depend on its batch mates and batches are not "
        "rescaled.",
        "A distribution for which the two expected gradients differ by more than rounding.",
        experiment=confidence.weights_or_samples, budget=20,
        objection="With batch normalization an example's gradient depends on who else is drawn, "
        "and a batch divided by the sum of its weights is biased: then the two differ. Tested on "
        "every batch of a small pool.",
        history=changed(
            "identity",
            "A referee found them apart by 60 % with batch normalization, and biased where batches "
            "are divided by their weights: the sentence says when; and the only weights were 0 or "
            "alike, so that weights by lot are checked too.",
        ),
    ),
    on_slide("C48", "empirical",
        "The confidence of a model that has not seen them tells simple examples from hard ones.",
        "Scores under which another model errs no more in the hardest quarter than in the easiest, "
        "or under which the hardest quarter trains no worse than a quarter by lot.",
        experiment=confidence.quarters, tune=confidence.tune_quarters, budget=280,
        more_seeds=MORE_SEEDS[:20], quick={"data": ("digits",)},
        parts=(
            Part(
                "Another kind of model errs more often in the hardest quarter than in the easiest.",
                "share that another model gets wrong, hardest quarter minus easiest",
                0.1, quarters("hardest quarter", "easiest quarter"),
                regimes("{}, 40 % wrong labels: share of them", "{}: wrong labels, hardest quarter",
                        "{}: wrong labels, easiest quarter", DATA),
                (
                    Control("accounting", "a quarter of every class, so that no class counts more",
                            quarters("hardest quarter of every class",
                                     "easiest quarter of every class")),
                    Control("rival", "the quarter farthest from the mean of its class, without a "
                            "model", quarters("hardest quarter", "hardest quarter off centre")),
                ),
            ),
            Part(
                "Of every class, a network learns the hardest quarter more slowly than a quarter "
                "by lot, and the easiest faster.",
                "decades of training loss on the quarter itself, mean over 200 updates, harder "
                "quarter minus easier",
                0.1, speeds("", EACH), speeds(UNBALANCED, ALL),
            ),
            Part(
                "A network trained on the hardest quarter of every class is less accurate than one "
                "trained on a quarter of every class by lot.",
                "percentage points of test accuracy, quarter by lot minus hardest quarter",
                0.5, taught("{}", "quarter by lot", "hardest quarter", "accuracy"),
                taught(f"{{}}{UNBALANCED}", "quarter by lot", "hardest quarter", "accuracy", ALL)
                | taught("{}: by lot against the easiest", "quarter by lot", "easiest quarter",
                         "accuracy")
                | taught(f"{{}}: by lot against the easiest{UNBALANCED}", "quarter by lot",
                         "easiest quarter", "accuracy", ALL),
            ),
            Part(
                "A network trained on the hardest quarter of every class ends at a higher test "
                "loss than one trained on a quarter of every class by lot.",
                "decades of test loss, hardest quarter minus quarter by lot",
                0.02, taught("{}", "hardest quarter", "quarter by lot", "loss"),
                taught(f"{{}}{UNBALANCED}", "hardest quarter", "quarter by lot", "loss", ALL)
                | taught("{}: the easiest against by lot", "easiest quarter", "quarter by lot",
                         "loss")
                | taught(f"{{}}: the easiest against by lot{UNBALANCED}", "easiest quarter",
                         "quarter by lot", "loss", ALL),
            ),
        ),
        objection="Two models may err on the same examples because both see the same pixels, and a "
        "quarter may train badly because it lacks classes, not because it is hard. The first is "
        "open; the second is answered: the quarters are taken within the classes, for the errors "
        "in a control.",
        literature="Kumar et al. 2010 let the model itself judge; Hacohen and Weinshall 2019 let "
        "another one.",
        history=(*changed(
            "holds, by the share of planted wrong labels",
            "Wrong labels that were planted are easy to find and need not be what makes an example "
            "hard; whether the hardest quarter trains worse was named and not measured.",
        ), *changed(
            "holds: 9 to 14 points less accurate when trained on the hardest quarter",
            "A referee took a quarter of every class, and most of these points were gone: they "
            "came from missing classes. Quarters within the classes are the scope, those of all "
            "examples together borders.",
        )),
    ),
    on_slide("C49", "empirical",
        "Curricula are a success: they end better than the usual training.",
        "No gain over the tuned standard order at any of the three budgets, or none that is left "
        "once the standard order gets the updates that the scores cost.",
        parts=(*(success(labels, measure) for labels, measure in BOTH),
               *map(shapes_part, curriculum.MEASURES)),
        experiment=curriculum_success.success, tune=curriculum_success.tune_success, budget=900,
        quick={"data": ("digits",), "budgets": ("short",), "shapes": False},
        stores={
            "curriculum_shapes.npz": curriculum_success.stored_shapes,
            "curriculum_shapes_varied.npz": partial(curriculum_success.stored_shapes, varied=True),
        },
        objection="Three small data sets, shapes and a small network cannot speak for language and "
        "vision at scale. Two kinds of scores, of which the second is asked in the two shorter "
        "budgets only. Open. All arms are tuned on right validation labels, which one would not "
        "have where labels are wrong, and on four seeds: on shapes, where this decided a sign, one "
        "rate for all arms is a control.",
        literature="Bengio et al. 2009 gain on shapes; Platanios et al. 2019 gain in translation; "
        "Wu et al. 2021 find mostly no benefit, except with little time or wrong labels.",
        history=(*changed(
            "conditional: by data set, budget and labels",
            "The easy shapes differed from the hard ones in place, size, turn and contrast too; "
            "the filter and the price of the scores did not count; loss and a third data set were "
            "missing.",
        ), *changed(
            "holds in part; on shapes as varied as the hard ones its cause stands",
            "A referee found the gain on shapes over mixing them in undecided, reversed in a run "
            "three times as long, and as many more hard shapes as good: all are arms, each value "
            "the mean of two trainings. Another score lost the one gain with right labels, and "
            "the long runs had no price: both are regimes.",
        ), *changed(
            "holds in part; on shapes its cause struck out, mixing in ahead at 1,000 updates",
            "A second referee found that four noisy trainings gave easy shapes first a rate of "
            "0.01 and mixing in 0.03, and that at one rate neither is ahead: one rate for all is "
            "a count of its own.",
        )),
    ),
)  # fmt: skip
