"""Lectures as files: what is kept comes back, whatever the file says nothing else happens."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from diffvis.data.catalogue import entries
from diffvis.data.options import split_source
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.lectures.files import open_lecture, save_lecture
from diffvis.lectures.lecture import MOST_SCENES, Lecture
from diffvis.lectures.naming import file_names
from diffvis.lectures.scene import Scene, Unplayable
from diffvis.lectures.shelf import shipped_lectures
from diffvis.models.shipped import OWN_SAMPLES, shipped_names

LINEAR = {"kind": "linear", "T": 40}
GOOD: dict[str, Any] = {
    "title": "The roll", "workspace": "forward", "data": "swiss-roll", "schedule": LINEAR, "t": 20,
}  # fmt: skip


def scene(**values: Any) -> Scene:
    return Scene(**{**GOOD, **values})


def written(path: Path, scenes: list[Any], **more: Any) -> Path:
    path.write_text(json.dumps({"diffvis": "lecture", "version": 1, "scenes": scenes, **more}))
    return path


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    made = scene(notes="say", seed=2**40, strip=(0, 20), cover="forward.view", look={"page": "x"})
    lecture = save_lecture(Lecture("Two", (made, scene(title="Other"))), tmp_path / "two")
    assert lecture.path == tmp_path / "two.diffvis"
    assert open_lecture(lecture.path) == lecture


def test_a_drawn_schedule_is_in_the_file(tmp_path: Path) -> None:
    drawn = scene(schedule={"kind": "drawn", "beta": [0.1, 0.2, 0.5]}, t=2)
    path = save_lecture(Lecture("", (drawn,)), tmp_path / "a.diffvis").path
    assert path is not None
    (found,) = open_lecture(path).scenes
    assert isinstance(found, Scene)
    assert found.noise_schedule().beta.tolist() == pytest.approx([0, 0.1, 0.2, 0.5])


def test_paths_are_as_seen_from_the_file_and_follow_it(tmp_path: Path) -> None:
    """A folder with all that a lecture needs can be carried elsewhere."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "runs").mkdir(parents=True)
    made = scene(
        data=f"{here}/mine.csv?label=none", model=str(here / "runs" / "one"),
        states={"reverse": {"start": {"picture": {"path": str(here / "me.png")}}}},
    )  # fmt: skip
    save_lecture(Lecture("", (made,)), here / "a.diffvis")
    assert str(tmp_path) not in (here / "a.diffvis").read_text()
    here.rename(there)
    (found,) = open_lecture(there / "a.diffvis").scenes
    assert isinstance(found, Scene)
    assert found.data == f"{there}/mine.csv?label=none"
    assert found.model == str(there / "runs" / "one")
    assert found.states["reverse"]["start"]["picture"] == {"path": str(there / "me.png")}


def test_what_comes_with_diffvis_is_known_by_name(tmp_path: Path) -> None:
    name = shipped_names()[0]
    made = scene(model=str(shipped_models() / name))
    save_lecture(Lecture("", (made,)), tmp_path / "a.diffvis")
    (raw,) = json.loads((tmp_path / "a.diffvis").read_text())["scenes"]
    assert (raw["data"], raw["model"]) == ("swiss-roll", name)
    assert open_lecture(tmp_path / "a.diffvis").scenes == (made,)


