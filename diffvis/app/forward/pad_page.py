"""Draw your own data: the pad with its tools, and what becomes of a drawing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.asking import ask_save
from diffvis.app.failure import Failure
from diffvis.app.forward.pad import DrawingPad
from diffvis.app.forward.pad_tools import TOOL_WORDS, USUAL_POINTS, PadTools
from diffvis.app.notices import About, Notice
from diffvis.app.recent import remember
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.widgets.adaptive import AdaptiveLayout
from diffvis.app.widgets.fields import panel, show_value
from diffvis.app.workers.jobs import Jobs
from diffvis.data.drawing import ERASER, Drawing, Drawn, Stroke, points_of, stretch_of
from diffvis.data.drawing_file import SUFFIX, keep_draft, keep_points, last_draft, save_points
from diffvis.errors import UserError
from diffvis.viewing.pen import Pen

FILES = f"Tables (*{SUFFIX})"
SHOWN = 5_000  # points on the pad at most, for the hand must not wait
HOW = (
    "Drag on the pad. Or without dragging: press Pen down and click from place to place; or by"
    " keys: Space puts the pen down and lifts it, arrows move it, 1 to 6 are the classes"
)
STRETCHED = 6.0  # times wider than high, or higher than wide, which is worth a word


class DrawPage(QWidget):
    """Keeps the drawing, on the disk too, and what was changed of it comes back with Ctrl+Z."""

    left = Signal()
    recalled = Signal()  # something on it has come back, and should be seen

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session, self._jobs, self._sources = session, jobs, sources
        self._drawing, self._count = Drawing(), USUAL_POINTS
        self._pen = Pen()
        self._pad, self._tools = DrawingPad(theme, self._pen), PadTools()
        self._arrange(theme)
        self._connect()
        self._recall()
        self._show()
        session.history.add("drawing", self)

    def take_focus(self) -> None:
        """The keys are the pad's."""
        self._pad.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def drawing(self) -> Drawing:
        return self._drawing

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> tuple[Drawing, int]:
        return self._drawing, self._count

    def restore(self, state: tuple[Drawing, int]) -> None:
        self._drawing, self._count = state
        self._keep_draft()
        self._show()
        self.recalled.emit()

    def told(self, before: tuple[Drawing, int], after: tuple[Drawing, int]) -> tuple[str, str]:
        if before[1] != after[1]:
            return f"points: {after[1]:,}", "forward.pad.count"
        if not len(after[0]):
            return "cleared drawing", ""
        last = after[0].strokes[-1]
        word = TOOL_WORDS[last.tool][0].lower()
        return word if last.tool == ERASER else f"{word} of class {last.of_class}", ""

    # --- what the person does ------------------------------------------------------------

    @Slot(object)
    def _add(self, stroke: Stroke) -> None:
        self._change(self._drawing.with_stroke(stroke), self._count)

    @Slot()
    def _clear(self) -> None:
        self._pad.cancel()
        self._change(Drawing(), self._count)

    @Slot(int)
    def _count_typed(self, count: int) -> None:
        self._change(self._drawing, count)

    def _change(self, drawing: Drawing, count: int) -> None:
        self._drawing, self._count = drawing, count
        self._keep_draft()
        self._show()
        self._session.history.edited("drawing")

    @Slot(int)
    def _take_tool(self, place: int) -> None:
        self._pen.take(list(TOOL_WORDS)[place])
        self._show_pen()

    @Slot(int)
    def _take_class(self, of_class: int) -> None:
        self._pen.choose_class(of_class)
        self._show_pen()

    @Slot(float)
    def _width_typed(self, width: float) -> None:
        self._pen.width = width
        self._show_pen()

    @Slot()
    def use(self) -> None:
        """Make it the data of the window."""
        self._make(lambda: None)

    @Slot()
    def learn(self) -> None:
        """Make it the data of the window, and train what learns it."""
        self._make(self._sources.learn_wanted.emit)

    def _make(self, then: Callable[[], None]) -> None:
        """Write the points where all drawings are kept, and open them."""
        self._finish_stroke()
        drawing, count = self._drawing, self._count
        self._jobs.run(
            "drawing", lambda _: keep_points(points_of(drawing, count)),
            partial(self._open, then), self._refused, "Making points of the drawing",
        )  # fmt: skip

    def _open(self, then: Callable[[], None], path: Path) -> None:
        notice = Notice(
            f"{path.stem.replace('-', ' ').capitalize()} is the data now",
            f"its points are kept in {path}",
            action=("Draw on", self._sources.draw_wanted.emit),
            about=About.DATA,
        )
        self._sources.open_data(str(path), notice, partial(self._opened, then))

    def _opened(self, then: Callable[[], None]) -> None:
        self.left.emit()
        then()

    def _refused(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.DATA))

    @Slot()
    def _save(self) -> None:
        chosen = ask_save(self, "Save the points", f"drawing{SUFFIX}", FILES, "drawing")
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, path: Path) -> None:
        """Save the points, and say so or why not."""
        self._finish_stroke()
        path = path if path.suffix else path.with_suffix(SUFFIX)
        try:
            save_points(points_of(self._drawing, self._count), path)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.DATA))
            return
        remember("data", str(path))
        hint = f"it is in {path.parent}, and opens like any other data"
        self._session.notice(Notice(f"{path.name} is saved", hint, about=About.DATA))

    def _finish_stroke(self) -> None:
        self._pad.set_pen(False)

    # --- what is kept and shown ----------------------------------------------------------

    def _recall(self) -> None:
        """Begin with what was drawn last, in this window or an earlier one."""
        try:
            self._drawing, self._count = last_draft() or (Drawing(), USUAL_POINTS)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.DATA))

    def _keep_draft(self) -> None:
        try:
            keep_draft(self._drawing, self._count)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.DATA))

    def _show(self) -> None:
        drawn, says, wrong = self._points()
        self._pad.show_drawing(self._drawing, drawn)
        show_value(self._tools.count, self._count)
        self._tools.say(says, wrong)
        self._show_pen()

    def _points(self) -> tuple[Drawn | None, str, bool]:
        """Those to show, what there is to say, and whether something is wrong."""
        try:
            drawn = points_of(self._drawing, min(self._count, SHOWN))
        except UserError as error:
            if not len(self._drawing):
                return None, HOW, False
            return None, f"{error.problem}: {error.remedy}", True
        stretch = stretch_of(drawn.cloud)
        classes = f", {len(drawn.classes)} classes" if drawn.classes else ""
        says = f"{self._count:,} points{classes}"
        if stretch > STRETCHED:
            says += (
                f"; one way {stretch:.0f} times as far as the other: both are standardised,"
                " so it will look stretched"
            )
        return drawn, says, False

    @Slot()
    def _show_pen(self) -> None:
        self._tools.show_pen(self._pen, self._pad.stays_down)
        self._pad.update()

    # --- its parts -----------------------------------------------------------------------

    def _connect(self) -> None:
        pad, tools = self._pad, self._tools
        pad.drawn.connect(self._add)
        pad.moved.connect(self._show_pen)
        pad.class_wanted.connect(self._take_class)
        pad.left.connect(self.left)
        tools.tools.idClicked.connect(self._take_tool)
        tools.classes.idClicked.connect(self._class_clicked)
        tools.width_field.valueChanged.connect(self._width_typed)
        tools.count.valueChanged.connect(self._count_typed)
        tools.pen.clicked.connect(pad.set_pen)
        tools.clear.clicked.connect(self._clear)
        tools.use.clicked.connect(self.use)
        tools.learn.clicked.connect(self.learn)
        tools.save.clicked.connect(self._save)
        tools.back.clicked.connect(self.left)

    @Slot(int)
    def _class_clicked(self, place: int) -> None:
        self._take_class(place + 1)

    def _arrange(self, theme: Theme) -> None:
        around = QVBoxLayout()
        around.addWidget(self._pad)
        side = QVBoxLayout()
        side.addWidget(self._tools)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(
            AdaptiveLayout(
                panel(around, 5), panel(side), lambda _wide: None,
                wide_from=640, side_width=312, side_height=230,
            )
        )  # fmt: skip
