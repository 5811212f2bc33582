"""The claims of lesson 6, continuation methods and curriculum learning."""

from lecture_helpers.claims.claim import Claim

LESSON = "06_continuation_and_curriculum"
SLIDE = "Continuation Methods and Curriculum Learning"

CLAIMS = (
    Claim(
        "C40", "emp", LESSON, SLIDE,
        "Solving easier versions first hands the real problem a good starting point.",
        "Plain descent from the same starts that reaches the best minimum as often.",
        smallest=0.1, unit="share of starts that reach the best minimum, continuation minus plain",
        slips=("S20",),
    ),
    Claim(
        "C41", "emp", LESSON, SLIDE,
        "The blurred cost, an expectation, can be replaced by the mean over a few random "
        "perturbations.",
        "Sampled blurs that miss the closed form by more than four of their standard errors, or "
        "so many samples needed that plain restarts win at equal gradients.",
        smallest=0.1, unit="share of starts that reach the global minimum, sampled minus plain",
    ),
    Claim(
        "C42", "emp", LESSON, SLIDE,
        "Continuation finds the global minimum although there are many local ones.",
        "A landscape on which it ends elsewhere from most starts; a deep and narrow well is one "
        "candidate.",
        smallest=0.1, unit="share of starts that reach the global minimum, against best of k",
        slips=("S20",),
    ),
    Claim(
        "C43", "id", LESSON, SLIDE,
        "Some costs that are not convex become convex once they are blurred enough.",
        "A second derivative below 0 at a blur beyond the closed form's threshold.",
    ),
    Claim(
        "C44", "emp", LESSON, SLIDE,
        "The blur usually keeps the region of the global minimum recognisable.",
        "Landscapes whose blurred minimum leads to another valley as often as chance would.",
        smallest=0.1, unit="share of landscapes whose blur leads to the best minimum, above chance",
        slips=("S20",),
    ),
    Claim(
        "C45", "id", LESSON, SLIDE,
        "A curriculum is a continuation over weighted costs that ends at the real one.",
        "A pacing whose last weights are not uniform, or whose spread of weights ever narrows.",
    ),
    Claim(
        "C46", "emp", LESSON, SLIDE,
        "Seeing the simple examples first makes learning better.",
        "Easy-first training no better than the same pacing in random order.",
        smallest=0.5, unit="percentage points of test accuracy, easy first minus random order",
        slips=("S21",),
    ),
    Claim(
        "C47", "id", LESSON, SLIDE,
        "Giving an example a larger weight or drawing it more often pulls the weights the same way "
        "on average.",
        "A distribution for which the two expected gradients differ by more than rounding.",
    ),
    Claim(
        "C48", "emp", LESSON, SLIDE,
        "A trained model's confidence tells simple examples from hard ones.",
        "Scores under which the hardest quarter holds no more wrong labels, and trains no worse, "
        "than any other.",
        smallest=0.1, unit="share of wrong labels, hardest quarter minus easiest",
        slips=("S23",),
    ),
    Claim(
        "C49", "emp", LESSON, SLIDE,
        "Curricula have been a success in practice.",
        "No gain over the tuned standard order at any of the three budgets.",
        smallest=0.5, unit="percentage points of test accuracy, curriculum minus standard",
        slips=("S21",),
    ),
)  # fmt: skip
