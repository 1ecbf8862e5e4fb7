"""Two chains from the same noise: another sampler, fewer steps, another model, or a bug."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.asking import MODEL_FILES, ask_file
from diffvis.app.bug_choice import NONE, BugChoice
from diffvis.app.failure import Failure
from diffvis.app.lately import Lately, model_bytes
from diffvis.app.notices import About, Notice
from diffvis.app.reverse.chain import Chain, Plan
from diffvis.app.reverse.compared import ComparedView
from diffvis.app.reverse.form import ReverseForm
from diffvis.app.reverse.rival import RivalFields
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session, exact_limit
from diffvis.app.theme import Theme
from diffvis.app.undo.reading import plain, table_of
from diffvis.app.widgets.fields import combo, label, show_choice
from diffvis.app.workers.jobs import Jobs
from diffvis.bugs.bug import Bug
from diffvis.bugs.catalogue import BUGS
from diffvis.lectures.places import PATH
from diffvis.models.model import Model, exact_model, open_model
from diffvis.sampling.settings import chain_settings
from diffvis.settings import Value

SAME, EXACT, OPEN = "same", "exact", "open"
State = tuple[str, str, dict[str, Value]]
"""The model of B, its bug, and the settings that are chosen for it."""


class ComparePanel(QWidget):
    """B's own settings, and the pictures of A, B and A - B at the shared t."""

    title = "Compare"
    changed = Signal()  # the person wants another rival

    def __init__(
        self, session: Session, theme: Theme, chain: Chain, samples: SamplesPanel,
        form: ReverseForm, jobs: Jobs,
    ) -> None:  # fmt: skip
        super().__init__()
        self._session, self._chain, self._samples = session, chain, samples
        self._jobs = jobs
        self._opened = Lately(model_bytes)
        self._exact: tuple[object, object, Model] | None = None
        self._chosen = SAME  # what there is to go back to where no checkpoint is opened
        self._model = combo(
            "reverse.rival_model", "Model of B", [("same model", SAME)],
            "Whose predictions B follows: another checkpoint, or the exact denoiser of the data",
        )  # fmt: skip
        self._bug = BugChoice(
            "reverse.rival_bug", "Bug of B",
            ((bug, _tip(bug)) for bug in BUGS.values() if bug.compare is not None),
            "An error that real code has had, in the code of B alone: A and B have else the same\n"
            "settings. docs/bugs.md shows what each does",
        )  # fmt: skip
        self._bug.widget.setMinimumContentsLength(16)  # the names are long
        self._bug.changed.connect(self._bug_chosen)
        self._form = form
        self._fields = RivalFields(form, label("B", "value"), self._model, self._bug.widget)
        self._model.activated.connect(self._model_chosen)
        self._fields.changed.connect(self._setting_changed)
        form.changed.connect(self._follow)
        self.view = ComparedView(session, theme, chain, samples)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._fields)
        column.addWidget(self.view, 1)
        session.models_changed.connect(self._fill)
        session.data_changed.connect(self._fill)
        self.fit()

    @property
    def controls(self) -> QWidget:
        """What is chosen for B."""
        return self._fields

    def refresh(self) -> None:
        self.view.refresh()

    def fit(self) -> None:
        """Offer what can be compared with the session's model."""
        self._fields.begin(self._session.schedule.T)
        self._fill()

    def reset(self) -> None:
        self._fields.reset()
        show_choice(self._model, SAME)
        self._bug.show(NONE)
        self.fit()

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> State:
        return self._chosen, self._bug.value(), self._fields.state()

    def restore(self, state: State) -> None:
        """A model of B that is not offered any more is A's."""
        chosen, bug, fields = state
        self._chosen = chosen if show_choice(self._model, chosen) else SAME
        show_choice(self._model, self._chosen)
        self._bug.show(bug)
        self._fields.restore(fields)
        self._setting_changed()

    def written(self, state: State) -> dict[str, object]:
        model, bug, settings = state
        is_name = model in (SAME, EXACT)
        of = {"model": model if is_name else {PATH: model}}
        return of | {"bug": bug, "settings": plain(settings)}

    def read(self, written: object) -> State:
        found, declared = table_of(written), chain_settings()
        model, bug = found.get("model", SAME), str(found.get("bug", NONE))
        if isinstance(model, dict):
            model = str(model.get(PATH, SAME))
        if bug not in BUGS:
            bug = NONE
        settings = {
            name: declared[name].check(value)
            for name, value in table_of(found.get("settings", self._fields.state())).items()
            if name in declared
        }
        return str(model), bug, settings

    def told(self, before: State, after: State) -> tuple[str, str]:
        if before[0] != after[0]:
            return f"model of B: {self._model.currentText()}", "rival.model"
        if before[1] != after[1]:
            return self._told_bug()
        words, name = self._fields.told(before[2], after[2])
        return words, f"rival.{name}"

    def _told_bug(self) -> tuple[str, str]:
        return f"bug of B: {self._bug.says()}", "rival.bug"

    # --- B -------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """B: its own model, and what is chosen for it; all else is A's, above all the noise."""
        model = self._rival_model()
        return Plan(model, self._fields.settings(model), self._bug.value())

    @property
    def knows_data(self) -> bool:
        """Whether B is made of the data on show."""
        return self._chosen == EXACT

    # --- models --------------------------------------------------------------------------

    def _rival_model(self) -> Model:
        chosen, mine = self._model.currentData(), self._session.model
        if chosen == SAME:
            return mine
        if chosen == EXACT:
            data = self._session.data
            if self._exact is None or self._exact[:2] != (data, mine.schedule):
                limit = exact_limit(data)
                self._exact = data, mine.schedule, exact_model(data, mine.schedule, limit)
            return self._exact[2]
        return self._models().get(chosen, mine)

    def _models(self) -> dict[str, Model]:
        """Trained models with samples of the same shape, beside the session's own."""
        mine = self._session.model
        every = {**self._session.models, **self._opened}
        return {
            path: model
            for path, model in every.items()
            if model is not mine and tuple(model.shape) == tuple(mine.shape)
        }

    @Slot()
    def _fill(self) -> None:
        chosen = self._model.currentData()
        self._model.clear()
        self._model.addItem("same model", SAME)
        session = self._session
        if not session.model_is_exact and tuple(session.data.shape) == tuple(session.model.shape):
            self._model.addItem("exact denoiser", EXACT)
        for path, model in self._models().items():
            steps = "" if model.steps is None else f" · {model.steps:,} steps"
            self._model.addItem(f"{model.name}{steps}", path)
        self._model.addItem("open checkpoint…", OPEN)
        if not show_choice(self._model, chosen) or chosen == OPEN:
            show_choice(self._model, SAME)
        self._chosen = self._model.currentData()
        self._follow()

    def open_rival(self, path: str) -> None:
        """Open a checkpoint or run folder for B."""
        device = self._session.device
        self._jobs.run(
            "rival", lambda _: open_model(path, device),
            lambda model: self._rival_opened(path, model), self._rival_failed, "Opening",
        )  # fmt: skip

    def _rival_opened(self, path: str, model: Model) -> None:
        if tuple(model.shape) != tuple(self._session.model.shape):
            title, hint = f"{model.name} makes other samples", "choose a model of the same shape"
            self._session.notice(Notice(title, hint, about=About.REVERSE | About.MODEL))
            return
        self._session.settle(About.REVERSE)
        self._opened.use(path, model)
        self._fill()
        show_choice(self._model, path)
        self._chosen = path
        self._follow()
        self.changed.emit()

    def _rival_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.REVERSE))

    # --- what happens --------------------------------------------------------------------

    @Slot()
    def _model_chosen(self) -> None:
        if self._model.currentData() == OPEN:
            show_choice(self._model, self._chosen)
            name = ask_file(self, "Compare with a checkpoint", MODEL_FILES, "open")
            if name:
                self.open_rival(name)
            return
        self._chosen = self._model.currentData()
        self._follow()
        self.changed.emit()

    @Slot()
    def _bug_chosen(self) -> None:
        """Only the bug is to differ: A gets the settings that show it, and B has all of A's."""
        bug = BUGS.get(self._bug.value())
        with self._session.history.changing(*self._told_bug()):
            if bug is not None:
                self._fields.follow_a(self._rival_model())
                self._form.take(bug.compare or {})
            self._setting_changed()

    @Slot()
    def _setting_changed(self) -> None:
        self._follow()
        self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        """A has changed, or B's model: so has what is not chosen for B."""
        self._fields.follow(self._rival_model())


def _tip(bug: Bug) -> str:
    """What stands at its name in the list."""
    stand_in = "A sound network stands in for one that was trained so.\n" if bug.stand_in else ""
    return stand_in + bug.tip
