"""The settings file: plain values, checked one by one, that no start stumbles over."""

import base64
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings, Qt

from diffvis.app.packed_layout import check_geometry, read_layout
from diffvis.app.preferences import Preferences
from diffvis.app.recent import recent, remember
from diffvis.app.settings import ENTRIES, Settings, settings
from diffvis.app.shell.layout import NAMES, VERSION
from diffvis.app.shell.window import MainWindow

GOOD = {
    "theme": "light",
    "preferences": {"marks": [5, 7], "snap": False, "memory_mb": 256, "device": "cpu"},
    "recent": [["data", "digits"]],
    "folders": {"open": "/tmp"},
    "export": {"folder": "/tmp", "format": ".mp4"},
}


@pytest.fixture
def file(private_home: Path) -> Path:
    private_home.mkdir()
    return private_home / "window.json"


def test_values_come_back(file: Path) -> None:
    settings().keep({"theme": "light", "geometry": b"", "preferences.marks": [3, 4]})
    settings().keep({"export.format": ".webp"})
    found = settings()
    assert (found.get("theme"), found.get("preferences.marks")) == ("light", (3, 4))
    assert found.get("export.format") == ".webp"
    assert found.get("preferences.memory_mb") == 1024, "as usual where nothing is kept"
    assert settings().tidied() is None


def test_every_entry_takes_what_it_writes() -> None:
    for name, entry in ENTRIES.items():
        written = json.loads(json.dumps(entry.write(entry.usual)))
        assert entry.read(written) == entry.usual, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "purple"),
        ("theme", 7),
        ("theme", ["dark"]),
        ("geometry", "hello"),
        ("geometry", base64.b64encode(b"hello").decode()),
        ("layout", "not base64!"),
        ("layout", base64.b64encode(bytes(400)).decode()),
        ("preferences.marks", "20 50"),
        ("preferences.marks", [0]),
        ("preferences.marks", [True]),
        ("preferences.marks", [1.5]),
        ("preferences.marks", [1] * 100_000),
        ("preferences.snap", "perhaps"),
        ("preferences.memory_mb", -7),
        ("preferences.memory_mb", 10**400),
        ("preferences.device", None),
        ("preferences.device", "c" * 1_000_000),
        ("recent", [["nothing", "x"]]),
        ("recent", [["model"]]),
        ("recent", {"model": "x"}),
        ("folders", {"open": 3}),
        ("export.folder", "/tmp/\0"),
    ],
)
def test_a_value_that_cannot_be_used_is_dropped_and_said_once(
    file: Path, name: str, value: object
) -> None:
    content = json.loads(json.dumps(GOOD))
    inside, _, last = name.rpartition(".")
    (content[inside] if inside else content)[last] = value
    before = json.dumps(content)
    file.write_text(before)
    assert settings().get(name) == ENTRIES[name].usual
    dropped = settings().tidied()
    assert dropped is not None and dropped.names == (name,)
    assert dropped.kept.parent == file.parent and dropped.kept.read_text() == before
    assert settings().tidied() is None, "said once"
    as_before = Settings(_of(file, before))
    for other in ENTRIES.keys() - {name}:
        assert settings().get(other) == as_before.get(other)


