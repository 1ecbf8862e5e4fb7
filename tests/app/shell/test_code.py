"""*Copy as Python*: the code of what is in front lies on the clipboard, and makes what is shown."""

import pytest
import torch
from driving import Find, choose, click
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.viewing.noising import Noising


def copied(window: MainWindow, id: str = "code.copy") -> str:
    QGuiApplication.clipboard().setText("what was there before")
    assert window.registry[id].run()
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize("key", [key for key in TITLES if key != "bench"])
def test_each_workspace_can_be_copied(
    qtbot: QtBot, window: MainWindow, find: Find, key: str
) -> None:
    click(qtbot, find(f"workspace.{key}"))
    text = copied(window)
    compile(text, "<copied>", "exec")
    assert "import torch" in text and "\nimport diffvis" not in text
    assert text.count("import diffvis") == text.count(" is ...:  # nothing was put in"), "and then"
    assert find("notice.text").text().startswith(f"Copied: {len(text.splitlines())} lines of plain")
    shorter = copied(window, "code.copy_short")
    compile(shorter, "<copied>", "exec")
    assert "import diffvis" in shorter.replace("torch, ", "")


def test_the_code_of_forward_makes_what_it_shows(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.session.set_t(20)
    find("forward.resample").click()
    text = copied(window)
    shown = window.workspaces["forward"].shown()
    ran: dict[str, object] = {}
    exec(text, ran)  # untouched, it opens what is on screen
    x0 = ran["x0"]
    assert isinstance(x0, torch.Tensor) and len(x0) == shown.count
    session = window.session
    noising = Noising(
        session.data, session.schedule, shown.count, shown.seed, shown.first, shown.of_class,
        shown.spread,
    )  # fmt: skip
    torch.testing.assert_close(ran["x_t"], noising.at(20).x_t, rtol=0, atol=1e-5)


def test_a_tool_of_the_bench_is_copied_with_diffvis_alone(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.session.set_data(open_dataset("digits"))
    window.session.set_schedule(make_schedule("cosine", 8))
    window.show_workspace("bench")
    choose(find("bench.tool"), "Edit (SDEdit)")
    find("bench.run").click()
    bench = window.workspaces["bench"]
    qtbot.waitUntil(lambda: bench.idle, timeout=20_000)
    assert copied(window) == "what was there before"
    assert "takes more than a page" in find("notice.text").text()
    script = copied(window, "code.copy_short").partition("print(")[0]
    ran: dict[str, dict[str, torch.Tensor]] = {}
    exec(script, ran)
    torch.testing.assert_close(ran["work"]["x0"], bench.clock.board["x0"])


def test_what_cannot_be_copied_is_said(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    click(qtbot, find("workspace.training"))
    find("training.loss").setCurrentIndex(find("training.loss").findData("hybrid"))
    find("training.loss").activated.emit(0)
    assert copied(window) == "what was there before"
    assert "takes more than a page" in find("notice.text").text()
    assert "loss='hybrid'" in copied(window, "code.copy_short")
