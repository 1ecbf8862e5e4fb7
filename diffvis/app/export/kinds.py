"""Film or Picture: what the export dialog begins with."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from diffvis.app.export.choices import Choice
from diffvis.app.widgets.fields import button
from diffvis.rendering.formats.registry import FORMATS
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import endings


class FilmOrPicture(QWidget):
    """Two buttons, of which one is pressed."""

    changed = Signal()  # by the person

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._film = button("Film", "export.film", "Film", "Frames one after another", "toggle")
        tip = "One moment, several side by side, a plot or its numbers"
        self._picture = button("Picture", "export.picture", "Picture", tip, "toggle")
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for made in (self._film, self._picture):
            made.setCheckable(True)
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            group.addButton(made)
            row.addWidget(made)
        group.buttonClicked.connect(self.changed)
        self._film.setEnabled(any(choice.moves for choice in choices))
        self._picture.setEnabled(any(choice.stands for choice in choices))
        if not self._film.isEnabled():
            self._film.setToolTip("Nothing that can be chosen here moves")
        self.show_film(choices[0].moves)

    @property
    def film(self) -> bool:
        return self._film.isChecked()

    def show_film(self, film: bool) -> None:
        """Press one of the two, where it can be, without saying that the person did."""
        wanted = self._film if film else self._picture
        if wanted.isEnabled():
            wanted.setChecked(True)

    def has(self, choice: Choice) -> bool:
        """Whether it can become what is chosen here."""
        return choice.moves if self.film else choice.stands

    def formats(self, choice: Choice, base: ExportSpec) -> list[str]:
        """The endings of files that it can become; the arrays of all frames go with a film."""
        with_view = base.changed(view=choice.view, **choice.fields)
        found = endings(choice.subject, with_view)
        return [suffix for suffix in found if is_film(suffix, choice) == self.film]


def is_film(suffix: str, choice: Choice) -> bool:
    """Whether a file of what is chosen goes through all frames."""
    kind = FORMATS[suffix].kind
    return kind == "film" or (kind == "numbers" and choice.moves)