def _of(file: Path, text: str) -> Path:
    """Another folder with that text in it."""
    folder = file.parent / "other"
    folder.mkdir(exist_ok=True)
    (folder / file.name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"theme": ' + b"9" * 50_000 + b"}",
        b"{" + b" " * 3_000_000 + b"}",
    ],
    ids=["empty", "cut", "list", "null", "bytes", "deep", "nested", "digits", "large"],
)
def test_a_file_that_cannot_be_read_is_kept_beside(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert settings().get("theme") == "system"
    dropped = settings().tidied()
    assert dropped is not None and dropped.kept.read_bytes() == content
    settings().keep({"theme": "dark"})
    assert settings().get("theme") == "dark" and settings().tidied() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no FIFOs")
def test_what_is_no_regular_file_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    assert settings().get("theme") == "system"
    assert settings().tidied() is not None
    settings().keep({"theme": "dark"})
    assert settings().get("theme") == "dark"


def test_older_files_beside_are_not_replaced(file: Path) -> None:
    for number in range(3):
        file.write_text(f"no. {number}")
        settings().tidied()
    kept = sorted(path.read_text() for path in file.parent.glob("window.json.old*"))
    assert kept == ["no. 0", "no. 1", "no. 2"]


def test_what_another_version_keeps_stays(file: Path) -> None:
    file.write_text(json.dumps(GOOD | {"bench": {"brush": 3}}))
    settings().keep({"theme": "dark"})
    assert json.loads(file.read_text())["bench"] == {"brush": 3}


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(
    private_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private_home.write_text("a file where the folder should be")
    settings().keep({"theme": "dark"})
    assert settings().tidied() is None
    assert settings().get("theme") == "system"
    assert "could not be kept" in caplog.text


def test_a_full_disk_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = json.dumps(GOOD | {"theme": "purple"})
    file.write_text(before)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert settings().tidied() is not None
    settings().keep({"theme": "dark"})
    assert file.read_text() == before


# --- what earlier versions kept --------------------------------------------------------------


@pytest.fixture
def old(private_home: Path) -> QSettings:
    """The file as they wrote it: by Qt."""
    return QSettings(str(private_home / "window.ini"), QSettings.Format.IniFormat)


def test_what_an_earlier_version_kept_is_read_once(
    new_window: Callable[[], MainWindow], private_home: Path, old: QSettings
) -> None:
    window = new_window()
    window.docks["training"].setFloating(True)
    odd = '/home/ü x/a,b;c="d"\\e'
    for name, value in {
        "geometry": window.saveGeometry(),
        "layout": window.saveState(VERSION),
        "theme": "light",
        "preferences/marks": "5 500",
        "preferences/snap": "False",
        "preferences/memory_mb": "256",
        "preferences/device": "cuda:0",
        "preferences/seen_hints": "forward reverse",
        "recent": f"model\t{odd}\ndata\tdigits?size=16",
        "folders/open": odd,
        "export/folder": "@ByteArray(no)",
        "export/format": ".webp",
    }.items():
        old.setValue(name, value)
    old.sync()
    before = (private_home / "window.ini").read_bytes()
    assert settings().tidied() is None
    found = settings()
    assert found.get("geometry") == window.saveGeometry().data()
    assert read_layout(found.get("layout")).names == tuple(sorted(NAMES))
    assert found.get("theme") == "light"
    assert found.get("recent") == (("model", odd), ("data", "digits?size=16"))
    assert found.get("folders") == {"open": odd}
    assert found.get("export.folder") == "@ByteArray(no)"
    kept = Preferences()
    assert (kept.marks, kept.snap, kept.device) == ((5, 500), False, "cuda:0")
    assert kept.memory_limit == 256 * 2**20
    assert not kept.hint_wanted("reverse") and kept.hint_wanted("training")
    assert (private_home / "window.ini").read_bytes() == before
    old.setValue("theme", "dark")
    old.sync()
    assert settings().tidied() is None
    assert settings().get("theme") == "light", "once"


@pytest.mark.parametrize(
    "line", ["geometry=hello", "layout=hello", "geometry=@ByteArray(hello)", "layout=@Point(1 2)"]
)
def test_a_bad_line_of_an_old_file_does_not_keep_the_window_shut(
    new_window: Callable[[], MainWindow], private_home: Path, line: str
) -> None:
    private_home.mkdir()
    old = private_home / "window.ini"
    old.write_text(f"[General]\n{line}\ntheme=light\n")
    dropped = settings().tidied()
    assert dropped is not None
    assert (dropped.names, dropped.kept) == ((line.partition("=")[0],), old)
    new_window().restore_layout()
    assert settings().get("theme") == "light"
    assert settings().tidied() is None


def test_nothing_in_an_old_file_is_executed(
    private_home: Path, old: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PySide keeps what is no type of Qt as a pickle, and unpickles it when it is read."""
    trace, other = tmp_path / "executed", tmp_path / "other"

    class Payload:
        def __reduce__(self) -> tuple:
            return Path.touch, (trace,)

    old.setValue("theme", Payload())
    old.setValue("layout", Payload())
    old.sync()
    assert "@Variant" in (private_home / "window.ini").read_text()
    other.mkdir()
    shutil.copy(private_home / "window.ini", other)  # which no QSettings of this process knows
    monkeypatch.setenv("DIFFVIS_HOME", str(other))
    dropped = settings().tidied()
    assert dropped is not None and set(dropped.names) == {"theme", "layout"}
    assert not trace.exists()


# --- what Qt packs ---------------------------------------------------------------------------


def _arrangements(window: MainWindow) -> list[Callable[[], object]]:
    docks = window.docks
    return [
        lambda: None,
        lambda: docks.side_by_side("forward", "schedules"),
        lambda: docks.float("reverse"),
        lambda: [docks.float(key) for key in ("forward", "schedules", "training")],
        lambda: docks["forward"].close(),
        docks.reset,
        lambda: window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["reverse"]),
        lambda: window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks["training"]),
        window.showMaximized,
        window.showFullScreen,
        window.showMinimized,
    ]


def test_whatever_the_window_packs_can_be_kept(window: MainWindow) -> None:
    for arrange in _arrangements(window):
        arrange()
        check_geometry(window.saveGeometry().data())
        packed = read_layout(window.saveState(VERSION).data())
        assert (packed.version, packed.names) == (VERSION, tuple(sorted(NAMES)))


def test_a_layout_of_another_version_is_passed_over_in_silence(window: MainWindow) -> None:
    settings().keep({"layout": window.saveState(VERSION + 1).data()})
    window.docks["training"].setFloating(True)
    window.restore_layout()
    assert window.docks["training"].isFloating()
    assert settings().tidied() is None


def test_damaged_bytes_never_reach_qt(window: MainWindow, private_home: Path) -> None:
    """Qt crashes on one in a hundred of them. Those that pass are given to it."""
    good = {
        "geometry": window.saveGeometry().data(),
        "layout": window.saveState(VERSION).data(),
    }
    chance, passed = random.Random(3), 0
    for _ in range(600):
        name = chance.choice(list(good))
        bad = bytearray(good[name])
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.randrange(len(bad) - 4)
            piece = chance.choice((bytes(4), b"\xff\xff\xff\xff", chance.randbytes(4), b""))
            bad[place : place + chance.choice((1, 4))] = piece[: chance.choice((1, 4))]
        try:
            ENTRIES[name].read(base64.b64encode(bad).decode())
        except ValueError:
            continue
        passed += 1
        if name == "geometry":
            window.restoreGeometry(QByteArray(bytes(bad)))
        else:
            window.restoreState(QByteArray(bytes(bad)), VERSION)
    assert 0 < passed < 300


def test_what_was_opened_is_remembered(file: Path) -> None:
    remember("data", "digits")
    remember("model", "swiss-roll")
    remember("data", "digits")
    assert [(item.kind, item.source) for item in recent()] == [
        ("data", "digits"),
        ("model", "swiss-roll"),
    ]
