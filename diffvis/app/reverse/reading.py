"""How a network that is not ours is read, and how well it predicts when it is read so."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.own_samples import is_real
from diffvis.app.reverse.reading_fields import ReadingFields
from diffvis.app.reverse.reading_plot import ReadingPlot
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import button, identify, label
from diffvis.app.widgets.giving import Giving
from diffvis.app.workers.aside import Aside
from diffvis.errors import UserError
from diffvis.evaluation.reading_losses import Asking
from diffvis.evaluation.reading_rows import OTHER, Readings
from diffvis.evaluation.readings import readings
from diffvis.models.model import Model

KEY = "reading"  # of what is asked aside
ASKING = "Asking the network …"
LEAST_HEIGHT = 120  # pixels: in a low window the pictures beside it must not be the losers


class ReadingPanel(QWidget):
    """The form, and the loss by t under what it says beside that under what fits best."""

    title = "Reading"

    def __init__(self, session: Session, theme: Theme, aside: Aside) -> None:
        super().__init__()
        self._session, self._aside = session, aside
        self._asked: tuple[object, object] | None = None
        self._found: Readings | None = None
        self._fields = ReadingFields()
        self._says = label("")
        self._says.setObjectName("reverse.reading.says")
        self._says.setWordWrap(True)
        self._bar = QProgressBar()
        identify(self._bar, "reverse.reading.progress", "Readings that have been tried")
        self._bar.setTextVisible(False)
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
        if self._asked is not None and self._asked[0] is not model:
            self._aside.drop(KEY)  # at once, also while another page is in front
            self._asked = None
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
            self._aside.drop(KEY)
            self._show("Open the data that it learned: these are of another size")
            return
        if not is_real(data):
            self._aside.drop(KEY)
            self._show("Open the data that it learned: what it predicts is checked with them")
            return
        self._show(ASKING)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._aside.ask(KEY, partial(readings, model, data), self._hear, self._fail)

    def reset(self) -> None:
        self._asked = None

    # --- what happens --------------------------------------------------------------------

    @Slot(str)
    def _read_as(self, name: str) -> None:
        self._read(self._fields.changes(name))

    @Slot()
    def _take_best(self) -> None:
        if self._found is not None:
            read = self._found.best.variant.reading
            self._read({name: getattr(read, name) for name in ReadingFields.SEARCHED})

    def _read(self, changes: dict[str, object]) -> None:
        """Let the session have the same network, read in another way."""
        try:
            model = self._session.model.read_as(**changes)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.MODEL))
            self.fit()
            return
        self._session.set_model(model)

    def _hear(self, item: object) -> None:
        """Of the last that was asked: ``Aside`` drops what an earlier one still says."""
        if isinstance(item, Asking):
            self._says.setText(f"{ASKING} {item.done} of {item.known} readings")
            self._bar.setRange(0, item.known)
            self._bar.setValue(item.done)
            if item.done == 1:
                self.plot.show_asking(item)
        elif isinstance(item, Readings):
            self._found = item
            self._show(item.verdict)
            self.plot.show_readings(item)

    def _fail(self, failure: Failure) -> None:
        self._show(f"{failure.title}. {failure.hint}")

    def _show(self, words: str) -> None:
        """What has come out; nothing is asked."""
        self._says.setText(words)
        self._bar.hide()
        self.plot.forget()
        found = self._found
        turned = found is not None and (found.best.variant.inverted or found.best.variant.flipped)
        self._take.setEnabled(found is not None and found.status == OTHER and not turned)

    def _arrange(self) -> None:
        shown = QWidget()
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._says, 1)
        words.addWidget(self._take)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("How this network is read", "title"))
        column.addWidget(self._fields)
        column.addLayout(words)
        column.addWidget(self._bar)
        column.addWidget(self.plot, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Giving(shown, LEAST_HEIGHT, wraps=True))
