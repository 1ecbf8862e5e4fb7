"""Dialogs that ask for a file or a folder and remember where the person was last."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from diffvis.app.settings import settings

OPEN_FILE, OPEN_FOLDER = "open:file", "open:folder"
MODEL_FILES = "Checkpoints (*.safetensors);;All files (*)"
DATA_FILES = (
    "Data (*.npy *.npz *.csv *.tsv *.mat *.zip *.tar *.tgz *.tar.gz *.parquet *ubyte *ubyte.gz);;"
    "Pictures and films (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff *.mp4 *.mov *.avi"
    " *.mkv *.webm);;All files (*)"
)


def ask_file(parent: QWidget, title: str, files: str, purpose: str) -> str:
    """Ask for a file to open; "" when the person thought better of it.

    ``purpose`` names what is remembered: each kind of file has a folder of its own.
    """
    chosen, _ = QFileDialog.getOpenFileName(parent, title, last_folder(purpose), files)
    return _remembered(chosen, purpose)


def ask_folder(parent: QWidget, title: str, purpose: str) -> str:
    """Ask for a folder to open; "" when the person thought better of it."""
    return _remembered(
        QFileDialog.getExistingDirectory(parent, title, last_folder(purpose)), purpose
    )


def ask_for_path(parent: QWidget, what: str, title: str, files: str) -> str:
    """Ask for a folder or a file; an empty string when the person thought better of it."""
    if what == OPEN_FOLDER:
        return ask_folder(parent, title, "open")
    return ask_file(parent, title, files, "open")


def ask_save(parent: QWidget, title: str, name: str, files: str, purpose: str) -> str:
    """Ask where to save; ``name`` is proposed. "" when the person thought better of it."""
    proposed = str(Path(last_folder(purpose)) / name)
    chosen, _ = QFileDialog.getSaveFileName(parent, title, proposed, files)
    return _remembered(chosen, purpose)


def last_folder(purpose: str) -> str:
    """Where the person was last, or the home folder where that is gone."""
    stored = settings().get("folders").get(purpose)
    return stored if stored and Path(stored).is_dir() else str(Path.home())


def _remembered(chosen: str, purpose: str) -> str:
    if chosen:
        stored = settings()
        stored.keep({"folders": stored.get("folders") | {purpose: str(Path(chosen).parent)}})
    return chosen
