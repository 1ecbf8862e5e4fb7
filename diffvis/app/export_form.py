"""What a person can choose about an export, and how long the film will be."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from diffvis.app.export_path import as_path
from diffvis.app.widgets.fields import button, combo, identify, label, labelled, show_choice, spin
from diffvis.errors import UserError
from diffvis.rendering.export import FORMATS
from diffvis.rendering.spec import ExportSpec

SIZES = (
    ("1280 × 720 (16:9)", (1280, 720)),
    ("1920 × 1080 (16:9)", (1920, 1080)),
    ("960 × 720 (4:3)", (960, 720)),
    ("720 × 720 (square)", (720, 720)),
    ("640 × 720 (half slide)", (640, 720)),
)
VIEWS = (
    ("Samples", "samples"),
    ("Samples and where they go", "prediction"),
    ("One step with its parts", "step"),
)
SHORTEST_MS, LONGEST_MS = 20, 60_000
_FRAMES = "Chosen so that the picture changes evenly; never more than there are steps"


class ExportForm(QWidget):
    """The fields of the export dialog. ``what`` is ``forward`` or ``reverse``; ``last`` is the
    number of steps from one end of the process to the other, and ``t`` the moment on screen.
    """

    changed = Signal()
    submitted = Signal()  # Return in the field of the path
    browse_asked = Signal()

    def __init__(self, what: str, last: int, t: int, style: str) -> None:
        super().__init__()
        self._last = last
        self._t = t
        usual = ExportSpec()
        formats = [(suffix.removeprefix(".").upper(), suffix) for suffix in FORMATS]
        self._format = combo("export.format", "Format", formats, "GIF: a film. PNG: one picture")
        self._view = combo("export.view", "What is shown", VIEWS, "What of the chain is shown")
        self._size = combo("export.size", "Size in pixels", SIZES, "Width × height in pixels")
        looks = [("As the window", style), ("Dark", "dark"), ("Light", "light")]
        self._theme = combo("export.theme", "Theme", looks, "The colours of the file")
        self._frames = spin("export.frames", "Frames", 2, 500, usual.frames, _FRAMES)
        self._frame_ms = _milliseconds("export.frame_ms", "Time of a frame", usual.frame_ms)
        self._hold_ms = _milliseconds("export.hold_ms", "Time of the last frame", usual.hold_ms)
        self._caption = QCheckBox("caption")
        self._caption.setChecked(usual.caption)
        identify(self._caption, "export.caption", "Caption", "A line with t and what made the file")
        self._path = QLineEdit()
        identify(self._path, "export.path", "File", "The file to write")
        self._browse = button("Browse…", "export.browse", "Browse", "Choose the file")
        self._length = label("", "hint")
        self._length.setObjectName("export.length")
        self._has_views = what == "reverse"
        self._arrange()
        for box in (self._format, self._view, self._size, self._theme):
            box.currentIndexChanged.connect(self._show)
        for field in (self._frames, self._frame_ms, self._hold_ms):
            field.valueChanged.connect(self._show)
        self._format.currentIndexChanged.connect(self._format_chosen)
        self._path.textChanged.connect(self.changed)
        self._path.returnPressed.connect(self.submitted)
        self._browse.clicked.connect(self.browse_asked)
        self._show()

    @property
    def suffix(self) -> str:
        """``.gif`` or ``.png``."""
        return self._format.currentData()

    @property
    def path_text(self) -> str:
        return self._path.text()

    def set_path(self, path: str) -> None:
        self._path.setText(path)

    def set_suffix(self, suffix: str) -> None:
        """Choose a format; one that there is no more leaves the choice as it is."""
        show_choice(self._format, suffix)
        self._show()

    def spec(self, **fixed: object) -> ExportSpec:
        """What was chosen, with the ``fixed`` fields that the dialog does not ask for.

        Raises:
            UserError: a value is not possible.
        """
        return ExportSpec(
            size=self._size.currentData(),
            frames=self._frames.value(),
            frame_ms=self._frame_ms.value(),
            hold_ms=self._hold_ms.value(),
            style=self._theme.currentData(),
            caption=self._caption.isChecked(),
            view=self._view.currentData(),
            t=self._t,
            **fixed,
        )

    def _arrange(self) -> None:
        first, second, third, file = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        first.addLayout(labelled("Format", self._format), 1)
        if self._has_views:
            first.addLayout(labelled("Show", self._view), 2)
        else:
            self._view.setParent(self)
            self._view.hide()
        second.addLayout(labelled("Size", self._size), 2)
        second.addLayout(labelled("Theme", self._theme), 1)
        second.addWidget(self._caption)
        third.addLayout(labelled("Frames", self._frames), 1)
        third.addLayout(labelled("Each frame", self._frame_ms), 1)
        third.addLayout(labelled("Last frame", self._hold_ms), 1)
        file.addWidget(self._path, 1)
        file.addWidget(self._browse)
        file_label = label("File", "muted")
        file_label.setBuddy(self._path)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        for row in (first, second, third):
            row.setSpacing(10)
            whole.addLayout(row)
        whole.addWidget(self._length)
        whole.addWidget(file_label)
        whole.addLayout(file)

    @Slot()
    def _format_chosen(self) -> None:
        """The name of the file follows the format."""
        try:
            self._path.setText(str(as_path(self._path.text(), self.suffix, FORMATS)))
        except UserError:
            return  # there is no name yet

    @Slot()
    def _show(self) -> None:
        still = self.suffix == ".png"
        for field in (self._frames, self._frame_ms, self._hold_ms):
            field.setEnabled(not still)
        if still:
            self._length.setText(f"One picture, at t = {self._t}")
        else:
            frames = min(self._frames.value(), self._last + (self._view.currentData() != "step"))
            seconds = ((frames - 1) * self._frame_ms.value() + self._hold_ms.value()) / 1000
            fewer = " (one for each step)" if frames < self._frames.value() else ""
            self._length.setText(f"{frames} frames{fewer}, {seconds:.1f} s, in a loop")
        self.changed.emit()


def _milliseconds(name: str, says: str, value: int) -> QSpinBox:
    field = spin(
        name, says, SHORTEST_MS, LONGEST_MS, value, "In milliseconds, a multiple of 10", step=10
    )
    field.setSuffix(" ms")
    return field
