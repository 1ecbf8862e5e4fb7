"""Writes docs/bugs.md and its pictures again: python docs/make_bugs.py [NAME ...]"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image

from diffvis.bugs.bug import Bug
from diffvis.bugs.catalogue import BUGS
from diffvis.bugs.training import fault_of, with_bug
from diffvis.cli.bugs import commands, told
from diffvis.data.catalogue import open_dataset
from diffvis.models.blueprint import MARK
from diffvis.models.model import Model, open_model
from diffvis.rendering.export import export
from diffvis.rendering.markup import plain
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.run import create_run, train_run

PAGE = Path(__file__).with_name("bugs.md")
PICTURES = Path(__file__).with_name("pictures") / "bugs"
SIZE = (560, 300)
COLOURS = 64  # of a picture's palette
SEED = 5
IMAGES = {"count": 9, "label": EVERY_CLASS, "seed": SEED}
POINTS = {"count": 1500, "seed": SEED}
ON_POINTS = (
    "noise-sqrt-forgotten", "t-off-by-one", "uniform-noise", "cosine-not-clipped", "clip-x-t",
    "variance-for-sigma", "alpha-for-its-root", "eps-without-root", "stride-of-one-step",
    "ddim-direction-sigma", "ddim-sigma-not-subtracted", "eps-read-as-v",
    "beta-for-posterior-variance",
)  # fmt: skip
"""The bugs that the checkerboard shows better than the digits do."""
STEPS = 100  # of a chain where the bug asks for no others
TRAINED = {"no-t": 800, "other-noise-in-loss": 800, "ema-unused": 800}
"""Steps of the runs that have no stand-in."""
MODELS = {"betas-not-rescaled": "swiss-roll"} | dict.fromkeys(ON_POINTS, "checkerboard")
FEW = {"t-off-by-one": 10, "betas-not-rescaled": 40}  # steps that show it better
HEAD = """# Bugs

Errors that real teaching code has had, right beside wrong: what each does to pictures and to the
loss by t, who is fooled by it, and how it is recognised. In the window, *Compare* of Reverse has
them as a choice for B, and Training has those that a run can be trained with; `diffvis bugs` lists
them, `diffvis check student.py` finds them in your own functions, and `diffvis check MODEL` those
that are a wrong reading of a network.

Left is the sound chain, right the same chain with the bug, from the same noise. Where a bug is one
of training, a sound network stands in for one that was trained with it: it is asked at the noise
that the other would have learned at this t, which is exact but for the nearest whole t. Where a
picture is of two runs, its titles name them. Nothing here can be reached by a setting: the wrong
code lies in `diffvis/bugs`, which nothing imports but what offers it by its name, and what is made
with it says BUG in its title, its file name and its recipe.

This page and its pictures are made by `python docs/make_bugs.py`.
"""


def subject(bug: Bug, runs: Path) -> Compare:
    """The right chain beside the wrong one."""
    if bug.name in TRAINED:
        sides = tuple(
            _trained(bug.name if wrong else "", TRAINED[bug.name], runs) for wrong in (0, 1)
        )
        settings = ChainSettings(**POINTS)
        return Compare(tuple(ComparedChain(model, settings) for model in sides))
    model = open_model(MODELS.get(bug.name, "digits"))
    usual = POINTS if model.is_points else IMAGES
    settings = ChainSettings(**{**usual, "steps": FEW.get(bug.name, STEPS), **(bug.compare or {})})
    return Compare((ComparedChain(model, settings), ComparedChain(model, settings, bug.name)))


def _trained(bug: str, steps: int, runs: Path) -> Model:
    """Points after a short run, with the bug or without."""
    path = runs / (f"run-{bug}" if bug else "sound")  # shared by all
    if not path.is_dir():
        dataset = open_dataset("swiss-roll")
        sound = preset_for(dataset).changed(
            steps=steps, device="cpu", preview_every=0, validate_every=0, lr_schedule="constant"
        )
        config = with_bug(sound, bug)
        folder = create_run(path, config, dataset)
        run = train_run(config, folder, dataset=dataset, fault=fault_of(config))
        for _ in run:
            pass
        run.close()
    return replace(open_model(path), name=f"{MARK} {bug}" if bug else "sound")


def draw(bug: Bug, runs: Path) -> Path:
    """The picture of one bug."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{bug.name}.png"
    for _ in export(path, subject(bug, runs), ExportSpec(size=SIZE, style="light", seed=SEED)):
        pass
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS)
    small.save(path, optimize=True)
    return path


def page() -> str:
    """The page, a section for each bug."""
    return HEAD + "".join(_section(bug) for bug in BUGS.values())


def _section(bug: Bug) -> str:
    words = "".join(f"- **{title}**: {text}\n" for title, text in told(bug).items())
    lines = "\n".join(commands(bug))
    return (
        f"\n## {bug.name}\n\n**{bug.title}.** Right, then wrong:\n\n"
        f"```\n{plain(bug.right)}\n{plain(bug.wrong)}\n```\n\n"
        f"![{bug.title}: right beside wrong](pictures/bugs/{bug.name}.png)\n\n{words}\n"
        f"```\n{lines}\n```\n"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or BUGS:
            draw(BUGS[name], Path(folder))
    PAGE.write_text(page(), encoding="utf-8")
