"""Film strips of several schedules, one over the other, as a figure."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule, q_sample
from diffvis.errors import UserError
from diffvis.rendering.export import export
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.schedules import Schedules

COSINE, LINEAR = make_schedule("cosine", 300), make_schedule("linear", 300)
SPEC = ExportSpec(view="strips", size=(960, 360), seed=3, t=120, times=(0, 150, 300))


@pytest.fixture(scope="module")
def strips() -> Schedules:
    return Schedules((COSINE, LINEAR), data=open_dataset("digits"))


def test_each_row_shows_the_same_noise_under_its_schedule(
    strips: Schedules, tmp_path: Path
) -> None:
    list(export(tmp_path / "strips.png", strips, SPEC))
    with Image.open(tmp_path / "strips.png") as made:
        page = np.asarray(made.convert("L"))
    assert page.shape == (360, 960)
    assert strips.data is not None
    origin = choose_samples(strips.data, 1, 0, 3)
    half = page.shape[0] // 2
    for part, schedule in ((page[:half], COSINE), (page[half:], LINEAR)):
        for t in (0, 120, 150, 300):
            shown = to_uint8(q_sample(schedule, origin.x0, t, origin.eps))[0, :, :, 0]
            assert holds(part, shown), (schedule.kind, t)
    other = to_uint8(q_sample(LINEAR, origin.x0, 150, origin.eps))[0, :, :, 0]
    assert not holds(page[:half], other), "that of the other schedule"


def holds(page: np.ndarray, picture: np.ndarray) -> bool:
    """Whether a picture stands on a page, each of its pixels a square of one size."""
    for side in range(4, 30):
        high, wide = side * picture.shape[0], side * picture.shape[1]
        if high > page.shape[0] or wide > page.shape[1]:
            return False
        windows = np.lib.stride_tricks.sliding_window_view(page, (high, wide))
        if (windows[:, :, ::side, ::side] == picture).all(axis=(2, 3)).any():
            return True
    return False


def test_it_is_made_again_from_its_file(strips: Schedules, tmp_path: Path) -> None:
    list(export(tmp_path / "strips.png", strips, SPEC))
    again = remake(read_recipe(tmp_path / "strips.png"))
    list(export(tmp_path / "again.png", again.subject, again.spec))
    with Image.open(tmp_path / "strips.png") as a, Image.open(tmp_path / "again.png") as b:
        assert np.array_equal(np.asarray(a), np.asarray(b))


def test_what_cannot_be_shown_is_said(strips: Schedules, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="t = 301"):
        export(tmp_path / "a.png", strips, SPEC.changed(times=(0, 301)))
    with pytest.raises(UserError, match="no view strips"):
        export(tmp_path / "a.png", Schedules((COSINE,)), SPEC)
