"""A file is checked, and then written behind a bar: what all figures have in common."""

from contextlib import closing
from pathlib import Path
from typing import Any

from diffvis.cli.output import note, with_bar, wrote
from diffvis.rendering.export import Progress, export
from diffvis.rendering.export_settings import Film
from diffvis.rendering.formats.registry import (
    FORMATS,
    check_target,
    plays_told,
    poster_beside,
    rate_told,
)
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject
from diffvis.settings import settings_of

Fields = dict[str, Any]
"""Settings of an export by name, as ``ExportSpec`` takes them."""


def check_fields(out: Path, fields: Fields) -> None:
    """Find mistakes before anything is opened."""
    usual = settings_of(Film)
    film = Film(**{name: fields[name] for name in usual if name in fields})
    check_target(out, tuple(FORMATS), fields["transparent"], film)
    if film.fps is not None and film.frame_ms != usual["frame_ms"].default:
        note("--fps says how long frames stay, --frame-ms changes nothing")


def follow(
    out: Path, subject: Subject, spec: ExportSpec, device: str = "cpu", shown: str = ""
) -> None:
    """Do the work behind a bar, and say how many samples are ``shown`` where it is not all."""
    draw(out, subject, spec, device)
    made = FORMATS[out.suffix.lower()]
    facts = [out.suffix.lstrip(".").upper(), rate_told(made, spec.film)]
    if spec.film.loop:
        facts.append(plays_told(made, spec.film))
    if shown:
        facts.append(f"{shown} samples")
    wrote(out, ", ".join(filter(None, facts)))
    if (poster := poster_beside(out, spec.film)) is not None:
        wrote(poster, "PNG, the last frame")


def draw(out: Path, subject: Subject, spec: ExportSpec, device: str = "cpu") -> None:
    """Do the work behind a bar."""
    with closing(export(out, subject, spec, device)) as pieces:
        first = next(pieces)
        for _ in with_bar(pieces, "drawing", first.total, _done, lambda _: ""):
            pass


def _done(piece: Progress) -> int:
    return piece.done
