"""The sheet of pictures that travels with a model holds what it was trained on, as it was."""

from pathlib import Path

import pytest
import torch

from diffvis.data import open_dataset
from diffvis.models import shipped
from recipes import passed_on
from recipes.models import RECIPES


def test_the_sheet_is_read_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist").mkdir()
    for module in (passed_on, shipped):
        monkeypatch.setattr(module, "shipped_models", lambda: tmp_path)
    passed_on.pass_on("mnist", "digits")
    read = shipped.learned_by.__wrapped__("mnist")
    data = open_dataset("digits")
    assert read.values.shape == (RECIPES["mnist"].passed_on, 1, 8, 8)
    known = {picture.numpy().tobytes() for picture in data.values[data.train]}
    assert {picture.numpy().tobytes() for picture in read.values} <= known
    assert not torch.equal(read.values, data.values[: len(read)]), "spread over the data"
    note = (tmp_path / "mnist" / passed_on.NOTE).read_text(encoding="utf-8")
    assert RECIPES["mnist"].licence in note and "CC BY-SA" in note
