"""Bench: what one trained model can do with a picture, board by board."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.bench.clock import BenchClock
from diffvis.app.bench.controls import RunControls
from diffvis.app.bench.form import BenchForm, Chosen
from diffvis.app.bench.runner import Runner
from diffvis.app.bench.stage import BenchStage
from diffvis.app.bench.view import BoardView
from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.own_picture import own_picture_of
from diffvis.app.session import Session
from diffvis.app.shown import BenchShown
from diffvis.app.theme import Theme
from diffvis.app.widgets.adaptive import UNLIMITED, AdaptiveLayout
from diffvis.app.widgets.fields import label, panel
from diffvis.app.widgets.symbols import with_subscripts
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.viewing.tool_run import LIMIT, ToolRun

LOW = 210  # pixels high at most, below the board


class BenchWorkspace(QWidget):
    """Runs a tool of the session's model and shows its boards."""

    painted = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._runner = Runner(self)
        self._chosen: tuple[Chosen, Model, Dataset] | None = None  # of the boards on show
        self.form = BenchForm(session, theme)
        self.clock = BenchClock(self._runner, self.run, lambda: self.old, self)
        self.view = BoardView(theme, self._runner, self.clock)
        self._controls = RunControls(self._runner)
        self._about = label("", "muted")
        self._about.setObjectName("bench.about")
        self._about.setWordWrap(True)
        self._arrange()
        self._connect()
        self._show()
        session.history.add("bench", self.form)
        self.form.changed.connect(partial(session.history.edited, "bench"))

    # --- for the main window -------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return self._runner.idle

    @property
    def on_show(self) -> ToolRun | None:
        """The run whose boards are on show, complete or on its way."""
        return self._runner.run

    @property
    def old(self) -> bool:
        """Whether the boards on show are of other choices than those that are made now."""
        if self._chosen is None:
            return False
        (before, *others), (now, *here) = self._chosen, self._now()
        return before != now or any(a is not b for a, b in zip(others, here, strict=True))

    def open(self) -> None:
        """A person has opened Bench: a picture of their own is what they want to see worked on,
        and the first run begins by itself.
        """
        picture = own_picture_of(self._session.data)
        if picture is not None and not self.form.image.knows_data:
            self.form.use_picture(picture)
        if self._runner.run is None:
            self.run()

    def take_picture(self, path: Path) -> bool:
        """A picture was dropped on the window: work on it. False where it cannot be."""
        taken = not self._session.model.is_points and self.form.use_picture(path)
        if taken:
            self.run()
        return taken

    def take_sample(self, x0: Tensor, words: str) -> None:
        """Work on a sample that the model has made elsewhere, in its units."""
        self.form.image.use_sample(x0, words)
        self.run()

    def shown(self) -> BenchShown:
        """What the export dialog needs to make the same board."""
        run = self._runner.run
        if run is None or not run.ready:
            try:
                run = self.form.order(LIMIT)
            except UserError:
                return BenchShown()
        if not run.ready:
            return BenchShown()
        return BenchShown(run.tool, run.task, run.picture)

    def reset(self) -> None:
        """Every choice as it was at first, and no boards."""
        self._runner.forget()
        self.form.reset()

    def ask_to_stop(self) -> None:
        self._runner.ask_to_stop()

    def wait(self) -> bool:
        return self._runner.wait()

    # --- running -------------------------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Let the tool work as it is set; what it did before is forgotten."""
        limit = min(LIMIT, self._session.preferences.memory_limit)
        try:
            order = self.form.order(limit)
            order.check()
        except UserError as error:
            self.form.say_wrong(error.field)
            self._session.notice(Notice.refusing(error, About.BENCH | About.MODEL))
            return
        self._session.settle(About.BENCH)
        self._chosen = self._now()
        self._runner.begin(order)
        self._show()

    def _now(self) -> tuple[Chosen, Model, Dataset]:
        return self.form.state(), self._session.model, self._session.data

    @Slot()
    def _run_clicked(self) -> None:
        if self._runner.idle:
            self.run()
        else:
            self._runner.stop()

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        about = About.BENCH | About.MODEL
        self._session.notice(Notice.of(failure, about, "The tool stopped"))

    # --- what changes --------------------------------------------------------------------

    @Slot(object)
    def _model_changed(self, model: Model) -> None:
        """What is under way is of another model: it stops. Its boards stay where they are of such
        pictures, and are called old.
        """
        self._runner.stop()
        run = self._runner.run
        if run is not None and tuple(run.task.model.shape) != tuple(model.shape):
            self._runner.forget()
        self.form.fit(model)
        self._show()

    @Slot()
    def _data_changed(self) -> None:
        self.form.fit_data()
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._runner.run is None:
            self._chosen = None
        self._about.setText(with_subscripts(self.form.tool.about))
        self._controls.show_old(self.old)
        self.clock.refresh()

    @Slot()
    def _show_made(self) -> None:
        """The sample that the model has made, under the mask."""
        run = self._runner.run
        if run is not None and run.ready and "known" in run.tool.wants and not self.old:
            self.form.show_below(run.task.x0)

    # --- widgets -------------------------------------------------------------------------

    def _arrange(self) -> None:
        board = QVBoxLayout()
        board.addWidget(self.view)
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._about)
        column.addWidget(panel(board, 4), 1)
        scroll = QScrollArea()
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the arrows alone
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(scroll, 1)
        side.addWidget(self._controls)
        self._side = panel(side, 10)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        made = AdaptiveLayout(main, self._side, self._turned, wide_from=820, side_width=310)
        whole.addWidget(made)
        self.stage_views = BenchStage(self.view, self._about, made.side, self)

    def _turned(self, wide: bool) -> None:
        """Beside the board the form has its height; below it must not take it."""
        self._side.setMaximumHeight(UNLIMITED if wide else LOW)

    def _connect(self) -> None:
        session = self._session
        self.view.painted.connect(self.painted)
        self.form.changed.connect(self._show)
        self._controls.run.clicked.connect(self._run_clicked)
        self._runner.failed.connect(self._failed)
        self._runner.changed.connect(self._show)
        self._runner.progressed.connect(self._show_made)
        session.model_changed.connect(self._model_changed)
        session.data_changed.connect(self._data_changed)