BAD = {
    "no table": 3,
    "nothing": {},
    "another workspace": {**GOOD, "workspace": "mars"},
    "another version's part": {**GOOD, "hologram": True},
    "t beyond T": {**GOOD, "t": 41},
    "no schedule": {**GOOD, "schedule": {"kind": "linear"}},
    "betas that are none": {**GOOD, "schedule": {"kind": "x", "beta": ["import os"]}},
    "a number for a name": {**GOOD, "data": 7},
    "a name that no file has": {**GOOD, "data": "./a\0b"},
    "too deep": {**GOOD, "look": json.loads("[" * 40 + "]" * 40)},
    "look is a list": {**GOOD, "look": []},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_scene_says_why_and_the_others_live(tmp_path: Path, bad: Any) -> None:
    path = written(tmp_path / "a.diffvis", [GOOD, bad, {**GOOD, "title": "Last"}])
    first, wrong, last = open_lecture(path).scenes
    assert first == scene()
    assert last == scene(title="Last")
    assert isinstance(wrong, Unplayable)
    assert "scene 2" in wrong.problem.problem
    assert "\n" not in str(wrong.problem)


def test_a_bad_scene_is_written_as_it_was(tmp_path: Path) -> None:
    bad = {**GOOD, "title": "Later", "hologram": [1, {"deep": "x"}], "data": "./mine.csv"}
    (tmp_path / "sub").mkdir()
    lecture = open_lecture(written(tmp_path / "a.diffvis", [bad]))
    save_lecture(lecture, tmp_path / "a.diffvis")
    assert json.loads((tmp_path / "a.diffvis").read_text())["scenes"] == [bad]
    save_lecture(lecture, tmp_path / "sub" / "b.diffvis")
    (moved,) = json.loads((tmp_path / "sub" / "b.diffvis").read_text())["scenes"]
    assert moved == {**bad, "data": "../mine.csv"}


def test_another_version_is_said_and_plays_as_far_as_it_is_known(tmp_path: Path) -> None:
    lecture = open_lecture(written(tmp_path / "a.diffvis", [GOOD], version=7))
    assert lecture.scenes == (scene(),)
    (doubt,) = lecture.doubts
    assert "another version" in doubt


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, "{}", '{"diffvis": "lecture", "scenes": {}}', "\udcff\udcfe"],
)
def test_what_is_no_lecture_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.diffvis"
    path.write_bytes(os.fsencode(text) if "\udcff" in text else text.encode())
    with pytest.raises(UserError, match=r"a\.diffvis is (damaged|no lecture)"):
        open_lecture(path)


def test_too_many_scenes_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.diffvis", [{}] * 1_000_000)
    with pytest.raises(UserError, match="1,000,000 scenes"):
        open_lecture(path)
    full = Lecture("", (scene(),) * MOST_SCENES)
    with pytest.raises(UserError, match="too long"):
        full.inserted(0, scene())


def test_no_file_and_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no lecture"):
        open_lecture(tmp_path / "none.diffvis")
    with pytest.raises(UserError, match="cannot be written"):
        save_lecture(Lecture("", (scene(),)), tmp_path / "none" / "a.diffvis")


def test_the_order_changes_and_nothing_else() -> None:
    a, b, c = (scene(title=title) for title in "abc")
    lecture = Lecture("", (a, b, c))
    assert lecture.moved(0, 2).scenes == (b, c, a)
    assert lecture.moved(2, 0).scenes == (c, a, b)
    assert lecture.without(1).scenes == (a, c)
    assert lecture.changed(1, title="x").scenes == (a, scene(title="x"), c)
    assert lecture.scenes == (a, b, c)


def test_names_of_files_lead_nowhere_else() -> None:
    titles = [
        "../../etc/passwd",
        "/abs",
        "a\\b",
        "..",
        "",
        "C:x",
        "con",
        "é" * 300,
        "x" * 300,
    ]
    names = file_names(Lecture("", tuple(scene(title=title) for title in titles)))
    assert len(set(names)) == len(titles)
    for number, name in enumerate(names, 1):
        assert name.startswith(f"{number:02}-")
        assert Path(name).name == name
        assert not set(name) & set("/\\:.")
        assert len(name) < 70


@pytest.mark.parametrize("name", ["ddpm-in-twelve-scenes", "course-figures"])
def test_shipped_lectures_need_only_what_comes_or_can_be_fetched(name: str) -> None:
    lecture = open_lecture(name)
    assert lecture.path == shipped_lectures()[name]
    assert not lecture.doubts
    known = {entry.name for entry in entries()}
    for each in lecture.scenes:
        assert isinstance(each, Scene)
        assert each.notes
        source = split_source(each.data)[0]
        own = source.removeprefix(OWN_SAMPLES)
        assert source in known or (own != source and own in shipped_names())
        assert not each.model or Path(each.model).parent == shipped_models()


def test_ddpm_has_twelve_scenes_and_the_course_its_strips() -> None:
    assert len(open_lecture("ddpm-in-twelve-scenes")) == 12
    course = [each for each in open_lecture("course-figures").scenes if isinstance(each, Scene)]
    assert any(each.data == "swiss-roll" and each.noise_schedule().T == 40 for each in course)
    strips = {each.data: each.strip for each in course if each.strip}
    assert {20, 50, 100, 300} <= set(strips["mnist"])
    assert {20, 50, 100, 300} <= set(strips["digits"])
