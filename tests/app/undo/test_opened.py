"""What is open, as undo keeps it."""

import gc
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from diffvis.app.session import Session
from diffvis.app.undo.opened import SMALL
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import Model


class Heavy(nn.Module):
    """Has more weights than undo keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(SMALL // 4 + 1))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return x


def from_a_file(**reading: object) -> Model:
    model = wrap(Heavy(), (2,), T=20, name="theirs", say=None, **reading)  # type: ignore[arg-type]
    return replace(model, path=Path("theirs"))


def test_the_reading_of_a_large_model_comes_back(session: Session) -> None:
    """Only one reading of what a file holds is open at a time."""
    session.set_model(from_a_file())
    for predicts in ("v", "x0"):
        session.set_model(session.model.read_as(predicts=predicts))
    gc.collect()
    for predicts in ("v", "eps"):
        session.history.undo()
        assert session.model.reading.predicts == predicts
    session.history.redo()
    assert session.model.reading.predicts == "v"
