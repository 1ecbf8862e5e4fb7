"""What a package of one's own brings is offered in the window beside what comes with diffvis."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import choose, finder
from own_package import GROUPS, installed, write_package
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow


@pytest.fixture
def own_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_window: Callable[[], MainWindow]
) -> Iterator[MainWindow]:
    folder = tmp_path / "site"
    write_package(folder, "own_ways", GROUPS)
    with installed(folder, monkeypatch):
        yield new_window()


def test_its_data_set_network_and_sampler_can_be_chosen(
    own_window: MainWindow, qtbot: QtBot
) -> None:
    find = finder(own_window)
    choose(find("source.data"), "Line of one's own")
    qtbot.waitUntil(lambda: own_window.session.data.source == "own-line")
    network = find("training.network")
    assert network.findData("own-net") >= 0
    sampler = find("reverse.sampler")
    assert sampler.findData("straight") >= 0
    assert find("reverse.push") is not None  # the sampler's own setting
