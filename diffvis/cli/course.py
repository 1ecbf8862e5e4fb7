"""The work of ``diffvis export figure``."""

from pathlib import Path

from diffvis.cli.figure_files import Fields, check_fields, follow
from diffvis.cli.figure_sources import learned_data
from diffvis.cli.output import note
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.rendering.course.figure import FIGURES, Sources
from diffvis.rendering.course.registry import figure_named
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
    check_fields(out, fields)
    if table is not None and table.suffix.lower() != ".csv":
        raise UserError(f"--table {table} is no table", "give a name that ends in .csv")
    if name is None:
        raise UserError("the name of the figure is missing", f"give {', '.join(FIGURES)}")
    figure = figure_named(name)
    where = str(resolve_device(device))
    wanted = source or figure.usual
    if not wanted:
        if data is not None:
            note("--data changes nothing: this figure is of schedules alone")
        subject = Course(figure, Sources(None, None))
    else:
        model = open_model(wanted, where)
        learned = learned_data(model, data) if figure.data or data is not None else None
        subject = Course(figure, Sources(model, learned))
    spec = ExportSpec(**fields)
    follow(out, subject, spec, where)
    if table is not None:
        follow(table, subject, spec, where)
