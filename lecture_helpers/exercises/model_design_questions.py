"""What lesson 5 asks at its end; a test computes every answer that is a number."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = (
    Question(
        "A ReLU tower of 21 hidden layers has Glorot's weights, $\\sigma_w^2=1$. How large is the "
        "gradient in the first hidden layer, relative to that in the last, by the mean field?",
        {
            "1/21": "Depth does not divide: it takes the factor to a power. Each layer multiplies "
            "what the one above has left.",
            "about 1/1,000": "A layer leaves half of the *squared* gradient, so twenty leave "
            "$2^{-20}$ of it, and the root of that is $2^{-10}$.",
            "about 1/1,000,000": "That is $2^{-20}$, the share of the *squared* gradient. The "
            "picture shows the root.",
            "1": "That is He's rule, $\\sigma_w^2=2$: it makes up for the half of the units that "
            "are off. Glorot's does not.",
        },
        "about 1/1,000",
    ),
    Question(
        "A ReLU tower of 25 layers has skips and He's weights; its gradient grows by $2^{12}$. "
        "Multiply all weights by one number. Which is the largest here that keeps the growth below "
        "2, by the mean field?",
        {
            "0.7": "That makes the branch's share $\\tfrac12$: a factor of 1.5 a layer, and "
            "$1.5^{12}$ is 130.",
            "0.5": "A quarter remains of the branch's share, and $1.25^{12}$ is 15. Many small "
            "factors are still many.",
            "0.2": "The square, 0.04, is $1/25$. So a layer has the factor $1+1/25$, and 24 of "
            "them have the root $1.04^{12}=1.6$.",
            "none: the skip's 1 is always there": "It is, and alone it would keep the gradient "
            "exactly. What makes it grow is the part that the branch adds.",
        },
        "0.2",
    ),
    Question(
        "Two ReLU towers of 24 layers: one plain, by He's rule; one with skips and branches over "
        "$\\sqrt{24}$. In both the gradient is about the same in all layers. Follow the *spread* "
        "of the digits, an absolute size, from the first layer to the last.",
        {
            "it falls in the plain tower and grows in the other": "So it is measured. But with "
            "skips the signal grows still more: as a share of it the spread shrinks in both.",
            "it stays in both, as the gradient does": "That a gradient stays says nothing about "
            "how different the digits are. Look at the left panel.",
            "it falls in both": "As a share of the signal it does, in both. But the spread is a "
            "size, and in the left panel that of the second tower grows with depth.",
            "it stays in the plain tower, which He's rule protects": "He's rule keeps the signal's "
            "size. The part in which the digits differ becomes smaller.",
        },
        "it falls in the plain tower and grows in the other",
    ),
    Question(
        "Fifty layers without skips. Which of these towers keeps more than a tenth of the "
        "gradient before training?",
        {
            "ReLU with Glorot's weights": "It loses half of the squared gradient in every layer: "
            "seven orders of magnitude in all.",
            "tanh with a gain of 0.3": "Near 0 a tanh is a line of slope 1, and small weights make "
            "the factor small: $2\\cdot0.3^2=0.18$ a layer, squared.",
            "sigmoid with He's weights": "The slope is never above a quarter, so at a gain of 1 "
            "24 orders of magnitude are lost.",
            "sigmoid with a gain of 7": "Large weights make up for the small slope. Unit and "
            "weights decide together.",
        },
        "sigmoid with a gain of 7",
    ),
    Question(
        "You steer plain SGD at *lr* 0.03. Now you move *momentum* to 0.9. Where must *lr* go, so "
        "that the steps are as long as before in the long run?",
        {
            "to 0.003": "Where the gradient stays, the velocity becomes $1+m+m^2+\\dots=10$ of "
            "them. A tenth of the rate makes up for it.",
            "nowhere": "Then the dashed line rises to 0.3: with momentum 0.9 the velocity is a sum "
            "of about ten gradients.",
            "to 0.027": "That is $0.9\\cdot0.03$. What counts is not $m$ but the sum "
            "$1+m+m^2+\\dots=1/(1-m)$.",
            "to 0.3": "That is the other way round, as in the averaged convention: there the "
            "velocity is *smaller* than torch's.",
        },
        "to 0.003",
    ),
    Question(
        "The flat direction has curvature $h=0.25$, and the learning rate is 1. At which momentum "
        "does that direction neither creep nor oscillate?",
        {
            "0.5": "That is $\\sqrt{\\eta h}$. Critical is $(1-\\sqrt{\\eta h})^2$.",
            "0.25": "$(1-\\sqrt{0.25})^2=0.25$: the two roots meet there, and a step leaves "
            "half of the distance.",
            "0.75": "That is $1-\\eta h$, what plain descent leaves of the distance. With so much "
            "momentum the direction oscillates.",
            "0.95": "More momentum is not faster. Above the dotted line the direction oscillates, "
            "and a step leaves $\\sqrt{0.95}$.",
        },
        "0.25",
    ),
    Question(
        "Losses as log10, with three optimizers. Sigmoid: 0.3, 0.3, 0.3. ReLU: -2.0, -2.2, -2.4. "
        "Residual: -2.1, -2.1, -2.7. The models' range is 2.6, the optimizers' 0.3. And without "
        "the sigmoid?",
        {
            "still 2.6 and 0.3": "A range is the worst level minus the best. The worst one has "
            "just left.",
            "models 0.1, optimizers 0.3": "The optimizers' range changes, too: the sigmoid's row "
            "is alike for all three, and pulled their means together.",
            "models 0.5, optimizers 0.1": "The other way round. The rows' means are -2.2 and -2.3, "
            "the columns' -2.05, -2.15 and -2.55.",
            "models 0.1, optimizers 0.5": "The rows' means are -2.2 and -2.3, the columns' -2.05, "
            "-2.15 and -2.55. One bad row had decided the answer.",
        },
        "models 0.1, optimizers 0.5",
    ),
    Question(
        "Somebody repairs the gradient of 24 plain ReLU layers by He's rule: one factor on the "
        "weights makes it as large in the first layer as in the last. Training gains little. Why "
        "does that hardly tell whether skips help by keeping the gradient?",
        {
            "the repair is undone by the first update": "You could see that in the gradient "
            "during training. But ask first what there was to repair.",
            "there was hardly anything to repair": "The first layer had more than half of the last "
            "one's gradient. Ask the same by Glorot's rule, where the gradient has vanished.",
            "one factor cannot repair 24 layers": "It can: the factor is taken to the 23rd power, "
            "and hits the ratio exactly.",
            "gradients play no part in training": "That would be a conclusion from the very "
            "experiment that tells little.",
        },
        "there was hardly anything to repair",
    ),
)
