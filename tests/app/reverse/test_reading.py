"""How a network that is not ours is read, in Reverse: the form, and the check beside it."""

import threading
from collections.abc import Iterator

import pytest
import torch
from driving import Find, choose, click, finder, rounds, settle, type_number, walk
from looking import cut_off
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.reading import ReadingPanel
from diffvis.app.reverse.reading_plot import AS_READ
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import ExactDenoiser, NoiseSchedule
from diffvis.diffusion.prediction import eps_from_x0
from diffvis.evaluation.reading_rows import OTHER
from diffvis.evaluation.readings import readings
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


class Gate:
    """Of a network: each call waits until it is open, and is counted."""

    def __init__(self) -> None:
        self.calls = 0
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def passed(self) -> None:
        self.calls += 1
        assert self._open.wait(60)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


@pytest.fixture
def slow(session: Session, gate: Gate) -> Model:
    """As ``misread``, but nobody hears of it before the gate is open."""
    data, schedule = session.data, NoiseSchedule.cosine(T)
    exact = ExactDenoiser(data.x0(data.train[:200]), schedule)

    def net(x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        if threading.current_thread() is not threading.main_thread():
            gate.passed()
        t = (time.long() + 1).clamp(1, T)
        return eps_from_x0(schedule, x, t, exact(x, t))

    return wrap(net, (2,), "cosine", T, "eps", name="slow", data=data, say=None)


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


def test_fast_changes_are_answered_by_the_last(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find, slow: Model, gate: Gate
) -> None:
    session.set_model(slow)
    click(qtbot, find("reverse.show_reading"))
    qtbot.waitUntil(lambda: gate.calls == 1)
    for word in ("v", "ε", "v", "ε") * 3:
        choose(find("reverse.reading.predicts"), word)
    bar = find("reverse.reading.progress")
    assert bar.isVisible() and find("reverse.reading.says").text() == "Asking the network …"
    gate.open()
    page = reverse.pages["reading"]
    qtbot.waitUntil(lambda: page.found is not None, timeout=10_000)
    assert page.found.given.variant.reading == session.model.reading
    assert find("reverse.reading.says").text() == page.found.verdict and not bar.isVisible()
    *asked, _ = readings(session.model, session.data)
    assert gate.calls == 1 + len(asked), "of those that were replaced, none was begun"


def test_how_far_it_is_and_the_curve_at_hand_are_shown_meanwhile(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find, slow: Model, gate: Gate
) -> None:
    session.set_model(slow)
    click(qtbot, find("reverse.show_reading"))
    page, said = reverse.pages["reading"], []
    bar = find("reverse.reading.progress")
    bar.valueChanged.connect(
        lambda: said.append((bar.value(), bar.maximum(), len(page.plot.curve_data(AS_READ)[0])))
    )
    gate.open()
    qtbot.waitUntil(lambda: page.found is not None, timeout=10_000)
    assert [value for value, _, _ in said] == list(range(1, len(said) + 1))
    assert len(said) == said[-1][1] == gate.calls
    assert {points for _, _, points in said[1:]} == {len(page.found.times)}
    assert said[0][1] > 5, "what differs from it in one point will be tried as well"


def test_a_change_while_another_page_is_in_front_ends_it(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find, slow: Model, gate: Gate
) -> None:
    session.set_model(slow)
    click(qtbot, find("reverse.show_reading"))
    qtbot.waitUntil(lambda: gate.calls == 1)
    click(qtbot, find("reverse.show_step"))
    session.set_model(slow.read_as(predicts="v"))
    gate.open()
    settle(qtbot, reverse)
    assert gate.calls == 1
    click(qtbot, find("reverse.show_reading"))
    page = reverse.pages["reading"]
    qtbot.waitUntil(lambda: page.found is not None, timeout=10_000)
    assert page.found.status == OTHER


@pytest.fixture
def labelled(session: Session) -> Model:
    """A network of points that is told one of three classes, or None."""

    def net(x: torch.Tensor, t: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
        return x if y is None else x + y[:, None]

    data = session.data
    return wrap(net, (2,), "cosine", T, classes=("a", "b", "c"), name="told", data=data, say=None)


def test_classes_and_null_are_read_at_once_and_undone(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find, labelled: Model
) -> None:
    session.set_model(labelled)
    click(qtbot, find("reverse.show_reading"))
    classes, null = find("reverse.reading.classes"), find("reverse.reading.null")
    assert classes.isVisible() and null.isVisible()
    assert (classes.value(), null.currentText()) == (3, "label 3")
    type_number(qtbot, classes, 2)
    assert session.model.reading.classes == ("a", "b") and session.model.reading.null == 2
    assert find("reverse.class").findText("c") < 0, "the form of the chain follows"
    choose(null, "none: no guidance")
    assert session.model.needs_class
    choose(null, "label 1: b")
    assert session.model.reading.null == 1
    for _ in range(3):
        session.history.undo()
    assert (classes.value(), null.currentText()) == (3, "label 3")
    assert session.model.classes == ("a", "b", "c")
    type_number(qtbot, classes, 0)
    assert not session.model.num_classes and classes.isVisible() and not null.isEnabled()
    settle(qtbot, reverse)


def test_what_means_nothing_is_not_there(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, page: ReadingPanel, find: Find
) -> None:
    for name in ("classes", "null", "range", "clip_range"):
        assert not find(f"reverse.reading.{name}").isVisible(), "of points without classes"
    session.set_data(open_dataset("digits"))
    session.set_model(wrap(lambda x, t: x, (1, 8, 8), T=T, say=None))
    click(qtbot, find("reverse.show_reading"))
    assert find("reverse.reading.range").isVisible()
    assert not find("reverse.reading.classes").isVisible()
    settle(qtbot, reverse)


def test_the_clip_range_is_that_of_the_chain(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    session.set_data(open_dataset("digits"))
    session.set_model(wrap(lambda x, t: 0 * x - 9, (1, 8, 8), T=T, predicts="x0", say=None))
    click(qtbot, find("reverse.show_reading"))
    settle(qtbot, reverse)
    type_number(qtbot, find("reverse.reading.clip_range"), 2)
    walk(qtbot, reverse)
    assert session.model.clip_range == 2
    assert reverse.recording.x_at(0).unique().tolist() == [-2]
    session.history.undo()
    assert session.model.clip_range == find("reverse.reading.clip_range").value() == 1
    settle(qtbot, reverse)


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
