"""What a person can choose about an export, and how long the film will be."""

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.export.choices import Choice
from diffvis.app.export.details import ExportDetails
from diffvis.app.export.file_row import FileRow
from diffvis.app.export.kinds import FilmOrPicture, is_film
from diffvis.app.export.moments import Moments
from diffvis.app.export.path import Formats
from diffvis.app.widgets.entry_delegate import EntryDelegate, show_entry
from diffvis.app.widgets.fields import combo, identify, label, labelled, offer, show_choice
from diffvis.errors import UserError
from diffvis.rendering.export_settings import SIZES
from diffvis.rendering.formats.registry import FORMATS, Kind, check_times, plays_told, rate_told
from diffvis.rendering.naming import stem
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import strip_times
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import STRIPS, Schedules

_SAID = {"full-hd": "16:9", "half-slide": "half slide"}
OFFERED = [(f"{w} × {h} ({_SAID.get(name, name)})", (w, h)) for name, (w, h) in SIZES.items()]
CLEAR_DARK, CLEAR_LIGHT = "transparent, light words", "transparent, dark words"


class ExportForm(QWidget):
    """The fields of the export dialog. ``t`` is the moment on screen (None: the usual one), and
    ``base`` has what is not asked here. ``file`` stands where the dialog puts it.
    """

    changed = Signal()

    def __init__(
        self, choices: Sequence[Choice], base: ExportSpec, t: int | None, style: str
    ) -> None:
        super().__init__()
        self._choices, self._base, self._t = choices, base, t
        self._kind = FilmOrPicture(choices)
        self._preferred = {True: ".gif", False: ".png"}  # of a film, and of a picture
        self._shown = choices[0]
        self._what = combo("export.view", "What is shown", (), "What of the workspace is exported")
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
        self._times = Moments(base.shown.times, usual_times(choices))
        self.details = ExportDetails()
        self.file = FileRow()
        self._length = label("", "hint")
        self._length.setObjectName("export.length")
        self._length.setWordWrap(True)
        if any(choice.entry for choice in choices):
            self._what.setItemDelegate(EntryDelegate(self._what))
        self._arrange()
        self._offer_views()
        self._show_count()
        self._offer_formats()
        self._kind.changed.connect(self._kind_chosen)
        self._what.currentIndexChanged.connect(self._what_chosen)
        for box in (self._size, self._theme):
            box.currentIndexChanged.connect(self._show)
        self._caption.toggled.connect(self._show)
        self._times.changed.connect(self._show)
        self.details.changed.connect(self._show)
        self._format.currentIndexChanged.connect(self._format_chosen)
        self.file.changed.connect(self.changed)
        self._show()

    @property
    def choice(self) -> Choice:
        return self._choices[self._what.currentData()]

    @property
    def suffix(self) -> str:
        """``.gif``, ``.mp4``, ..."""
        return self._format.currentData()

    @property
    def film(self) -> bool:
        """Whether a film is chosen, or the arrays of one."""
        return self._kind.film

    def prefer(self, formats: Formats) -> None:
        """Begin as the last time, where what is on show, the first choice, can become that."""
        self._preferred = {True: formats.film, False: formats.picture}
        self._kind.show_film(formats.last == formats.film and self._choices[0].moves)
        self._kind_chosen()

    def set_suffix(self, suffix: str) -> None:
        """Choose a format; one that there is not leaves the choice as it is."""
        film = is_film(suffix, self.choice)
        if film != self.film:
            self._kind.show_film(film)
            self._offer_views()
            self._offer_formats()
        if self._format.findData(suffix) >= 0:
            self._format.setCurrentIndex(self._format.findData(suffix))
        self._show()

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
        if self._asks_times:
            fields["times"] = self._times.times()
        return ExportSpec(**fields)

    @property
    def _asks_times(self) -> bool:
        strip = self.choice.view in ("strip", STRIPS)
        return strip and self.choice.subject.what != "training"

    def _show_count(self) -> None:
        """As many samples as what is chosen has on screen."""
        self.details.form.show({"count": self.choice.fields.get("count", self._base.shown.count)})

    def _arrange(self) -> None:
        row, sizes = QHBoxLayout(), QHBoxLayout()
        for layout in (row, sizes):
            layout.setSpacing(10)
        row.addLayout(labelled("Format", self._format), 1)
        row.addLayout(labelled("Theme", self._theme), 1)
        sizes.addLayout(labelled("Size", self._size), 1)
        sizes.addWidget(self._caption, 0, Qt.AlignmentFlag.AlignBottom)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 6, 0)  # its bar stands at the right
        whole.setSpacing(6)
        whole.addWidget(self._kind)
        for layout in (labelled("What", self._what), row, sizes):
            whole.addLayout(layout)
        whole.addWidget(self._times)
        whole.addWidget(self._length)
        whole.addWidget(self.details)
        whole.addStretch(1)

    def _offer_views(self) -> None:
        """Those that can become a film, or a picture; the one in use stays where it can."""
        kept = self._what.currentData()
        with QSignalBlocker(self._what):
            self._what.clear()
            for place, choice in enumerate(self._choices):
                if self._kind.has(choice):
                    offer(self._what, choice.says, place)
                    if choice.entry is not None:
                        show_entry(self._what, self._what.count() - 1, choice.says, choice.entry)
            self._what.setCurrentIndex(max(0, self._what.findData(kept)))

    def _offer_formats(self) -> None:
        """Those that what is chosen can become; the one in use stays where it can."""
        kept = self._format.currentData() or ""
        if kept not in (found := self._kind.formats(self.choice, self._base)):
            kept = self._preferred[self.film]
        with QSignalBlocker(self._format):
            self._format.clear()
            for suffix in found:
                self._format.addItem(FORMATS[suffix].name, suffix)
                place = self._format.count() - 1
                self._format.setItemData(place, FORMATS[suffix].says, Qt.ItemDataRole.ToolTipRole)
            self._format.setCurrentIndex(max(0, self._format.findData(kept)))

    @Slot()
    def _kind_chosen(self) -> None:
        """As it was the last time with a film, or with a picture."""
        self._offer_views()
        self._what_chosen()
        self.set_suffix(self._preferred[self.film])

    @Slot()
    def _what_chosen(self) -> None:
        if self.choice.fields.get("count") != self._shown.fields.get("count"):
            self._show_count()
        self._shown = self.choice
        self._offer_formats()
        self._show()

    @Slot()
    def _format_chosen(self) -> None:
        if self._format.currentIndex() < 0:  # a script has asked for one that there is not
            self._offer_formats()
        self._preferred[self.film] = self.suffix
        self._show()

    @Slot()
    def _show(self) -> None:
        """What is chosen has changed."""
        plot = self.choice.subject.what in ("schedule", "walks") or self.choice.view == "loss"
        plot = plot and self.choice.view != STRIPS
        grid = self.choice.view in ("samples", "strip", "single")
        self._times.setVisible(self._asks_times)
        self.details.set_kind(self.film, plot, grid)
        self._length.setText(self._words())
        self.name_file()
        self.changed.emit()

    def name_file(self) -> None:
        """Propose a name that says what is inside, where the person has not typed one."""
        with suppress(UserError):  # the words have said what is not possible
            self.file.follow(stem(self.choice.subject, self.spec(), self._made), self.suffix)

    @property
    def _made(self) -> Kind:
        return FORMATS[self.suffix].kind

    def _of_moment(self) -> str:
        training = self.choice.subject.what == "training"
        if self._t is None:
            return ", of the newest samples" if training else ""
        return f", after step {self._t:,}" if training else f", at t = {self._t}"

    def _wrong_times(self) -> str:
        """Why the moments that were typed are not possible."""
        wrong: UserError | None = None
        try:
            self.choice.subject.content(self._made, self.spec(), "cpu")
        except UserError as error:
            wrong = error
        self._times.mark(wrong)
        return "" if wrong is None else f"{wrong.problem}: {wrong.remedy}"

    def _words(self) -> str:
        """How long the film is, or what the file holds instead."""
        made = FORMATS[self.suffix]
        if self._asks_times and (problem := self._wrong_times()):
            return problem
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


def usual_times(choices: Sequence[Choice]) -> list[int]:
    """The moments of a strip, where none are asked for."""
    for choice in choices:
        match choice.subject:
            case Forward(schedule=schedule) | Schedules(schedules=(schedule, *_)):
                return strip_times(schedule.T, None)
            case Reverse(model=model):
                return strip_times(model.schedule.T, None)
    return []
