"""What a tool does as a file, from the command line, from Python, and from a file's own recipe."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import diffvis
from diffvis.bench.board import Exhibit
from diffvis.bench.pictures import mask_of
from diffvis.bench.registry import TOOLS
from diffvis.cli import main
from diffvis.cli.bench import HELP, LOOKS_AT, OWN_CLASSES
from diffvis.errors import UserError
from diffvis.rendering.recipe import read_recipe

FEW = ["--steps", "3", "--size", "320x180", "--device", "cpu"]
OPTIONS = {
    "invert": ["--step-counts", "2,3"],
    "inpaint": ["--jump", "1", "--resamplings", "2", "--mask", "left"],
    "anomaly": ["--normal", "3", "--plant"],
    "edit": ["--strengths", "100,200"],
}


def test_the_commands_are_those_of_the_tools_and_ask_for_what_each_looks_at() -> None:
    assert list(HELP) == list(TOOLS)
    wants = {"picture": "picture", "other": "second", "mask": "known", "normal": "normal"}
    for option, want in wants.items():
        assert set(LOOKS_AT[option]) == {n for n, tool in TOOLS.items() if want in tool.wants}
    assert {n for n, tool in TOOLS.items() if tool.own_classes} == OWN_CLASSES


@pytest.mark.parametrize("tool", TOOLS)
def test_a_picture_and_the_same_from_its_recipe(tool: str, tmp_path: Path) -> None:
    file, again = tmp_path / "a.png", tmp_path / "b.png"
    words = ["export", tool, "digits", "--out", str(file), *FEW, *OPTIONS.get(tool, [])]
    assert main(words) == 0
    assert main(["export", "--recipe", str(file), "--out", str(again), "--device", "cpu"]) == 0
    assert file.read_bytes() == again.read_bytes()
    with Image.open(file) as picture:
        assert picture.size == (320, 180)
        assert len(picture.convert("RGB").getcolors(2**16)) > 20, "something is drawn"
    assert read_recipe(file)["tool"] == tool


@pytest.mark.parametrize("ending", [".gif", ".svg", ".npz", ".html"])
def test_other_formats(ending: str, tmp_path: Path) -> None:
    file, again = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    words = ["export", "inpaint", "digits", "--out", str(file), *FEW, *OPTIONS["inpaint"]]
    assert main([*words, "--frames", "5"]) == 0
    assert main(["export", "--recipe", str(file), "--out", str(again), "--device", "cpu"]) == 0
    assert file.read_bytes() == again.read_bytes()
    if ending == ".gif":
        with Image.open(file) as film:
            assert film.n_frames == 5
    if ending == ".npz":
        with np.load(file) as numbers:
            x0 = numbers["x0"]
        left = x0[:, 0, :, 4:]
        assert x0.shape == (4, 1, 8, 8)
        assert (left == left[:1]).all(), "what is known is the same in all answers"


def test_python_gives_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    words = ["export", "inpaint", "digits", "--out", str(file), "--picture", "7", "--seed", "3"]
    assert main([*words, *FEW, *OPTIONS["inpaint"]]) == 0
    work = diffvis.inpaint(
        "digits", 7, mask="left", jump=1, resamplings=2, steps=3, seed=3, device="cpu"
    )
    with np.load(file) as numbers:
        assert np.array_equal(numbers["x0"], work.x0.numpy())
        assert set(numbers.files) - {"meta"} == set(work)
    assert repr(work).startswith("<Inpaint (RePaint) by digits: x0 (4, 1, 8, 8)")
    assert work._repr_png_().startswith(b"\x89PNG")
    *_, last = work.steps()
    assert torch.equal(last["x0"], work["x0"])
    assert work.export(tmp_path / "b.png", size=(320, 180)).is_file()
    with pytest.raises(AttributeError):
        _ = work.nothing


def test_arrays_that_do_not_fit_are_one_sentence() -> None:
    some, few = torch.zeros(3, 1, 8, 8), {"steps": 2}
    white = np.full((1, 8, 8), 255, np.uint8)
    work = diffvis.upscale("digits", white, scale=2, **few)
    assert float((work.bicubic - 1).abs().max()) < 1e-6, "bytes are pictures"
    for tool in (diffvis.anomaly, diffvis.interpolate):
        with pytest.raises(UserError, match="one picture, not on 3: give them one by one"):
            tool("digits", some, **few)
    with pytest.raises(UserError, match="9 x 9 does not fit digits"):
        diffvis.anomaly("digits", some[0], normal=torch.zeros(3, 1, 9, 9), **few)
    with pytest.raises(UserError, match="no numbers"):
        diffvis.anomaly("digits", some[0], normal=some * float("nan"), **few)
    with pytest.raises(UserError, match="-3 normal pictures"):
        diffvis.anomaly("digits", some[0], normal=-3, **few)


def test_a_tool_that_chooses_its_classes_takes_no_other(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="two classes, not one: give low and high instead"):
        diffvis.hybrid("digits", label=3)
    words = ["export", "anagram", "digits", "--label", "3", "--out", str(tmp_path / "a.png")]
    assert main(words) == 2


def test_points_can_be_edited_and_the_other_tools_say_that_they_are_for_pictures(
    tmp_path: Path,
) -> None:
    for name, tool in TOOLS.items():
        if tool.fits_points:
            own = {"step_counts": (2, 3)} if name == "invert" else {}
            work = getattr(diffvis, name)("swiss-roll", count=20, steps=3, **own)
            assert work.x0.shape[-1] == 2
        else:
            with pytest.raises(UserError, match=f"{name} is for pictures"):
                getattr(diffvis, name.replace("-", "_"))("swiss-roll")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["edit", "digits", "--strengths", "0"], "t = 0 is not possible: choose 1 to 300"),
        (["edit", "digits", "--strengths", "301"], "t = 301 is not possible"),
        (["anagram", "digits", "--turned", "10"], "knows no class 10: choose 0 to 9"),
        (["inpaint", "digits", "--mask", "nowhere"], "there is no mask nowhere"),
        (["inpaint", "digits", "--mask", "9,9,2,2"], "lies outside of 8 x 8 pixels"),
        (["inpaint", "swiss-roll", "--mask", "q"], "no coordinate q: hide one of x, y"),
        (["upscale", "digits", "--scale", "3"], "have no blocks of 3 x 3: choose a scale of 2, 4"),
        (["invert", "digits", "--step-counts", "301"], "301 steps are not possible"),
        (["edit", "digits", "--picture", "99999"], "there is no sample 99999"),
        (["edit", "digits", "--picture", "x.png"], "there is no picture x.png"),
        (["interpolate", "digits", "--between", "spherical", "--sampler", "ddpm"], "adds noise"),
        (["denoise", "digits", "--sigma", "0.0001"], "no noise to speak of"),
        (["hybrid", "swiss-roll"], "hybrid is for pictures, and swiss-roll makes points"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(
    words: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *words, "--out", str(tmp_path / "a.png"), "--device", "cpu"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert problem in line
    assert not list(tmp_path.iterdir())


def test_a_recipe_that_is_not_sound(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    assert main(["export", "inpaint", "digits", "--out", str(file), *FEW]) == 0
    recipe = read_recipe(file)
    for change in ({"tool": "nothing"}, {"known": {"shape": [1e9], "bits": ""}}, {"settings": 3}):
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps({**recipe, **change}), encoding="utf-8")
        assert main(["export", "--recipe", str(bad), "--out", str(tmp_path / "b.png")]) == 2


def test_masks() -> None:
    for name, hidden in {"left": 32, "bottom": 32, "middle": 16, "quarter": 16}.items():
        assert int((~mask_of(name, (1, 8, 8))).sum()) == hidden
    known = mask_of("1,2,3,4", (1, 8, 8))
    assert not known[2:6, 1:4].any()
    assert int((~known).sum()) == 12
    assert mask_of("y", (2,)).tolist() == [True, False]


def test_what_is_looked_at_is_on_the_cpu_and_has_no_gradient() -> None:
    x = torch.ones(1, 2, requires_grad=True)
    assert not Exhibit("x", x).x.requires_grad
