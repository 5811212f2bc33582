"""The claims of lesson 2, coordinate descent."""

from lecture_helpers.claims.claim import Claim

LESSON = "02_coordinate_descent"
SLIDE = "Coordinate Descent"

CLAIMS = (
    Claim(
        "C21", "emp", LESSON, SLIDE,
        "Minimising over one coordinate at a time, in turn, ends in a local minimum.",
        "A smooth strictly convex function on which the sweeps stop short; or, the other way, that "
        "Powell's function and the tilted valley with a kink did reach a minimum.",
        smallest=0.5, unit="share of starts that end in a minimum, above one half",
        slips=("S13",),
    ),
    Claim(
        "C22", "id", LESSON, SLIDE,
        "Block coordinate descent is the same idea with several variables freed at once: blocks of "
        "one give coordinate descent, one block of all gives the joint minimum in a single step.",
        "A quadratic on which either extreme of the block size gives another iterate.",
    ),
    Claim(
        "C23", "emp", LESSON, SLIDE,
        "It pays when the variables fall into groups that hardly influence one another.",
        "As many sweeps at strong correlation between the columns as at weak.",
        smallest=0.3, unit="log10 of the ratio of sweeps, correlated to nearly separable",
        slips=("S14",),
    ),
    Claim(
        "C24", "id", LESSON, SLIDE,
        "The sparse coding cost is convex in the codes alone and in the dictionary alone, and not "
        "in both together.",
        "A segment with one factor fixed on which the cost lies above its chord, or a proof that no"
        " segment in both factors does.",
        slips=("S8", "S9", "S10"),
    ),
    Claim(
        "C25", "emp", LESSON, SLIDE,
        "Alternating between codes and dictionary is therefore a workable way to learn a "
        "dictionary.",
        "A joint proximal descent that reaches a lower constrained cost in the same time.",
        smallest=0.02, unit="log10 of the ratio of final costs, joint to alternating",
        slips=("S9",),
    ),
)  # fmt: skip
