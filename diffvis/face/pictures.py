"""The pictures that a notebook shows below a cell: those that the program draws anyway."""

import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from torch import Tensor

from diffvis.bench.board import Board
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.sampleable import Model
from diffvis.rendering.boards import board_sheet
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.examples import captioned, draw_examples
from diffvis.rendering.frames import chain_words, even_timesteps
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.scene.recorder import scene_of
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet
from diffvis.rendering.style import LIGHT
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.text import escape
from diffvis.sampling.chain import run_chain
from diffvis.sampling.extent import extent_of
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

if TYPE_CHECKING:
    from diffvis.viewing.training_record import TrainingRecord

WIDTH = 960  # pixels of a picture below a cell
STRIP, STRIP_SAMPLES = 6, 16  # moments of a chain, and how many images of each
PLOT = 560, 340
EXAMPLES, POINTS = 60, 5_000
LARGEST_SVG = 100_000  # letters, of which a notebook keeps each
QUICK_S, QUICK_STEPS = 3.0, 10
"""A model shows samples where so many steps take no longer."""


def chain_picture(recording: Recording) -> Pixels:
    """A strip of the samples, from noise to data, at times between which they change evenly."""
    model, start = recording.model, recording.x_at(recording.start)
    times = even_timesteps(model.schedule, STRIP, recording.times, falling=True)
    few = slice(None) if model.is_points else slice(STRIP_SAMPLES)
    shown = [(t, x) for t in times if (x := recording.x_at(t)) is not None]
    sheet = strip_sheet(
        [StripFrame(f"t = {t}", x[few]) for t, x in shown],
        ExportSpec(size=(WIDTH, WIDTH)),
        LIGHT.showing(model.range),
        colours=None if start is None or start.ndim > 2 else colour_of_noise(start),
        extent=extent_of(model),
        caption=f"{model.name} · {chain_words(recording.settings, model)}",
    )
    return draw_sheet(sheet)


def model_picture(model: Model) -> Pixels | None:
    """Some samples in few steps; None of a model that would take long over them."""
    x0 = _quick_samples(model)
    if x0 is None:
        return None
    size = (360, 360) if model.is_points else (560, 200)
    words = f"{escape(model.name)} · {escape(model.about)}"
    look = LIGHT.showing(model.range)
    return draw_samples(x0, size, look, caption=words, extent=extent_of(model))


def board_picture(board: Board, model: Model) -> Pixels:
    """The rows of a tool of the Bench, as it left them."""
    size = WIDTH, min(WIDTH, 60 + 230 * len(board.rows))
    sheet = board_sheet(board, size, LIGHT.showing(model.range), T=model.schedule.T)
    return draw_sheet(sheet)


def dataset_picture(data: Dataset) -> Pixels:
    """Examples, and what the set is."""
    size = (420, 420) if data.is_points else (WIDTH, 420)
    picture = draw_examples(data, size, LIGHT, POINTS if data.is_points else EXAMPLES)
    return captioned(picture, [data.title, data.description], LIGHT)


def schedule_picture(schedule: NoiseSchedule) -> Pixels:
    """alpha_bar over t."""
    from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

    spec = ExportSpec(size=PLOT, style="light")
    return draw_chart(Schedules((schedule,)).chart("alpha_bar", spec))


def run_picture(record: "TrainingRecord") -> Pixels | None:
    """The losses and the newest samples; None before there are any."""
    history, moments = record.history, record.film.moments
    count = len(history)
    if not count and not moments:
        return None
    frame = blank((WIDTH, PLOT[1]), LIGHT.panel)
    if count:
        paste(frame, _losses(record), 0, 0)
    if moments:
        x0 = moments[-1].x0
        words = f"samples at step {moments[-1].step:,}"
        side = WIDTH - PLOT[0], PLOT[1]
        paste(frame, draw_samples(x0, side, LIGHT, caption=words), PLOT[0], 0)
    return frame


def png(pixels: Pixels) -> bytes:
    """As a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def small_svg(draw: Callable[[], Pixels], title: str) -> str | None:
    """The same as SVG, with words and lines, which notebooks prefer; None where that is large."""
    from diffvis.rendering.vector.svg import write_svg  # fontTools, matplotlib

    file = io.BytesIO()
    write_svg(scene_of(draw, title), file)
    text = file.getvalue().decode()
    return text[text.index("<svg") :] if len(text) <= LARGEST_SVG else None


def _quick_samples(model: Model) -> Tensor | None:
    count = 1_000 if model.is_points else 16
    label = EVERY_CLASS if model.num_classes else None
    settings = ChainSettings(
        sampler="ddim", steps=min(QUICK_STEPS, model.schedule.T), count=count, label=label
    )
    began = time.monotonic()
    for number, step in enumerate(run_chain(model, settings, model.device or "cpu"), 1):
        if (time.monotonic() - began) / number * QUICK_STEPS > QUICK_S:
            return None
        x0 = step.x_s
    return x0.float().cpu()


def _losses(record: "TrainingRecord") -> Pixels:
    from diffvis.rendering.figure import draw_chart

    history, count = record.history, len(record.history)
    steps = history.steps.view()[:count].astype(float)
    curves = [
        Curve("each step", steps, history.loss.view()[:count], faint=True),
        Curve("smoothed", steps, history.smooth.view()[:count]),
    ]
    validated = len(history.validation_loss)
    if validated:
        at = history.validation_steps.view()[:validated].astype(np.float64)
        loss = history.validation_loss.view()[:validated]
        curves.append(Curve("validation", at, loss, colour="noise", dash="dash"))
    title = f"{record.title}: step {record.step:,} of {record.config.steps:,}"
    return draw_chart(
        Chart(
            title, "step", "loss", tuple(curves), PLOT, LIGHT, log_y=True,
            caption=f"{record.config.network} · {record.config.schedule} schedule",
        )
    )  # fmt: skip
