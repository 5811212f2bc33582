"""What lesson 1 asks at its end; a test computes every answer that is a number."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = (
    Question(
        "A chain of 50 weights, all of them 1, so that $y=1$. A fixed step of 0.05 promises to "
        "bring $y$ to $1-50\\cdot0.05=-1.5$. Where does it bring it?",
        {
            "to -1.5": "That is the first order alone. All weights move at once, and the higher "
            "orders take most of it back.",
            "to 0.95": "Each *weight* becomes 0.95. The output is the product of fifty of them.",
            "to 0.08": "Every weight becomes 0.95, and $0.95^{50}=0.077$. A product of positive "
            "factors cannot become negative.",
            "to 0": "Nearly. But a product of factors of 0.95 is never 0, however many there are.",
        },
        "to 0.08",
    ),
    Question(
        "$\\gamma$ and $\\beta$ are set so that a layer gives one batch back as it was, with a "
        "deviation of 0.6. The next batch is the same one, stretched to a deviation of 1.2. With "
        "which deviation does it leave the layer?",
        {
            "0.6": "The batch is brought to a deviation of 1, whatever it was, and $\\gamma$ "
            "makes 0.6 of it. Identity is for one batch only.",
            "0.72": "That is $0.6\\cdot1.2$, as if nothing had been divided. The batch's own "
            "deviation is taken out first.",
            "1": "It is 1 between the two halves of the layer. Then $\\gamma$ stretches it.",
            "1.2": "So it would be if the layer *were* the identity. Move *scale* after preset 3: "
            "the blue histogram stays.",
        },
        "0.6",
    ),
    Question(
        "A batch of ten. Nine values lie close together, the tenth runs off to a million. As what "
        "does that one leave the normalization, about? *(Section 5.)*",
        {
            "a million": "It is divided by the deviation of the batch, and that is large because "
            "of it.",
            "10": "The ten squares add up to 10. If one were 10, its square alone would be 100.",
            "1": "Then nine others would have to be as far out as it is. They crowd together.",
            "3": "The squares add up to $m=10$, and the nine balance the one at $-1/3$ each: "
            "$9+9\\cdot\\frac19=10$. So $\\sqrt{m-1}$ it is.",
        },
        "3",
    ),
    Question(
        "One digit's normalised value changes with its mates: in groups of 128 it has a spread of "
        "0.11. The same batches, normalised in groups of 8? *(Section 5.)*",
        {
            "about 0.11": "What is random in it comes from the mates, and a mean of 8 is less "
            "certain than one of 128.",
            "about 0.44": "A sixteenth of the mates: the spread grows with the root, four times.",
            "about 1.8": "Sixteen times would be without the root. Means of fewer values spread "
            "like one over the *root* of their number.",
            "about 0.03": "The other way round: more mates, less spread.",
        },
        "about 0.44",
    ),
    Question(
        "A fresh ReLU network with He's rule and batch normalization: the *squared* gradient grows "
        "by 1.47 a layer on its way down. How many times larger is the gradient itself ten layers "
        "further down? *(Section 4.)*",
        {
            "about 7 times": "$1.47^{10}=47$ for the square, and the root of that is 6.8.",
            "about 15 times": "Ten times 1.47: but the layers *multiply*. And it is the square "
            "that grows by 1.47.",
            "about 47 times": "That is the square. A gradient grows by the root of it.",
            "it is as large": "Without batch normalization, yes: there the factor is 1. With it "
            "the gradient explodes.",
        },
        "about 7 times",
    ),
    Question(
        "A network with batch normalization was trained at a learning rate of 0.1. You multiply "
        "the weights of one hidden layer by 10. Which learning rate for that layer makes the "
        "training the same? *(Section 8.)*",
        {
            "0.1": "The output is the same, but the gradient is ten times shorter and the weights "
            "ten times longer. So the steps turn them a hundred times less.",
            "1": "It makes up for the shorter gradient. But the weights are longer as well, and a "
            "step counts beside their length.",
            "10": "Once for the gradient, which is ten times shorter, and once for the weights, "
            "which are ten times longer: $a^2\\eta=100\\cdot0.1$.",
            "0.01": "The other way round: large weights need a *larger* rate to turn as fast.",
        },
        "10",
    ),
    Question(
        "Running averages begin at a variance of 1, with a *momentum* of 0.1 as in torch. The true "
        "variance is a thousandth. After about how many updates is the running one below a "
        "hundredth? *(Section 6.)*",
        {
            "after 1": "So it would be if the momentum weighed the *past*. Here 0.1 is the weight "
            "of the new batch.",
            "after 10": "Then $0.9^{10}=0.35$ of the 1 is still there.",
            "after 45": "$0.9^{45}=0.009$. Until then a test reads a variance that was never "
            "there.",
            "never": "It forgets the 1, by a tenth in every update. A momentum of 0 would never.",
        },
        "after 45",
    ),
    Question(
        "After a push of the learning rate, hidden layer 8 of a network with *layer* normalization "
        "gives out the same for every digit: all of its ReLUs are off. What brings the network "
        "back?",
        {
            "a smaller learning rate": "It makes steps shorter. The steps below that layer are 0 "
            "already.",
            "a larger learning rate": "Any number times a gradient of 0 is 0.",
            "more updates": "Four hundred were tried. No gradient passes the layer, so nothing "
            "below it moves.",
            "none of these": "Where all ReLUs are off, no gradient passes. The right-hand "
            "instrument shows it: nothing below moves.",
        },
        "none of these",
    ),
)
