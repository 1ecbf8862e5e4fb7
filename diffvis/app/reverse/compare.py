"""Two chains from the same noise: another sampler, fewer steps, another model; and what differs."""

import numpy as np
from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.asking import MODEL_FILES, ask_file
from diffvis.app.failure import Failure
from diffvis.app.lately import Lately, model_bytes
from diffvis.app.notices import About, Notice
from diffvis.app.reverse.chain import Chain, Plan, moment_of, own_time
from diffvis.app.reverse.form import ReverseForm
from diffvis.app.reverse.rival import RivalFields
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session, exact_limit
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import combo, label, show_choice
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.jobs import Jobs
from diffvis.models.model import Model, exact_model, open_model
from diffvis.rendering.comparison import (
    ComparedSamples,
    comparison_layout,
    difference_of,
    draw_comparison,
)
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape
from diffvis.sampling.recording import Recording
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import ChainSettings, chain_settings
from diffvis.settings import Value

SAME, EXACT, OPEN = "same", "exact", "open"


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
        self._fields = RivalFields(form, label("B", "value"), self._model)
        self._model.activated.connect(self._model_chosen)
        self._fields.changed.connect(self._setting_changed)
        form.changed.connect(self._follow)
        self.view = RasterView(theme, self._draw, self._words, QSize(200, 90))
        self.view.setObjectName("reverse.compare_view")
        self.view.setAccessibleName("The samples of A and of B, and their difference")
        self.view.clicked.connect(self._clicked)
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
        self.fit()

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> tuple[str, dict[str, Value]]:
        return self._chosen, self._fields.state()

    def restore(self, state: tuple[str, dict[str, Value]]) -> None:
        """A model of B that is not offered any more is A's."""
        chosen, fields = state
        self._chosen = chosen if show_choice(self._model, chosen) else SAME
        show_choice(self._model, self._chosen)
        self._fields.restore(fields)
        self._setting_changed()

    def told(
        self, before: tuple[str, dict[str, Value]], after: tuple[str, dict[str, Value]]
    ) -> tuple[str, str]:
        if before[0] != after[0]:
            return f"model of B: {self._model.currentText()}", "rival.model"
        words, name = self._fields.told(before[1], after[1])
        return words, f"rival.{name}"

    # --- B -------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """B: its own model, and what is chosen for it; all else is A's, above all the noise."""
        model = self._rival_model()
        return model, self._fields.settings(model)

    @property
    def knows_data(self) -> bool:
        """Whether B is made of the data on show."""
        return self._chosen == EXACT

    def difference(self) -> float | None:
        """The root mean square of A - B on show; None where there is nothing yet."""
        pair = self._pair()
        return None if pair is None else difference_of(*pair)

    def _words(self) -> str:
        apart = self.difference()
        return "B is not there yet" if apart is None else f"A and B are {apart:.3f} apart"

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
    def _setting_changed(self) -> None:
        self._follow()
        self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        """A has changed, or B's model: so has what is not chosen for B."""
        self._fields.follow(self._rival_model())

    def _pair(self) -> tuple[Tensor, Tensor] | None:
        main, rival = self._chain.main, self._chain.rival
        t, T = self._session.t, self._samples.model.schedule.T
        a, b = moment_of(main, t, T), moment_of(rival, t, T)
        return None if a is None or b is None else (a, b)

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        pair, main, rival = self._pair(), self._chain.main, self._chain.rival
        if pair is None or main is None or rival is None:
            return draw_empty("Run the chain to see the same noise with two settings", size, style)
        t, T = self._session.t, self._samples.model.schedule.T
        return draw_comparison(
            _side(pair[0], main, t, "A"),
            _side(pair[1], rival, own_time(rival, t, T), "B"),
            size, style.showing(main.model.range),
            colours=self._samples.colours(), extent=self._samples.extent(),
            selected=self._chain.selected,
        )  # fmt: skip

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        pair = self._pair()
        if pair is None or self.view.frame is None or self._samples.model.is_points:
            return
        height, width = self.view.frame.shape[:2]
        x = pair[0]
        layout = comparison_layout(
            len(x), tuple(x.shape[1:]), (width, height), self.view.style_drawn
        )
        index = layout.sample_at(at.x(), at.y())
        if index is not None:
            self._chain.select(index)


def _side(x: Tensor, recording: Recording, t: int, name: str) -> ComparedSamples:
    words = f"{escape(recording.model.name)} · {settings_words(recording.settings, recording)}"
    return ComparedSamples(x, words, f"{name}: x_{{{recording.shown_time(t)}}}")


def settings_words(settings: ChainSettings, recording: Recording) -> str:
    """``DDIM η = 0.5, 20 steps, not clipped``: what is not as usual."""
    words, symbols = [f"{recording.length} steps"], ""
    others = {**settings.model_dump(), "T": recording.model.schedule.T}
    for name, setting in chain_settings().items():
        value = settings[name]
        if setting.applies is not None and setting.applies(others):
            continue
        if setting.symbol:
            symbols += f" {setting.symbol} = {value:g}"
        elif setting.words is not None:
            words.append(setting.words(value))
    return ", ".join([SAMPLERS[settings.sampler].title + symbols, *filter(None, words)])
