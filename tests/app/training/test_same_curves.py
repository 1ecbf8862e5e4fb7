"""The loss plot of the window and that of a file have the same curves."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.training.curves import Curves
from diffvis.rendering.loss_curves import loss_curves
from diffvis.training.config import preset_for
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord

LOSS = np.linspace(1, 0.5, 60)
VALIDATED = {20: 0.9, 40: 0.7}
FLOOR = 0.4


@pytest.mark.parametrize("log", [False, True])
def test_of_a_run(qtbot: QtBot, session: Session, theme: Theme, log: bool) -> None:
    record = TrainingRecord(preset_for(session.data), session.data, Path("run"))
    steps = np.arange(1, len(LOSS) + 1)
    record.history.append(steps, LOSS, np.ones(len(LOSS)), np.full(len(LOSS), 1e-3))
    rows = [
        {"step": str(step), "event": "step", "loss": str(loss)}
        for step, loss in zip(steps, LOSS, strict=True)
    ]
    for step, loss in VALIDATED.items():
        record.history.append_validation(step, loss)
        rows.append({"step": str(step), "event": "validation", "loss": str(loss)})
    window = Curves(theme)
    qtbot.addWidget(window)
    window.findChild(QCheckBox, "training.log").setChecked(log)
    window.begin(record)
    window.set_floor(Floor(np.array([1, 20]), np.full(2, FLOOR), 10, 10, "eps"))
    file = loss_curves(rows, FLOOR)
    assert window.loss.curve_names == tuple(curve.name for curve in file)
    for curve in file:
        x, y = window.loss.curve_data(curve.name)
        drawn = window.loss._curves[curve.name]
        colour = "muted" if curve.faint else curve.colour
        assert (drawn.colour_name, drawn.dash) == (colour, curve.dash)
        assert (drawn.alpha < 1) == drawn.thin == curve.faint
        if curve.name == "floor":  # in the window it goes on to where the run will end
            assert set(y) == {FLOOR} and x[-1] >= curve.x[-1]
        else:
            assert np.array_equal(x, curve.x)
            np.testing.assert_allclose(y, curve.y, rtol=1e-6)
