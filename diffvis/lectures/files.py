"""Reading and writing lectures: JSON, of which nothing is ever executed.

    {"diffvis": "lecture", "version": 1, "title": "...", "scenes": [{"title": "...", ...}, ...]}

A scene that cannot be read is an ``Unplayable``: the others play, and it is written as it was.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from diffvis.errors import UserError
from diffvis.files import atomic_write, read_small
from diffvis.lectures.lecture import MOST_SCENES, Lecture
from diffvis.lectures.places import (
    absolute,
    model_opened_from,
    named_data,
    named_model,
    opened_from,
    relative,
    with_paths,
)
from diffvis.lectures.scene import LONGEST, AnyScene, Scene, Unplayable
from diffvis.lectures.shelf import SUFFIX, find_lecture, shipped_lectures

VERSION = 1
MOST_BYTES = 16 * 2**20
DEEPEST = 16  # of lists and tables in each other, in a scene
_KIND, _IS = "diffvis", "lecture"


def open_lecture(source: str | Path) -> Lecture:
    """Read a lecture by its path, or by its name where it comes with diffvis.

    Raises:
        UserError: there is no such file, it is no lecture, or it has too many scenes.
    """
    path = find_lecture(str(source))
    values = _read(path)
    scenes = values.get("scenes")
    if values.get(_KIND) != _IS or not isinstance(scenes, list):
        raise UserError(
            f"{path.name} is no lecture", f"choose a {SUFFIX} file that diffvis has written"
        )
    if len(scenes) > MOST_SCENES:
        raise UserError(
            f"{path.name} has {len(scenes):,} scenes", f"a lecture has at most {MOST_SCENES}"
        )
    title = values.get("title")
    return Lecture(
        title[:LONGEST] if isinstance(title, str) and title else path.stem,
        tuple(_scene_of(place, scene, path.parent) for place, scene in enumerate(scenes, 1)),
        path.absolute(),
        _doubts(path, values.get("version")),
    )


def save_lecture(lecture: Lecture, path: Path) -> Lecture:
    """Write a lecture; paths in it are as seen from its folder.

    Returns:
        The same, at ``path``.

    Raises:
        UserError: it cannot be written.
    """
    path = path if path.suffix else path.with_suffix(SUFFIX)
    moved = None if lecture.path is None else lecture.path.parent
    values = {
        _KIND: _IS,
        "version": VERSION,
        "title": lecture.title,
        "scenes": [_written(scene, path.parent, moved) for scene in lecture.scenes],
    }
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        with atomic_write(path) as file:
            file.write(text.encode())
    except OSError as error:
        reason = error.strerror or error
        raise UserError(
            f"{path.name} cannot be written ({reason})", "save the lecture elsewhere"
        ) from error
    return Lecture(lecture.title, lecture.scenes, path.absolute())


def _read(path: Path) -> dict[str, Any]:
    known = ", ".join(shipped_lectures())
    try:
        values = json.loads(read_small(path, MOST_BYTES))
    except FileNotFoundError:
        raise UserError(f"there is no lecture {path}", f"give a file, or one of {known}") from None
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror or error})", "choose another lecture"
        ) from None
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise UserError(
            f"{path.name} is damaged ({reason})", "take a copy from before, or make it anew"
        ) from None
    return values if isinstance(values, dict) else {}


def _doubts(path: Path, version: object) -> tuple[str, ...]:
    if version == VERSION:
        return ()
    return (
        f"{path.name} is of another version of diffvis (lectures {version!s:.20}, here {VERSION}): "
        "what is not known here is left out",
    )


def _scene_of(place: int, values: object, folder: Path) -> AnyScene:
    table = values if isinstance(values, dict) else {}
    title = _text(table.get("title")) or f"Scene {place}"
    try:
        if not table:
            raise UserError("it is no scene", "keep it anew")
        if not _is_shallow(table, DEEPEST):
            raise UserError("it is nested too deeply", "keep it anew")
        return _scene({**table, "title": title}, folder)
    except UserError as error:
        problem = UserError(f"scene {place}, {title}, cannot be shown", str(error))
        return Unplayable(title, _text(table.get("notes")), problem, table)


def _scene(values: dict[str, Any], folder: Path) -> Scene:
    if isinstance(values.get("strip"), list):
        values["strip"] = tuple(values["strip"])
    for name, opened in (("data", opened_from), ("model", model_opened_from)):
        if isinstance(values.get(name), str):
            if "\0" in values[name]:
                raise UserError(f"no file can have the name of its {name}", "keep it anew")
            values[name] = opened(values[name], folder)
    for name in ("states", "look"):
        values[name] = with_paths(values.get(name, {}), partial(absolute, folder=folder))
    return Scene(**values)


def _written(scene: AnyScene, folder: Path, before: Path | None) -> Mapping[str, Any]:
    """As a file in ``folder`` has it; what stays as it was written was so in ``before``."""
    if isinstance(scene, Unplayable):
        same = before is None or before.resolve() == folder.resolve()
        return scene.written if same else _elsewhere(scene.written, before, folder)
    values = scene.model_dump()
    values["data"] = named_data(scene.data, folder)
    values["model"] = named_model(scene.model, folder)
    for name in ("states", "look"):
        values[name] = with_paths(values[name], partial(relative, folder=folder))
    usual = {"notes", "model", "look", "states", "cover", "strip"}
    return {name: value for name, value in values.items() if value or name not in usual}


def _elsewhere(written: Mapping[str, Any], before: Path | None, folder: Path) -> dict[str, Any]:
    """A scene that nobody could read, for a file in another folder: its paths lead to the same."""
    assert before is not None
    found: dict[str, Any] = with_paths(
        dict(written), lambda text: relative(absolute(text, before), folder)
    )
    for name in ("data", "model"):
        text = found.get(name)
        if isinstance(text, str) and opened_from(text, before) != text:
            found[name] = named_data(opened_from(text, before), folder)
    return found


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _is_shallow(value: object, deepest: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return deepest > 0 and all(_is_shallow(part, deepest - 1) for part in parts)
