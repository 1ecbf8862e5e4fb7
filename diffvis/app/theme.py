"""The look of the window: one palette for Qt's widgets, the plots and the drawn pictures."""

from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from diffvis.files import resource
from diffvis.rendering.style import DARK, LIGHT, Style

BASE_POINT_SIZE = 10.0


class Theme(QObject):
    """The style in force. Widgets that draw for themselves listen to ``changed``, and those that
    may stand on a stage ask for the ``style_of`` themselves: what stands there is larger.
    """

    changed = Signal(object)  # Style

    def __init__(self, app: QApplication, name: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._name = name
        self._stage: QWidget | None = None
        self._dressed: WeakSet[QWidget] = WeakSet()
        app.setStyle("Fusion")
        load_fonts()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._style = self._staged = self._choose()
        self._apply()

    @property
    def style(self) -> Style:
        return self._style

    @property
    def name(self) -> str:
        """``dark``, ``light`` or ``system``."""
        return self._name

    @property
    def presentation(self) -> bool:
        """Whether there is a stage."""
        return self._stage is not None

    def on_stage(self, widget: QWidget) -> bool:
        """Whether it stands where the last row must be able to read it."""
        return self._stage is not None and self._stage.isAncestorOf(widget)

    def style_of(self, widget: QWidget) -> Style:
        """In which it draws."""
        return self._staged if self.on_stage(widget) else self._style

    def dress(self, window: QWidget) -> None:
        """Give a window, and all that is put into it, the style sheet of the style in force.

        The sheet is not the application's: Qt would tell each widget of it again whenever it, or
        what it stands in, is put into something else, which took two thirds of making a window.
        """
        self._dressed.add(window)
        window.setStyleSheet(style_sheet(self._style))

    def set_name(self, name: str) -> None:
        self._name = name
        self._update()

    def set_stage(self, stage: QWidget | None) -> None:
        """What stands in this widget has large type and thick lines, for the last row."""
        self._stage = stage
        self._stage_changed()

    def stage_resized(self) -> None:
        """The stage is of another height."""
        if self._stage is not None and self._stage_style() != self._staged:
            self._stage_changed()

    def _stage_changed(self) -> None:
        self._staged = self._stage_style()
        self.changed.emit(self._style)

    def _stage_style(self) -> Style:
        return self._style if self._stage is None else self._style.staged(self._stage.height())

    def _system_changed(self) -> None:
        self._update()

    def _update(self) -> None:
        style = self._choose()
        if style != self._style:
            self._style = style
            self._staged = self._stage_style()
            self._apply()
            self.changed.emit(style)

    def _choose(self) -> Style:
        name = self._name
        if name == "system":
            scheme = self._app.styleHints().colorScheme()
            name = "light" if scheme == Qt.ColorScheme.Light else "dark"
        return LIGHT if name == "light" else DARK

    def _apply(self) -> None:
        windows = [window for window in self._dressed if isValid(window)]
        # From one sheet to another Qt tells every widget once for each that it is in, which takes
        # four times as long as from one to none and from none to another.
        for window in windows:
            window.setStyleSheet("")
        font = QFont("DejaVu Sans")
        font.setPointSizeF(BASE_POINT_SIZE * self._style.text_scale)
        self._app.setFont(font)
        self._app.setPalette(palette(self._style))
        for window in windows:
            self.dress(window)


def load_fonts() -> None:
    """The bundled fonts look the same on every machine, also where there are none."""
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        QFontDatabase.addApplicationFont(str(resource(f"fonts/{name}")))


def in_points(font: QFont, points: float, style: Style) -> QFont:
    """The font with type of so many points at normal text size, which can be read where it stands.

    Everything that Qt writes in plots and pictures is written in it.
    """
    made = QFont(font)
    made.setPointSizeF(points * style.text_scale)
    if QFontInfo(made).pixelSize() < style.least:
        made.setPixelSize(style.least)
    return made


def colour(rgb: tuple[int, int, int], alpha: int = 255) -> QColor:
    return QColor(*rgb, alpha)


def palette(style: Style) -> QPalette:
    """Qt's colour roles from the project's own colours."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, rgb in {
        roles.Window: style.background,
        roles.Base: style.panel,
        roles.AlternateBase: style.background,
        roles.Button: style.panel,
        roles.ToolTipBase: style.panel,
        roles.Text: style.text,
        roles.WindowText: style.text,
        roles.ButtonText: style.text,
        roles.ToolTipText: style.text,
        roles.BrightText: style.text,
        roles.PlaceholderText: style.muted,
        roles.Highlight: style.signal,
        roles.HighlightedText: style.on_signal,
        roles.Link: style.signal,
    }.items():
        made.setColor(role, colour(rgb))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, colour(style.muted, 130))
    return made


def style_sheet(style: Style) -> str:
    """The style sheet in ``resources/`` with this style's colours and sizes filled in."""
    text = resource("styles/window.qss").read_text(encoding="utf-8")
    points = BASE_POINT_SIZE * style.text_scale
    words = {
        name: "rgb({}, {}, {})".format(*getattr(style, name))
        for name in (
            "background",
            "panel",
            "border",
            "text",
            "muted",
            "signal",
            "noise",
            "on_signal",
        )
    }
    words["icons"] = resource("icons").as_posix()
    words["theme"] = style.name
    words["check"] = f"{round(14 * style.text_scale)}px"
    words["small"] = f"{points * 0.92:.1f}pt"
    words["large"] = f"{points * 1.25:.1f}pt"
    words["huge"] = f"{points * 2.4:.1f}pt"
    for name, value in sorted(words.items(), key=lambda word: -len(word[0])):
        text = text.replace(f"@{name}", value)
    return text
