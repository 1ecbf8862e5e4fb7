"""What a person can choose about a tool: itself, its pictures, its settings, its chains."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.bench.chain_form import ChainForm
from diffvis.app.bench.mask import Hidden, MaskField
from diffvis.app.bench.own_form import OwnForm, even_captions
from diffvis.app.bench.picture import Given, Picked, PictureField
from diffvis.app.bench.tool_field import ToolField
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import label, show_value, spin
from diffvis.bench.pictures import normal_pictures
from diffvis.bench.registry import TOOLS
from diffvis.bench.task import Task
from diffvis.bench.tool import Wants
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.viewing.tool_run import ToolRun

MOST_NORMAL = 1_000
ABOVE = 6  # pixels: of a caption beside the first line of several


@dataclass(frozen=True)
class Chosen:
    """All that is chosen; compared, and never written to."""

    own: tuple[str, Any]
    chain: Any
    image: Picked
    other: Picked
    mask: Hidden
    normal: int


class BenchForm(QWidget):
    """The settings of the tool for the session's model; it fits itself to each model."""

    changed = Signal()  # the person has changed a setting

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self.tool = ToolField()
        self.image = PictureField(session, theme, "bench.image", "The picture")
        self.other = PictureField(session, theme, "bench.other", "The second picture", 1)
        self.mask = MaskField(session, theme)
        self._normal = spin(
            "bench.normal", "Normal pictures that calibrate the score", 0, MOST_NORMAL, 0,
            "So many pictures of the data are walked as well: the score of this one is compared "
            "with theirs",
        )  # fmt: skip
        self._own = OwnForm()
        self._chain = ChainForm(session)
        self._rows: dict[Wants, tuple[QWidget, QWidget]] = {}
        self._arrange()
        self.fit(session.model)
        self._chain.show_count(TOOLS[self.tool.name].usual_count)
        self.tool.changed.connect(self._tool_chosen)
        for part in (self.image, self.other, self.mask, self._own, self._chain):
            part.changed.connect(self._changed)
        self._normal.valueChanged.connect(self._changed)

    def order(self, limit: int) -> ToolRun:
        """What Run would walk, within so many bytes.

        Raises:
            UserError: a setting or a picture is not possible; ``field`` names it.
        """
        model, data = self._session.model, self._session.data
        tool, chain = self._own.tool(), self._chain.settings()
        tool.check_fit(model)
        task = Task(model, chain, device=str(model.device or "cpu"))
        given: dict[str, Any] = {}
        sampled: dict[str, int] = {}
        words = []
        for want, name, field in (
            ("picture", "x0", self.image),
            ("second", "other", self.other),
        ):
            if want in tool.wants:
                picture: Given = field.given()
                words.append(picture.words)
                if picture.seed is None:
                    given[name] = picture.x0
                else:
                    sampled[name] = picture.seed
        if "known" in tool.wants:
            given["known"] = self.mask.known()
        if "normal" in tool.wants and (count := self._normal.value()):
            if tuple(data.shape) != tuple(model.shape):
                raise UserError(
                    f"samples of {data.title} do not fit {model.name}",
                    "choose the data it learned, or no normal pictures",
                )
            given["normal"] = normal_pictures(model, data, count)
        return ToolRun(tool, replace(task, **given), " and ".join(words), sampled, limit)

    def fit(self, model: Model) -> None:
        """Offer what ``model`` can do; the person's choices stay where they can."""
        self.tool.fit(model)
        self._chain.fit(model, TOOLS[self.tool.name].usual_count)
        self.mask.fit(model)
        self.fit_data()
        self._show_tool()

    def fit_data(self) -> None:
        """Offer the pictures that there are."""
        for field in (self.image, self.other):
            field.fit(self._session.model, self._session.data)
        self._show_below()

    def use_picture(self, path: Path) -> bool:
        return self.image.use_picture(path)

    def say_wrong(self, field: str | None) -> None:
        """Let the field of a setting that was refused stand out."""
        self._own.mark_wrong(field)
        self._chain.mark_wrong(field)

    def reset(self) -> None:
        """Every choice as it was at first."""
        self.tool.choose(next(iter(TOOLS)))
        self.tool.fit(self._session.model)
        self._own.show_tool(self.tool.name)
        self._own.reset()
        self._chain.reset(TOOLS[self.tool.name].usual_count)
        for field in (self.image, self.other, self.mask):
            field.reset()
        show_value(self._normal, 0)
        self._show_tool()
        self.changed.emit()

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> Chosen:
        return Chosen(
            self._own.state(), self._chain.state(), self.image.state(), self.other.state(),
            self.mask.state(), self._normal.value(),
        )  # fmt: skip

    def restore(self, state: Chosen) -> None:
        self.tool.choose(state.own[0])
        self._own.restore(state.own)
        self._chain.restore(state.chain)
        self.image.restore(state.image)
        self.other.restore(state.other)
        self.mask.restore(state.mask)
        show_value(self._normal, state.normal)
        self._show_tool()
        self.changed.emit()

    def told(self, before: Chosen, after: Chosen) -> tuple[str, str]:
        if before.own[0] != after.own[0]:
            return f"tool: {TOOLS[after.own[0]].title}", ""
        if before.own != after.own:
            return self._own.told(before.own, after.own)
        if before.chain != after.chain:
            return self._chain.told(before.chain, after.chain)
        for name, field in (("image", self.image), ("other", self.other)):
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                numbers = was.kind == now.kind and was.drawing == now.drawing
                return f"picture: {field.says}", f"bench.{name}_number" if numbers else ""
        if before.mask != after.mask:
            return f"mask: {self.mask.says}", ""
        return f"normal pictures: {after.normal}", "bench.normal"

    # --- widgets -------------------------------------------------------------------------

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        even_captions(grid)
        rows: tuple[tuple[str, Wants | None, QWidget], ...] = (
            ("Tool", None, self.tool),
            ("Picture", "picture", self.image),
            ("Second", "second", self.other),
            ("Hidden", "known", self.mask),
            ("Normal", "normal", self._normal),
        )
        for place, (title, want, widget) in enumerate(rows):
            caption = label(title, "muted")
            caption.setContentsMargins(0, ABOVE, 0, 0)
            caption.setBuddy(widget)
            grid.addWidget(caption, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(widget, place, 1)
            if want is not None:
                self._rows[want] = caption, widget
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(grid)
        whole.addWidget(self._own)
        whole.addWidget(self._chain)
        whole.addStretch(1)

    def _show_tool(self) -> None:
        """What this tool looks at, and no more."""
        self._own.show_tool(self.tool.name)
        tool = TOOLS[self.tool.name]
        wants = tool.wants
        self._chain.leave_classes(bool(tool.own_classes))
        for want, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(want in wants)
        self._show_below()

    def _show_below(self) -> None:
        """The picture under the mask, where it is there already."""
        if "known" in TOOLS[self.tool.name].wants:
            self.show_below(self.image.given().x0)

    def show_below(self, x0: Tensor | None) -> None:
        """Show a picture under the mask."""
        self.mask.show_picture(x0, self._session.model.range)

    @Slot()
    def _tool_chosen(self) -> None:
        self._show_tool()
        self._chain.show_count(TOOLS[self.tool.name].usual_count)
        self._changed()

    @Slot()
    def _changed(self) -> None:
        self.say_wrong(None)
        self._show_below()
        self.changed.emit()
