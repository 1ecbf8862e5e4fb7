"""The drop-down of models: each with its picture, its size and how good it is."""

from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from diffvis.app.asking import MODEL_FILES, OPEN_FILE, OPEN_FOLDER, ask_for_path
from diffvis.app.session import Session, exact_limit
from diffvis.app.sources import Sources
from diffvis.app.widgets.drop_down import DropDown
from diffvis.app.widgets.entry_delegate import Entry, EntryDelegate, show_entry
from diffvis.app.widgets.fields import identify, show_choice
from diffvis.data.dataset import Dataset
from diffvis.models.model import Model
from diffvis.models.shipped import Shipped, shipped
from diffvis.training.folder import runs_folder
from diffvis.viewing.run_card import run_card

EXACT = "exact"
RUNS_LISTED = 8
TIP = "What predicts in the reverse chain"


class ModelPicker(DropDown):
    """Lists the exact denoiser, the ready-trained models, what was opened, and earlier runs."""

    def __init__(self, session: Session, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sources = sources
        self.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(17)
        self.setIconSize(QSize(20, 20))
        self.setMaxVisibleItems(30)
        self.setItemDelegate(EntryDelegate(self))
        identify(self, "source.model", "Model", TIP)
        self.activated.connect(self._chosen)
        session.model_changed.connect(self._show_model)
        session.models_changed.connect(self._fill)
        self._fill()

    def showPopup(self) -> None:
        """With the runs of now."""
        self._fill()
        super().showPopup()

    @Slot()
    def _fill(self) -> None:
        self.clear()
        data = self._session.data
        self._add(
            "Exact denoiser",
            EXACT,
            Entry(
                ("the best there can be for the data on show; nothing is trained", *_share(data))
            ),
        )
        opened = self._session.models
        ready = {str(known.folder): known for known in shipped()}
        for path, known in ready.items():
            self._add(known.name, path, _entry_of(known))
        others = {path: model for path, model in opened.items() if path not in ready}
        for path, model in others.items():
            self._add(f"{model.name} · T = {model.schedule.T}", path, _entry_of_opened(model))
        for run in _newest_runs():
            if str(run) not in opened:
                card = run_card(run)
                self._add(f"Run {card.name}", str(run), Entry((card.about,)))
        self.insertSeparator(self.count())
        self._add("Open run folder…", OPEN_FOLDER, Entry())
        self._add("Open checkpoint…", OPEN_FILE, Entry())
        self._show_model()

    def _add(self, text: str, source: str, entry: Entry) -> None:
        icon = QIcon(str(entry.picture)) if entry.picture else QIcon()
        self.addItem(icon, text, source)
        show_entry(self, self.count() - 1, text, entry)

    @Slot()
    def _show_model(self) -> None:
        model = self._session.model
        show_choice(self, EXACT if self._session.model_is_exact else model.key)
        self.setToolTip("\n".join((TIP, *_said(model))))

    @Slot(int)
    def _chosen(self, _index: int) -> None:
        source = self.currentData()
        if source == EXACT:
            self._sources.use_exact_denoiser()
            return
        if source in (OPEN_FILE, OPEN_FOLDER):
            self._show_model()
            source = ask_for_path(self, source, "Open a model", MODEL_FILES)
        if source:
            self._sources.open_model(source)


def _entry_of(known: Shipped) -> Entry:
    size = f"{max(0.1, known.size / 1e6):.1f} MB"
    figures = " · ".join(f"{name} {value}" for name, value in known.figures[:2])
    about = f"{known.about} · {size}" if known.about else size
    return Entry(tuple(line for line in (about, figures) if line), known.thumbnail)


def _said(model: Model) -> tuple[str, ...]:
    """How a network that is not ours is read, a line for each thing."""
    return () if model.reading is None else (model.reading.said(model.is_points), *model.notes)


def _entry_of_opened(model: Model) -> Entry:
    if model.reading is not None:
        return Entry(_said(model))
    return Entry((f"trained for {model.steps or 0:,} steps on {Path(model.data).name}",))


def _newest_runs() -> list[Path]:
    """Earlier runs in the usual place that have something to open, the newest first."""
    runs = [path.parent.parent for path in runs_folder().glob("*/checkpoints/*")]
    newest = sorted(set(runs), key=lambda run: run.stat().st_mtime, reverse=True)
    return newest[:RUNS_LISTED]


def _share(data: Dataset) -> tuple[str, ...]:
    """How many of the samples the exact denoiser knows, where it is not all."""
    there, known = len(data.train), exact_limit(data)
    return (f"it knows {known:,} of {there:,} samples",) if known < there else ()
