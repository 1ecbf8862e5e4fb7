"""Bugs of noising and of training: the network learns something else than is asked of it later."""

from diffvis.bugs.bug import Bug

RIGHT = r"x_{t} = \sqrt{\bar{α}_{t}} x_{0} + \sqrt{1 − \bar{α}_{t}} ε"

OF_TRAINING = (
    Bug(
        "beta-for-alpha-bar",
        "Noised with the step's beta instead of alpha-bar",
        RIGHT,
        r"x_{t} = \sqrt{1 − β_{t}} x_{0} + \sqrt{β_{t}} ε",
        effect="Blotches instead of shapes, or noise: the network has only seen pictures with a "
        "little noise, and is asked about much.",
        loss_by_t="High in the middle, where the right one falls: 0.38 beside 0.10 at T / 2 "
        "(digits), for little noise is hard to tell from a picture.",
        fooled="Whoever looks at one noised picture at small t, or at a loss that falls.",
        recognise="The noised picture at t = T / 2: it still shows x_0 as it was.",
        compare={},
        stand_in=True,
        training=True,
        functions=("q_sample", "p_losses"),
    ),
    Bug(
        "no-t",
        "The network never uses t",
        r"\hat{ε} = ε_{θ}(x_{t}, t)",
        r"\hat{ε} = ε_{θ}(x_{t})",
        effect="Points are noise, for where they lie does not say how noisy they are. Pictures can "
        "be nearly as good as with t, since their noise can be seen (Sun et al. 2025).",
        loss_by_t="Higher, most where x_t does not tell how noisy it is: for points at all small "
        "t. With pictures hardly any difference.",
        fooled="Whoever trains on pictures: those look right.",
        recognise="Call the network twice with the same x_t and t = 1 and T: the answers are "
        "equal.",
        training=True,
        functions=("p_losses", "p_sample", "ddim_step"),
    ),
    Bug(
        "sqrt-forgotten",
        "Noised without the square roots",
        RIGHT,
        r"x_{t} = \bar{α}_{t} x_{0} + (1 − \bar{α}_{t}) ε",
        effect="Samples too soft and with too little spread (0.66 beside 0.73 with the digits): in "
        "the middle of the chain x_t had half of its variance in training.",
        loss_by_t="Twice as high at small t, where the noise is far weaker than it should be; "
        "right in the middle, lower towards T.",
        fooled="Everyone who looks at both ends: x_0 and x_T are right.",
        recognise="The standard deviation of x_t over t, of data of variance 1: it dips to 0.71 "
        "where alpha-bar is 1/2.",
        compare={},
        stand_in=True,
        training=True,
        functions=("q_sample", "p_losses"),
    ),
    Bug(
        "noise-sqrt-forgotten",
        "Noised without the root at the noise",
        RIGHT,
        r"x_{t} = \sqrt{\bar{α}_{t}} x_{0} + (1 − \bar{α}_{t}) ε",
        effect="Pictures change their shapes and edges, points hardly differ: the network has "
        "learned less noise than there is at small t.",
        loss_by_t="Twice as high at small t, and as the right one from the middle on.",
        fooled="Whoever looks at large t, where 1 − alpha-bar is nearly its own root.",
        recognise="The noise at small t: x_t − sqrt(alpha_bar) x_0 has the deviation 1 − "
        "alpha_bar.",
        compare={},
        stand_in=True,
        training=True,
        functions=("q_sample", "p_losses"),
    ),
    Bug(
        "t-off-by-one",
        "Coefficients of t − 1",
        r"\bar{α}_{t}, and \bar{α}_{0} = 1",
        r"\bar{α}_{t−1}, and at the first t \bar{α}_{−1} = \bar{α}_{T}",
        effect="Hardly any at many steps; with few steps a little noise is left. At the first t, "
        "where a list is indexed with −1, x_t is pure noise, and the last step goes wrong.",
        loss_by_t="Like the right one, but 0 at the first t, where it should be the highest: there "
        "x_t is pure noise.",
        fooled="Nearly everyone: 998 of 1,000 steps are almost right.",
        recognise="The first t: q_sample there must be nearly x_0. Arrays of T + 1 entries with "
        "alpha_bar_0 = 1 cannot go wrong so.",
        compare={},
        stand_in=True,
        training=True,
        functions=("q_sample", "p_sample", "p_losses", "ddim_step", "predict_x0", "posterior"),
    ),
    Bug(
        "betas-not-rescaled",
        "Betas of T = 1,000 with a shorter T",
        r"β_{t} = 0.0001 .. 0.02, times 1000 / T",
        r"β_{t} = 0.0001 .. 0.02, whatever T is",
        effect="The chain begins with what the network has never seen: samples keep to the noise "
        "that they began with (the colours of the points), and pictures are of medium brightness "
        "(Lin et al. 2024). With T = 100, 0.36 of the variance of x_T is still picture, with T = "
        "40 two thirds.",
        loss_by_t="Sound at every t, and not 0 at T: 0.35 with T = 100.",
        fooled="Whoever looks at the loss: what was learned is right.",
        recognise="alpha_bar_T: 0.36 at T = 100 where it should be below 0.001.",
        compare={},
        stand_in=True,
        training=True,
        functions=("linear_beta_schedule",),
    ),
    Bug(
        "data-in-0-1",
        "Data in [0, 1] for noise about 0",
        r"x_{0} = 2 x − 1 ∈ [−1, 1]",
        r"x_{0} = x ∈ [0, 1]",
        effect="Grey, weak pictures: x_0 lies in [0, 1] and is shown and clipped as if in [−1, 1].",
        loss_by_t="In training lower throughout (0.13 beside 0.21 at T / 5, digits): the signal is "
        "half as strong, and noise is told from it easily. A sound network that is asked about "
        "such data has 1.4 at small t.",
        fooled="Whoever plots with a scale of its own for each picture: there they look right.",
        recognise="x_0.min() and x_0.max() of a batch; black comes out as grey.",
        compare={},
        stand_in=True,
        training=True,
    ),
    Bug(
        "other-noise-in-loss",
        "The loss compares with other noise",
        r"|ε − ε_{θ}(x_{t}(ε), t)|^{2}",
        r"|ε' − ε_{θ}(x_{t}(ε), t)|^{2}, ε' drawn again",
        effect="Noise: the best answer to noise that is not in x_t is 0.",
        loss_by_t="1 at every t, which is what predicting nothing costs.",
        fooled="Nobody who knows that 1 is nothing; whoever takes a flat loss for converged.",
        recognise="The loss never leaves 1.",
        training=True,
        functions=("p_losses",),
    ),
    Bug(
        "uniform-noise",
        "rand instead of randn",
        r"ε ~ N(0, I)",
        r"ε ~ U(0, 1)",
        effect="Samples all alike, too bright, or far off: the noise has the mean 1/2 and a "
        "twelfth of the variance.",
        loss_by_t="Far lower than it should be: 1/12 is what a network has that knows nothing but "
        "the mean.",
        fooled="Whoever compares losses: 0.05 looks like a triumph.",
        recognise="eps.mean() is 0.5; the loss before any learning is 0.33 instead of 1.",
        compare={"sampler": "ddpm"},
        training=True,
        functions=("q_sample", "p_losses", "p_sample"),
    ),
    Bug(
        "ema-unused",
        "The average of the weights is never used",
        r"samples of \bar{θ} ← d \bar{θ} + (1 − d) θ",
        r"samples of θ",
        effect="Hardly any at the end of a run whose learning rate falls to 0. At a constant rate "
        "samples wander from preview to preview, and some are worse.",
        loss_by_t="A little higher, and it jumps; at a learning rate that falls to 0 no "
        "difference.",
        fooled="Everyone: nothing looks wrong, only less good than in the paper.",
        recognise="Sample both: the weights of the last step, and their average.",
        compare={},
        training=True,
    ),
    Bug(
        "cosine-not-clipped",
        "Cosine betas without their limit",
        r"β_{t} = min(1 − \bar{α}_{t} / \bar{α}_{t−1}, 0.999)",
        r"β_{t} = 1 − \bar{α}_{t} / \bar{α}_{t−1}",
        effect="Infinity and NaN from the first step on: at T beta is 1 and alpha_bar 0, by whose "
        "root is divided. Where x0_hat is clipped, that hides it.",
        loss_by_t="Sound for eps: only sampling divides by it.",
        fooled="Whoever looks at the training.",
        recognise="alphas_cumprod[-1]: it is 0 or 1e-17.",
        compare={"sampler": "ddpm"},
        functions=("cosine_beta_schedule",),
    ),
)
