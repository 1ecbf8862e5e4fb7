"""Why the loss flattens is said with the numbers of the run, and the words agree with them."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.training.why import WhyPanel
from diffvis.training.config import preset_for
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord


def why(qtbot: QtBot, session: Session, steps: int, floor: float | None) -> str:
    """What is said of a run whose loss has come to 0.5."""
    record = TrainingRecord(preset_for(session.data), session.data, Path("run"))
    ones = np.ones(steps)
    loss = np.full(steps, 0.5)
    loss[:5] = 1
    record.history.append(np.arange(1, steps + 1), loss, ones, ones)
    panel = WhyPanel()
    qtbot.addWidget(panel)
    found = None if floor is None else Floor(np.array([1, 20]), np.full(2, floor), 10, 10, "v")
    panel.explain(record, found)
    return panel.findChild(QLabel, "training.why_text").text()


@pytest.mark.parametrize(
    ("floor", "heading", "share"),
    [
        (0.185, "A part of the loss cannot be learned.", "37%"),
        (0.25, "About half of the loss cannot be learned.", "50%"),
        (0.4, "More than half of the loss cannot be learned.", "80%"),
        (0.6, "More than half of the loss cannot be learned.", "100%"),
    ],
)
def test_the_heading_agrees_with_the_numbers(
    qtbot: QtBot, session: Session, floor: float, heading: str, share: str
) -> None:
    text = why(qtbot, session, 3_000, floor)
    assert heading in text
    assert f"{share} of it is floor" in text


@pytest.mark.parametrize(("steps", "floor"), [(3_000, None), (10, 0.4)])
def test_without_numbers_no_share_is_claimed(
    qtbot: QtBot, session: Session, steps: int, floor: float | None
) -> None:
    text = why(qtbot, session, steps, floor)
    assert "A part of the loss cannot be learned." in text
    assert "of it is floor" not in text
