"""What a person can choose about an export, and how long the film will be."""

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from diffvis.app.export.choices import Choice
from diffvis.app.export.details import ExportDetails
from diffvis.app.export.path import as_path
from diffvis.app.widgets.fields import (
    button,
    combo,
    identify,
    label,
    labelled,
    show_choice,
)
from diffvis.errors import UserError
from diffvis.rendering.export_settings import SIZES
from diffvis.rendering.formats.registry import FORMATS, check_times, plays_told, rate_told
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import endings

_SAID = {"full-hd": "16:9", "half-slide": "half slide"}
OFFERED = [(f"{w} × {h} ({_SAID.get(name, name)})", (w, h)) for name, (w, h) in SIZES.items()]
CLEAR_DARK, CLEAR_LIGHT = "transparent, light words", "transparent, dark words"


class ExportForm(QWidget):
    """The fields of the export dialog. ``t`` is the moment on screen (None: the usual one), and
    ``base`` has what is not asked here.
    """

    changed = Signal()
    submitted = Signal()  # Return in the field of the path
    browse_asked = Signal()

    def __init__(
        self, choices: Sequence[Choice], base: ExportSpec, t: int | None, style: str
    ) -> None:
        super().__init__()
        self._choices, self._base, self._t = choices, base, t
        self._shown = choices[0]
        self._what = combo(
            "export.view", "What is shown", [(c.says, i) for i, c in enumerate(choices)],
            "What of the workspace is exported",
        )  # fmt: skip
        self._format = combo("export.format", "Format", (), "What kind of file")
        self._size = combo("export.size", "Size in pixels", OFFERED, "Width × height in pixels")
        looks = [
            ("As the window", style), ("Dark", "dark"), ("Light", "light"),
            ("Transparent, dark words", CLEAR_LIGHT), ("Transparent, light words", CLEAR_DARK),
        ]  # fmt: skip
        self._theme = combo("export.theme", "Theme", looks, "The colours of the file")
        self._caption = QCheckBox("caption")
        self._caption.setChecked(base.picture.caption)
        identify(self._caption, "export.caption", "Caption", "A line with t and what made the file")
        self.details = ExportDetails()
        self._path = QLineEdit()
        identify(self._path, "export.path", "File", "The file to write")
        self._browse = button("Browse…", "export.browse", "Browse", "Choose the file")
        self._length = label("", "hint")
        self._length.setObjectName("export.length")
        self._length.setWordWrap(True)
        self._arrange()
        self._show_count()
        self._offer_formats()
        self._what.currentIndexChanged.connect(self._what_chosen)
        for box in (self._size, self._theme):
            box.currentIndexChanged.connect(self._show)
        self._caption.toggled.connect(self._show)
        self.details.changed.connect(self._show)
        self._format.currentIndexChanged.connect(self._format_chosen)
        self._path.textChanged.connect(self.changed)
        self._path.returnPressed.connect(self.submitted)
        self._browse.clicked.connect(self.browse_asked)
        self._show()

    @property
    def choice(self) -> Choice:
        return self._choices[self._what.currentData()]

    @property
    def suffix(self) -> str:
        """``.gif``, ``.mp4``, ..."""
        return self._format.currentData()

    @property
    def path_text(self) -> str:
        return self._path.text()

    def set_path(self, path: str) -> None:
        self._path.setText(path)

    def set_suffix(self, suffix: str) -> None:
        """Choose a format; one that there is not leaves the choice as it is."""
        if self._format.findData(suffix) >= 0:
            self._format.setCurrentIndex(self._format.findData(suffix))

    def show_spec(self, spec: ExportSpec) -> None:
        """Fill the fields in, as a recipe says."""
        if not show_choice(self._size, spec.picture.size):
            self._size.addItem(
                f"{spec.picture.size[0]} × {spec.picture.size[1]}", spec.picture.size
            )
            show_choice(self._size, spec.picture.size)
        clear = CLEAR_DARK if spec.picture.style == "dark" else CLEAR_LIGHT
        show_choice(self._theme, clear if spec.picture.transparent else spec.picture.style)
        self.details.show_spec(spec)
        self._show()

    def spec(self) -> ExportSpec:
        """What was chosen.

        Raises:
            UserError: a value is not possible.
        """
        theme = self._theme.currentData()
        clear = theme in (CLEAR_DARK, CLEAR_LIGHT)
        style = {CLEAR_DARK: "dark", CLEAR_LIGHT: "light"}.get(theme, theme)
        fields = {
            **self._base.to_json(),
            "size": self._size.currentData(),
            "style": style,
            "transparent": clear,
            "caption": self._caption.isChecked(),
            "view": self.choice.view,
            "t": self._t,
            **self.choice.fields,
            **self.details.fields(),
        }
        return ExportSpec(**fields)

    def _show_count(self) -> None:
        """As many samples as what is chosen has on screen."""
        self.details.form.show({"count": self.choice.fields.get("count", self._base.shown.count)})

    def _arrange(self) -> None:
        first, second, file = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        first.addLayout(labelled("What", self._what), 3)
        first.addLayout(labelled("Format", self._format), 2)
        second.addLayout(labelled("Size", self._size), 3)
        second.addLayout(labelled("Theme", self._theme), 2)
        second.addWidget(self._caption)
        file.addWidget(self._path, 1)
        file.addWidget(self._browse)
        file_label = label("File", "muted")
        file_label.setBuddy(self._path)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        for row in (first, second):
            row.setSpacing(10)
            whole.addLayout(row)
        whole.addWidget(self.details)
        whole.addWidget(self._length)
        whole.addStretch(1)
        whole.addWidget(file_label)
        whole.addLayout(file)

    def _offer_formats(self) -> None:
        """Those that what is chosen can become; the one in use stays where it can."""
        kept = self._format.currentData()
        with_view = self._base.changed(view=self.choice.view, **self.choice.fields)
        self._format.blockSignals(True)
        self._format.clear()
        for suffix in endings(self.choice.subject, with_view):
            self._format.addItem(FORMATS[suffix].name, suffix)
            place = self._format.count() - 1
            self._format.setItemData(place, FORMATS[suffix].says, 3)  # Qt.ToolTipRole
        self._format.setCurrentIndex(max(0, self._format.findData(kept)))
        self._format.blockSignals(False)

    @Slot()
    def _what_chosen(self) -> None:
        before = self.suffix
        if self.choice.fields.get("count") != self._shown.fields.get("count"):
            self._show_count()
        self._shown = self.choice
        self._offer_formats()
        if self.suffix != before:
            self._format_chosen()
        else:
            self._show()

    @Slot()
    def _format_chosen(self) -> None:
        """The name of the file follows the format."""
        with suppress(UserError):  # there may be no name yet
            self._path.setText(str(as_path(self._path.text(), self.suffix, tuple(FORMATS))))
        self._show()

    @Slot()
    def _show(self) -> None:
        plot = self.choice.subject.what in ("schedule", "walks") or self.choice.view == "loss"
        made = FORMATS[self.suffix].kind
        grid = self.choice.view in ("samples", "strip", "single")
        self.details.set_kind(made == "film", plot, grid)
        self._length.setText(self._words())
        self.changed.emit()

    def _of_moment(self) -> str:
        training = self.choice.subject.what == "training"
        if self._t is None:
            return ", of the newest samples" if training else ""
        return f", after step {self._t:,}" if training else f", at t = {self._t}"

    def _words(self) -> str:
        """How long the film is, or what the file holds instead."""
        made = FORMATS[self.suffix]
        if made.kind != "film":
            over_t = self.choice.view in ("strip", "walks", "loss")
            plot = self.choice.subject.what == "schedule"
            if made.kind == "picture" and not (plot or over_t):
                return "One picture" + self._of_moment()
            return made.says.capitalize()
        try:
            spec = self.spec()
            check_times(made, spec.film)
            frames = self.choice.subject.content("film", spec, "cpu").frames
        except UserError as error:
            return f"{error.problem}: {error.remedy}"
        fewer = " (one for each step)" if frames < spec.film.frames else ""
        shown = 2 * frames - 1 if spec.film.back else frames
        holds = 2 if spec.film.back else 1
        ms = spec.film.lasts(shown, holds)
        facts = (
            f"{frames} frames{fewer}",
            rate_told(made, spec.film),
            f"{ms / 1000:.1f} s",
            plays_told(made, spec.film),
        )
        return ", ".join(filter(None, facts))
