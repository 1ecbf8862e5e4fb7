"""What a package of one's own brings is offered in the window beside what comes with diffvis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import choose, finder
from own_package import GROUPS, installed
from pytestqt.qtbot import QtBot

from diffvis.app.notices import NoticeKind
from diffvis.app.shell.main import say_left_out
from diffvis.app.shell.window import MainWindow


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(tmp_path / "site", monkeypatch, own_ways=GROUPS):
        yield


def test_its_data_set_network_and_sampler_can_be_chosen(
    own: None, window: MainWindow, qtbot: QtBot
) -> None:
    find = finder(window)
    choose(find("source.data"), "Line of one's own")
    qtbot.waitUntil(lambda: window.session.data.source == "own-line")
    network = find("training.network")
    assert network.findData("own-net") >= 0
    sampler = find("reverse.sampler")
    assert sampler.findData("straight") >= 0
    assert find("reverse.push") is not None  # the sampler's own setting
    before = window.notices.notice
    say_left_out(window, for_picture=False)
    assert window.notices.notice is before


def test_one_that_cannot_join_is_said_in_one_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    bad = {"diffvis.samplers": ("bad", "raise OSError('no disk')")}
    with installed(tmp_path / "site", monkeypatch, bad_ways=bad):
        say_left_out(window, for_picture=False)
    notice = window.notices.notice
    assert notice is not None and notice.kind is NoticeKind.WARNING
    assert notice.title == "the package bad_ways cannot join diffvis.samplers: OSError: no disk"
