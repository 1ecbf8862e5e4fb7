"""How a network that is not ours is read, in Reverse: the form, and the check beside it."""

import pytest
import torch
from driving import Find, choose, click, finder, rounds, settle
from looking import cut_off
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.reading import ReadingPanel
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import ExactDenoiser, NoiseSchedule
from diffvis.diffusion.prediction import eps_from_x0
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import Model, open_model

T = 20


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


@pytest.fixture
def find(reverse: ReverseWorkspace) -> Find:
    return finder(reverse)


@pytest.fixture
def misread(session: Session) -> Model:
    """It knows the points on show by heart and predicts eps; it is read as v."""
    data, schedule = session.data, NoiseSchedule.cosine(T)
    exact = ExactDenoiser(data.x0(data.train[:200]), schedule)

    def net(x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        t = (time.long() + 1).clamp(1, T)
        return eps_from_x0(schedule, x, t, exact(x, t))

    return wrap(net, (2,), "cosine", T, "v", name="theirs", data=data, say=None)


@pytest.fixture
def page(qtbot: QtBot, session: Session, reverse: ReverseWorkspace, misread: Model) -> ReadingPanel:
    session.set_model(misread)
    click(qtbot, finder(reverse)("reverse.show_reading"))
    found = reverse.pages["reading"]
    qtbot.waitUntil(lambda: found.found is not None, timeout=10_000)
    return found


def test_the_page_is_there_for_a_network_that_is_not_ours(
    session: Session, reverse: ReverseWorkspace, find: Find, misread: Model
) -> None:
    tab = find("reverse.show_reading")
    assert not tab.isVisible()
    session.set_model(open_model("swiss-roll"))
    assert not tab.isVisible()
    session.set_model(misread)
    assert tab.isVisible()


def test_it_goes_with_the_model(
    session: Session, reverse: ReverseWorkspace, page: ReadingPanel, find: Find
) -> None:
    session.use_exact_denoiser()
    assert reverse.pages.key == "step"
    assert not find("reverse.show_reading").isVisible()


def test_the_check_says_which_reading_fits(page: ReadingPanel, find: Find) -> None:
    assert page.found.best.variant.reading.predicts == "eps"
    assert find("reverse.reading.says").text() == page.found.verdict
    t, loss = page.plot.curve_data("as it is read")
    assert t.tolist() == list(page.found.times)
    assert loss == pytest.approx(page.found.given.losses, abs=1e-3)
    assert page.plot.curve_data("best reading")[1].max() < loss.max()
    assert "best: as eps" in page.plot.spoken_value()


def test_another_choice_is_read_at_once(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, page: ReadingPanel, find: Find
) -> None:
    click(qtbot, find("reverse.run"))
    settle(qtbot, reverse)
    before = reverse.recording
    choose(find("reverse.reading.predicts"), "ε")
    assert session.model.reading.predicts == "eps"
    settle(qtbot, reverse)
    qtbot.waitUntil(lambda: page.found is not None, timeout=10_000)
    assert reverse.recording is not before
    assert reverse.recording.model is session.model, "the chain is walked anew"
    assert page.found.status == 0 and not find("reverse.reading.take").isEnabled()
    choose(find("reverse.reading.time"), "1…T")
    choose(find("reverse.reading.schedule"), "linear-unscaled")
    assert session.model.reading.time == "count"
    assert session.schedule == NoiseSchedule.linear(T, rescale=False)
    assert not find("reverse.reading.range").isEnabled(), "points have none"
    assert find("reverse.reading.schedule").currentText() == "linear-unscaled"


def test_the_best_reading_is_taken_and_undone(
    qtbot: QtBot, session: Session, page: ReadingPanel, find: Find
) -> None:
    click(qtbot, find("reverse.reading.take"))
    assert session.model.reading.predicts == "eps"
    assert find("reverse.reading.predicts").currentText() == "ε"
    session.history.undo()
    assert session.model.reading.predicts == "v"
    assert find("reverse.reading.predicts").currentText() == "v"


def test_data_of_another_size_are_asked_for(
    session: Session, page: ReadingPanel, find: Find, misread: Model
) -> None:
    session.set_data(open_dataset("digits"))
    session.set_model(misread)
    page.refresh()
    assert page.found is None
    assert find("reverse.reading.says").text().startswith("Open the data that it learned")


@pytest.mark.parametrize("look", ["dark", "light"])
def test_nothing_of_it_is_cut_off(
    qtbot: QtBot, window: MainWindow, theme: Theme, look: str
) -> None:
    window.session.set_data(open_dataset("digits"))
    window.session.set_model(open_model("digits").read_as(predicts="eps"))
    window.show_workspace("reverse")
    theme.set_name(look)
    find = finder(window)
    click(qtbot, find("reverse.show_reading"))
    page = window.workspaces["reverse"].pages["reading"]
    qtbot.waitUntil(lambda: page.found is not None, timeout=60_000)
    for size in ((1280, 720), (960, 540)):
        window.resize(*size)
        rounds()
        assert (window.width(), window.height()) == size
        assert cut_off(page) == []
    for name in ("predicts", "time", "range", "schedule", "take"):
        assert find(f"reverse.reading.{name}").accessibleName()
    words = find("reverse.reading.says")
    assert isinstance(words, QLabel)
    assert "worse than predicting nothing from t = 240 on" in words.text()
