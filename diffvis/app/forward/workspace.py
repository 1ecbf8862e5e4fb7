"""Forward: x_0 drowns in noise as t grows; the picture is the equation."""

from functools import cached_property, partial

import torch
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.forward.browser import ForwardBrowser
from diffvis.app.forward.compare import CompareView
from diffvis.app.forward.making import Making
from diffvis.app.forward.numbers import ForwardNumbers
from diffvis.app.forward.pad_page import DrawPage
from diffvis.app.forward.pad_place import PadPlace
from diffvis.app.forward.picture import ForwardPicture
from diffvis.app.forward.stage import ForwardStage
from diffvis.app.forward.step_view import StepView
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.shown import ForwardShown
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.undo.reading import filled
from diffvis.app.widgets.adaptive import AdaptiveLayout
from diffvis.app.widgets.fields import panel
from diffvis.app.widgets.with_strip import WithStrip
from diffvis.app.workers.jobs import Jobs
from diffvis.rendering.walks import CHAINS, Comparison, compare, walked_value
from diffvis.viewing.noising import PATH_LIMIT_BYTES, Noising


class ForwardWorkspace(QWidget):
    """The noising of chosen samples at the shared t, with its numbers and histogram."""

    painted = Signal()  # the main view has been painted

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._jobs = jobs
        self._noise_seed = session.seed
        self._compared: tuple[object, ...] | None = None  # what the comparison on show is of
        self._browser = ForwardBrowser()
        self._picture = ForwardPicture(session, theme, self)
        self._making = Making()
        self._numbers = ForwardNumbers(theme, self._making)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._show_numbers)
        self._arrange(theme, sources)
        self._browser.changed.connect(self._rebuild)
        self._browser.view_changed.connect(self._view_changed)
        self._browser.draw.clicked.connect(self._place.draw)
        self._picture.view.painted.connect(self.painted)
        self._picture.selected_changed.connect(self._make_comparison)
        self._making.mode_chosen.connect(self._rebuild)
        self._making.noise_wanted.connect(self._new_noise)
        jobs.cancelled.connect(self._walk_cancelled)
        session.data_changed.connect(self._data_changed)
        session.schedule_changed.connect(self._rebuild)
        session.model_changed.connect(self._model_changed)
        session.t_changed.connect(self._show_t)
        session.dragged.connect(self._picture.view.paint_now)
        session.seed_changed.connect(self._seed_changed)
        self._data_changed()
        session.history.add("forward", self)
        for changed in (
            self._browser.changed, self._browser.view_changed, self._making.mode_chosen,
            self._making.noise_wanted,
        ):  # fmt: skip
            changed.connect(partial(session.history.edited, "forward"))

    @property
    def noising(self) -> Noising:
        """The samples and noise on show."""
        return self._noising

    @property
    def selected(self) -> int | None:
        """The number of the sample on show that was clicked."""
        return self._picture.selected

    def shown(self) -> ForwardShown:
        """What the export dialog needs to make the same picture."""
        view, points = self._browser.view, self._session.data.is_points
        compares, steps = view == "compare", view == "step"
        return ForwardShown(
            view=None if compares or steps else view,
            step=self._step.page.shown if steps else None,
            walked=self._walked_value() if compares else None,
            paths=points and self._browser.paths,
            kernel=self.selected if points else None,
            velocity=self._browser.velocity and self.selected is not None,
            count=self._browser.count,
            first=self._browser.first,
            spread=self._browser.spread,
            of_class=self._browser.of_class,
            seed=self._noise_seed,
            chain=self._making.walks,
        )

    def draw(self) -> None:
        """Show the pad to draw data on."""
        self._place.draw()

    @property
    def pad(self) -> DrawPage:
        """The pad, also while it is not on show."""
        return self._place.page

    def reset(self) -> None:
        """The defaults of every control, from the first sample on."""
        self._place.leave()
        self._making.show(walks=False)
        self._noise_seed = self._session.seed
        self._browser.restore()
        self._picture.deselect()
        self._show_view()
        self._rebuild()

    def expect(self, view: object) -> None:
        """This view will be asked for: make beforehand what takes long."""
        if view == "compare":
            _ = self._compare
        if view == "step":
            _ = self._step.page

    @cached_property
    def _compare(self) -> CompareView:
        """Made with the first comparison: the window is to be there soon."""
        made = CompareView(self._theme)
        self._stack.addWidget(made)
        return made

    def _arrange(self, theme: Theme, sources: Sources) -> None:
        self._stack = QStackedWidget()
        self._stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumSize(300, 110)
        self._stack.addWidget(self._picture.view)
        edited = partial(self._session.history.edited, "forward")
        self._step = StepView(self._session, theme, self._jobs, self._stack, edited)
        picture = QVBoxLayout()
        picture.setSpacing(6)
        picture.addWidget(self._browser)
        picture.addWidget(self._stack, 1)
        left = WithStrip(panel(picture, 5), self._picture.strip_panel)
        side = QVBoxLayout()
        side.addWidget(self._numbers)
        usual = AdaptiveLayout(
            left, panel(side), self._numbers.set_wide,
            wide_from=820, side_width=340, side_height=210,
        )  # fmt: skip
        self._place = PadPlace(usual, self._session, theme, self._jobs, sources)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._place)
        self.stage_views = ForwardStage(self._browser, self._picture, self._stack, usual.side, self)

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """What is chosen, by the words that name it."""
        walks = "walk" if self._making.walks else "jump"
        own = {"made by": walks, "noise": self._noise_seed}
        return self._browser.state() | own | self._step.state()

    def restore(self, state: dict[str, object]) -> None:
        self._noise_seed = state["noise"]
        self._making.show(walks=state["made by"] == "walk")
        self._browser.show(state)
        self._step.restore(state)
        self._show_view()
        self._rebuild()

    def written(self, state: dict[str, object]) -> dict[str, object]:
        return state

    def read(self, written: object) -> dict[str, object]:
        return filled(self.state(), written)

    def look(self) -> dict[str, object]:
        """Which sample is selected, which is nothing to undo."""
        return {"selected": self.selected}

    def show_look(self, look: dict[str, object]) -> None:
        self._picture.select(filled({"selected": None}, look)["selected"])

    def told(self, before: dict[str, object], after: dict[str, object]) -> tuple[str, str]:
        name = next(name for name in after if before[name] != after[name])
        if name == "noise":
            return "new noise", ""
        if name in ("x_t", "stride"):
            return f"{name} of the step back", "forward.step_view"
        says = after[name] if name == "made by" else self._browser.says(name)
        return f"{name}: {says}", f"forward.{name}"

    # --- what is shown -------------------------------------------------------------------

    @Slot()
    def _data_changed(self) -> None:
        self._browser.use(self._session.data)
        self._show_view()
        self._rebuild()

    @Slot()
    def _model_changed(self) -> None:
        """Images are noised in the range in which the model sees them."""
        if self._noising.span != self._session.model.range:
            self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        """Choose the samples and the noise again."""
        self._session.settle(About.FORWARD)
        schedule, browser = self._session.schedule, self._browser
        self._noising = Noising(
            self._session.data, schedule, browser.count, self._noise_seed, browser.first,
            browser.of_class, browser.spread, self._session.model.range,
        )  # fmt: skip
        self._picture.use(self._noising)
        self._step.use(self._noising)
        self._numbers.set_schedule(schedule)
        if self._making.walks:
            self._walk()
        self._make_comparison()
        self._show_t()

    def _show_view(self) -> None:
        view = self._browser.view
        pages = {"compare": lambda: self._compare, "step": lambda: self._step.page}
        self._stack.setCurrentWidget(pages[view]() if view in pages else self._picture.view)
        browser = self._browser
        self._picture.show_as(view, paths=browser.paths, velocity=browser.velocity)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_t()

    @Slot()
    def _show_t(self) -> None:
        """Show the moment at the shared t; while nobody looks, this waits for ``showEvent``."""
        t = self._session.t
        if not self.isVisible() or t > self._noising.schedule.T:  # _rebuild follows
            return
        self._picture.show_t()
        if self._browser.view == "compare":
            self._compare.show_t(t)
        elif self._browser.view == "step":
            self._step.page.show_t()
        self._later.start()

    @Slot()
    def _show_numbers(self) -> None:
        """What stands beside the picture: after it, since the hand that drags t waits for that."""
        t = self._session.t
        if self.isVisible() and t <= self._noising.schedule.T:
            self._numbers.show_moment(self._session.schedule, self._noising.at(t))

    # --- what the person does ------------------------------------------------------------

    @Slot()
    def _new_noise(self) -> None:
        self._noise_seed = int(torch.randint(0, 2**31 - 1, ()))
        self._rebuild()

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        self._noise_seed = seed
        self._rebuild()

    @Slot()
    def _view_changed(self) -> None:
        self._show_view()
        self._make_comparison()
        self._show_t()

    def _walk(self) -> None:
        """Record the true chain in the background; until it is there, the closed form is shown."""
        noising = self._noising
        if noising.path_bytes > PATH_LIMIT_BYTES:
            size, limit = noising.path_bytes / 2**20, PATH_LIMIT_BYTES / 2**20
            self._jump_again()
            self._session.notice(
                Notice(
                    f"The true chain of {self._browser.count:,} samples takes {size:.0f} MB",
                    f"the limit is {limit:.0f} MB; show fewer samples",
                    NoticeKind.WARNING,
                    about=About.FORWARD,
                )
            )
            return
        self._jobs.run(
            "forward.chain", noising.walk, lambda path: self._walked(noising, path),
            self._walk_failed, "Walking the true chain",
        )  # fmt: skip

    def _walked(self, noising: Noising, path: torch.Tensor) -> None:
        if noising is self._noising and self._making.walks:
            noising.use_path(path)
            self._picture.redraw()
            self._show_t()

    def _walk_failed(self, failure: Failure) -> None:
        self._walk_cancelled()
        doing = "The true chain could not be walked"
        self._session.notice(Notice.of(failure, About.FORWARD, doing))

    @Slot()
    def _walk_cancelled(self) -> None:
        """What was not walked is not shown, and can be asked for again."""
        self._compared = None
        if not self._noising.walks:
            self._jump_again()

    def _jump_again(self) -> None:
        """The chain could not be walked, or not at once, which is no choice of the person's."""
        self._making.show(walks=False)
        self._session.history.note()

    @Slot()
    def _make_comparison(self) -> None:
        """A thousand walks and jumps of one value of the sample that was clicked, or the first."""
        if self._browser.view != "compare":
            return
        schedule, x0, seed = self._session.schedule, self._walked_value(), self._noise_seed
        wanted = (schedule, x0, seed)
        if wanted == self._compared:
            return
        self._compared = wanted
        self._jobs.run(
            "forward.compare", lambda report: compare(schedule, x0, seed, report),
            self._comparison_made, self._walk_failed, f"Walking {CHAINS:,} chains",
        )  # fmt: skip

    def _walked_value(self) -> float:
        return walked_value(self._noising.x0[self.selected or 0])

    def _comparison_made(self, made: Comparison) -> None:
        if self._compared is not None and (made.schedule, made.x0) == self._compared[:2]:
            self._compare.show_comparison(made, self._session.t)
