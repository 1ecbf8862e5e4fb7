"""Why the loss flattens while the samples still improve, with the numbers of the run on show."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from diffvis.app.widgets.fields import label
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord

ENOUGH = 20  # steps
ABOUT = 0.05  # of the loss: so near to a half is about half
TARGET = {
    "eps": "the noise ε", "x0": "x₀", "v": "v", "velocity": "the velocity", "score": "the score",
}  # fmt: skip


class WhyPanel(QWidget):
    """An answer in three steps: the floor, where over t there is something left, and the chain."""

    def __init__(self) -> None:
        super().__init__()
        self._text: QLabel = label("")
        self._text.setObjectName("training.why_text")
        self._text.setAccessibleName("Why the loss flattens while the samples improve")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll = QScrollArea()
        scroll.setWidget(self._text)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        title = label("Why does it flatten?", "title")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(scroll, 1)
        self.explain(None, None)

    def explain(self, record: TrainingRecord | None, floor: Floor | None) -> None:
        """Answer for a run, as far as it has got."""
        parts = [_floor_part(record, floor), _by_t_part(record, floor), _CHAIN]
        text = "".join(f"<p style='margin: 0 0 7px 0'>{part}</p>" for part in parts)
        if self._text.text() != text:
            self._text.setText(text)


_CHAIN = (
    "<b>3  A sample adds up what the mean hides.</b> It goes through the network at every t, so "
    "that small gains at each of them add up, while the plotted mean over t hardly moves. And it "
    "comes from the average of the weights (EMA), which is calmer than the weights whose loss is "
    "drawn: judge a run by its samples and by the loss at each t, not by the mean."
)


def _floor_part(record: TrainingRecord | None, floor: Floor | None) -> str:
    now = _loss_now(record) if floor is not None else None
    part = None if not now else float(np.clip(floor.mean / now, 0, 1))
    predicts = TARGET[record.config.predict if record is not None else "eps"]
    words = (
        f"<b>1  {_how_much(part)} of the loss cannot be learned.</b> "
        f"Many x₀ could have become the same x<sub>t</sub>, so even a perfect denoiser misses "
        f"{predicts} by what is left open: the floor (dotted)"
    )
    if floor is None:
        finding = record is not None and record.dataset is not None
        return words + (
            ", which is being found." if finding else ", drawn where the training data is at hand."
        )
    words += f", here <b>{floor.mean:.3f}</b>"
    if floor.known < floor.of:
        words += f" (found with {floor.known:,} of {floor.of:,} samples)"
    words += "."
    if now is None:
        return words
    words += f" The loss is now {now:.3f}"
    early = record.history.loss.view()[:ENOUGH]
    early = early[np.isfinite(early)][:5]
    first = float(early.mean()) if len(early) else now
    if first > floor.mean and part is not None:
        learned = np.clip((first - now) / (first - floor.mean), 0, 1)
        words += f": {part:.0%} of it is floor, and {learned:.0%} of what can be learned is learned"
    return words + "."


def _loss_now(record: TrainingRecord | None) -> float | None:
    """Smoothed; None before there are enough steps to say."""
    if record is None or len(record.history) < ENOUGH:
        return None
    now = float(record.history.smooth.view()[-1])
    return now if np.isfinite(now) else None


def _how_much(part: float | None) -> str:
    """A share of the loss in words; None is not known."""
    if part is None or part < 0.5 - ABOUT:
        return "A part"
    return "About half" if part <= 0.5 + ABOUT else "More than half"


def _by_t_part(record: TrainingRecord | None, floor: Floor | None) -> str:
    words = "<b>2  What is left lies at few t.</b> "
    if record is not None and floor is not None:
        by_t = record.history.by_t
        if len(by_t.loss) and np.isfinite(by_t.loss).any():
            below = floor.binned(record.config.timesteps, len(by_t.loss))
            over = np.nan_to_num(by_t.loss - below)
            place = int(over.argmax())
            share = over[place] / max(over.clip(0).sum(), 1e-12)
            if over[place] > 0:
                words += (
                    f"Now the bars stand highest above the floor about t = {by_t.t[place]:.0f}, "
                    f"with {share:.0%} of all that is left. "
                )
    return words + (
        "Small t decide edges and fine detail, large t the rough shape. Both are what you see in a "
        "sample, but each is one of many terms in the mean that is plotted."
    )
