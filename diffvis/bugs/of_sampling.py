"""Bugs of sampling: the network is sound, and what is made of its answer is not."""

from diffvis.bugs.bug import Bug

STEP = r"x_{s} = μ(x_{t}, \hat{x}_{0}) + σ_{t} z"
SOUND = "Untouched: the training is sound."
DDIM = r"x_{s} = \sqrt{\bar{α}_{s}} \hat{x}_{0} + \sqrt{1 − \bar{α}_{s} − σ^{2}} \hat{ε} + σ z"
MEAN = r"μ = (x_{t} − β_{t} / \sqrt{1 − \bar{α}_{t}} \hat{ε}) / \sqrt{α_{t}}"

OF_SAMPLING = (
    Bug(
        "noise-in-last-step",
        "Noise added in the last step",
        r"x_{0} = μ(x_{1}, \hat{x}_{0}), z = 0",
        r"x_{0} = μ(x_{1}, \hat{x}_{0}) + σ_{1} z",
        effect="A fine, even grain over finished pictures; with few steps a strong one.",
        loss_by_t=SOUND,
        fooled="Whoever samples all of a thousand steps: sigma_1 is 0.01, a grain of one level.",
        recognise="Sample with 10 steps: the grain is as strong as the last step's sigma.",
        compare={"sampler": "ddpm", "steps": 10},
        functions=("p_sample",),
    ),
    Bug(
        "last-step-missing",
        "The chain ends one step early",
        "t = T, ..., 2, 1",
        "t = T, ..., 2: range(T, 1, −1)",
        effect="The noise of x_1 stays in the samples: with few steps strong, with a thousand not "
        "to be seen.",
        loss_by_t=SOUND,
        fooled="Whoever samples with all steps of a long schedule.",
        recognise="Print the times that the loop visits; sample with 10 steps.",
        compare={"sampler": "ddim", "steps": 10},
        functions=("sample",),
    ),
    Bug(
        "network-told-s",
        "The network is told s instead of t",
        r"\hat{ε} = ε_{θ}(x_{t}, t)",
        r"\hat{ε} = ε_{θ}(x_{t}, s), s < t",
        effect="With all steps harmless; with few, samples noisy: the network believes in less "
        "noise than there is and takes too little away.",
        loss_by_t=SOUND,
        fooled="Whoever samples with all steps.",
        recognise="Sample with 10 steps of DDIM: noise is left.",
        compare={"sampler": "ddim", "steps": 10},
        functions=("p_sample", "ddim_step"),
    ),
    Bug(
        "variance-for-sigma",
        "sigma squared instead of sigma",
        r"x_{s} = μ + σ_{t} z",
        r"x_{s} = μ + σ^{2}_{t} z",
        effect="Far too little noise is added: samples crowd in the middle of the data, plain and "
        "alike.",
        loss_by_t=SOUND,
        fooled="Whoever takes smooth for good: single samples look clean.",
        recognise="The spread of many samples is too small; std of x_t along the chain falls below "
        "that of the forward process.",
        compare={"sampler": "ddpm"},
        functions=("p_sample", "ddim_step"),
    ),
    Bug(
        "beta-for-posterior-variance",
        "beta where the posterior variance is meant",
        r"\tilde{β}_{t} = β_{t} (1 − \bar{α}_{t−1}) / (1 − \bar{α}_{t})",
        r"β_{t}",
        effect="With all steps none: as sigma of a step both are right (Ho et al. 2020, section "
        "3.2). With few steps, more spread.",
        loss_by_t="Untouched, but the bound in bits per dimension is worse.",
        fooled="Everyone at large t, where the two are equal.",
        recognise="t = 2: the ratio of the two is largest there.",
        compare={"sampler": "ddpm", "variance": "small", "steps": 10},
        sampler="ddpm",
        functions=("posterior",),
    ),
    Bug(
        "alpha-for-its-root",
        "alpha instead of its square root in the mean",
        MEAN,
        r"μ = (x_{t} − β_{t} / \sqrt{1 − \bar{α}_{t}} \hat{ε}) / α_{t}",
        effect="x_t grows at every step: points are pushed outwards, pictures saturate.",
        loss_by_t=SOUND,
        fooled="Whoever clips: the worst is hidden.",
        recognise="std of x_t along the chain: far above 1.",
        compare={"sampler": "ddpm"},
        sampler="ddpm",
        functions=("p_sample",),
    ),
    Bug(
        "eps-without-root",
        "1 − alpha-bar without its root in the mean",
        MEAN,
        r"μ = (x_{t} − β_{t} / (1 − \bar{α}_{t}) \hat{ε}) / \sqrt{α_{t}}",
        effect="Too much noise is taken away at small t: points gather in the middle of what they "
        "should fill, pictures become too hard, or run away where nothing is clipped.",
        loss_by_t=SOUND,
        fooled="Whoever looks at the beginning of the chain, where 1 − alpha-bar is 1.",
        recognise="Only the last tenth of the chain goes wrong.",
        compare={"sampler": "ddpm"},
        sampler="ddpm",
        functions=("p_sample",),
    ),
    Bug(
        "stride-of-one-step",
        "Fewer steps with the coefficients of single ones",
        r"β = 1 − \bar{α}_{t} / \bar{α}_{s}",
        r"β = β_{t} for a step from t to s < t − 1",
        effect="Noise: each step takes away what belongs to one of T steps, and few are taken.",
        loss_by_t=SOUND,
        fooled="Whoever has tried all T steps: there it is right.",
        recognise="With half of the steps, samples are half as noisy as at the start.",
        compare={"sampler": "ddpm", "steps": 20},
    ),
    Bug(
        "ddim-direction-sigma",
        "DDIM's direction with sigma",
        DDIM,
        r"x_{s} = \sqrt{\bar{α}_{s}} \hat{x}_{0} + σ \hat{ε} + σ z",
        effect="At eta = 0 all noise is gone after one step: samples are all the mean of the data.",
        loss_by_t=SOUND,
        fooled="Whoever sees a clean picture after one step and takes it for speed.",
        recognise="std of x_t along the chain: at eta = 0 that of sqrt(alpha_bar) x_0 alone.",
        compare={"sampler": "ddim"},
        sampler="ddim",
        functions=("ddim_step",),
    ),
    Bug(
        "ddim-sigma-not-subtracted",
        "DDIM's direction without − sigma^2",
        DDIM,
        r"x_{s} = \sqrt{\bar{α}_{s}} \hat{x}_{0} + \sqrt{1 − \bar{α}_{s}} \hat{ε} + σ z",
        effect="At eta = 0 none; at eta = 1 each step adds noise that nothing takes away: grain, "
        "and patterns that fray.",
        loss_by_t=SOUND,
        fooled="Whoever tests with eta = 0.",
        recognise="std of x_t along the chain at eta = 1: above that of the forward process.",
        compare={"sampler": "ddim", "eta": 1.0, "steps": 20},
        sampler="ddim",
        functions=("ddim_step",),
    ),
    Bug(
        "clip-x-t",
        "x_t is clipped instead of x0_hat",
        r"\hat{x}_{0} ← clip(\hat{x}_{0}, −1, 1)",
        r"x_{t} ← clip(x_{t}, −1, 1)",
        effect="What lies beyond 1 is pressed onto a border; pictures lose some contrast and "
        "change their shapes, since a third of the noise's values are cut off at every step and "
        "the network sees what it never learned.",
        loss_by_t=SOUND,
        fooled="Whoever checks the range of the result: it is in [−1, 1].",
        recognise="x_T after the first step: its largest value is exactly 1.",
        compare={"sampler": "ddpm"},
        functions=("p_sample", "ddim_step"),
    ),
    Bug(
        "train-mode",
        "Sampled in train mode",
        "network.eval()",
        "network.train(): dropout and batch norm as in training",
        effect="Somewhat rougher samples, other shapes: dropout hides other features at every "
        "step. Batch norm makes each sample depend on the others.",
        loss_by_t="Sound in training; a validation in train mode is a little higher, most at large "
        "t.",
        fooled="Whoever has no dropout and no batch norm.",
        recognise="Call the network twice with the same input: the answers differ.",
        compare={},
        functions=("sample",),
    ),
    Bug(
        "eps-read-as-v",
        "eps read as v, or v as eps",
        r"\hat{x}_{0} = (x_{t} − \sqrt{1 − \bar{α}_{t}} \hat{ε}) / \sqrt{\bar{α}_{t}}",
        r"\hat{x}_{0} = \sqrt{\bar{α}_{t}} x_{t} − \sqrt{1 − \bar{α}_{t}} \hat{ε}",
        effect="Smeared shapes without detail; without clipping x_t runs away. Ancestral sampling "
        "hides much of it.",
        loss_by_t="Sound at small t and worse than predicting nothing near T: 1.02 beside 0.03 at "
        "0.8 T (digits).",
        fooled="Whoever samples with DDPM and looks at pictures alone.",
        recognise="The loss by t of both readings: diffvis check MODEL --data D.",
        compare={"sampler": "ddim"},
        functions=("predict_x0", "p_sample", "ddim_step"),
    ),
)
