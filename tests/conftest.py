"""Shared by all tests: offscreen Qt, a private home folder, real data where it is present, guards.

The guards fail a test that leaves something behind: a running thread (Qt's or Python's), an active
timer, a top-level widget, or a Qt warning while it was torn down; and one that starts a process
without being marked ``process``. Warnings of Python, Qt's messages
during the test and exceptions in slots and threads are caught by pytest and pytest-qt themselves
(``[tool.pytest.ini_options]``). ``tests/guards`` shows each of them at work.
"""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other slow small tensors

os.environ.setdefault("DIFFVIS_ENGINE", "plain")  # no chain by what this machine finds faster

# The offscreen platform says this of every window with a layout, and of every one that floats.
OFFSCREEN_IS_LIMITED = (
    r"^This plugin does not support (propagateSizeHints\(\)|raise\(\)|grabbing the keyboard)$"
)
GRACE_MS = 1_000  # what a thread that was asked to end gets before it counts as left behind


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("qt_log_ignore", OFFSCREEN_IS_LIMITED)
    if hasattr(signal, "SIGHUP"):  # started by nohup, children of the tests would not hear it
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs, caches and settings of a test go to a folder of its own."""
    home = tmp_path / "home"
    monkeypatch.setenv("DIFFVIS_HOME", str(home))
    return home


@pytest.fixture
def test_data() -> Path:
    """The folder of real data (``mnist/``, ``flowers/``); without one the test is skipped."""
    folder = os.environ.get("DIFFVIS_TEST_DATA")
    if not folder:
        pytest.skip("DIFFVIS_TEST_DATA is not set")
    path = Path(folder)
    assert path.is_dir(), f"DIFFVIS_TEST_DATA names {path}, which is not a folder"
    return path


@pytest.fixture(autouse=True)
def needs_gpu(request: pytest.FixtureRequest) -> None:
    """What is marked ``gpu`` is skipped where there is none."""
    if request.node.get_closest_marker("gpu") and not _has_gpu():
        pytest.skip("needs a GPU")


# --- guards ------------------------------------------------------------------------------------


@dataclass
class _Alive:
    """What runs or stands open at one moment."""

    threads: set[threading.Thread] = field(default_factory=set)
    qthreads: list = field(default_factory=list)
    timers: list = field(default_factory=list)
    widgets: list = field(default_factory=list)

    @classmethod
    def now(cls) -> "_Alive":
        known_to_python = (t for t in threading.enumerate() if not t.name.startswith("Dummy-"))
        alive = cls(set(known_to_python))
        core, widgets = _qt("QtCore"), _qt("QtWidgets")
        if core is None:
            return alive
        main = core.QThread.currentThread()
        for wrapper in sys.modules["shiboken6"].getAllValidWrappers():
            if isinstance(wrapper, core.QThread) and wrapper.isRunning() and wrapper != main:
                alive.qthreads.append(wrapper)
            elif isinstance(wrapper, core.QTimer) and wrapper.isActive():
                alive.timers.append(wrapper)
        if widgets is not None and widgets.QApplication.instance() is not None:
            alive.widgets = list(widgets.QApplication.topLevelWidgets())
        return alive

    def since(self, before: "_Alive") -> "_Alive":
        """What is here and was not before. Menus and dialogs go with the window they belong to."""
        widgets = [w for w in self.widgets if w not in before.widgets]
        return _Alive(
            self.threads - before.threads,
            [t for t in self.qthreads if t not in before.qthreads],
            [t for t in self.timers if t not in before.timers],
            [w for w in widgets if w.parentWidget() not in widgets],
        )

    def __bool__(self) -> bool:
        return bool(self.threads or self.qthreads or self.timers or self.widgets)

    def lines(self) -> list[str]:
        parts = (
            ("a running Python thread", [repr(thread) for thread in self.threads]),
            ("a running QThread", [_describe(thread) for thread in self.qthreads]),
            ("an active QTimer", [_describe(timer) for timer in self.timers]),
            ("a top-level widget", [_describe(widget) for widget in self.widgets]),
        )
        return [f"left behind: {what}, {which}" for what, found in parts for which in found]

    def end(self) -> None:
        """Put an end to it, as far as possible, so that the next test does not suffer."""
        for thread in self.qthreads:
            thread.requestInterruption()
            thread.quit()
            thread.wait(GRACE_MS)
        for timer in self.timers:
            if timer.thread() == _qt("QtCore").QThread.currentThread():
                timer.stop()
        for widget in self.widgets:
            widget.hide()
            widget.deleteLater()


_before = pytest.StashKey[_Alive]()
_failed = pytest.StashKey[bool]()
_processes: list[str] = []  # programs of Python's that the present test has started
_started: list = []  # QThreads: one that loses its last reference while it runs aborts the process


def _qt(name: str) -> ModuleType | None:
    """A module of PySide6 where something has imported it; the guards never import Qt."""
    return sys.modules.get(f"PySide6.{name}")


def _describe(thing: object) -> str:
    parent = thing.parent()
    of = f" of {type(parent).__name__}" if parent is not None else ""
    return f"{type(thing).__name__} {thing.objectName()!r}{of}"


def _delete_what_was_asked_to_go() -> None:
    """``deleteLater`` waits for an event loop, which a test does not have once it has ended."""
    core = _qt("QtCore")
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        core.QCoreApplication.processEvents()


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _left_behind(before: _Alive) -> _Alive:
    """What a test has left, after garbage was collected and threads had time to end."""
    _delete_what_was_asked_to_go()
    gc.collect()  # here, rather than in some later test's worker thread, where widgets must not die
    _delete_what_was_asked_to_go()
    for thread in (left := _Alive.now().since(before)).threads:
        thread.join(GRACE_MS / 1000)
    for thread in left.qthreads:
        thread.wait(GRACE_MS)
    return _Alive.now().since(before) if left else left


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Imports and rewritten asserts are many objects, and hardly any of them is garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    gc.collect()


def pytest_sessionstart() -> None:
    _listen_for_processes()
    core = _qt("QtCore")
    if core is None:
        return
    start = core.QThread.start

    def start_and_keep(thread: object, *priority: object) -> None:
        _started.append(thread)
        start(thread, *priority)

    core.QThread.start = start_and_keep


def _listen_for_processes() -> None:
    begin = subprocess.Popen.__init__

    def begin_and_tell(self: object, args: object, *more: object, **other: object) -> None:
        if isinstance(args, Sequence) and args and args[0] == sys.executable:
            _processes.append(str(args))
        begin(self, args, *more, **other)

    subprocess.Popen.__init__ = begin_and_tell


def _begun() -> list[str]:
    """The processes that were begun since this was last asked."""
    forked = getattr(sys.modules.get("programs"), "begun", [])
    found = [*_processes, *forked]
    _processes.clear()
    forked.clear()
    return found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    gc.freeze()  # what was here before is not this test's garbage, and looking at it takes time
    item.stash[_before] = _Alive.now()
    item.stash[_failed] = False
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Around everybody else's teardown: what is still here now was left behind."""
    core = _qt("QtCore")
    messages: list[str] = []
    ignored = item.config.getini("qt_log_ignore")

    def listen(kind: object, _context: object, text: str) -> None:
        unimportant = kind in (core.QtMsgType.QtDebugMsg, core.QtMsgType.QtInfoMsg)
        if not unimportant and not any(re.search(known, text) for known in ignored):
            messages.append(f"Qt says while tearing down: {text}")

    previous = core and core.qInstallMessageHandler(listen)
    try:
        result = yield
        left = _left_behind(item.stash[_before])
        problems = left.lines()
        left.end()
        _delete_what_was_asked_to_go()
    finally:
        if core is not None:
            core.qInstallMessageHandler(previous)
    _started[:] = [thread for thread in _started if thread.isRunning()]
    problems += messages
    if (begun := _begun()) and item.get_closest_marker("process") is None:
        problems.append(f"mark it process: it starts {begun[0]}")
    if problems and not item.stash[_failed]:  # a failure has its own reason to leave things behind
        pytest.fail("\n".join(problems), pytrace=False)
    return result
