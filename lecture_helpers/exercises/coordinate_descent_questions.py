"""What lesson 2 asks at its end; a test computes every answer that is a number."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = (
    Question(
        "In the book's example $(x_1-x_2)^2 + a\\,(x_1^2+x_2^2)$ let $a=1$. How many sweeps bring "
        "the *distance* to the minimum below a thousandth?",
        {
            "3": "That needs ten times shorter a sweep. A step divides by $1+a=2$, and a "
            "sweep has two of them: 4 times shorter.",
            "5": "A sweep multiplies the distance by $(1+a)^{-2}=1/4$, and $4^5=1024$.",
            "10": "That is the number of coordinate steps: each halves, and $2^{10}=1024$. A sweep "
            "has two.",
            "more than 100": "With $a=0.01$ it is like that: the variables cling together. At "
            "$a=1$ a sweep divides by 4.",
        },
        "5",
    ),
    Question(
        "A valley of condition 100 takes 1 sweep along an axis and 119 when it is turned by 45 "
        "degrees. And turned by 90 degrees?",
        {
            "about 240": "It is not the angle that hurts, so that it cannot go on growing with it. "
            "What hurts is coupling, which is largest half-way.",
            "119": "The valley is as long as before, but length is not what costs sweeps. Turn the "
            "slider *angle* to its end.",
            "about 60": "Half-way between 1 and 119 nothing is special. At 90 degrees the valley "
            "lies along the *other* axis.",
            "1": "It lies along the other axis. The variables have nothing to do with one another, "
            "and each is set once.",
        },
        "1",
    ),
    Question(
        "Fifty variables that have nothing to do with one another: one sweep in order suffices. "
        "Now the fifty updates of a sweep are drawn at random, with repetition. How many variables "
        "has it not touched yet, on average?",
        {
            "none": "That is the sweep in order. A draw may take a variable that was drawn before, "
            "as you saw in two dimensions.",
            "1": "Then nearly every draw would have to find a new variable. The later ones mostly "
            "meet old ones.",
            "18": "One variable is missed by all draws with probability $(1-1/50)^{50}\\approx "
            "0.36$, close to $1/e$; of fifty that is 18.",
            "25": "In *two* dimensions half of the draws repeat the last one. With fifty variables "
            "$(1-1/50)^{50}$, about 36 %, are never drawn.",
        },
        "18",
    ),
    Question(
        "The kink: $|x+y|+3\\,|x-y|$, from $(-1,\\ 2)$. Where do the sweeps stand after a "
        "thousand updates?",
        {
            "(2, 2)": "The first update moves x to the valley floor $x=y$. There each variable "
            "alone leads uphill: nothing moves any more.",
            "(0, 0)": "That is the minimum, and one step along the diagonal would lead nearer. But "
            "no step along an axis does.",
            "(-2, 2)": "That is where $|x+y|$ alone would be lowest. The other kink is three "
            "times as heavy.",
            "(-1, -1)": "It would be, if y were moved first. In order x is moved first, and the "
            "starting x is thrown away.",
        },
        "(2, 2)",
    ),
    Question(
        "The flat saddle: sweeps begin with x, from points spread over the whole plane. Which of "
        "them creep into the point 0, which is no minimum?",
        {
            "none: along every axis there is one minimum": "So it is, and it is not enough. They "
            "come to where the gradient vanishes, and 0 is such a point.",
            "those with y = 0 exactly": "Those, too, but not only those. (At the other saddle, "
            "between two wells, it is so: a hair beside it the sweeps fall into a well.)",
            "those with y below 0": "From there the sweeps come down the line $y=-x$ on the high "
            "side of 0, and creep. From $y>0$ they arrive at the minimum.",
            "all of them": "Move *y* above 0: the sweeps go to the star, since the cost falls on "
            "that side.",
        },
        "those with y below 0",
    ),
    Question(
        "Powell's walk starts $2^{-3}$ away from a corner of the cube, and every update halves "
        "that. With 53 binary digits it leaves its circle after about fifty updates. And with 24?",
        {
            "after about 20": "It leaves when a coordinate is rounded to exactly 1. With 24 digits "
            "$2^{-3}\\cdot2^{-t}$ is lost beside 1 after some twenty updates.",
            "after about 50, too": "It leaves when the distance is lost beside 1, and that depends "
            "on how many digits there are.",
            "after about 100": "Fewer digits lose the distance *sooner*. The exact walk, with as "
            "many digits as it needs, never leaves.",
            "never": "That is the walk in exact fractions. Rounding is what ends it, and coarse "
            "rounding ends it earlier.",
        },
        "after about 20",
    ),
    Question(
        "The slide's cost has no condition on the atoms. Of one dictionary the squared error is "
        "1.8 and the sum of $|H_{ij}|$ is 5. All atoms are made ten times longer, all codes ten "
        "times shorter. What is the cost now?",
        {
            "6.8": "That is the cost before. The product $HW$ is the same, but the price is paid "
            "for $H$ alone.",
            "0.68": "Only the price is divided by ten. The error stays, since $HW$ has not "
            "changed.",
            "51.8": "The other way round: codes ten times *longer* would cost that. Long atoms "
            "need short codes.",
            "2.3": "$1.8+5/10$: nothing was learned and the cost fell. Go on, and only the error "
            "is left.",
        },
        "2.3",
    ),
    Question(
        "Twenty groups of ten variables that hardly influence one another; curvatures inside a "
        "group go from 1 to 100. Gradient descent takes some 140 times the work of coordinate "
        "descent. Now all curvatures inside the groups are made alike. How much is left of the "
        "lead?",
        {
            "all of it: what counts is that the groups are separate": "They still are. But a "
            "separate group is also one in which the scale can be removed, and that was most of "
            "the lead.",
            "about 1.4 times": "Without the scales inside there is hardly anything to gain: most "
            "of the lead was that each group's own scale was removed.",
            "about 14 times": "Some 12 times was the lead over *conjugate gradients* before. "
            "Gradient descent, too, is fast where all curvatures are alike.",
            "nothing: it falls far behind": "A sweep costs about what a step does, and contracts "
            "a little more. So it does not fall behind.",
        },
        "about 1.4 times",
    ),
)
