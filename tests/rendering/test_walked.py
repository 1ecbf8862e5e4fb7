"""A chain that has been watched is exported from its recording: the same pixels, no second walk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image, ImageSequence

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion.schedule import make_schedule
from diffvis.models.model import Model, exact_model, open_model
from diffvis.rendering.estimate import estimate
from diffvis.rendering.export import export
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject
from diffvis.sampling.recording import Recording

SMALL = {"size": (320, 180), "frames": 6, "count": 9, "seed": 5}
CHAINS: dict[str, dict[str, Any]] = {
    "ddpm": {"sampler": "ddpm", "steps": 12},
    "ddim": {"sampler": "ddim", "steps": 12, "eta": 0.0},
    "noisy ddim": {"sampler": "ddim", "steps": 12, "eta": 0.7, "clip": "none"},
    "long": {"sampler": "ddpm", "steps": 60},
}


@pytest.fixture(scope="module")
def roll() -> Model:
    return open_model("swiss-roll")


@pytest.fixture(scope="module")
def digits() -> Model:
    return open_model("digits")


def spec_of(**values: Any) -> ExportSpec:
    return ExportSpec(**{**SMALL, **values})


def watched(model: Model, spec: ExportSpec, steps: int | None = None) -> Recording:
    """Its chain, walked as far as it goes or ``steps`` steps."""
    made = Recording(model, spec.chain_settings(model.is_points))
    for _ in range(made.length if steps is None else steps):
        made.advance()
    return made


def pixels(path: Path) -> list[np.ndarray]:
    with Image.open(path) as made:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(made)]


@pytest.fixture
def no_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[None]:
        raise AssertionError("the chain is walked again")

    monkeypatch.setattr("diffvis.rendering.subjects.reverse.run_chain_from", refuse)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", ["roll", "digits"])
@pytest.mark.parametrize(
    ("view", "ending"),
    [("samples", ".webp"), ("prediction", ".png"), ("strip", ".png"), ("step", ".webp")],
)
def test_its_pixels_are_those_of_a_second_walk(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, chain: str, view: str, ending: str
) -> None:
    model = request.getfixturevalue(name)
    steps = min(CHAINS[chain]["steps"], model.schedule.T)
    spec = spec_of(view=view, t=model.schedule.T // 3, **CHAINS[chain] | {"steps": steps})
    kept = Reverse(model, walked=watched(model, spec))
    list(export(tmp_path / f"kept{ending}", kept, spec))
    list(export(tmp_path / f"again{ending}", Reverse(model), spec))
    kept_frames, again = pixels(tmp_path / f"kept{ending}"), pixels(tmp_path / f"again{ending}")
    assert len(kept_frames) == len(again)
    for here, there in zip(kept_frames, again, strict=True):
        assert np.array_equal(here, there)


@pytest.mark.parametrize("view", ["samples", "prediction", "strip", "single", "step"])
def test_it_is_not_walked_again(digits: Model, no_walk: None, tmp_path: Path, view: str) -> None:
    spec = spec_of(view=view, **CHAINS["ddim"])
    subject = Reverse(digits, walked=watched(digits, spec))
    list(export(tmp_path / "kept.png", subject, spec))
    list(estimate(".png", subject, spec))
    if view not in ("strip", "single"):
        list(estimate(".webp", subject, spec))


@pytest.mark.parametrize(
    "changed", [{"seed": 6}, {"count": 4}, {"steps": 11}, {"sampler": "ddpm"}, {"eta": 0.5}]
)
def test_another_chain_is_walked(
    digits: Model, no_walk: None, tmp_path: Path, changed: dict[str, Any]
) -> None:
    spec = spec_of(**CHAINS["ddim"])
    subject = Reverse(digits, walked=watched(digits, spec))
    with pytest.raises(AssertionError, match="walked again"):
        list(export(tmp_path / "other.webp", subject, spec.changed(**changed)))


def test_one_that_is_on_its_way_or_has_gaps_is_walked(digits: Model) -> None:
    spec = spec_of(**CHAINS["ddim"])
    settings = spec.chain_settings(False)
    assert not Reverse(digits, walked=watched(digits, spec, steps=5)).remembers(settings, "samples")
    moment = 4 * settings.count * int(np.prod(digits.shape))
    sparse = Recording(digits, settings, limit=12 * moment)
    for _ in range(sparse.length):
        sparse.advance()
    assert sparse.stride > 1
    assert not Reverse(digits, walked=sparse).remembers(settings, "samples")


def test_noise_that_was_added_is_not_taken_from_a_recording(digits: Model) -> None:
    spec = spec_of(**CHAINS["ddpm"])
    subject = Reverse(digits, walked=watched(digits, spec))
    settings = spec.chain_settings(False)
    assert subject.remembers(settings, "samples")
    assert not subject.remembers(settings, "step"), "its noise is found by subtraction"


def test_an_estimate_says_what_the_file_has_and_what_it_has_looked_at(digits: Model) -> None:
    spec = spec_of(**CHAINS["long"])
    *_, of_another = estimate(".webp", Reverse(digits), spec)
    assert (of_another.walked, of_another.steps, of_another.total) == (12, 60, 6)
    *_, of_this = estimate(".webp", Reverse(digits, walked=watched(digits, spec)), spec)
    assert (of_this.walked, of_this.steps, of_this.total) == (0, 0, 6), "the chain itself"
    *_, of_few = estimate(".webp", Reverse(digits), spec_of(**CHAINS["ddim"]))
    assert (of_few.walked, of_few.steps) == (0, 0)


@pytest.mark.parametrize("what", ["reverse", "compare"])
def test_a_preview_begins_with_the_first_frame_of_the_file(digits: Model, what: str) -> None:
    """Both begin with the same noise, and so the words of a shorter chain would differ."""
    spec, subject = spec_of(**CHAINS["long"], size=(640, 360)), cast(Subject, Reverse(digits))
    if what == "compare":
        chain = spec.chain_settings(False)
        sides = ComparedChain(digits, chain), ComparedChain(digits, chain, "clip-x-t")
        subject = Compare(sides)
    *_, looked_at = estimate(".webp", subject, spec)
    frames = (frame for frame in subject.content("film", spec).pieces() if frame is not None)
    np.testing.assert_array_equal(looked_at.frames[0], next(frames))


def test_a_preview_of_a_map_says_what_the_file_will() -> None:
    model = exact_model(open_dataset("two-spikes", n=300), make_schedule("cosine", 60))
    spec, subject = spec_of(view="heatmap", size=(640, 360)), Reverse(model)
    *_, looked_at = estimate(".webp", subject, spec)
    first = next(frame for frame in subject.content("film", spec).pieces() if frame is not None)
    footer = slice(-20, None)
    np.testing.assert_array_equal(looked_at.frames[0][footer], first[footer])
