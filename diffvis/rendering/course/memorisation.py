"""New pictures or copies? The same network, trained on more and more images."""

import hashlib
import json
import math
import shutil
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.errors import UserError
from diffvis.evaluation.neighbours import two_nearest
from diffvis.files import atomic_write, home
from diffvis.models.model import Model
from diffvis.models.run_files import is_run
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.course.figure import Drawn, Made, Sources, register
from diffvis.rendering.course.page import BESIDE
from diffvis.rendering.export_settings import SMALLEST
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet
from diffvis.rendering.style import Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.folder import RunFolder
from diffvis.training.presets import preset_names

SIZES = 10, 100, 1_000, 10_000
COPY = 1 / 3  # of the distance to the second nearest: what is nearer to the nearest is a copy
SAMPLES, STEPS = 60, 50  # of each network, by DDIM
SHOWN = 4
CHART = 0.45  # of the width
NARROWEST = math.ceil(SMALLEST[0] / (1 - CHART))
LEAST = 3


def _sizes(of: Sources, spec: ExportSpec) -> list[int]:
    """How many images are learned; those beyond what there is become all that there are.

    Raises:
        UserError: fewer than ``LEAST``, of which none is second nearest.
    """
    there = len(of.known.train)
    sizes = sorted({min(n, there) for n in spec.study.sizes or SIZES})
    if sizes[0] < LEAST:
        raise UserError(
            f"{sizes[0]} images are too few to learn", f"give {LEAST} or more", field="sizes"
        )
    return sizes


def _config(data: Dataset, spec: ExportSpec) -> TrainConfig:
    """A preset, without classes: which of the images a sample copies is its own.

    Raises:
        UserError: there is no preset of that name, or it is of other data.
    """
    name = spec.study.train_preset
    if name and name not in preset_names():  # a recipe opens no files of other people's naming
        raise UserError(
            f"there is no preset {name}", f"choose one of {', '.join(preset_names())}",
            field="train_preset",
        )  # fmt: skip
    return preset_for(data, name or None).changed(
        steps=spec.study.train_steps, seed=spec.shown.seed, minutes=0.0, patience=0,
        validate_every=0, preview_every=0, tensorboard=False,
    )  # fmt: skip


def _chain(config: TrainConfig, spec: ExportSpec) -> ChainSettings:
    count, steps = spec.shown.count or SAMPLES, min(STEPS, config.timesteps)
    return spec.chain.changed(sampler="ddim", steps=steps, count=count, label=None)


def _work(of: Sources, spec: ExportSpec) -> int:
    config = _config(of.known, spec)
    each = config.steps + len(_chain(config, spec).times(config.timesteps)) - 1
    return each * len(_sizes(of, spec)) + 1


@dataclass(frozen=True, eq=False)
class _Learned:
    """Samples x0 (N, C, H, W) of a network, the nearest of what it learned (N, C, H, W), and how
    near: the distance to it over that to the second nearest (N,).
    """

    x0: Tensor
    nearest: Tensor
    ratio: Tensor

    @property
    def copies(self) -> float:
        return float((self.ratio < COPY).double().mean())


