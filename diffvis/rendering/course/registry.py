"""The figures by their names; docs/course-map.md says which exercise each is."""

from diffvis.errors import UserError
from diffvis.rendering.course import (  # noqa: F401 - each registers its own
    bound,
    distance,
    guidance,
    inversion,
    memorisation,
    moments,
    quality,
    run,
    schedule,
    spectrum,
)
from diffvis.rendering.course.figure import FIGURES, CourseFigure


def figure_named(name: str) -> CourseFigure:
    """The figure.

    Raises:
        UserError: there is none of that name.
    """
    if name not in FIGURES:
        raise UserError(f"there is no figure {name}", f"choose one of {', '.join(FIGURES)}")
    return FIGURES[name]
