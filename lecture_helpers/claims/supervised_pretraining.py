"""The claims of lesson 4, supervised pretraining."""

from lecture_helpers.claims.claim import Claim

LESSON = "04_supervised_pretraining"
SLIDE = "Supervised Pretraining"

CLAIMS = (
    Claim(
        "C31", "emp", LESSON, SLIDE,
        "A deep network trained all at once from a random start learns badly.",
        "Deep plain networks that reach the shallow ones' training loss at equal updates.",
        smallest=0.3, unit="log10 of the ratio of training losses, deep to shallow",
    ),
    Claim(
        "C32", "id", LESSON, SLIDE,
        "Parts that are each the best on their own need not add up to the best whole.",
        "A proof that the stagewise fit of the counter-example reaches the joint optimum.",
    ),
    Claim(
        "C33", "emp", LESSON, SLIDE,
        "Training greedily, layer by layer, is cheap and its result is often good enough.",
        "Greedy networks that end more than five points below the joint ones.",
        smallest=5.0, unit="percentage points of test accuracy, against random frozen features",
    ),
    Claim(
        "C34", "emp", LESSON, SLIDE,
        "Fine-tuning all layers from the greedy solution is faster and ends better than starting "
        "from random weights.",
        "No gain once the greedy stage's own updates are counted.",
        smallest=0.5, unit="percentage points of test accuracy, greedy start minus joint training",
        slips=("S3",),
    ),
    Claim(
        "C35", "emp", LESSON, SLIDE,
        "It works because the layers in the middle are told what to do.",
        "Tuned hints or supervision of the middle layers that do not help deep networks.",
        smallest=0.5, unit="percentage points of test accuracy, guided minus not guided",
    ),
)  # fmt: skip
