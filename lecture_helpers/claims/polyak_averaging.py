"""The claims of lesson 3, Polyak averaging."""

from lecture_helpers.claims.claim import Claim

LESSON = "03_polyak_averaging"
SLIDE = "Polyak Averaging"

CLAIMS = (
    Claim(
        "C26", "id", LESSON, SLIDE,
        "The mean of all iterates can be carried along with one number of memory per weight, and so"
        " can the average that forgets exponentially.",
        "A sequence on which the running form and the sum differ by more than rounding.",
        slips=("S16",),
    ),
    Claim(
        "C27", "emp", LESSON, SLIDE,
        "On convex problems with noisy gradients the average of the iterates comes with a "
        "guarantee: its error falls as one over the number of steps.",
        "A noisy quadratic on which the average's cost misses the closed form, or does not beat the"
        " last iterate once the noise dominates.",
        smallest=0.3, unit="log10 of the ratio of excess costs, last iterate to average",
        slips=("S15", "S17"),
    ),
    Claim(
        "C28", "emp", LESSON, SLIDE,
        "On neural networks nothing is guaranteed, and averaging the weights helps all the same.",
        "A tuned schedule under which the last weights are as accurate as their average.",
        smallest=0.5, unit="percentage points of test accuracy, average minus last",
    ),
    Claim(
        "C29", "emp", LESSON, SLIDE,
        "Where descent jumps from wall to wall of a valley, the mean of its stops lies nearer to "
        "the bottom than the stops do.",
        "A valley without noise, long enough that the slow start weighs on the mean more than the "
        "jumps do on the last stop.",
        smallest=0.3, unit="log10 of the ratio of distances to the bottom, last to average",
        slips=("S15",),
    ),
    Claim(
        "C30", "emp", LESSON, SLIDE,
        "On non-convex costs the old iterates belong to other regions, so the average that forgets "
        "is the one to use.",
        "Networks on which the mean of all iterates is as accurate as the exponential one.",
        smallest=0.5, unit="percentage points of test accuracy, exponential minus full average",
        slips=("S16",),
    ),
)  # fmt: skip
