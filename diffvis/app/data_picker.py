"""The drop-down of data sets, in the header and in Training."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox

from diffvis.app.asking import DATA_FILES, OPEN_FILE, OPEN_FOLDER, ask_for_path
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.widgets.fields import show_choice
from diffvis.data.catalogue import entries
from diffvis.data.options import split_source

DRAW = "draw:"  # the data of the entry that asks for the pad


class DataPicker:
    """Fills a drop-down with the data sets there are and opens the one that is chosen.

    Shared by the header and the Training workspace, which show the same choice.
    """

    def __init__(self, box: QComboBox, session: Session, sources: Sources) -> None:
        self._box = box
        self._session = session
        self._sources = sources
        box.activated.connect(self._chosen)
        session.data_changed.connect(self.show)
        session.datasets_changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        self._box.clear()
        known = {entry.name: entry.title for entry in entries()}
        for source, data in self._session.datasets.items():
            known[source] = data.title
            others = [title for other, title in known.items() if other != source]
            if data.title in others:
                options = ", ".join(f"{k} = {v}" for k, v in split_source(source)[1].items())
                known[source] = f"{data.title} ({options})" if options else data.title
        for source, title in known.items():
            self._box.addItem(title, source)
        self._box.insertSeparator(self._box.count())
        self._box.addItem("Open folder…", OPEN_FOLDER)
        self._box.addItem("Open file…", OPEN_FILE)
        self._box.addItem("Draw data…", DRAW)
        self.show()

    def show(self, *_: object) -> None:
        show_choice(self._box, self._session.data.source)

    def _chosen(self, _index: int) -> None:
        source = self._box.currentData()
        if source == DRAW:
            self.show()
            self._sources.draw_wanted.emit()
            return
        if source in (OPEN_FILE, OPEN_FOLDER):
            self.show()
            path = ask_for_path(self._box, source, "Open data", DATA_FILES)
            if path:  # as if it had been dropped: a photograph is shown as one
                self._sources.open_path(Path(path))
            return
        self._sources.open_data(source)
