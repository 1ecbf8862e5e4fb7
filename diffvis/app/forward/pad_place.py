"""The pad in Forward's place, while something is drawn."""

from functools import cached_property

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from diffvis.app.forward.pad_page import DrawPage
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs


class PadPlace(QStackedWidget):
    """Shows what Forward shows, or the pad, which is made when it is first asked for."""

    def __init__(
        self, usual: QWidget, session: Session, theme: Theme, jobs: Jobs, sources: Sources
    ) -> None:
        super().__init__()
        self._usual = usual
        self._session, self._theme, self._jobs, self._sources = session, theme, jobs, sources
        self.addWidget(usual)
        session.data_changed.connect(self.leave)

    @cached_property
    def page(self) -> DrawPage:
        made = DrawPage(self._session, self._theme, self._jobs, self._sources)
        self.addWidget(made)
        made.left.connect(self.leave)
        made.recalled.connect(self._show_page)
        return made

    @Slot()
    def draw(self) -> None:
        """Show the pad."""
        self._show_page()
        self.page.take_focus()

    @Slot()
    def _show_page(self) -> None:
        self.setCurrentWidget(self.page)

    @Slot()
    def leave(self) -> None:
        """Show what was there before; the drawing stays as it is."""
        self.setCurrentWidget(self._usual)
