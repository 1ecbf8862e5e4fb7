"""How a network that is not ours is read, and how well it predicts when it is read so."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.reverse.reading_fields import ReadingFields
from diffvis.app.reverse.reading_plot import ReadingPlot
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import button, label
from diffvis.app.widgets.giving import Giving
from diffvis.app.workers.jobs import Jobs, Report
from diffvis.errors import UserError
from diffvis.evaluation.reading_rows import OTHER, Readings
from diffvis.evaluation.readings import CALLS, check
from diffvis.models.model import Model

LEAST_HEIGHT = 120  # pixels: in a low window the pictures beside it must not be the losers


class ReadingPanel(QWidget):
    """The form, and the loss by t under what it says beside that under what fits best."""

    title = "Reading"

    def __init__(self, session: Session, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._jobs = session, jobs
        self._asked: tuple[object, object] | None = None
        self._found: Readings | None = None
        self._fields = ReadingFields()
        self._says = label("")
        self._says.setObjectName("reverse.reading.says")
        self._says.setWordWrap(True)
        self.plot = ReadingPlot(theme)
        self._take = button(
            "Read it so", "reverse.reading.take", "Read it as fits best",
            "Take the reading under which the loss is smallest",
        )  # fmt: skip
        self._arrange()
        self._fields.changed.connect(self._read_as)
        self._take.clicked.connect(self._take_best)
        self.fit()

    @property
    def says(self) -> QWidget:
        """The verdict."""
        return self._says

    @property
    def found(self) -> Readings | None:
        """What is on show; None while nothing has been found."""
        return self._found

    def fit(self) -> None:
        """Show how the session's model is read."""
        model = self._session.model
        if self.possible(model):
            self._fields.fit(model)

    @staticmethod
    def possible(model: Model) -> bool:
        """Whether there is something to choose: ours say all themselves."""
        return model.reading is not None

    def refresh(self) -> None:
        """Check the reading of the model on show with the data on show, unless that was done."""
        model, data = self._session.model, self._session.data
        if not self.possible(model) or (model, data) == self._asked:
            return
        self._asked = model, data
        self._found = None
        if tuple(model.shape) != tuple(data.shape):
            self._jobs.forget("reading")
            self._show("Open the data that it learned: these are of another size")
            return
        self._show("Asking the network …")

        def work(report: Report) -> Readings:
            return check(model, data, asked=lambda calls: report(calls, CALLS))

        self._jobs.run(
            "reading", work, partial(self._answer, self._asked), self._fail,
            title="Reading the network in other ways",
        )  # fmt: skip

    def reset(self) -> None:
        self._asked = None

    # --- what happens --------------------------------------------------------------------

    @Slot(str)
    def _read_as(self, name: str) -> None:
        self._read({name: self._fields.value(name)})

    @Slot()
    def _take_best(self) -> None:
        if self._found is not None:
            read = self._found.best.variant.reading
            self._read({name: getattr(read, name) for name in ReadingFields.NAMES})

    def _read(self, changes: dict[str, object]) -> None:
        """Let the session have the same network, read in another way."""
        try:
            model = self._session.model.read_as(**changes)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.MODEL))
            self.fit()
            return
        self._session.set_model(model)

    def _answer(self, asked: tuple[object, object], found: Readings) -> None:
        if asked == self._asked:
            self._found = found
            self._show(found.verdict)

    def _fail(self, failure: Failure) -> None:
        self._show(f"{failure.title}. {failure.hint}")

    def _show(self, words: str) -> None:
        self._says.setText(words)
        self.plot.show_readings(self._found)
        found = self._found
        turned = found is not None and (found.best.variant.inverted or found.best.variant.flipped)
        self._take.setEnabled(found is not None and found.status == OTHER and not turned)

    def _arrange(self) -> None:
        rows = QGridLayout()
        rows.setHorizontalSpacing(8)
        rows.setVerticalSpacing(5)
        for number, (caption, box) in enumerate(self._fields.rows()):
            rows.addWidget(caption, number // 2, 2 * (number % 2))
            rows.addWidget(box, number // 2, 2 * (number % 2) + 1)
        rows.setColumnStretch(1, 1)
        rows.setColumnStretch(3, 1)
        shown = QWidget()
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._says, 1)
        words.addWidget(self._take)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("How this network is read", "title"))
        column.addLayout(rows)
        column.addLayout(words)
        column.addWidget(self.plot, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Giving(shown, LEAST_HEIGHT))
