"""The claims on batch normalization."""

from functools import partial

from lecture_helpers.claims.claim import legacy, regimes
from lecture_helpers.claims.experiments import batch_normalization as layers
from lecture_helpers.claims.experiments import normalized_networks as networks

LESSON = "01_batch_normalization"
on_slide = partial(legacy, lesson=LESSON, slide="Batch Normalization")
on_full_slide = partial(legacy, lesson=LESSON, slide=layers.FULL)
DEEP, BOLD = (3, 10), networks.PROMISES[1:]
DEPTHS = layers.DEPTHS[::-1]
CLAIMS = (
    on_slide("C1", "empirical",
        "A gradient step is computed as if every other layer stood still, but all layers move "
        "together, so the loss can change quite differently from what was predicted.",
        "Joint steps whose real decrease stays within a few per cent of the predicted one, at every"
        " depth and step size that training uses.",
        min_effect=0.1, unit="shortfall of the real decrease, as a share of the predicted one",
        experiment=networks.promise_kept, budget=90,
        comparisons=regimes(
            "depth {}, a step that promises {:.0%}",
            "promised", "none, depth {}, late, {:g}", DEEP, networks.PROMISES),
        controls=regimes(
            "depth {}, {:.0%}, owed to layers that move together",
            "none, depth {}, late, {:g}, alone", "none, depth {}, late, {:g}", DEEP, BOLD),
        objection="A loss is curved, so a step in a single layer misses its promise too. Answered "
        "by the control: the same step taken layer by layer, the decreases added, shows how much "
        "is owed to layers that move together.",
    ),
    on_slide("C2", "identity",
        "To first order a descent step on the chain lowers its output by eps g'g, so the step "
        "eps = 0.1 / g'g promises a fall of 0.1. The joint update keeps part of that promise: for "
        "positive weights and a promise of at most y, never more than all of it.",
        "A chain whose first-order term is not -eps g'g, or whose real decrease leaves the bounds.",
        experiment=layers.first_order_promise, budget=10,
    ),
    on_slide("C3", "identity",
        "The joint update also has terms of second and every higher order up to the depth, and "
        "beside the first order they can be negligible or overwhelming. For one fixed step both "
        "occur; the slide's own step keeps the second order small.",
        "Orders that do not add up to the new output, or chains on which a fixed step's second "
        "order stays within three decades.",
        experiment=layers.higher_orders, budget=10,
    ),
    on_slide("C4", "empirical",
        "That is why no single learning rate suits such a network: what a step does depends on all "
        "the other weights.",
        "Chains of many depths and spreads that all keep the first-order promise at one step size.",
        min_effect=1.0, unit="decades between the largest faithful steps of two chains",
        experiment=networks.faithful_steps, budget=20,
        comparisons={
            "one fixed step": ("fixed, most tolerant", "fixed, least tolerant"),
            "the slide's rule": ("slide, most tolerant", "slide, least tolerant"),
        },
        objection="The effect is a range over nine chains, so it cannot be negative, and it grows "
        "with the chains one picks. Answered by declaring them: depths 2, 10, 50 and weights that "
        "spread by 0, 0.4, 0.8. The test lies in the threshold of a whole decade.",
    ),
    on_slide("C5", "empirical",
        "With batch norm the layers' simultaneous updates disturb each other less.",
        "The same gap between predicted and real decrease with and without it, at matched loss.",
        min_effect=0.1, unit="shortfall of the real decrease, without minus with batch norm",
        experiment=networks.promise_kept, budget=90,
        comparisons=regimes(
            "depth {}, a step that promises {:.0%}",
            "batch, depth {}, late, {:g}", "none, depth {}, late, {:g}", DEEP, BOLD),
        controls=regimes(
            "depth {}, {:.0%}, where the loss first falls below 1",
            "batch, depth {}, matched, {:g}", "none, depth {}, matched, {:g}", DEEP, BOLD)
        | regimes(
            "depth {}, {:.0%}, owed to layers that move together",
            "none, depth {}, late, {:g}, together", "batch, depth {}, late, {:g}, together",
            DEEP, BOLD),
        literature="Santurkar et al. 2018 read the same curves as smoothness of the loss.",
        objection="After equal steps the networks are at different losses: answered by the control "
        "at matched loss. A curved loss alone would do the same: the control of layers that move "
        "together shows the part that is theirs. Whether batch norm calms it by coordination or by "
        "a smoother loss stays open.",
    ),
    on_slide("C6", "empirical",
        "Batch norm keeps gradients from exploding or vanishing on their way down.",
        "A factor per layer that is as far from 1 with batch norm as without, over initial gains.",
        min_effect=0.05, unit="log10 of the gradient's factor per layer, distance from 0, without "
        "minus with",
        experiment=networks.gradient_per_layer, budget=60,
        comparisons=regimes("{}", "none: {}", "batch: {}", networks.FLOWS),
        literature="Yang et al. 2019: with batch norm gradients explode with depth, and it is the "
        "cause.",
        objection="Only fresh networks are measured, at finite width and batch. The closed form "
        "for wide layers and large batches gives the same signs. What happens during training is "
        "open; C7 looks at its result.",
    ),
    on_slide("C7", "empirical",
        "The gradient reaches the early layers better, and deep networks become trainable.",
        "Deep plain networks that train as well as those with batch norm at a tuned learning rate.",
        min_effect=0.3, unit="log10 of the ratio of training losses, plain to batch norm",
        experiment=networks.depth_ladder, tune=networks.tuned_depth_ladder, budget=150,
        comparisons=regimes("depth {}", "none, depth {}", "batch, depth {}", (24, 8, 2)),
        objection="300 steps favour whoever starts fast. Open for longer budgets. Every network "
        "has its own learning rate, so the order is not one of step sizes.",
        literature="Ioffe and Szegedy 2015 report 14 times fewer steps for a large convolutional "
        "network. Our small ones gain far less, and the shallow ones lose.",
    ),
    on_slide("C8", "empirical",
        "A network with batch norm still trains at learning rates that are too high without it.",
        "Largest learning rates that agree within half a decade at every depth, or a LayerNorm "
        "control that gains as much and takes the credit from the batch.",
        min_effect=0.5,
        unit="decades between the largest learning rates that train, with to without",
        experiment=layers.learning_rate_ladder, budget=300,
        interval_method="bootstrap", resolution=0.25,
        quick={"lr": layers.LADDER[7:14], "depth": (16,), "norm": ("none", "batch"), "records": 5},
        comparisons=regimes("depth {}", "batch, depth {}", "none, depth {}", DEPTHS),
        controls=regimes("layer norm, depth {}", "layer, depth {}", "none, depth {}", DEPTHS),
        literature="Bjorck et al. 2018 find the same and see in it the reason for batch norm's "
        "success; van Laarhoven 2017 on the effective learning rate.",
        stores={"batch_normalization_learning_rate.npz": layers.ladder_runs},
        objection="The scale of the weights before a batch norm is irrelevant: a large step makes "
        "them grow and so makes the next one smaller. The ladder compares the rates as they are "
        "set, not as they act. Open. The ladder is long enough: no seed trains on its top rung.",
    ),
    on_slide("C9", "empirical",
        "With batch norm it matters less how the weights are initialised.",
        "The same share of initial gains trains with and without it, once the change of the "
        "effective learning rate is taken out.",
        min_effect=0.1, unit="share of the ladder of initial gains that trains, with minus without",
        experiment=networks.gain_ladder, budget=200,
        comparisons=regimes("learning rate {:g}", "batch, lr {:g}", "none, lr {:g}", (0.1, 1.0)),
        controls=regimes(
            "batch norm, learning rate {:g} times the gain squared",
            f"{networks.GAIN_ARMS[2]}, lr {{:g}}", "none, lr {:g}", (0.1, 1.0)),
        objection="A gain in front of a batch norm only changes the effective learning rate. Shown "
        "by the control, whose learning rate follows the gain.",
        literature="van Laarhoven 2017 on the effective learning rate.",
        stores={"batch_normalization_initial_gain.npz": networks.gain_runs},
    ),
    on_slide("C10", "empirical",
        "Batch norm regularises, because what happens to an example depends on its batch mates.",
        "No gain in test accuracy at equal training loss, or none that shrinks as batches grow.",
        min_effect=0.5, unit="percentage points of test accuracy, small minus large batches",
        experiment=networks.regularisation, tune=networks.tuned_regularisation, budget=240,
        comparisons={
            "batches of 16 against 256":
                ("batch, batch 16, dropout 0", "batch, batch 256, dropout 0"),
        },
        controls={
            "the same without batch norm":
                ("none, batch 16, dropout 0", "none, batch 256, dropout 0"),
            "at equal passes over the data":
                ("batch, batch 16, dropout 0", "batch, batch 256, equal passes"),
            "at equal passes, without batch norm":
                ("none, batch 16, dropout 0", "none, batch 256, equal passes"),
        },
        literature="Luo et al. 2018 on batch norm as a regulariser.",
        objection="At equal steps batches of 16 have seen a sixteenth of the examples, 13 passes "
        "instead of 205, and every network's gradient is noisier. Shown by the controls: the same "
        "without batch norm, and both at equal passes. The claim at equal training loss is open.",
    ),
    on_slide("C11", "empirical",
        "With batch norm there is less need for dropout.",
        "Dropout that adds as much accuracy with batch norm as without.",
        min_effect=0.5,
        unit="percentage points of test accuracy, dropout's gain without minus with",
        experiment=networks.regularisation, tune=networks.tuned_regularisation, budget=240,
        comparisons=regimes(
            "batches of {}",
            "dropout's gain, none, batch {}", "dropout's gain, batch, batch {}", (16, 256)),
        objection="Dropout slows training, and a network that still underfits cannot gain from it: "
        "with batches of 16 the run is 13 passes long. One data set, one dropout rate. Open.",
        literature="Ioffe and Szegedy 2015 say that with batch norm dropout can be left out in "
        "some cases.",
    ),
    on_slide("C12", "identity",
        "Any layer can be normalised, the input as well as every hidden one: afterwards each unit "
        "has mean beta and, up to the stabiliser, deviation gamma.",
        "A layer of a real network whose normalised units have another mean or deviation.",
        experiment=layers.any_layer, budget=20,
    ),
    on_slide("C13", "empirical",
        "Units that are Gaussian to begin with come out as unit Gaussians.",
        "Batches as small as are used in training whose normalised units pass a test of normality "
        "against the unit Gaussian; with m examples none can exceed sqrt(m - 1).",
        min_effect=0.05, unit="rate of rejection by a 5 % test of normality, below twice its level",
        experiment=networks.gaussian_after, budget=30,
        comparisons=regimes("m = {}", "allowed", "rejected, m = {}", (4, 16, 64, 256)),
        objection="Normalised values are not independent, and the test takes them as such: it "
        "rejects too seldom. And with more values than 1,024 it would reject at larger m as well. "
        "Open; the bound sqrt(m - 1) holds at any m.",
    ),
    on_slide("C14", "identity",
        "The normalised output can be differentiated with respect to the input, through mean and "
        "variance too.",
        "A batch on which the backward formula and a central difference disagree.",
        experiment=networks.backward_pass, budget=10,
    ),
    on_slide("C15", "empirical",
        "The place for batch norm is between the linear map and the nonlinearity.",
        "Networks that train as well, or better, with it after the nonlinearity.",
        min_effect=0.1, unit="log10 of the ratio of training losses, after to before",
        experiment=networks.placements, tune=networks.tuned_placements, budget=240,
        comparisons=regimes("{}", "{}: after", "{}: before", ("relu", "tanh", "sigmoid")),
        controls=regimes(
            "{}, no norm against before", "{}: none", "{}: before", ("relu", "tanh", "sigmoid")),
        objection="300 steps on a small data set; the order may change with longer training. Open. "
        "Each place has its own learning rate, so the order is not one of step sizes.",
        literature="Ioffe and Szegedy 2015 normalise before the nonlinearity; in these small "
        "networks the other place trains better.",
    ),
    on_slide("C16", "empirical",
        "Without scale and shift, tanh would only see small inputs and stay nearly linear.",
        "Networks without gamma and beta that train as well.",
        min_effect=0.1,
        unit="log10 of the ratio of training losses, without to with scale and shift",
        experiment=networks.placements, tune=networks.tuned_placements, budget=240,
        comparisons=regimes("{}", "{}: no gamma, beta", "{}: before", ("tanh", "sigmoid", "relu")),
        controls=regimes(
            "{}, noise after the norm", "{}: noise", "{}: before", ("tanh", "sigmoid", "relu")),
        objection="The layer above can do much of what gamma and beta do, so a small effect does "
        "not say that the units' range does not matter. The claim is judged by what training makes "
        "of it. 300 steps, open for more.",
    ),
    on_slide("C17", "identity",
        "Scale and shift can undo the normalisation: gamma = sqrt(var + eps) and beta = mean give "
        "the batch back. The slide's gamma = sqrt(var) does so only where the stabiliser is 0.",
        "A batch that does not come back, or comes back with the slide's gamma and a stabiliser.",
        experiment=layers.identity_recovered, budget=10,
    ),
    on_slide("C18", "identity",
        "Scale and shift are trained like weights: back-propagation gives their gradients.",
        "A batch on which their gradients and a central difference disagree.",
        experiment=networks.backward_pass, budget=10,
    ),
    on_full_slide("C19", "identity",
        "The four lines of the full algorithm, its gradients and its running averages are what the "
        "library computes, in training and at test time.",
        "A batch on which the four lines and torch differ by more than rounding.",
        experiment=layers.full_algorithm, budget=20,
    ),
    on_full_slide("C20", "empirical",
        "At test time running averages can stand in for the batch's mean and deviation.",
        "Small batches or short memories for which the accuracy drops at the switch.",
        min_effect=0.5, unit="points of test accuracy at the switch, one point allowed",
        experiment=networks.switch_to_running, budget=90,
        comparisons=regimes("{}", "{}: running", "{}: batch", networks.SWITCHES),
        objection="The batch arm sees all test examples at once, which no deployed network does: "
        "it is the best a batch can be. Digits are easy and one learning rate is used. Open for "
        "harder data.",
    ),
)  # fmt: skip
