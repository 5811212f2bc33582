"""The claims on coordinate descent."""

from functools import partial

from lecture_helpers.claims.claim import Change, Claim, Control, Part, regimes
from lecture_helpers.claims.experiments import coordinate_descent, separability, sparse_coding
from lecture_helpers.claims.experiments.sparse_coding import (
    FIXED,
    KINDS,
    MANY,
    PLANTED,
    at_penalties,
)

LESSON = "02_coordinate_descent"
on_slide = partial(Claim, lesson=LESSON, slide="Coordinate Descent")
ARRIVAL = (
    "share of random starts that end in a local minimum, less the share that do not, from -1 to "
    "1; 0.5 is three starts in four"
)
SETTLING = (
    "share of random starts that end in a minimum or where the gradient is a millionth of the "
    "first, less the share that do not, from -1 to 1"
)
CONDITIONED = (
    "quadratics",
    "two wells",
    "many wells",
    "flat saddle",
    "five flat saddles",
    "Lasso",
    "kinks along the axes",
)
LASSOS = ("Lasso", "Lasso, many rows")
QUADRATICS = ("groups", "groups, alike", "single variables", "single variables, alike")
OTHERS: dict[str, tuple] = dict.fromkeys(LASSOS, ("ISTA", "FISTA"))
OTHERS |= dict.fromkeys(QUADRATICS, ("gradient descent", "CG"))
INFORMED: dict[str, tuple] = dict.fromkeys(LASSOS, ("FISTA with restarts",))
INFORMED |= dict.fromkeys(QUADRATICS, ("CG in groups", "descent in groups"))
WEAK: dict[str, float] = {**dict.fromkeys(LASSOS, 0.0), **dict.fromkeys(QUADRATICS, 0.1)}
STRONG = dict.fromkeys(WEAK, 0.9)
HALF = dict.fromkeys(WEAK, 0.5)
EXTREME = dict.fromkeys(QUADRATICS, 0.99)


def arriving(*names: str) -> dict:
    return regimes("{}", "arrive, {}", "stay away, {}", names)


def settling(*names: str) -> dict:
    return regimes("{}", "settle, {}", "wander, {}", names)


def ahead(coupling: dict, others: dict = OTHERS, count: str = "", words: str = "") -> dict:
    """Coordinate descent beside every other method, at these couplings."""
    return {
        f"{problem}, over {other}{words}": (
            f"coordinates, {problem}, {at:g}{count}", f"{other}, {problem}, {at:g}{count}")
        for problem, at in coupling.items() for other in others[problem]
    }  # fmt: skip


def alike() -> dict:
    """The comparisons of the weakly coupled quadratics, with those that are alike inside."""
    return {
        f"{problem}, over {other}": (
            f"coordinates, {problem}, alike, 0.1", f"{other}, {problem}, alike, 0.1")
        for problem in ("groups", "single variables") for other in OTHERS[problem]
    }  # fmt: skip


def lead_shrinks(strong: dict, others: dict = OTHERS, count: str = "", words: str = "") -> dict:
    """The lead where variables are hardly coupled, beside that at these couplings."""
    return {
        f"{problem}, over {other}{words}": (
            f"lead over {other}, {problem}, {WEAK[problem]:g}{count}",
            f"lead over {other}, {problem}, {at:g}{count}")
        for problem, at in strong.items() for other in others[problem]
    }  # fmt: skip


def on_each(one: str, other: str, kinds: tuple = KINDS) -> dict:
    return regimes("{}", f"{one}, {{}}", f"{other}, {{}}", kinds)


