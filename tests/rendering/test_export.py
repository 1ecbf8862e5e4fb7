"""Files of the forward and the reverse process, read again by Pillow."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.export import Progress, export
from diffvis.rendering.figures import standard_figures
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import chain_words, reverse_frames
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

SPEC = ExportSpec(size=(480, 270), frames=8, frame_ms=80, hold_ms=1200, count=4)


def last_frame(path: Path) -> np.ndarray:
    with Image.open(path) as film:
        film.seek(film.n_frames - 1)
        return np.asarray(film.convert("RGB")).astype(int)


def check_progress(made: list[Progress]) -> None:
    assert [piece.done for piece in made] == sorted(piece.done for piece in made)
    assert made[-1].done == made[-1].total
    assert all(piece.done < piece.total for piece in made[:-1])
    assert len({piece.total for piece in made}) == 1
    assert len(made) == made[-1].total


@pytest.mark.parametrize("chain", [False, True])
def test_forward_gif(tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, chain: bool) -> None:
    path = tmp_path / "forward.gif"
    spec = SPEC.changed(chain=chain)
    made = list(export(path, Forward(digits, schedule), spec))
    check_progress(made)
    with Image.open(path) as film:
        assert film.size == (480, 270)
        assert film.n_frames == 8
        assert film.info["loop"] == 0
        recipe = json.loads(film.info["comment"].decode())
    assert recipe["what"] == "forward"
    assert recipe["data"] == {"source": digits.source, "fingerprint": digits.fingerprint}
    assert recipe["schedule"] == {"kind": "cosine", "T": 30}
    assert recipe["spec"]["seed"] == 0
    *_, drawn = forward_frames(digits, schedule, spec, list(range(31)))
    assert np.abs(last_frame(path) - drawn).mean() < 1


def test_reverse_gif(tmp_path: Path, digits_model: Model) -> None:
    path = tmp_path / "reverse.gif"
    made = list(export(path, Reverse(digits_model), SPEC))
    check_progress(made)
    with Image.open(path) as film:
        assert film.n_frames == 8
        durations = []
        for i in range(8):
            film.seek(i)
            durations.append(film.info["duration"])
    assert durations == [500] + [80] * 6 + [1200]
    *_, drawn = reverse_frames(digits_model, SPEC, [30, 0])
    assert np.abs(last_frame(path) - drawn).mean() < 1


@pytest.mark.parametrize("view", ["samples", "prediction", "step"])
@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_every_view_of_points(tmp_path: Path, roll_model: Model, view: str, sampler: str) -> None:
    path = tmp_path / "reverse.gif"
    spec = SPEC.changed(view=view, sampler=sampler, steps=10, count=100)
    check_progress(list(export(path, Reverse(roll_model), spec)))
    with Image.open(path) as film:
        assert film.n_frames == 8


def test_colour_images(tmp_path: Path, digits: Dataset, schedule: NoiseSchedule) -> None:
    grey = digits.values[:40]
    values = torch.cat([grey, 255 - grey, grey // 2], 1)
    coloured = replace(digits, values=values, labels=None, classes=())
    path = tmp_path / "forward.gif"
    check_progress(list(export(path, Forward(coloured, schedule), SPEC)))
    *_, drawn = forward_frames(coloured, schedule, SPEC, list(range(31)))
    assert np.abs(last_frame(path) - drawn).mean() < 6


@pytest.mark.parametrize("t", [None, 0, 17, 30])
def test_stills(
    tmp_path: Path, digits: Dataset, digits_model: Model, schedule: NoiseSchedule, t: int | None
) -> None:
    spec = SPEC.changed(t=t)
    path = tmp_path / "forward.png"
    check_progress(list(export(path, Forward(digits, schedule), spec)))
    (drawn,) = forward_frames(digits, schedule, spec, [10 if t is None else t])
    assert np.array_equal(last_frame(path), drawn)
    path = tmp_path / "reverse.png"
    check_progress(list(export(path, Reverse(digits_model), spec)))
    *_, drawn = reverse_frames(digits_model, spec, [t or 0])
    assert np.array_equal(last_frame(path), drawn)
    with Image.open(path) as image:
        assert json.loads(image.text["recipe"])["model"]["name"] == "Exact denoiser"


def test_a_still_of_a_step_that_the_chain_leaves_out(tmp_path: Path, digits_model: Model) -> None:
    spec = SPEC.changed(view="step", steps=3, t=17)  # it visits 30, 20, 10, 0
    check_progress(list(export(tmp_path / "step.png", Reverse(digits_model), spec)))
    (drawn,) = [f for f in reverse_frames(digits_model, spec, [20]) if f is not None]
    assert np.array_equal(last_frame(tmp_path / "step.png"), drawn)


def test_the_same_recipe_makes_the_same_file(tmp_path: Path, digits_model: Model) -> None:
    for name in ("a.gif", "b.gif"):
        list(export(tmp_path / name, Reverse(digits_model), SPEC))
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_numbers_of_one_sample_are_those_of_the_selected_one(
    tmp_path: Path, digits_model: Model
) -> None:
    found = {}
    for view, selected in (("single", 2), ("single", 0), ("strip", 2)):
        spec = SPEC.changed(view=view, selected=selected, times=(0, 30))
        made = list(export(tmp_path / f"{view}{selected}.npz", Reverse(digits_model), spec))
        check_progress(made)
        with np.load(tmp_path / f"{view}{selected}.npz") as file:
            found[view, selected] = dict(file)
    whole = found["strip", 2]
    for selected in (2, 0):
        one = found["single", selected]
        assert one["x_t"].shape == one["x0_hat"].shape == (1, 1, 1, 8, 8)
        assert np.array_equal(one["x_t"][0, 0], whole["x_t"][-1, selected])
        assert np.array_equal(one["x0"][0], whole["x0"][selected])


@pytest.mark.parametrize("chain", [False, True])
def test_the_eps_in_a_file_is_the_one_that_leads_to_x_t(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, chain: bool
) -> None:
    spec = SPEC.changed(chain=chain)
    check_progress(list(export(tmp_path / "a.npz", Forward(digits, schedule), spec)))
    with np.load(tmp_path / "a.npz") as file:
        alpha_bar = file["alpha_bar"].reshape(-1, 1, 1, 1, 1)
        expected = np.sqrt(alpha_bar) * file["x_0"] + np.sqrt(1 - alpha_bar) * file["eps"]
        assert np.allclose(file["x_t"], expected, atol=1e-5)
        assert file["eps"].dtype == np.float32
        assert file["eps"].shape == (file["x_t"].shape if chain else file["x_0"].shape)


@pytest.mark.parametrize("ending", [".gif", ".png"])
def test_cancelling_leaves_nothing(tmp_path: Path, digits_model: Model, ending: str) -> None:
    work = export(tmp_path / f"film{ending}", Reverse(digits_model), SPEC)
    for _ in range(5):
        next(work)
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_is_said_before_any_work(
    tmp_path: Path, digits: Dataset, digits_model: Model, schedule: NoiseSchedule
) -> None:
    cases = {
        "nowhere": lambda: export(tmp_path / "nowhere" / "a.gif", Reverse(digits_model), SPEC),
        r"\.avi": lambda: export(tmp_path / "a.avi", Forward(digits, schedule), SPEC),
        "without an ending": lambda: export(tmp_path / "a", Forward(digits, schedule), SPEC),
        "is a folder": lambda: export(tmp_path, Forward(digits, schedule), SPEC),
        "t = 31": lambda: export(tmp_path / "a.png", Forward(digits, schedule), SPEC.changed(t=31)),
        "31 steps": lambda: export(
            tmp_path / "a.gif", Reverse(digits_model), SPEC.changed(steps=31)
        ),
        "no sample 9": lambda: export(
            tmp_path / "a.gif", Reverse(digits_model), SPEC.changed(view="step", selected=8)
        ),
    }
    for words, ask in cases.items():
        with pytest.raises(UserError, match=words):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written(
    tmp_path: Path, digits_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UserError, match="may not be written"):
        export(tmp_path / "a.gif", Reverse(digits_model), SPEC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (10, 720)},
        {"size": (1280, 100_000)},
        {"frames": 1},
        {"frames": 100_000},
        {"frame_ms": 0},
        {"fps": 0.0},
        {"fps": 2000.0},
        {"hold_ms": 0},
        {"style": "blue"},
        {"text_scale": 0.0},
        {"t": -1},
        {"count": 0},
        {"sampler": "leapfrog"},
        {"eta": 2.0},
        {"seed": -1},
        {"loop": -1},
        {"levels": 100},
        {"easing": "bouncy"},
        {"columns": 0},
        {"guidance": 50.0},
        {"shift": 50.0},
        {"variance": "huge"},
    ],
)
def test_a_spec_that_is_not_possible_names_its_value(wrong: dict[str, object]) -> None:
    with pytest.raises(UserError) as caught:
        ExportSpec(**wrong)
    (value,) = wrong.values()
    words = str(caught.value)
    parts = value if isinstance(value, tuple) else (value,)
    assert any(str(part) in words for part in parts)


def test_the_lecture_set_shows_every_class_in_turn(digits_model: Model) -> None:
    """A model that knows classes is shown with them, as in the window."""
    knowing = replace(digits_model, num_classes=10)
    figures, _ = standard_figures(knowing, None, None)
    by_stem = {figure.stem: figure for figure in figures}
    for stem in ("reverse-strip", "reverse", "samples"):
        assert by_stem[stem].spec.chain.label == EVERY_CLASS
    both = by_stem["compare"].subject
    assert isinstance(both, Compare)
    assert {side.settings.label for side in both.sides} == {EVERY_CLASS}
    plain, _ = standard_figures(digits_model, None, None)
    assert {figure.spec.chain.label for figure in plain} == {None}


def test_a_caption_has_the_name_of_the_sampler_as_people_write_it(digits_model: Model) -> None:
    words = chain_words(ChainSettings(sampler="dpm-solver", steps=8, seed=3), digits_model)
    assert words == "DPM-Solver++, 8 steps · seed 3"
