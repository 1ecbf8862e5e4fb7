"""What is dropped on the window: what it is comes first, and nothing of it vanishes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, choose, click
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from diffvis.app.notices import NoticeKind
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.models.model import open_model


def drop(qtbot: QtBot, window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=20_000)


def notice_of(window: MainWindow) -> str:
    said = window.notices.notice
    return "" if said is None else f"{said.title}. {said.hint}"


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (40, 30), (50 * number, 0, 0)).save(paths[-1])
    return paths


def test_pictures_that_are_dropped_together_are_a_set(
    qtbot: QtBot, window: MainWindow, pictures: list[Path]
) -> None:
    drop(qtbot, window, *pictures)
    data = window.session.data
    assert (data.title, len(data), data.shape) == ("3 pictures", 3, (3, 32, 32))
    assert data.values[:, 0, 5, 5].tolist() == [0, 50, 100]
    assert "3 samples are few: all of them train" in notice_of(window)
    assert "pictures of 40 × 30 are cropped" in notice_of(window)
    assert open_dataset(data.source).fingerprint == data.fingerprint


def test_a_photograph_chosen_from_the_list_of_data_is_one_too(
    qtbot: QtBot, window: MainWindow, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (90, 60), (200, 30, 60)).save(path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    chooser = find("source.data")
    choose(chooser, "Open file…")
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=20_000)
    assert window.session.data.shape == (3, 60, 60)
    assert "photo.jpg is shown as an image of 60 × 60, colour" in notice_of(window)


def test_a_photograph_is_shown_as_it_is(
    qtbot: QtBot, window: MainWindow, find: Find, tmp_path: Path
) -> None:
    """Its middle, where it is no square; also while points are on show."""
    ramp = np.zeros((300, 420, 3), np.uint8)
    ramp[:, :, 0] = np.linspace(0, 255, 420)
    for name, image, shape in (
        ("photo", Image.fromarray(ramp), (3, 256, 256)),
        ("icon", Image.fromarray(ramp[:40, :60]), (3, 40, 40)),
        ("digit", Image.fromarray(ramp[:28, :28, 0]), (1, 28, 28)),
    ):
        path = tmp_path / f"{name}.png"
        image.save(path)
        window.show_workspace("schedules")
        drop(qtbot, window, path)
        assert tuple(window.session.data.shape) == shape
        assert window.in_front == "forward"
        assert f"{name}.png is shown as an image of {shape[1]} × {shape[1]}" in notice_of(window)
    photo = window.session.datasets[next(s for s in window.session.datasets if "photo" in s)]
    left, right = photo.values[0, 0, 128, [0, -1]].tolist()
    assert (left, right) == (pytest.approx(255 * 60 / 420, abs=3), pytest.approx(218, abs=3))
    click(qtbot, find("notice.action"))
    qtbot.waitUntil(lambda: window.session.data.is_points, timeout=10_000)


def test_what_a_photograph_becomes_for_a_model_is_said_in_reverse(
    qtbot: QtBot, window: MainWindow, find: Find, tmp_path: Path
) -> None:
    model = open_model("digits")
    window.session.set_data(open_dataset("digits"))
    window.session.set_model(model)
    Image.new("RGB", (300, 300), (200, 30, 60)).save(tmp_path / "photo.png")
    drop(qtbot, window, tmp_path / "photo.png")
    assert (window.session.model.name, window.session.data.shape[0]) == (model.name, 3)
    click(qtbot, find("workspace.reverse"))
    assert f"photo.png becomes {model.shape[1]} × {model.shape[2]}, grey" in notice_of(window)
    click(qtbot, find("notice.action"))
    beginning = window.workspaces["reverse"].recording.beginning
    assert tuple(beginning.x0.shape) == tuple(model.shape)
    assert beginning.title == "photo.png"
    window.session.set_data(open_dataset("swiss-roll"))
    assert window.session.model_is_exact, "other data put it away as ever"


def test_a_sign_says_where_a_drop_goes(
    window: MainWindow, find: Find, pictures: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")
    sign = find("window.drop")
    for paths, words in (
        (pictures[:1], "Forward shows 0.png"),
        (pictures, "3 pictures become one data set"),
        ([tmp_path / "run"], "run becomes the model"),
        ([tmp_path / "a.npy"], "a.npy becomes the data"),
        ([tmp_path / "a.schedule.json"], "a.schedule.json becomes the schedule"),
    ):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        window.dragEnterEvent(
            QDragEnterEvent(
                QPoint(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )  # fmt: skip
        assert sign.isVisible() and sign.words == sign.accessibleName() == words
        assert sign.geometry() == window.rect()
        window.dragLeaveEvent(QDragLeaveEvent())
        assert not sign.isVisible()


def test_an_animation_is_its_frames(
    qtbot: QtBot, window: MainWindow, pictures: list[Path], tmp_path: Path
) -> None:
    frames = [Image.open(path) for path in pictures]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    drop(qtbot, window, tmp_path / "a.gif")
    assert len(window.session.data) == 3
    assert "the 3 frames of one file are the pictures; pages=first" in notice_of(window)


def test_of_several_sets_the_others_are_named(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(0).normal(0, 1, (50, 2)))
    drop(qtbot, window, *(tmp_path / f"{name}.npy" for name in ("a", "b", "c")))
    assert window.session.data.name == "a"
    assert "Not opened: b.npy and c.npy" in notice_of(window)


def test_weights_and_pipelines_are_told_by_the_models(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    torch.save({"w": torch.zeros(2)}, tmp_path / "net.pt")
    drop(qtbot, window, tmp_path / "net.pt")
    assert "net.pt is not a diffvis checkpoint but a state dict of PyTorch" in notice_of(window)
    assert "diffvis.view(net" in notice_of(window)
    (tmp_path / "ddpm").mkdir()
    (tmp_path / "ddpm" / "model_index.json").write_text("{}")
    drop(qtbot, window, tmp_path / "ddpm")
    assert "there is no network in" in notice_of(window) and "unet/config.json" in notice_of(window)


def test_a_picture_of_a_telephone_has_a_remedy(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic")
    drop(qtbot, window, tmp_path / "photo.heic")
    assert "is a HEIC picture, which is not read. save it as PNG or JPEG" in notice_of(window)


def test_the_facts_of_a_set_are_in_one_place(
    qtbot: QtBot, window: MainWindow, find: Find, tmp_path: Path
) -> None:
    flowers = tmp_path / "flowers"
    for name, count in (("rose", 12), ("tulip", 8)):
        (flowers / name).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (60, 50), (200, number, 0)).save(flowers / name / f"{number}.png")
    (flowers / "rose" / "broken.jpg").write_bytes(b"no picture")
    drop(qtbot, window, flowers)
    said = window.notices.notice
    assert said.kind is NoticeKind.WARNING
    assert "20 images of 32 × 32, colour, 2 classes, 1 skipped" in said.title
    assert "pictures of 60 × 50 are cropped to squares and reduced to 32 × 32" in said.hint
    assert "1 skipped: rose/broken.jpg is not a picture" in said.hint

    click(qtbot, find("source.about"))
    sheet = window.header.findChild(QLabel, "data.title") or window.findChild(QLabel, "data.title")
    assert sheet.text() == "Flowers"
    texts = {
        word: window.findChild(QLabel, f"data.{word}").text()
        for word in ("samples", "split", "classes", "taken", "skipped")
    }
    assert texts["samples"].startswith("20 images of 32 × 32")
    assert texts["classes"] == "rose (12), tulip (8)"
    assert "size=64 changes it" in texts["taken"]
    assert "broken.jpg" in texts["skipped"]

    options = window.findChild(QLineEdit, "data.options")
    options.setText("size=16&label=none")
    options.returnPressed.emit()
    qtbot.waitUntil(lambda: window.session.data.shape == (3, 16, 16), timeout=20_000)
    assert window.session.data.classes == ()
    assert options.text() == "label=none&size=16"
    assert window.findChild(QLabel, "data.samples").text().startswith("20 images of 16 × 16")
