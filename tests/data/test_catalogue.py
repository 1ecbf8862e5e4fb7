"""Names, paths and options: what opens, and what is said when it does not."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from diffvis.data.catalogue import DEFAULT, entries, open_dataset
from diffvis.data.options import OPTIONS, join_source, parse_options, split_source
from diffvis.errors import UserError


def test_every_entry_that_is_here_opens_and_gives_itself_again() -> None:
    for entry in (entry for entry in entries() if not entry.download):
        dataset = open_dataset(entry.name)
        assert (dataset.name, dataset.title, dataset.source) == (
            entry.name,
            entry.title,
            entry.name,
        )
        assert dataset.is_points == (entry.kind == "points")
        assert entry.description
        assert open_dataset(dataset.source).fingerprint == dataset.fingerprint
    assert DEFAULT in {entry.name for entry in entries()}


@pytest.mark.parametrize("name", ["", "swis-roll", "/nowhere/at/all", "mnist2", "a\0b", "x" * 5000])
def test_what_is_not_there_is_named_with_what_is(name: str) -> None:
    with pytest.raises(UserError, match="there is no data set") as raised:
        open_dataset(name)
    assert "swiss-roll" in raised.value.remedy and "digits" in raised.value.remedy


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("digits", {"size": 0}, "size = 0 .* whole number from 1 to 512"),
        ("digits", {"size": 8.5}, "size = 8.5"),
        ("digits", {"size": True}, "size = True"),
        ("digits", {"size": "large"}, "size = large"),
        ("digits?size=-1", {}, "size = -1"),
        ("digits", {"n": 5}, "digits has no option n: it has size"),
        ("swiss-roll", {"n": 0}, "n = 0"),
        ("swiss-roll", {"noise": float("nan")}, "noise = nan"),
        ("swiss-roll", {"noise": None, "seeds": 1}, "no option seeds: it has n, noise, seed"),
    ],
)
def test_wrong_options_are_named(source: str, options: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        open_dataset(source, **options)


def test_arguments_win_over_the_source_and_none_means_default() -> None:
    assert open_dataset("digits?size=5", size=6).shape == (1, 6, 6)
    assert open_dataset("digits", size=None).source == "digits"


def test_wrong_colour_and_size_of_points(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"colour = blue .* grey, colour"):
        open_dataset(tmp_path, colour="blue")
    np.save(tmp_path / "a.npy", np.eye(2))
    with pytest.raises(UserError, match="points, which have no size"):
        open_dataset(tmp_path / "a.npy", size=3)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(UserError, match=r"model\.pkl is of a kind that diffvis cannot learn from"):
        open_dataset(tmp_path / "model.pkl")


def test_a_question_mark_may_stand_in_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "what?size=3"
    folder.mkdir()
    np.save(folder / "really?.npy", np.zeros((3, 4, 4), np.uint8))
    images = open_dataset(folder / "really?.npy", size=2)
    assert images.shape == (1, 2, 2)
    assert open_dataset(images.source).fingerprint == images.fingerprint


def test_sources_are_split_where_they_were_joined() -> None:
    options = {"size": 16, "colour": "grey"}
    source = join_source("/a folder/b?c&d=e", options)
    assert split_source(source) == ("/a folder/b?c&d=e", {"size": "16", "colour": "grey"})
    assert split_source(join_source("digits", {})) == ("digits", {})


@pytest.mark.process
def test_the_catalogue_needs_neither_scikit_learn_nor_a_downloader_nor_qt() -> None:
    code = (
        "import sys, diffvis.data; diffvis.data.open_dataset('swiss-roll'); "
        "sys.exit(' '.join({'sklearn', 'requests', 'PySide6'} & set(sys.modules)) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("given", ["16", 16, 16.0, np.int64(16)])
def test_a_number_of_any_kind_is_an_option(given: object) -> None:
    parsed = parse_options("digits", {"size": given}, ("size",))
    assert parsed == {"size": 16} and type(parsed["size"]) is int


@pytest.mark.parametrize("given", ["16.5", 16.5, True, math.inf, "x", (16,)])
def test_what_is_no_whole_number_is_refused(given: object) -> None:
    with pytest.raises(UserError, match="whole number from 1 to 512") as raised:
        parse_options("digits", {"size": given}, ("size",))
    assert raised.value.field == "size"


def test_every_option_is_declared_as_a_setting_is() -> None:
    for name, option in OPTIONS.items():
        assert option.setting.help and option.setting.name == name
        assert option.setting.check(None) is None, "what is not given is left to the data"
        for choice in option.setting.offered():
            assert option.parse(choice.value) == choice.value