CLAIMS = (
    on_slide("C21", "empirical",
        "Minimising over one coordinate at a time, in turn, ends in a local minimum.",
        "With the conditions: a smooth cost with one minimum along every axis, or kinks along the "
        "axes, on which sweeps from random starts end elsewhere. Without them: that they also "
        "arrive on kinks across the axes and from Powell's starts.",
        parts=(
            Part("Under conditions it comes to a stationary point: a smooth cost with bounded "
                "level sets and a single minimum along every axis, its kinks, if any, along the "
                "axes.",
                SETTLING, 0.5,
                scope=settling(*CONDITIONED),
                borders=settling("ill-conditioned", "two wells, from the axis"),
            ),
            Part("Under the same conditions that point is a minimum.",
                ARRIVAL, 0.5,
                scope=arriving(*CONDITIONED),
                borders=arriving("ill-conditioned", "two wells, from the axis"),
            ),
            Part("It does without conditions: whatever the cost, if only it has a minimum.",
                ARRIVAL, 0.5,
                scope=arriving(
                    "kinks across the axes", "absolute errors", "Powell, any start",
                    "Powell, his starts"),
                borders=arriving("Powell, his starts, rounded"),
            ),
        ),
        experiment=coordinate_descent.arrivals, budget=280, quick=dict(starts=4),
        objection="Which costs stand for 'without conditions' was chosen: a list of traps shows "
        "that the sentence needs its conditions, not how often practice springs one. "
        "And 'ends' is 3,000 sweeps: an ill-conditioned quadratic (10,000), a border, takes more, "
        "and a minimum at the bottom of a flat valley, as of (x - y)^2 / 2 + (x + y)^4 / 4, is not "
        "reached in ten times as many. Open.",
        literature="Tseng 2001 for the conditions, under which sweeps come to stationary points; "
        "Powell 1973 for the function that circles; Grippo and Sciandrone 2000 for two blocks.",
        history=(Change("2026-11-29", "conditional: holds on three functions, refuted on two",
            "Powell's function had no minimum to arrive at, and the threshold was the largest "
            "effect there could be."),
            Change("2026-11-29", "holds in 5 of 5 under conditions",
            "A referee found a polynomial that meets the conditions, and whose sweeps from half "
            "of all starts creep into a saddle: 'a stationary point' and 'a minimum' are told "
            "apart."),
            Change("2026-11-29", "holds in part: stationary in 6 of 6, a minimum in 5 of 6",
            "A second referee found that several saddles side by side catch nearly every start, "
            "and that level sets must be bounded: x^2 + exp(-y) has nothing to come to."),),
    ),
    on_slide("C22", "identity",
        "Block coordinate descent is the same idea with several variables freed at once: blocks of "
        "one give coordinate descent, one block of all gives the joint minimum in a single step.",
        "A quadratic on which either extreme of the block size gives another iterate.",
        experiment=coordinate_descent.block_sizes, budget=5,
    ),
    on_slide("C23", "empirical",
        "It pays when the variables fall into groups that hardly influence one another, against "
        "methods that do not know the groups' own scale.",
        "Where groups hardly influence one another, methods that move all variables at once need "
        "no more work; or the lead of coordinate descent is as large where they are coupled.",
        parts=(
            Part("Where groups of variables hardly influence one another, it takes less work than "
                "methods that move all variables at once.",
                "powers of ten of the work to the target that coordinate descent saves; the other "
                "method's log10 of multiplications less its own",
                0.35, scope=ahead(WEAK), borders=ahead(STRONG, words=", coupled"),
                controls=(
                    Control("mechanism", "groups, or variables, that are alike inside, so that "
                        "there is no scale to know", alike(), added="2026-11-29"),
                    Control("accounting", "the work to a rough answer: a gap of 1e-3, 1e-4 of the "
                        "first cost", ahead(WEAK, count=", a rough answer")),
                    Control("rival", "momentum that restarts; conjugate gradients and descent "
                        "that know the groups' own curvature, as coordinate descent does",
                        ahead(WEAK, INFORMED)),
                ),
            ),
            Part("This is when it pays: its lead over them is larger there than where the groups "
                "are coupled.",
                "lead in powers of ten of the work where groups are hardly coupled, less the lead "
                "where they are strongly coupled",
                0.35, scope=lead_shrinks(STRONG),
                borders=lead_shrinks(HALF, words=", half coupled")
                | lead_shrinks(EXTREME, words=", coupling 0.99")
                | lead_shrinks(STRONG, INFORMED),
                controls=(
                    Control("accounting", "the work to a rough answer: a gap of 1e-3, 1e-4 of the "
                        "first cost", lead_shrinks(STRONG, count=", a rough answer")),
                ),
            ),
        ),
        experiment=separability.separability, budget=100,
        quick=dict(correlations=(0.0, 0.9), couplings=(0.1, 0.9), examples=80, columns=60,
            groups=8, size=5),
        objection="What it saves may be the scaling of the groups and not their separation. "
        "Answered by groups that are alike inside, and by descent in the groups' own scale. "
        "Open: one number of variables, and curvatures, inverses and the Gram matrix are free.",
        literature="Wright 2015 surveys the dependence on coupling.",
        history=(Change("2026-11-29", "holds, in both regimes",
            "It compared coordinate descent with itself: that coupling makes it slower, not when "
            "it pays beside its rivals."),
            Change("2026-11-29", "holds in part: it pays in 6 of 6",
            "A referee found the lead gone where groups are alike inside, and small beside descent "
            "in the groups' own scale; 200 rows left the Lasso's columns correlated by chance."),
            Change("2026-11-29", "holds in part: it pays in 8 of 12",
            "A second referee found ISTA without its best rate, steps of 1 and 2 that differ by "
            "just d, and the scale unnamed in the sentence."),),
    ),
    on_slide("C24", "identity",
        "The sparse coding cost is convex in the codes alone and in the dictionary alone, and not "
        "in both together.",
        "A segment with one factor fixed on which the cost lies above its chord, or a proof that no"
        " segment in both factors does.",
        experiment=sparse_coding.convexity, budget=5,
    ),
    on_slide("C25", "empirical",
        "Alternating between codes and dictionary is a workable way to learn a dictionary.",
        "A half-step that raises the cost; an end that is no nearer to a stationary point than the "
        "start; codes for the starting dictionary that cost no more.",
        parts=(
            Part("Its half-steps lower the cost and never raise it.",
                "share of the first 200 half-steps that lower the cost, less the share that do "
                "not, from -1 to 1",
                0.9, scope=on_each("half-steps that lower", "half-steps that do not"),
                controls=(
                    Control("falsifier", "half-steps that raise the cost, anywhere in the "
                        "long run", regimes("{}", "half-steps that raise, {}", "none", KINDS),
                        "share of half-steps that raise the cost", 0.001),
                ),
            ),
            Part("It comes at least a hundred times nearer to a stationary point.",
                "log10 of the gradient map's length at the start, with codes at their best, less "
                "that after the long run",
                2.0, scope=on_each("residual at the start", "residual at the end"),
            ),
            Part("It ends below what codes alone reach with the starting dictionary.",
                "log10 of the excess over the lowest cost found, codes only less alternating",
                0.3, scope=on_each("excess of codes only", "excess of alternating"),
                controls=tuple(
                    Control("rival", f"{rival}: {words}",
                        on_each(f"{measured} of alternating{when}", f"{measured} of {rival}{when}"),
                        measure, least)
                    for rival in ("joint", "PALM")
                    for words, measured, when, measure, least in (
                        ("work to the alternation's cost", "speed", "",
                         "powers of ten of the work that the alternation saves", 0.3),
                        ("work to its cost after a quarter of the work", "speed", ", early",
                         "powers of ten of the work that the alternation saves", 0.3),
                        ("the cost in the end, after ten times the work", "end", "",
                         "log10 of the cost in the end, rival less alternating", 0.02),
                    )
                ),
            ),
            Part("Its dictionary serves patches that it has not seen.",
                "log10 of the cost of unseen patches with the best codes, starting dictionary less "
                "learned one",
                0.02, scope=on_each("unseen, codes only", "unseen, alternating",
                    (*KINDS, MANY, *at_penalties("photographs"))),
                controls=tuple(
                    Control("rival", f"{atoms}, never learned",
                        on_each(f"unseen, {atoms}", "unseen, alternating",
                            (*KINDS, MANY, *at_penalties("photographs"))),
                        added="2026-11-29")
                    for atoms in FIXED
                ),
            ),
            Part("Where patches are made of atoms, it finds them.",
                "share of 64 atoms found (absolute cosine above 0.95), learned less starting "
                "dictionary",
                0.5,
                scope=regimes("{:g} patches", "planted atoms found, {:g}",
                    "planted atoms at the start, {:g}", PLANTED),
            ),
        ),
        experiment=sparse_coding.turns, budget=300,
        quick=dict(patches=200, many=400, atoms=32, work=80, long=800),
        objection="The floor is the best of three long runs from one start, perhaps far above "
        "the lowest cost there is. Work is counted in products, and the number of sweeps was "
        "chosen for the alternation while its rivals had nothing to choose. Open.",
        literature="Olshausen and Field 1996, Lee 2007 and Mairal 2009 learn dictionaries in turn.",
        history=(Change("2026-11-29", "null against joint steps, at equal work",
            "A contest is not what the sentence says, and costs were compared with the part that "
            "no dictionary removes."),
            Change("2026-11-29", "holds in part: of unseen patches in 2 of 3",
            "A referee found that what unseen patches gain depends on the penalty, of which there "
            "was one: there are three."),
            Change("2026-11-29", "holds in part: of unseen patches in 3 of 5",
            "A second referee found cosines that were never learned ahead on photographs, and that "
            "nothing measured whether atoms are found."),),
    ),
)  # fmt: skip
