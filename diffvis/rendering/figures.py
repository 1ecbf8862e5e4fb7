"""The standard lecture set of a model: what is in it, and the page that shows all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import diffvis
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.files import atomic_write, size_of, size_words
from diffvis.models.model import Model
from diffvis.rendering.files import reported
from diffvis.rendering.formats.mp4 import check_codec
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject
from diffvis.rendering.subjects.training import Training
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

INDEX = "index.html"
GRID = 16  # samples, of images


@dataclass(frozen=True, eq=False)
class Figure:
    """One picture or film, in as many files as there are ``endings``."""

    stem: str
    title: str
    subject: Subject
    spec: ExportSpec
    endings: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self.stem + ending for ending in self.endings)


def standard_figures(
    model: Model, data: Dataset | None, run: Training | None
) -> tuple[list[Figure], list[str]]:
    """The figures, and for each that cannot be made why."""
    look = ExportSpec()
    left_out = []
    film: tuple[str, ...] = (".gif", ".mp4")
    try:
        check_codec()
    except UserError as error:
        film = (".gif",)
        left_out.append(f"MP4 films: {error.problem}; {error.remedy}")
    count = None if model.is_points else GRID
    label = EVERY_CLASS if model.num_classes else None  # all of them in turn
    chain = look.changed(count=count, label=label)
    figures = []
    if data is None:
        left_out.append(f"the forward process: the data {model.data} is not here")
    else:
        forward = Forward(data, model.schedule, model.range)
        four = look.changed(count=None if data.is_points else 4, view="strip")
        figures += [
            Figure("forward-strip", "Forward process", forward, four, (".png", ".pdf", ".svg")),
            Figure("forward", "Forward process, term by term", forward, look, film),
        ]
    reverse = Reverse(model)
    strip = chain.changed(view="strip", count=None if model.is_points else 4)
    ddim = ChainSettings(
        sampler="ddim", steps=min(50, model.schedule.T), count=count or 2_000, label=label
    )
    ddpm = ChainSettings(sampler="ddpm", count=ddim.count, label=label)
    both = Compare((ComparedChain(model, ddpm), ComparedChain(model, ddim)))
    figures += [
        Figure("reverse-strip", "Reverse process", reverse, strip, (".png", ".pdf", ".svg")),
        Figure("reverse", "Reverse process", reverse, chain, film),
        Figure("compare", "DDPM beside DDIM, from the same noise", both, look, film),
        Figure("samples", "Samples", reverse, chain, (".png", ".pdf", ".npz")),
        Figure(
            "schedule", "Noise schedule", Schedules((model.schedule,)),
            look.changed(view="alpha_bar"), (".png", ".svg", ".pdf", ".csv"),
        ),
    ]  # fmt: skip
    if run is None:
        left_out.append("the loss and the training: this model has no run folder")
        return figures, left_out
    loss = look.changed(view="loss", log=True)
    figures.append(Figure("loss", "Loss", run, loss, (".png", ".svg", ".pdf", ".csv")))
    if len(run.folder.previews()) > 1:
        shown = look.changed(count=count)
        figures.append(Figure("training", "Samples while training", run, shown, film))
    else:
        left_out.append("samples while training: the run has kept no previews")
    return figures, left_out


def write_index(
    folder: Path, title: str, figures: Sequence[Figure], left_out: Sequence[str]
) -> Path:
    """A page that shows the files of ``folder``, and says what is missing.

    Raises:
        UserError: it cannot be written.
    """
    path = folder / INDEX
    with reported(path), atomic_write(path) as file:
        file.write("".join(_page(folder, title, figures, left_out)).encode())
    return path


def _page(
    folder: Path, title: str, figures: Sequence[Figure], left_out: Sequence[str]
) -> Iterator[str]:
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}: lecture figures</title>\n<style>\n"
        "body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 1rem; }\n"
        "img, video { max-width: 100%; display: block; }\n"
        "h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }\n"
        "</style>\n"
        f"<h1>{escape(title)}</h1>\n"
    )
    for figure in figures:
        yield f'<h2 id="{figure.stem}">{escape(figure.title)}</h2>\n'
        shown = next(name for name in figure.files if name.endswith((".gif", ".png")))
        yield f'<img src="{shown}" alt="{escape(figure.title)}">\n<p>'
        links = (
            f'<a href="{name}">{name}</a> ({size_words(size_of(folder / name))})'
            for name in figure.files
        )
        yield ", ".join(links) + "</p>\n"
    if left_out:
        yield "<h2>Left out</h2>\n<ul>\n"
        yield "".join(f"<li>{escape(words)}</li>\n" for words in left_out)
        yield "</ul>\n"
    yield (
        f"<p>Made with diffvis {diffvis.__version__}. Each file but the CSV carries its recipe: "
        "<code>diffvis export --recipe FILE --out NEW</code> makes it again.</p>\n</html>\n"
    )
