"""What stands beside a chain, its rival and its branches: where they begin, and their memory."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import torch
from driving import choose, click
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.chain import Chain, Plan
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.diffusion import make_schedule, q_sample
from diffvis.errors import UserError
from diffvis.models.model import exact_model
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.registry import sampler_titles
from diffvis.sampling.settings import ChainSettings

Find = Callable[[str], QWidget]
SETTINGS = ChainSettings(count=100)
MOMENT = 100 * 2 * 4  # bytes of 100 points


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


class Limit:
    """Of memory, in bytes."""

    bytes = 2**30


@pytest.fixture
def limit() -> Limit:
    return Limit()


@pytest.fixture
def chain(qtbot: QtBot, session: Session, limit: Limit) -> Iterator[Chain]:
    made = Chain(lambda: limit.bytes, lambda _: "cpu", session)
    yield made
    made.ask_to_stop()
    assert made.wait()


def walked(qtbot: QtBot, chain: Chain) -> None:
    qtbot.waitUntil(lambda: chain.idle, timeout=30_000)


def test_a_rival_that_is_replaced_takes_no_memory(
    session: Session, chain: Chain, limit: Limit
) -> None:
    def plan(steps: int) -> Plan:
        return Plan(session.model, SETTINGS.changed(steps=steps))

    limit.bytes = MOMENT * 100
    chain.run(plan(40), plan(20), paused=True)
    strides = []
    for steps in (40, 39, 38, 40):
        chain.compare(plan(steps))
        assert sum(each.bytes_at_most for each in chain.recordings) <= limit.bytes
        strides.append(chain.rival.stride)
    assert max(strides) == min(strides)
    assert chain.main.stride > 1, "nor is there room for all of the first"


def test_a_branch_that_is_replaced_takes_no_memory_and_one_that_is_refused_changes_nothing(
    qtbot: QtBot, session: Session, chain: Chain, limit: Limit
) -> None:
    chain.run(Plan(session.model, SETTINGS.changed(steps=10)))
    walked(qtbot, chain)
    limit.bytes = chain.main.bytes_at_most + 30 * MOMENT
    for seed in (1, 2, 3):
        chain.branch(chain.main.start, 0, 100, seed)
        assert chain.branches.stride == 1
    kept, heard = chain.branches, []
    chain.changed.connect(lambda: heard.append(1))
    with pytest.raises(UserError):
        chain.branch(chain.main.start, 0, 5_000, 4)
    assert chain.branches is kept
    assert not heard


@pytest.mark.parametrize(("own", "rivals", "t", "expected"), [(100, 40, 30, 12), (40, 100, 30, 75)])
def test_a_rival_begins_with_the_same_part_of_the_noise(
    qtbot: QtBot, window: MainWindow, find: Find, own: int, rivals: int, t: int, expected: int
) -> None:
    session = window.session
    session.set_schedule(make_schedule("cosine", own))
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    other = replace(exact_model(session.data, make_schedule("cosine", rivals)), steps=1)
    compare = reverse.pages["compare"]
    compare._opened.use("other", other)
    compare._fill()
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_model"), f"{other.name} · 1 steps")
    find("reverse.count").setValue(20)
    choose(find("reverse.begin"), "data sample")
    find("reverse.begin_t").setValue(t)
    for again in (False, True):  # with the run, and beside the chain that is there
        reverse.run(play=False) if not again else find("reverse.rival_steps").setValue(7)
        qtbot.waitUntil(lambda: reverse.idle, timeout=30_000)
        main, rival = reverse.chain.main, reverse.chain.rival
        assert (main.start, rival.start) == (t, expected)
        x0 = session.data.x0([0]).expand(20, 2)
        noise, _ = chain_noise((2,), ChainSettings(count=20))
        assert torch.equal(rival.x_at(expected), q_sample(other.schedule, x0, expected, noise))


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("daisy", "rose"), (1, 3.0)), (("0", "1", "2"), (None, 1.0)), ((), (None, 1.0))],
)
def test_a_rival_is_told_a_class_only_by_the_name_that_it_knows(
    window: MainWindow, find: Find, names: tuple[str, ...], expected: tuple[int | None, float]
) -> None:
    session = window.session
    plain = replace(exact_model(session.data, make_schedule("cosine", 20)), steps=1)
    session.set_model(replace(plain, num_classes=2, classes=("daisy", "rose")))
    window.show_workspace("reverse")
    compare = window.workspaces["reverse"].pages["compare"]
    compare._opened.use("other", replace(plain, num_classes=len(names), classes=names))
    compare._fill()
    find("reverse.show_compare").click()
    choose(find("reverse.rival_model"), f"{plain.name} · 1 steps")
    choose(find("reverse.class"), "rose")
    find("reverse.guidance").setValue(3.0)
    settings = compare.plan().settings
    assert (settings.label, settings.guidance) == expected


def test_a_rival_that_is_refused_leaves_none_in_its_place(
    qtbot: QtBot, window: MainWindow, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.show_compare"))
    reverse.run(play=False)
    assert reverse.chain.rival is not None
    said = []
    window.session.noticed.connect(said.append)
    monkeypatch.setattr(reverse.chain, "_limit", lambda: reverse.chain.main.bytes_at_most + 100)
    find("reverse.rival_steps").setValue(9)
    assert reverse.chain.rival is None, "what is on show would not be what the controls say"
    assert "the memory limit leaves 0 KB" in said[0].hint
    monkeypatch.undo()
    find("reverse.rival_steps").setValue(8)
    assert reverse.chain.rival.length == 8


def test_a_bug_is_a_choice_for_b_and_the_only_difference(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    session = window.session
    session.set_schedule(make_schedule("cosine", 30))
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_bug"), "DDIM's direction with sigma")
    reverse.run(play=False)
    qtbot.waitUntil(lambda: reverse.idle, timeout=30_000)
    main, rival = reverse.chain.main, reverse.chain.rival
    assert main.settings == rival.settings, "A has what shows the bug, and B has all of A's"
    assert main.settings.sampler == "ddim"
    assert torch.equal(main.x_at(30), rival.x_at(30))
    gone = rival.x_at(15)
    x0_hat = rival.x0_hat_at(16)
    assert torch.allclose(gone, float(session.schedule.sqrt_alpha_bar[15]) * x0_hat, atol=1e-4)
    assert reverse.shown().rival == (session.model, main.settings, "ddim-direction-sigma")
    choose(find("reverse.rival_bug"), "no bug")
    qtbot.waitUntil(lambda: reverse.idle, timeout=30_000)
    assert torch.equal(reverse.chain.rival.x_at(0), reverse.chain.main.x_at(0))
    assert reverse.shown().rival == (session.model, main.settings, "")


def test_a_bug_that_the_model_cannot_show_is_refused_and_said(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.show_compare"))
    reverse.run(play=False)
    said = []
    window.session.noticed.connect(said.append)
    choose(find("reverse.rival_bug"), "Sampled in train mode")
    assert reverse.chain.rival is None
    assert "is no network" in said[-1].title


def test_a_walks_on_where_its_settings_are_nothing_for_the_bug_of_b(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_bug"), "DDIM's direction with sigma")
    reverse.run(play=False)
    assert reverse.chain.rival is not None
    choose(find("reverse.sampler"), sampler_titles()["ddpm"])
    assert reverse.chain.main.settings.sampler == "ddpm", "what is on show is what the form says"
    assert reverse.chain.rival is None
    assert "a bug of ddim, not of ddpm" in find("notice.text").text()
    choose(find("reverse.rival_bug"), "no bug")
    assert reverse.chain.rival.settings.sampler == "ddpm"
    assert find("notice.bar").isHidden()
