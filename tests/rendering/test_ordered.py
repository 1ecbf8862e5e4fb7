"""Films whose frames are told one by one, to and fro."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.rendering.export import Progress, export
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject

AT = (20, 10, 0, 10, 30)
SPEC = ExportSpec(size=(320, 180), count=4, seed=5, at=AT, sampler="ddim", steps=20)


@pytest.fixture(params=["forward", "true chain", "reverse"])
def subject(request: pytest.FixtureRequest) -> tuple[Subject, ExportSpec]:
    if request.param == "reverse":
        return Reverse(open_model("swiss-roll")), SPEC
    made = Forward(open_dataset("digits"), make_schedule("cosine", 40))
    return made, SPEC.changed(chain=request.param == "true chain")


def frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as made:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(made)]


def test_each_frame_is_the_still_of_its_time(
    subject: tuple[Subject, ExportSpec], tmp_path: Path
) -> None:
    what, spec = subject
    told = list(export(tmp_path / "film.webp", what, spec))
    assert told[-1] == Progress(told[-1].total, told[-1].total) and len(told) >= len(AT)
    film = frames(tmp_path / "film.webp")
    assert len(film) == len(AT)
    for t, frame in zip(AT, film, strict=True):
        list(export(tmp_path / f"{t}.png", what, spec.changed(at=None, t=t)))
        assert np.array_equal(frame, frames(tmp_path / f"{t}.png")[0]), t


def test_a_film_carries_the_order_of_its_frames(
    subject: tuple[Subject, ExportSpec], tmp_path: Path
) -> None:
    what, spec = subject
    list(export(tmp_path / "film.webp", what, spec))
    remade = remake(read_recipe(tmp_path / "film.webp"))
    assert remade.spec.shown.at == AT
    list(export(tmp_path / "again.webp", remade.subject, remade.spec))
    assert (tmp_path / "film.webp").read_bytes() == (tmp_path / "again.webp").read_bytes()


@pytest.mark.parametrize(
    ("at", "problem"), [((1,), "1 frames"), ((0, -1), "t = -1"), ((0, 41), "t = 41")]
)
def test_what_is_no_film_is_said(
    subject: tuple[Subject, ExportSpec], tmp_path: Path, at: tuple[int, ...], problem: str
) -> None:
    what, spec = subject
    with pytest.raises(UserError, match=problem):
        export(tmp_path / "film.webp", what, spec.changed(at=at))
