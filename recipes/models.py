"""What each shipped model is trained on, and how."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """A model of ``models/``: its settings are those of the data's preset, and these."""

    title: str
    data: str
    """Its name in the catalogue, or the name its card gives it."""
    about: str
    """Where the data comes from, and its licence."""
    settings: dict[str, Any] = field(default_factory=dict)
    weaknesses: str = "None known."
    preset: str = ""
    """Another than that of the data."""
    given: str = ""
    """What must be given as ``--data``, where the catalogue has no such data."""
    quick: dict[str, Any] = field(default_factory=dict)
    """Of DDIM in a few steps, which draws the pictures and most of the figures of images; of
    points, of the chain of all steps, which all figures are of."""
    guided: dict[str, Any] = field(default_factory=lambda: {"guidance": 1.5})
    """The same of those with guidance, where the model knows classes."""
    autoguided: dict[str, Any] = field(default_factory=dict)
    """The same of those without a class that a weaker model guides."""
    passed_on: int = 0
    """How many of the pictures it is trained on travel with it, whose licence must allow that."""
    licence: str = ""
    """Of those pictures: where it can be read."""
    then: tuple[dict[str, Any], ...] = ()
    """What is other in each further training, which begins with the weights of the one before."""


_POINTS = {"steps": 20_000, "preview_every": 1_000}
_DRAWN = "50,000 points that diffvis draws itself, 40,000 of them to train on; no licence needed"

