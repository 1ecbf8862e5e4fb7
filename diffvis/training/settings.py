"""What can be chosen of a training run: each setting once, with all that is said of it."""

from typing import ClassVar, Literal

from diffvis.diffusion.schedule import MAX_T, SCHEDULE_KINDS
from diffvis.networks.registry import NETWORKS
from diffvis.settings import Settings, setting
from diffvis.training.device import DEVICES_IN_WORDS

OPTIONS_BY_NAME = 'options by name, such as {"width": 64}'
Option = bool | int | float | str | tuple[int, ...]
MOST = 1_000_000_000
MOST_MINUTES = 525_600  # a year
GROUPS = COURSE, DIFFUSION, OPTIMISER, CHECKS, DATA, MACHINE = (
    "Steps",
    "Diffusion",
    "Optimiser",
    "Validation and checkpoints",
    "Data and classes",
    "Machine",
)


class TrainSettings(Settings):
    """The fields of ``TrainConfig``, which knows how they go together.

    The numbers count optimiser steps unless they say otherwise.
    """

    called: ClassVar[str] = "training setting"

    data: str = setting(
        min_length=1,
        free="a name or a path",
        help="a name in the catalogue or a path",
    )
    data_options: dict[str, Option] = setting(
        {}, free=OPTIONS_BY_NAME, help="how the data is opened"
    )
    network: str = setting(choices=lambda: dict.fromkeys(NETWORKS, ""), help="the kind of network")
    network_options: dict[str, Option] = setting(
        {}, free=OPTIONS_BY_NAME, help="of that kind, by name"
    )
    timesteps: int = setting(
        1000,
        ge=1,
        le=MAX_T,
        label="Timesteps T",
        spoken="Number of timesteps T",
        help="T, the steps of the chain",
        tip="How many timesteps",
        group=DIFFUSION,
    )
    schedule: str = setting(
        "cosine",
        choices=lambda: dict.fromkeys(SCHEDULE_KINDS, ""),
        free="the path of a .json file",
        label="Schedule",
        spoken="Kind of schedule",
        help="how the noise grows with t",
        tip="The schedule of the whole window; Schedules shows it",
        group=DIFFUSION,
    )
    zero_snr: bool = setting(
        False,
        label="End in noise alone",
        help="rescale the schedule so that nothing of the data is left at T",
        tip="√ᾱ is moved down and stretched until ᾱ_T = 0 (Lin et al. 2024, algorithm 1):\n"
        "for networks that predict x_0, v or the velocity. A flow ends so by itself",
        group=DIFFUSION,
    )
    predict: Literal["eps", "x0", "v", "velocity", "score"] = setting(
        "eps",
        choices={
            "eps": "ε  (noise)",
            "x0": "x_0  (data)",
            "v": "v  (angle)",
            "velocity": "velocity  (path)",
            "score": "score",
        },
        label="Predict",
        help="what the network answers",
        tip="ε: Ho et al. 2020, eq. 14\nx_0: the data itself\nv: Salimans & Ho 2022, appendix D\n"
        "velocity: the derivative of the path by t/T; on the straight path of a flow ε − x_0\n"
        "(Lipman et al. 2023)\nscore: −ε over the factor of ε (Song et al. 2021)",
        group=DIFFUSION,
    )
    loss: Literal["simple", "min-snr", "hybrid"] = setting(
        "simple",
        label="Loss",
        help="hybrid learns the variance as well",
        tip="simple: L_simple, Ho et al. 2020, eq. 14\nmin-snr: weights by t, Hang et al. 2023\n"
        "hybrid: learns the variance too, Nichol & Dhariwal 2021, eq. 16",
        group=DIFFUSION,
    )
    times: Literal["uniform", "logit-normal", "importance"] = setting(
        "uniform",
        choices={
            "uniform": "evenly",
            "logit-normal": "in the middle (logit-normal)",
            "importance": "where the loss is (importance)",
        },
        label="Draw t",
        help="how t is drawn: evenly, mostly in the middle, or by importance",
        tip="uniform: Ho et al. 2020, algorithm 1\nlogit-normal: mostly in the middle of 1..T "
        "(Esser et al. 2024)\nimportance: in proportion to the root of the mean square of the last "
        "ten losses at each t,\nwhich then count the less (Nichol & Dhariwal 2021, eq. 18)",
        group=DIFFUSION,
        applies=lambda others: (
            "with one t, how it is drawn changes nothing" if others.get("only_t") else ""
        ),
    )
    only_t: int = setting(
        0,
        ge=0,
        le=MAX_T,
        label="One t alone",
        help="the one t that is learned; 0: all",
        tip="All samples of all steps have this t: the loss by t shows what a network of one t\n"
        "knows of the others. 0: all t",
        group=DIFFUSION,
    )
    told_t: bool = setting(
        True,
        label="Tell it t",
        help="whether the network is told t",
        tip="Without it the network is told t = 1 throughout, and sees how much noise there is\n"
        "only by looking at x_t",
        group=DIFFUSION,
    )
    pairing: Literal["random", "optimal"] = setting(
        "random",
        choices={"random": "at random", "optimal": "nearest in the batch"},
        label="Noise of a sample",
        help="the noise that a sample is paired with: any, or the nearest in the batch",
        tip="optimal: the noise of each batch is dealt out so that it lies as near as can be to\n"
        "its samples, by SciPy's assignment, within each class: straighter paths of a flow\n"
        "(Pooladian et al. 2023; Tong et al. 2024). x_t then has another law than that which\n"
        "DDPM's steps and the floor of the loss are derived from",
        group=DIFFUSION,
    )
    references: int = setting(
        0,
        ge=0,
        le=1_000_000,
        label="Stable target batch",
        help="size of the reference batch that targets are averaged over; 0: off",
        tip="Stable target field (Xu et al. 2023): each target is the mean over so many training\n"
        "samples that may have become x_t, so that it is less noisy where t is large.\n"
        "0: off, the target is that of the one sample drawn",
        group=DIFFUSION,
    )
    conditional: bool = setting(
        False,
        label="Learn the classes",
        help="learn the classes, if the data has any",
        tip="So that samples of a class can be asked for",
        group=DATA,
    )
    label_dropout: float = setting(
        0.1,
        ge=0,
        lt=1,
        label="Hidden labels",
        help="share of labels hidden, for guidance",
        tip="Share of labels hidden, for guidance (Ho & Salimans 2022)",
        group=DATA,
    )
    flip: bool = setting(
        False,
        label="Mirror images",
        help="mirror half of the images",
        tip="Half of the images are mirrored, anew in each epoch",
        group=DATA,
    )

    steps: int = setting(
        10_000,
        ge=1,
        le=MOST,
        label="Steps",
        help="optimiser steps of the whole run",
        tip="How many batches the network learns from",
        group=COURSE,
        step=500,
        applies=lambda others: "the minutes decide" if others.get("minutes") else "",
    )
    minutes: float = setting(
        0.0,
        ge=0,
        le=MOST_MINUTES,
        label="Done in (min)",
        spoken="Minutes in which the run is done",
        help="minutes of training in which the run is done, by as many steps as fit; 0: the steps",
        tip="So many minutes of training, without pauses: the steps, and with them the rate,\n"
        "follow from the pace of this machine. 0: as many steps as it says",
        group=COURSE,
        step=1,
    )
    batch_size: int = setting(
        128,
        ge=1,
        le=MOST,
        label="Batch",
        help="samples in a step, over all processes",
        tip="Samples in each step",
        group=COURSE,
        step=32,
    )
    optimizer: Literal["adam", "adamw", "muon"] = setting(
        "adamw",
        label="Optimiser",
        help="what takes the steps",
        tip="AdamW decays the weights beside the step; Muon makes the steps of matrices\n"
        "orthogonal, and takes fewer of them (Jordan et al. 2024)",
        group=OPTIMISER,
    )
    lr: float = setting(
        1e-3,
        gt=0,
        le=1,
        label="Learning rate",
        help="the largest learning rate",
        tip="Of the optimiser at the beginning; any number above 0 can be typed",
        group=COURSE,
        usual=("1e-4", "2e-4", "5e-4", "1e-3", "2e-3", "3e-3", "5e-3", "1e-2"),
    )
    lr_schedule: Literal["constant", "cosine"] = setting(
        "cosine",
        label="Rate over time",
        help="of the learning rate after the warm-up",
        tip="Constant, or half a cosine down to 0 at the last step",
        group=OPTIMISER,
    )
    warmup: int = setting(
        0,
        ge=0,
        le=MOST,
        label="Warm-up",
        help="steps up to the learning rate",
        tip="Steps over which the learning rate rises from 0",
        group=OPTIMISER,
    )
    weight_decay: float = setting(
        0.0,
        ge=0,
        le=1,
        label="Weight decay",
        help="of the optimiser",
        tip="Pulls the weights to 0; 0 does not",
        group=OPTIMISER,
    )
    gradient_clip: float = setting(
        1.0,
        ge=0,
        label="Gradient clip",
        help="largest norm of the gradient; 0 does not clip",
        tip="Largest norm of the gradient; 0: no limit",
        group=OPTIMISER,
    )
    nonfinite: Literal["skip", "stop"] = setting(
        "skip",
        choices={"skip": "skip the step", "stop": "stop the run"},
        label="If not finite",
        help="the step, or the run, where the loss or a gradient is not finite",
        tip="Where the loss or a gradient is infinite or no number: skip the step, which then "
        "teaches\nnothing, or stop the run and go back to its last checkpoint",
        group=OPTIMISER,
    )
    ema_decay: float = setting(
        0.999,
        ge=0,
        lt=1,
        label="EMA decay",
        help="of the average that is sampled from",
        tip="Samples come from an average of the weights: θ̄ ← d θ̄ + (1 − d) θ",
        group=OPTIMISER,
    )
    precision: Literal["auto", "float32", "bfloat16", "float16"] = setting(
        "auto",
        label="Precision",
        help="of the network; auto is bfloat16 where that is fast",
        tip="bfloat16 where the device has instructions for it",
        group=MACHINE,
    )
    compile: bool = setting(False, help="compile the network before the first step")

    validate_every: int = setting(
        500,
        ge=0,
        label="Validate every",
        help="steps between validations; 0: never",
        tip="Steps between validations; 0: never",
        group=CHECKS,
    )
    validation_count: int = setting(
        512,
        ge=1,
        le=MOST,
        label="on samples",
        help="samples of a validation",
        tip="Samples, each with a fixed t and ε",
        group=CHECKS,
    )
    patience: int = setting(
        0,
        ge=0,
        label="Early stopping after",
        spoken="Early stopping: validations without a new best",
        help="early stopping: validations without a new best before it; 0: off",
        tip="Ends the run after so many validations in a row without a new best loss; the model\n"
        "is then the one of the best validation. 0: off, all steps are taken",
        group=CHECKS,
    )
    checkpoint_seconds: float = setting(
        30.0,
        ge=0,
        label="Save every (s)",
        help="between checkpoints",
        tip="Seconds between checkpoints",
        group=CHECKS,
    )
    checkpoints_kept: int = setting(
        2,
        ge=2,
        le=10_000,
        label="and keep",
        spoken="Checkpoints that are kept",
        help="last checkpoints that are kept; earlier ones can guide the model",
        tip="How many checkpoints the run keeps, the last ones: an earlier one can guide the\n"
        "model (autoguidance), and each is as large as three or four networks",
        group=CHECKS,
    )
    preview_every: int = setting(
        500,
        ge=0,
        label="Preview every",
        help="steps between previews; 0: never",
        tip="Steps between previews; 0: never",
        group=CHECKS,
    )
    preview_count: int = setting(
        64,
        ge=1,
        le=MOST,
        label="of samples",
        help="samples of a preview",
        tip="Samples of a preview, always from the same noise",
        group=CHECKS,
    )
    preview_steps: int = setting(
        10,
        ge=1,
        le=MOST,
        label="in DDIM steps",
        help="of the sampler in a preview",
        tip="Steps of the sampler of a preview",
        group=CHECKS,
    )
    preview_guidance: float = setting(
        1.0,
        ge=0,
        le=20,
        label="Preview guidance",
        help="of a preview's samples towards their classes; 1: none",
        tip="Guidance of a preview (Ho & Salimans 2022), where classes are learned.\n"
        "1: none; each step of the sampler takes twice as long with it",
        group=CHECKS,
    )
    tensorboard: bool = setting(False, help="write event files for TensorBoard as well")

    start_from: str = setting(
        "",
        free="a model, a run folder or a checkpoint; nothing for random weights",
        label="Start from",
        help="a model whose weights it begins with",
        tip="Weights of a model of the same network and options: its name, a run folder or a\n"
        "checkpoint; empty: random weights",
        group=OPTIMISER,
    )
    reflow: str = setting(
        "",
        free="a model, a run folder or a checkpoint; nothing to learn the data",
        label="Reflow of",
        help="a model whose noise and samples are learned as pairs",
        tip="A trained flow, by name or run folder: the run learns pairs of noise and the sample\n"
        "that this model makes of it, whose straight lines hardly cross, so that few steps are\n"
        "enough (Liu et al. 2023). Begin from the same model. Empty: the data",
        group=DATA,
    )
    reflow_pairs: int = setting(
        20_000,
        ge=20,
        le=10_000_000,
        label="Pairs of the reflow",
        help="pairs that the model of a reflow makes first",
        tip="Pairs of noise and sample, made before the first step; a tenth of them validates",
        group=DATA,
        applies=lambda others: "" if others.get("reflow") else "without reflow there are no pairs",
    )
    seed: int = setting(
        0,
        ge=0,
        lt=2**63,
        label="Seed",
        help="decides all that is random",
        tip="The same seed trains the same network",
        group=COURSE,
    )
    device: str = setting(
        "auto",
        free=f"one of {DEVICES_IN_WORDS}",
        label="Device",
        help="where to compute",
        tip="auto, cpu, cuda, cuda:1, mps",
        group=MACHINE,
    )
