"""The questions of lesson 3's self-test."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = [
    Question(
        "No noise. Descent jumps across the floor, and after $t$ steps it lies at $(-0.9)^t$. "
        "Where does the average of the first 100 stops lie?",
        {
            "at about -0.00003": "That is about the size of the last stop, which has shrunk for "
                "100 steps. The average still holds the first stops, each with a hundredth of the "
                "weight.",
            "at about -0.005": "The jumps cancel but for a remainder, and that is divided by $t$ "
                "only: $\\rho(1-\\rho^t)/(t(1-\\rho))$ with $\\rho=-0.9$. So the last stop, at "
                "0.00003, is far nearer.",
            "at about -0.05": "This forgets that neighbouring stops lie on opposite sides and "
                "cancel. Without cancelling, their mean size is even 0.09.",
            "at exactly 0": "The stops come in pairs on either side, but each is a little nearer "
                "than the one before it. The pairs do not cancel to nothing.",
        },
        right="at about -0.005",
    ),
    Question(
        "A weight stands still at 5. An exponential average with $\\alpha=0.98$ starts at zero and "
        "is not corrected. What does it say after 35 steps?",
        {
            "about 5.0": "So it would, divided by $1-\\alpha^t$. Without this the weights sum to "
                "one half only.",
            "about 0.1": "That is what one step gives: 2 % of 5. The following 34 steps have added "
                "theirs.",
            "about 3.5": "That is what 70 % of the weight would give, after 60 steps. A half-life "
                "is 34 steps here, not 20.",
            "about 2.5": "35 steps are one half-life, so the weights sum to $1-0.98^{35}$, about "
                "one half. The other half still belongs to the zero at the start.",
        },
        right="about 2.5",
    ),
    Question(
        "In one direction of a quadratic with curvature 1 you raise the learning rate from 0.2 to "
        "0.8, and wait long enough. What happens to the two variances?",
        {
            "the last iterate's grows six-fold, the average's stays": "The floor is "
                "$\\eta s^2/(h(2-\\eta h))$: 0.11 becomes 0.67. In the law of the average, "
                "$s^2/(h^2t)$, there is no step size.",
            "both grow six-fold": "The average of all has no floor on a quadratic. Move *lr* in "
                "section 2: the right end of its curve hardly moves.",
            "the last iterate's grows four-fold, the average's falls to a quarter": "The floor "
                "grows faster than the rate, as $2-\\eta h$ shrinks as well; and the law of the "
                "average does not know the rate.",
            "both stay, as the noise has not changed": "A longer step carries more of the same "
                "noise into the last iterate.",
        },
        right="the last iterate's grows six-fold, the average's stays",
    ),
    Question(
        "Walls steep on one side and flat on the other, a large rate, no noise at all. The walk "
        "leaps for ever. What does the average of all stops do?",
        {
            "it goes to the floor, as 1/t": "So it does between even walls, where every two leaps "
                "cancel. Here the walk lies farther off on the flat side.",
            "it leaps as the walk does": "A new stop moves it by a $t$-th of the way only. Its "
                "leaps die out, whatever the walk does.",
            "it settles beside the floor": "It goes to the middle of the two walls, and the floor "
                "need not lie there. It may well be nearer than the last stop.",
            "it diverges, as the rate is above 2": "On even walls it would. Here the flat side "
                "catches the walk, and so its mean is bounded as well.",
        },
        right="it settles beside the floor",
    ),
    Question(
        "You change the learning rate at update 200, and look at update 250. How much of an "
        "exponential average with $\\alpha=0.98$ is from before the change?",
        {
            "about 80 %": "That is 200 of 250, the share of the average of *all*.",
            "about 36 %": "$0.98^{50}$ is 0.364: of the old weight a third is left, after one and "
                "a half half-lives.",
            "about 2 %": "That is the weight of the newest iterate alone.",
            "nothing": "Nothing is ever forgotten at one stroke. A tail average that begins at "
                "update 200 would hold nothing from before.",
        },
        right="about 36 %",
    ),
    Question(
        "In the bent valley nine iterates of ten cost less than 0.2. The average of all of them "
        "costs 0.29. What is the reason?",
        {
            "some of them lie in another basin": "This valley has one basin. It is bent like a "
                "ring.",
            "the noise has driven them up the walls": "Then they would cost more themselves. They "
                "are all near the floor.",
            "the average holds the start": "One iterate in 240 moves a mean by less than a "
                "hundredth of its distance. Leave it out, and the picture is the same.",
            "the straight line between them leaves the floor": "A mean lies within the bend, where "
                "the ground is higher. To be in one valley is not enough.",
        },
        right="the straight line between them leaves the floor",
    ),
    Question(
        "The weight of a unit alternates between 1 and 3, its inputs have mean 0 and variance 1. "
        "You average its weights. Which variance does batch normalization need?",
        {
            "5, the mean of the stored variances": "Stored were 1 and 9. But jumps of the weight "
                "cancel in the average, and add to the averaged variance.",
            "4, measured with the averaged weight": "The averaged weight is 2, and the variance of "
                "2 times the input is 4. So the statistics are to be recomputed.",
            "9, that of the last weight": "Torch copies it by default. It belongs to a weight that "
                "is no longer there.",
        },
        right="4, measured with the averaged weight",
    ),
    Question(
        "An exponential average with $\\alpha=0.9$ watches independent values. The mean of how "
        "many of them is as quiet?",
        {
            "about 7": "After 7 steps a weight has halved. But a half-life is no count of values: "
                "older ones still help.",
            "10": "$1/(1-\\alpha)$ is a common rule of thumb for how long the memory is. For the "
                "noise it is about half of what is needed.",
            "19": "The variance left is $(1-\\alpha)/(1+\\alpha)$, one nineteenth.",
            "all that were seen": "It has a floor: more values do not make it quieter, as the old "
                "ones are forgotten.",
        },
        right="19",
    ),
]  # fmt: skip
