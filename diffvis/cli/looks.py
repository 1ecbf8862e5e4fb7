"""The options that every export has: the format's, the film's and the picture's."""

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from diffvis.errors import UserError

FILM, PICTURE = "The film", "The picture"
SIZES = "16:9, full-hd, 4:3, square, half-slide, or width x height in pixels."


class Look(StrEnum):
    dark = "dark"
    light = "light"


class Easing(StrEnum):
    even = "even"
    smooth = "smooth"
    linear = "linear"


def _film(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=FILM)


def _picture(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=PICTURE)


def _options(
    out: Annotated[
        Path,
        typer.Option(
            help="The file; its ending says the format: .gif .mp4 .webp .apng .zip .frames .png "
            ".svg .pdf .csv .npz, where they fit."
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    frames: Annotated[int, _film("How many frames, at times of even change.")] = 50,
    frame_ms: Annotated[int, _film("Milliseconds of a frame.")] = 60,
    hold_ms: Annotated[int, _film("Milliseconds of the last frame.")] = 2000,
    loop: Annotated[int, _film("How often it plays; 0 for ever.")] = 0,
    easing: Annotated[Easing, _film("Even change, slow at both ends, or even in t.")] = Easing.even,
    back: Annotated[bool, _film("Run back to where it began.", "--back")] = False,
    levels: Annotated[
        int, _film("Grey levels of pictures, colours of a GIF: 256, 128, 64, 32, 16, 8, 2.")
    ] = 256,
    size: Annotated[str, _picture(SIZES)] = "16:9",
    style: Annotated[Look, _picture("The colours.")] = Look.dark,
    transparent: Annotated[bool, _picture("No background.", "--transparent")] = False,
    text_scale: Annotated[float, _picture("Larger or smaller words.")] = 1.0,
    caption: Annotated[bool, _picture("The line that says what made it.")] = True,
    columns: Annotated[int | None, _picture("Columns of the grid of samples.")] = None,
    factor: Annotated[int | None, _picture("Pixels for each of a sample's.")] = None,
    log: Annotated[bool, _picture("A logarithmic axis, in plots.", "--log")] = False,
) -> None:
    """Only its signature is used."""


def with_looks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options above; it gets them as ``looks``, fields of ``ExportSpec``.

    ``out`` is checked against ``--force`` first.
    """
    shared = inspect.signature(_options).parameters
    own = inspect.signature(command).parameters
    names = set(shared) - {"out", "force"}

    @wraps(command)
    def run(**given: Any) -> None:
        out = given["out"]
        may_write(out, given.pop("force"))
        looks = {name: given.pop(name) for name in names}
        looks["size"] = parse_frame_size(looks["size"])
        looks["style"], looks["easing"] = looks["style"].value, looks["easing"].value
        command(**given, looks=looks)

    parameters = [p for name, p in own.items() if name not in ("out", "looks")]
    every = [*parameters, *shared.values()]
    every = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in every]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in every}
    return run


def may_write(out: Path, force: bool) -> None:
    """Raise UserError where there is such a file, unless it may be replaced."""
    if out.exists() and not force and not (out.is_dir() and out.suffix.lower() != ".frames"):
        raise UserError(f"{out} exists already", "choose another name, or add --force")


def parse_frame_size(text: str) -> tuple[int, int]:
    """The name of a size, or ``1280x720``."""
    from diffvis.cli.sizes import parse_size
    from diffvis.rendering.spec import SIZES

    return SIZES.get(text.lower()) or parse_size(text)