@register(
    "memorisation", "Copies over the number of training images",
    "Kamb & Ganguli 2024; Yoon et al. 2023",
    about="of few training images it makes copies, of many it makes new ones",
    work=_work, images=True,
)  # fmt: skip
def memorisation(of: Sources, spec: ExportSpec) -> Made:
    data = replace(of.known, labels=None, classes=())
    sizes, config = _sizes(of, spec), _config(data, spec)
    if data.is_points:
        raise UserError(f"{data.title} are points", "choose a model of images")
    if (width := spec.picture.size[0]) < NARROWEST:  # told before anything is trained
        raise UserError(
            f"a width of {width} is not possible for this figure", f"choose {NARROWEST} or more",
            field="size",
        )  # fmt: skip
    chain = _chain(config, spec)
    found: dict[int, _Learned] = {}
    floor = []
    for n in sizes:
        few = replace(data, train=sampled(data.train, n))
        x0 = yield from _samples(few, config, chain, of.device)
        known = few.x0(few.train)
        found[n] = _near(x0, known)
        floor.append(_near(data.x0(data.test[: len(x0)]), known).copies)
    at = np.array(sizes, float)
    copies = np.array([learned.copies for learned in found.values()])

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

        wide = round(CHART * size[0])
        curves = (
            Curve("samples", at, 100 * copies, dots=True),
            Curve("images that nobody learned", at, 100 * np.array(floor), "muted", "dot"),
        )
        chart = Chart("Copies", "training images", "copies, %", curves, (wide, size[1]),
                      look.scaled(BESIDE), log_x=len(at) > 1, top=105,
                      ticks=tuple((n, f"{n:,}") for n in sizes))  # fmt: skip
        frames = [StripFrame(f"of {n:,}", _pairs(learned)) for n, learned in found.items()]
        beside = ExportSpec(size=(size[0] - wide, size[1]), columns=2)
        strip = draw_sheet(strip_sheet(frames, beside, look.scaled(BESIDE)))
        frame = blank((size[0], max(size[1], strip.shape[0])), look.panel)
        paste(frame, draw_chart(chart), 0, 0)
        paste(frame, strip, wide, (frame.shape[0] - strip.shape[0]) // 2)
        return frame

    said = ", ".join(f"{100 * c:.0f} % of {n:,}" for n, c in zip(sizes, copies, strict=True))
    yield Drawn(
        draw,
        f"{data.title}: {_network(config, spec)}, {config.steps:,} steps of training on so many "
        "images, "
        f"{chain.count} samples by DDIM in {chain.steps} steps. A copy is nearer than a third of "
        f"the way to the second nearest of what was learned: {said}. Pictures: samples, each with "
        f"the nearest at its right. Seed {spec.shown.seed}.",
        lambda: {"images": at, "copies": copies, "unseen": np.array(floor)},
    )


def _network(config: TrainConfig, spec: ExportSpec) -> str:
    name = spec.study.train_preset
    return f"{config.network} of the preset {name}" if name else config.network


def _pairs(learned: _Learned) -> Tensor:
    """Some samples, each beside the nearest that was learned."""
    few = slice(min(SHOWN, len(learned.x0)))
    return torch.stack([learned.x0[few], learned.nearest[few]], 1).flatten(0, 1)


def _near(x0: Tensor, known: Tensor) -> _Learned:
    distance, place = two_nearest(x0, known)
    return _Learned(x0, known[place[:, 0]], distance[:, 0] / distance[:, 1].clamp_min(1e-12))


# --- one network -----------------------------------------------------------------------------


def _samples(
    few: Dataset, config: TrainConfig, chain: ChainSettings, device: str
) -> Generator[None, None, Tensor]:
    """Samples (N, C, H, W) of a network that has learned ``few``. They are kept, so that another
    figure has them at once; training that was stopped goes on.
    """
    told = [few.fingerprint, few.train.tolist(), config.model_dump(mode="json"), chain.model_dump()]
    name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    kept = home() / "figures" / f"memorisation-{len(few.train)}-{name}"
    file = kept.with_suffix(".npz")
    if file.is_file():
        with np.load(file, allow_pickle=False) as there:
            return torch.from_numpy(there["x0"])
    model = yield from _trained(few, config, kept)
    for step in run_chain(model.on(device), chain, device):
        x0 = step.x_s
        yield None
    x0 = x0.float().cpu().clamp(-1, 1)
    with atomic_write(file) as written:
        np.savez(written, x0=x0.numpy())
    shutil.rmtree(kept, ignore_errors=True)
    return x0


def _trained(few: Dataset, config: TrainConfig, path: Path) -> Generator[None, None, Model]:
    """A step of the work for each step of training."""
    from diffvis.training.run import train_run  # no other figure needs what trains
    from diffvis.training.snapshot import snapshot

    there = is_run(path)
    folder = RunFolder.open(path) if there else RunFolder.create(path, config)
    with closing(train_run(config, folder, resume=there, dataset=few)) as run:
        for piece in run:
            if piece.kind == "step":
                yield None
        return snapshot(run.state, few.title)
