"""The guards of ``tests/conftest.py`` are watched too: a test for each must fail, and say why.

All bad tests run once, in a process of their own with this project's settings; each test here
looks at the outcome of one.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = [pytest.mark.process, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
NO_CACHE = ("-p", "no:cacheprovider")

BAD_TESTS = """
import subprocess
import sys
import threading
import time
import warnings

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot, qCritical, qWarning
from PySide6.QtWidgets import QDialog, QSlider, QVBoxLayout, QWidget


class Faulty(QObject):
    asked = Signal()
    answered = Signal()

    @Slot()
    def fail(self):
        self.answered.emit()
        raise ValueError("from a slot")


class FaultyRun(QThread):
    def run(self):
        raise ValueError("from run")


def test_python_warning():
    warnings.warn("out of date")


def test_exception_in_python_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


def test_qt_warning(qapp):
    qWarning("beware")


def test_qt_critical(qapp):
    qCritical("beware indeed")


def test_exception_in_slot(qtbot):
    faulty = Faulty()
    faulty.asked.connect(faulty.fail)
    faulty.asked.emit()


def test_exception_in_worker_thread(qtbot):
    thread, faulty = QThread(), Faulty()
    faulty.moveToThread(thread)
    faulty.asked.connect(faulty.fail)
    thread.start()
    with qtbot.waitSignal(faulty.answered):
        faulty.asked.emit()
    thread.quit()
    assert thread.wait(2000)


def test_exception_in_qthread_run(qtbot):
    thread = FaultyRun()
    thread.start()
    assert thread.wait(2000)


def test_python_thread_left():
    threading.Thread(target=time.sleep, args=(3,), name="sleeper", daemon=True).start()


def test_qthread_left(qapp):
    thread = QThread()
    thread.setObjectName("worker")
    thread.start()


def test_timer_left(qapp):
    qapp.forgotten = QTimer()
    qapp.forgotten.setObjectName("ticker")
    qapp.forgotten.start(1000)


def test_widget_left(qapp):
    qapp.forgotten = QWidget()
    qapp.forgotten.setObjectName("window")


def test_dialog_left(qapp):
    qapp.forgotten = QDialog()
    qapp.forgotten.setObjectName("dialog")
    qapp.forgotten.open()


def test_process_without_the_marker():
    subprocess.run([sys.executable, "-c", "pass"], check=True)


@pytest.mark.process
def test_good_process():
    subprocess.run([sys.executable, "-c", "pass"], check=True)


@pytest.mark.gpu
def test_gpu(monkeypatch):
    import torch

    assert torch.cuda.is_available()


@pytest.fixture
def untidy(qapp):
    yield
    qWarning("beware at the end")


def test_qt_warning_in_teardown(untidy):
    pass


def test_good_with_widgets(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(QSlider())
    window.show()
    window.resize(300, 300)
    QDialog(window).open()
    QTimer(window).start(10)


def test_good_deletes_later(qapp):
    window = QWidget()
    window.show()
    window.deleteLater()


def test_good_cycle(qapp):
    window = QWidget()
    window.itself = window


def test_good_thread_that_was_asked_to_end(qapp):
    thread = QThread()
    thread.start()
    thread.quit()


def test_good_python_thread_that_ends():
    threading.Thread(target=time.sleep, args=(0.1,)).start()


def test_good_without_qt():
    pass


def test_failure_tells_only_its_own_reason(qapp):
    qapp.forgotten = QWidget()
    assert not "the reason"
"""

REASONS = {
    "python_warning": "UserWarning: out of date",
    "exception_in_python_thread": "ZeroDivisionError",
    "qt_warning": "QtWarningMsg: beware",
    "qt_critical": "QtCriticalMsg: beware indeed",
    "exception_in_slot": "ValueError: from a slot",
    "exception_in_worker_thread": "ValueError: from a slot",
    "exception_in_qthread_run": "ValueError: from run",
    "python_thread_left": "left behind: a running Python thread, <Thread(sleeper",
    "qthread_left": "left behind: a running QThread, QThread 'worker'",
    "timer_left": "left behind: an active QTimer, QTimer 'ticker'",
    "widget_left": "left behind: a top-level widget, QWidget 'window'",
    "dialog_left": "left behind: a top-level widget, QDialog 'dialog'",
    "process_without_the_marker": "mark it process: it starts",
    "qt_warning_in_teardown": "Qt says while tearing down: beware at the end",
}
GOOD = (
    "good_process",
    "good_with_widgets",
    "good_deletes_later",
    "good_cycle",
    "good_thread_that_was_asked_to_end",
    "good_python_thread_that_ends",
    "good_without_qt",
)


def run_pytest(folder: Path, tests: str, processes: int) -> str:
    """What pytest prints about ``tests`` under this project's settings and guards."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "test_sample.py").write_text(textwrap.dedent(tests), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", f"-n{processes}", "--color=no", *NO_CACHE],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """In one process of xdist's, as most tests are run."""
    return run_pytest(tmp_path_factory.mktemp("guards"), BAD_TESTS, processes=1)


@pytest.mark.parametrize(("name", "reason"), REASONS.items(), ids=REASONS)
def test_bad_test_fails_and_says_why(printed: str, name: str, reason: str) -> None:
    section = re.search(
        rf"^_+ (?:ERROR at \w+ of )?test_{name} _+$(.*?)(?=^_{{5,}} |^={{5,}} )",
        printed,
        re.DOTALL | re.MULTILINE,
    )
    assert section is not None, printed
    assert reason in section[1]
    assert re.search(rf"^(FAILED|ERROR) \S+::test_{name}\b", printed, re.MULTILINE), printed


@pytest.mark.parametrize("name", GOOD)
def test_good_test_passes(printed: str, name: str) -> None:
    assert re.search(rf"^PASSED \S+::test_{name}$", printed, re.MULTILINE), printed
    assert not re.search(rf"^(FAILED|ERROR) \S+::test_{name}\b", printed, re.MULTILINE), printed


def test_failure_is_not_drowned_by_what_it_left(printed: str) -> None:
    name = "test_failure_tells_only_its_own_reason"
    assert re.search(rf"^FAILED \S+::{name}\b", printed, re.MULTILINE), printed
    assert not re.search(rf"^ERROR \S+::{name}\b", printed, re.MULTILINE), printed


def test_a_test_of_a_gpu_is_skipped_where_there_is_none(printed: str) -> None:
    assert re.search(r"^(SKIPPED .*needs a GPU|PASSED \S+::test_gpu)$", printed, re.MULTILINE), (
        printed
    )


def test_pure_tests_do_not_start_qt(tmp_path: Path) -> None:
    printed = run_pytest(
        tmp_path,
        """
        import sys

        def test_first():
            pass

        def test_second():
            widgets = sys.modules.get("PySide6.QtWidgets")
            assert widgets is None or widgets.QApplication.instance() is None
        """,
        processes=0,
    )
    assert "2 passed" in printed
