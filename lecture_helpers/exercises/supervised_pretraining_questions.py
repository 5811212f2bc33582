"""What lesson 4 asks at its end; a test computes every answer that is a number."""

from lecture_helpers.exercises.self_test import Question

QUESTIONS = (
    Question(
        "A network for 64 pixels and 10 digits grows; its hidden layers have 32 units. How many "
        "weights (without the biases) move in stage 3?",
        {
            "320": "Those are the output's, $32\\cdot10$. With a random layer below it nothing "
            "would be gained by growing: the new layer moves as well.",
            "1,344": "The new layer has $32\\cdot32$ weights, the fresh output $32\\cdot10$. The "
            "two layers below are frozen.",
            "4,416": "That is the whole network, as in joint training or in fine-tuning. In a "
            "stage the two lower layers are frozen: $64\\cdot32+32\\cdot32$ weights stay.",
            "1,024": "The new layer alone. But its output is fresh in every stage, and has to be "
            "trained with it.",
        },
        "1,344",
    ),
    Question(
        "Section 1, the moment at which a fresh second layer is put on: half of the spirals' "
        "points are wrong. What happens to the *probe* of layer 1 on digits at that moment?",
        {
            "It falls to chance.": "So do the network's own answers, through an output that knows "
            "nothing. The probe does not look at that output.",
            "It falls a little.": "Nothing below the new layer has moved, so that nothing can be "
            "lost there, not even a little.",
            "It stays as it was.": "Its weights are frozen, and the probe is fitted to its values "
            "alone. What was learned is still there; only the output is new.",
            "It rises.": "It would take updates of layer 1 to raise it. There are none: the layer "
            "is frozen.",
        },
        "It stays as it was.",
    ),
    Question(
        "Ten hidden layers and an output, all of the same size; so are the inputs. Pushing an "
        "example through a layer costs 1, the gradient by its weights 1, passing the gradient down "
        "1. What does an update in the *last* greedy stage cost, beside one of joint training?",
        {
            "about 18 %": "Two of eleven layers are trained. But the example has to pass through "
            "all eleven, however many are frozen.",
            "about 34 %": "That is the way up alone, 11 of 32. Two layers need their gradients as "
            "well, and one of them passes it down.",
            "100 %": "Nine layers need neither a gradient nor to pass one down. That is what makes "
            "the update cheaper.",
            "about 44 %": "Up through 11 layers, 2 gradients, and 1 passed down from the output: "
            "14. Joint training: 11, 11, and 10, since the inputs need none: 32.",
        },
        "about 44 %",
    ),
    Question(
        "Five greedy stages take 100 updates each. After 200 updates of fine-tuning 90 % of the "
        "digits are right. Joint training needs 500 updates for that. Is the greedy start faster?",
        {
            "2.5 times faster, or 1.4 times slower": "Of fine-tuning alone "
            "$500/200$; with the stages it took 700 updates, and $700/500=1.4$. Say how you "
            "counted.",
            "2.5 times faster, that is all": "If somebody gives you the greedy solution, "
            "yes. Whoever has to make it has made 500 updates before.",
            "1.4 times faster": "The number is that of all updates, but the other way round: 700 "
            "against 500.",
            "neither: both take 500 updates": "500 is what the stages take. The 200 of fine-tuning "
            "come on top.",
        },
        "2.5 times faster, or 1.4 times slower",
    ),
    Question(
        "The bowl of section 3, with a slope that has 30 % of the variance. How many points of the "
        "variance does the greedy unit miss beside the best one, each with its best output?",
        {
            "30": "That is what the greedy unit explains. The question is how far it stays behind.",
            "70": "That is what the best unit explains, at 90 degrees. The greedy one explains "
            "something as well: the slope.",
            "40": "At 0 degrees the share is $p=30$ %, at 90 degrees $1-p=70$ %.",
            "none": "That begins at $p=50$ %: then the slope is worth as much as the bowl. Move "
            "*share of the slope*.",
        },
        "40",
    ),
    Question(
        'At a slope of 20 % fine-tuning repairs "xor", but not the bowl. What does the picture on '
        "the right show?",
        {
            "For the bowl the best unit is worse.": "It is better: at a slope of 20 % the best "
            'unit has 80 % with the bowl, less with "xor". How good the goal is does not say '
            "whether one gets there.",
            'With "xor" the solid curve rises at once from 0 degrees.': "Small steps can follow "
            "it. The bowl's curve has a hilltop at 0 degrees and a dip behind it, and steps lead "
            "back.",
            'With "xor" the greedy unit is another one.': "It lies at 0 degrees for both "
            "targets: on its own a unit sees only the slope.",
            'With "xor" the dashed curve shows the way.': "The dashed share *on its own* is the "
            "same for both targets, and falls from 0 degrees on.",
        },
        'With "xor" the solid curve rises at once from 0 degrees.',
    ),
    Question(
        "Build by hand: a layer comes every 50 updates, those below are frozen, and from update "
        "300 on all six are trained, until 600 (preset 3). In how many updates did layer 2 move?",
        {
            "50": "That is its own stage, from 50 to 100. From 300 on it is trained again.",
            "300": "Those are the updates after the thaw. It also had a stage of its own, before "
            "it was frozen.",
            "550": "So it would be if nothing were frozen (preset 4): from 50 to 600. From 100 to "
            "300 it stood still.",
            "350": "50 in its own stage, then frozen from 100 to 300, then 300 with all the "
            "others.",
        },
        "350",
    ),
    Question(
        "Six sigmoid layers: joint training 90 % errors, grown and fine-tuned 4.1 %. "
        '"Pretraining gains 86 points." What would you ask first?',
        {
            "What does one layer do, trained at once?": "It ends with 2.8 %. The rescue is real, "
            "but what was rescued need not have been built. The gain is one beside a bad rival.",
            "Was the test on other digits than the training?": "It was. The figure is right; the "
            "question is what it is compared with.",
            "Are 86 points more than chance?": "All twenty seeds stay at chance in plain joint "
            "training. Chance is not what is in doubt.",
            "Would more layers gain even more?": "Ten stay at chance as well and are rescued as "
            "well. A still worse rival would only make the same gain look greater.",
        },
        "What does one layer do, trained at once?",
    ),
)