RECIPES = {
    "swiss-roll": Recipe(
        "Swiss roll",
        "swiss-roll?n=50000",
        _DRAWN,
        _POINTS,
        "With the small variance the chain of 40 steps ends 1 to 2 % too narrow, and the distance "
        "doubles; the large one, which diffvis takes for points, does not. A few points in a "
        "thousand lie between two turns of the roll.",
    ),
    "swiss-roll-flow": Recipe(
        "Swiss roll, straight path",
        "swiss-roll?n=50000",
        _DRAWN,
        {**_POINTS, "schedule": "flow", "predict": "velocity"},
        "Trained as swiss-roll is, but for the path and the prediction: `python -m "
        "benchmarks.flow_and_ddpm` prints both side by side. A few points in a thousand lie "
        "between two turns of the roll.",
        quick={"sampler": "heun", "slopes": "t"},
    ),
    "swiss-roll-reflow": Recipe(
        "Swiss roll, reflowed",
        "swiss-roll?n=50000",
        _DRAWN + ". It learned pairs of noise and what swiss-roll-flow makes of it",
        {
            "steps": 4_000,
            "lr": 1e-3,
            "preview_every": 1_000,
            "schedule": "flow",
            "predict": "velocity",
            "start_from": "swiss-roll-flow",
            "reflow": "swiss-roll-flow",
            "reflow_pairs": 40_000,
        },
        "It has the errors of swiss-roll-flow, from whose samples it learned: a few points in a "
        "thousand lie between two turns of the roll. One step is as good as its forty.",
        quick={"sampler": "heun", "slopes": "t"},
    ),
    "checkerboard": Recipe(
        "Checkerboard",
        "checkerboard?n=50000",
        _DRAWN,
        {**_POINTS, "network_options": {"width": 128, "depth": 5}, "lr": 2e-3, "ema_decay": 0.999},
        "A network is smooth and the squares' edges are not: some points lie just outside, and "
        "bridges stay where two corners meet.",
    ),
    "pinwheel": Recipe(
        "Pinwheel",
        "pinwheel?n=50000",
        _DRAWN,
        {**_POINTS, "network_options": {"width": 96, "depth": 4}, "conditional": True},
        "Near the hub, where all blades come together, a class is sometimes not the one asked for.",
    ),
    "digits": Recipe(
        "Digits",
        "digits",
        "the 1,797 digits of scikit-learn: part of Optical Recognition of Handwritten Digits "
        "(E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, CC BY 4.0)",
        {"network_options": {"channels": (32, 32), "blocks": 2}, "batch_size": 128},
        "It has seen 1,439 digits some 270 times each. Its samples lie a little closer to them "
        "than digits it has never seen do (the nearest 1 % above): near copies happen. "
        "Without a class, which it was asked for one time in ten, samples are less good.",
    ),
    "mnist-flow": Recipe(
        "MNIST, straight path",
        "mnist",
        "MNIST (Y. LeCun, C. Cortes and C. Burges, 1998), 50,000 of its 60,000 training images to "
        "train on; CC BY-SA 3.0",
        {
            "network_options": {"channels": (32, 64), "blocks": 1, "patch": 2},
            "schedule": "flow",
            "predict": "velocity",
            "conditional": True,
            "label_dropout": 0.2,
            "optimizer": "muon",
            "batch_size": 32,
            "lr": 6e-3,
            "steps": 8_000,
            "warmup": 50,
            "ema_decay": 0.998,
            "validate_every": 500,
            "preview_every": 2_000,
        },
        "Half an hour of training, where the model mnist had five hours: one sample in twenty is "
        "taken for another digit, and a stroke is broken now and then. Guidance mends most of it. "
        "Without a class its samples are far worse than with one, and some classes are too rare.",
        guided={"guidance": 1.5},
        then=({"steps": 9_000, "batch_size": 64, "lr": 3e-3, "ema_decay": 0.999},),
    ),
    "mnist-live": Recipe(
        "MNIST, three minutes",
        "mnist",
        "MNIST (Y. LeCun, C. Cortes and C. Burges, 1998), 50,000 of its 60,000 training images to "
        "train on; CC BY-SA 3.0",
        {"label_dropout": 0.3},
        preset="mnist-live",
        weaknesses="It is what the preset of the same name comes to in its three minutes, on one "
        "thread: it needs guidance. It is also the weaker model that guides mnist where no class "
        "is asked for (`--guide-by mnist-live`): what both get wrong, it gets more wrong.",
        guided={"guidance": 3.0},
    ),
    "mnist": Recipe(
        "MNIST",
        "mnist",
        "MNIST (Y. LeCun, C. Cortes and C. Burges, 1998), 50,000 of its 60,000 training images to "
        "train on; CC BY-SA 3.0",
        {
            "network_options": {
                "channels": (48, 96, 128),
                "blocks": 2,
                "attention": True,
                "patch": 2,
            },
            "predict": "v",
            "conditional": True,
            "steps": 6_500,
            "lr": 1.5e-3,
            "warmup": 300,
            "validate_every": 500,
            "preview_every": 1_000,
        },
        "Now and then a stroke is broken or two digits are mixed; the figures above say how often, "
        "and that guidance mends most of it, for samples that differ a little less. Without a "
        "class more samples are no digit, and some classes are too few: guided by mnist-live, "
        "a model of three minutes, they are nearer to digits, but no better balanced. "
        "Samplers that add no noise need "
        "most of their steps near the noise, where it is decided which digit comes: evenly spaced "
        "and clipped, 20 steps of DDIM have a Fréchet distance of 0.18 with a class, and of 0.71 "
        "without one (docs/samplers.md). With guidance 1.2 that of three times 1,000 samples is "
        "0.084 ± 0.008 after the 20 steps above, and 0.073 ± 0.003 after all 300. Guidance also "
        "draws samples a little nearer to all images, those of the training set too, than test "
        "images are. It saw neither other handwriting nor letters.",
        # More guidance draws samples nearer to the training images, in the mean.
        guided={"guidance": 1.2, "shift": 2.0},
        quick={"shift": 3.0, "clip": "none"},
        autoguided={"guide_by": "mnist-live", "guidance": 1.25},
        # One time in ten without a class, as in the first training, is too rarely: samples without
        # a class were far worse than with one.
        passed_on=1_000,
        licence="https://creativecommons.org/licenses/by-sa/3.0/",
        then=(
            {
                "label_dropout": 0.6,
                "steps": 3_000,
                "batch_size": 64,
                "lr": 4e-4,
                "warmup": 50,
                "ema_decay": 0.998,
                "preview_every": 0,
            },
            {"steps": 8_500, "lr": 7e-4, "warmup": 200, "ema_decay": 0.999},
            {
                "references": 8_192,
                "label_dropout": 0.5,
                "steps": 8_000,
                "batch_size": 128,
                "lr": 1.2e-3,
                "warmup": 300,
            },
        ),
    ),
    "flowers": Recipe(
        "Flowers",
        "flowers?size=32",
        "4,317 photographs of five kinds of flowers (A. Mamaev, Flowers Recognition, Kaggle; "
        "pictures of Flickr, Google and Yandex under their owners' terms), cut to 32 x 32",
        {
            "network_options": {
                "channels": (48, 96, 160),
                "blocks": 1,
                "attention": True,
                "patch": 2,
            },
            "predict": "v",
            "conditional": True,
            "timesteps": 1_000,
            "flip": True,
            "batch_size": 32,
            "steps": 30_000,
            "lr": 1e-3,
            "lr_schedule": "constant",
            "warmup": 200,
            "ema_decay": 0.9995,
            "validate_every": 500,
            "validation_count": 256,
            "preview_every": 1_000,
            "preview_count": 25,
            "preview_steps": 20,
        },
        "Without guidance some samples read as a flower, many only as a meadow in the colours of "
        "one: petals run into leaves and background. Guidance makes daisies, sunflowers and tulips "
        "of most, in stronger colours and with less variety; dandelions stay blurred. 3,455 "
        "photographs of all kinds of views, and few hours of a CPU, are little; the loss was still "
        "falling. Longer training sharpens them: `python -m recipes train flowers --from flowers "
        "--out RUN --data 'FOLDER?size=32'` goes on from here. The classifier that judges them "
        "learned as few pictures and reads 71 % of those that it has not seen as what they are: "
        "with guidance samples are plainer flowers than photographs, and fewer kinds of views. "
        "Without a class one in five too many is of one kind.",
        given="FOLDER?size=32",
        guided={"guidance": 2.5},
    ),
}
