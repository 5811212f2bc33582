"""What lesson 6 asks at its end; a test computes every answer that is a number."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = (
    Question(
        "Ripples $\\cos(3\\theta)$ in the bowl $\\theta^2/2$ are convex from $\\sigma=0.70$ on. "
        "Now they are twice as fast, $\\cos(6\\theta)$, and as high. From which $\\sigma$ on?",
        {
            "1.40": "Twice as fast is not twice as wide. The blur has to cover a wave, and these "
            "waves are shorter.",
            "0.70": "The threshold depends on the frequency twice: in how much the ripples bend "
            "the cost, and in how fast they fade.",
            "0.45": "They bend four times as much, $Ak^2=36$, but fade so much faster that less "
            "blur does: $\\sqrt{2\\ln 36}/6$.",
            "0.35": "Half the blur would leave each wave the same share of its height. But they "
            "bend the cost four times as much to begin with.",
        },
        "0.45",
    ),
    Question(
        "The follower begins at a blur under which the cost has a single valley, and takes enough "
        "steps on every level. From 200 starts all over the place, at how many places does it end?",
        {
            "at one": "On the first level all 200 come to the same floor. From then on there is "
            "one way, right or wrong for everybody.",
            "at two: the best minimum and the one nearest to the start": "The start is forgotten "
            "on the first level. The needle shows that its one end need not be the best minimum.",
            "at as many as there are valleys": "That is plain descent, which never leaves the "
            "valley of its start.",
        },
        "at one",
    ),
    Question(
        "Two wells in two dimensions, 3 apart. One has depth 1 and width 1, the other depth 3 and "
        "width 0.55. Where does the follower end?",
        {
            "in the wide one: the other has only 0.91 of its volume": "The volume decides at a "
            "very wide blur. The follower decides where the two wells part.",
            "in the wide one: it is the first to be felt from afar": "From afar both are one "
            "valley. What counts is which side of it is lower when it splits.",
            "in either, as the start has it": "At a wide blur there is one valley, and the start "
            "is forgotten.",
            "in the deep one: it is deeper where the two part": "They part near $\\sigma^2=1.5^2-1"
            "=1.25$. There the deep well has $3\\cdot0.30/1.55=0.58$, the wide one $1/2.25=0.44$.",
        },
        "in the deep one: it is deeper where the two part",
    ),
    Question(
        "A sampled follower makes 200 steps on each of 10 levels, and every step takes the mean of "
        "10 draws. How many short descents of 200 steps may its rival make, at as many gradients?",
        {
            "10": "As many as there are levels would be fair to an exact blur. Here every step "
            "costs ten gradients.",
            "100": "It has spent $10\\cdot200\\cdot10=20{,}000$ gradients, and a short descent "
            "costs 200.",
            "2,000": "That is the number of its steps. A short descent makes 200 of them.",
            "20,000": "That is the number of its gradients. A short descent needs 200.",
        },
        "100",
    ),
    Question(
        "*Be the teacher*, 40 % of 1,200 labels wrong: at a share of 0.6 the orange curve stands "
        "at 2 %. How many of the 480 that are still out carry a wrong label?",
        {
            "about 190, 40 % of them": "So it would be by lot. The easiest 60 % have taken nearly "
            "all of the right ones.",
            "about 290, 60 % of them": "Count the wrong ones: 480 in all, and hardly any of them "
            "are in.",
            "about 466, 97 % of them": "480 labels are wrong, and $0.02\\cdot720$, some 14, are "
            "in. The others are out.",
            "all 480": "Nearly. But 2 % of the 720 that are in are wrong, and they are missing "
            "among those that are out.",
        },
        "about 466, 97 % of them",
    ),
    Question(
        "With wrong labels your arm ends far above *standard*, and *random order*, with as many "
        "in, below it (presets 3 and 4). What does the green curve rule out?",
        {
            "that it helps to have only few in at first": "The green arm had as few in, at the "
            "same updates and rate. So it is *who* is in.",
            "that wrong labels do the harm": "It does not touch them: by lot 40 % of those who "
            "are in are wrong at every share. Preset 4 asks that.",
            "that the learning rate was badly chosen": "All three arms have the same rate. With "
            "a smaller one the gain shrinks: that takes tuned rates.",
            "that it helps to begin with easy ones": "It has no easy ones first, so that it "
            "cannot rule them out. Wrong labels last, by lot, is the control for that.",
        },
        "that it helps to have only few in at first",
    ),
    Question(
        "Which of these is *not* a continuation over weighted costs that ends at the real one?",
        {
            "hard first, everybody in at half time": "It passes: ever more examples count, and "
            "the last weights are all alike. Nobody asks whether the early costs are easier.",
            "by lot, everybody in at half time": "Ever more examples count, and in the end all "
            "do, alike. It knows nothing of difficulty, and passes.",
            "easy shapes to half time, then hard ones alone": "The easy ones leave for good. So "
            "the last cost is not that of all examples.",
            "easy first, the share rising as a root": "The shape of the pacing does not matter, "
            "as long as everybody is in before the end.",
        },
        "easy shapes to half time, then hard ones alone",
    ),
    Question(
        "Only the easiest tenth has a weight. What share of uniform batches of 16 contains no "
        "such example at all?",
        {
            "hardly any": "Of *ten* examples one has a weight on average, but batches differ: "
            "each of 16 draws misses with probability 0.9.",
            "about a fifth": "$0.9^{16}\\approx0.19$. These batches have the gradient 0, others "
            "have it too large: the noise that sampling avoids.",
            "about a half": "So it is for batches of 6 or 7. With 16 draws it is $0.9^{16}$.",
            "nine tenths": "That is the share of *examples* without a weight. A batch has 16 "
            "chances.",
        },
        "about a fifth",
    ),
)
