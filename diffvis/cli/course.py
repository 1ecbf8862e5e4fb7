"""The work of ``diffvis export figure``."""

import tempfile
from pathlib import Path

from diffvis.cli.figure_files import Fields, check_fields, draw, follow
from diffvis.cli.figure_sources import learned_data
from diffvis.cli.output import note, wrote
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.rendering.course.figure import FIGURES, Sources
from diffvis.rendering.course.registry import figure_named
from diffvis.rendering.slides.pptx import SUFFIX, check_pptx, write_pptx
from diffvis.rendering.slides.slide import Slide
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.course import Course
from diffvis.training.device import resolve_device


def course_figure(
    out: Path, table: Path | None, name: str | None, source: str | None, data: str | None,
    device: str, fields: Fields,
) -> None:  # fmt: skip
    """Write the figure ``name`` of a model, or of the usual one, and its numbers as a ``table``.

    Raises:
        UserError: there is no such figure, or it cannot be made or written.
    """
    if out.suffix.lower() == SUFFIX:
        check_pptx(out)
    else:
        check_fields(out, fields)
    if table is not None and table.suffix.lower() != ".csv":
        raise UserError(f"--table {table} is no table", "give a name that ends in .csv")
    if name is None:
        raise UserError("the name of the figure is missing", f"give {', '.join(FIGURES)}")
    figure = figure_named(name)
    where = str(resolve_device(device))
    wanted = source or figure.usual
    if not wanted:
        if data is not None and figure.alone:
            note("--data changes nothing: this figure is of schedules alone")
        subject = Course(figure, Sources(None, None))
    else:
        model = open_model(wanted, where)
        learned = learned_data(model, data) if figure.data or data is not None else None
        subject = Course(figure, Sources(model, learned))
    spec = ExportSpec(**fields)
    if out.suffix.lower() == SUFFIX:
        _slide(out, subject, spec, where)
    else:
        follow(out, subject, spec, where)
    if table is not None:
        follow(table, subject, spec, where)


def _slide(out: Path, subject: Course, spec: ExportSpec, device: str) -> None:
    """The figure on a slide: its title and its caption are words there."""
    figure = subject.figure
    with tempfile.TemporaryDirectory() as folder:
        still = Path(folder) / "figure.png"
        draw(still, subject, spec.changed(caption=False), device)
        caption = subject.caption if spec.picture.caption else ""
        source = f"{figure.title} ({figure.source})"
        slide = Slide(figure.title, still, caption=caption, notes=source, said=subject.caption)
        write_pptx(out, [slide], figure.title, spec.look)
    wrote(out, "PPTX, one slide")
