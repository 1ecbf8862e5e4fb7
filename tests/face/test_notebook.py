"""What a notebook shows: one line and one picture of everything."""

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import diffvis

from .own_networks import Small


def picture(thing: Any) -> np.ndarray:
    """uint8 (h, w, 3) of the picture that it shows itself by."""
    return np.asarray(Image.open(io.BytesIO(thing._repr_png_())).convert("RGB"))


def things() -> dict[str, Any]:
    digits = diffvis.open_model("digits")
    return {
        "chain": diffvis.sample(digits, sampler="ddim", steps=8, count=4, seed=7),
        "points": diffvis.sample("swiss-roll", sampler="ddim", steps=8, count=50),
        "model": digits,
        "own model": diffvis.wrap(Small(), shape=(1, 6, 6), T=20, say=None),
        "data": diffvis.open_dataset("digits"),
        "toy": diffvis.open_dataset("moons"),
        "schedule": diffvis.NoiseSchedule.cosine(100),
    }


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return things()


def test_each_is_one_line(shown: dict[str, Any]) -> None:
    for name, thing in shown.items():
        assert len(repr(thing)) < 120 and "\n" not in repr(thing), name
        assert "tensor(" not in repr(thing)
    assert repr(shown["model"]) == (
        "<Model digits: 1 x 8 x 8, 10 classes, cosine schedule, T = 300, 3,000 steps>"
    )
    assert repr(shown["data"]).startswith("<Dataset digits: 1,797 images")
    assert "seed 7" in repr(shown["chain"]) and "digits" in repr(shown["chain"])


def test_each_is_a_picture(shown: dict[str, Any]) -> None:
    for name, thing in shown.items():
        pixels = picture(thing)
        assert min(pixels.shape[:2]) > 60 and pixels.std() > 5, name
        assert pixels.shape[1] <= 960, name


def test_lines_and_words_are_svg_where_that_is_small(shown: dict[str, Any]) -> None:
    for name in ("schedule", "chain", "points"):
        root = ElementTree.fromstring(shown[name]._repr_svg_())
        size = picture(shown[name]).shape
        assert (root.get("width"), root.get("height")) == (str(size[1]), str(size[0])), name
    words = "".join(ElementTree.fromstring(shown["chain"]._repr_svg_()).itertext())
    assert "t = 300" in words and "seed 7" in words
    many = diffvis.sample("digits", sampler="ddim", steps=8, count=16)
    assert many._repr_svg_() is None, "noise is as many squares as pixels"


def test_a_strip_goes_from_noise_to_the_samples(shown: dict[str, Any]) -> None:
    """Its pictures are those of the chain, enlarged: the first of noise, the last of samples."""
    chain, pixels = shown["chain"], picture(shown["chain"])[:, :, 0]
    wide = pixels.shape[1] // 6
    for x, part in ((chain.x_T, pixels[:, :wide]), (chain.x0, pixels[:, -wide:])):
        grey = ((x[0, 0].clamp(-1, 1) + 1) * 127.5).round().numpy()
        dark = [each for each in np.unique(grey) if 20 < each < 200]
        found = set(np.unique(part).tolist())
        assert np.mean([bool({each - 1, each, each + 1} & found) for each in dark]) > 0.9


def test_a_model_that_takes_long_shows_no_samples(
    shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.face.pictures.QUICK_S", 0.0)
    assert shown["model"]._repr_png_() is None


def test_what_is_shown_can_be_exported(shown: dict[str, Any], tmp_path: Path) -> None:
    strip = diffvis.export(shown["chain"], tmp_path / "chain.png", view="strip", style="light")
    with Image.open(strip) as image:
        assert image.width == 1280
    again = diffvis.export(shown["chain"], tmp_path / "chain.npz")
    with np.load(again) as file:
        t = file["t"].tolist()
        assert t == shown["chain"].times
        np.testing.assert_allclose(file["x_t"][-1], shown["chain"].x0.numpy(), rtol=0, atol=1e-4)
    plot = diffvis.export(shown["schedule"], tmp_path / "schedule.svg")
    assert "cosine" in plot.read_text(encoding="utf-8")
    with pytest.raises(diffvis.UserError, match="cannot be exported"):
        diffvis.export(3, tmp_path / "three.png")  # type: ignore[arg-type]


def test_a_model_is_judged() -> None:
    found = diffvis.evaluate("swiss-roll", sampler="ddim", steps=10, count=500, seed=1)
    assert found.figures and found.settings["count"] == 500
    table, html = str(found).splitlines(), found._repr_html_()
    assert table[0] == found.about and table[1].split() == ["samples", "data", "noise"]
    for figure in found.figures.values():
        assert any(figure.title in line and figure.text() in line for line in table)
        assert f"<td>{figure.text()}</td>" in html
    assert "\n" not in repr(found)
