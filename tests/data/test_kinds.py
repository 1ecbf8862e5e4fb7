"""What a thing is comes first; then its own reader says what is wrong with it."""

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from diffvis.data.catalogue import open_dataset
from diffvis.data.kinds import is_model, is_picture
from diffvis.data.picture_list import write_list
from diffvis.errors import UserError
from diffvis.models.model import open_model


def pipeline(root: Path) -> Path:
    """As diffusers saves one."""
    (root / "unet").mkdir(parents=True)
    (root / "model_index.json").write_text('{"_class_name": "DDPMPipeline"}')
    (root / "unet" / "config.json").write_text("{}")
    (root / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"0" * 64)
    return root


def test_weights_pipelines_and_runs_are_models(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(2)}, tmp_path / "net.pt")
    models = [tmp_path / "net.pt", pipeline(tmp_path / "ddpm"), tmp_path / "ddpm" / "unet"]
    for path in models:
        assert is_model(path)
        with pytest.raises(UserError, match="is a model, not data: open it as a model"):
            open_dataset(path)
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (8, 8)).save(photos / "a.png")
    (photos / "config.json").write_text("{}")
    for path in (photos, photos / "a.png", tmp_path / "gone.npz"):
        assert not is_model(path)


def test_what_is_no_model_of_diffvis_is_told_by_the_models(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"unet is of no class of diffusers, not UNet2DModel"):
        open_model(pipeline(tmp_path / "ddpm"))
    torch.save({"w": torch.zeros(2)}, tmp_path / "net.pt")
    with pytest.raises(
        UserError,
        match=r"net.pt is not a diffvis checkpoint but a state dict of.*diffvis.view",
    ):
        open_model(tmp_path / "net.pt")


@pytest.mark.parametrize("suffix", [".heic", ".HEIF", ".svg", ".psd"])
def test_a_picture_that_is_not_read_has_a_remedy(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    path.write_bytes(b"\0\0\0\x18ftypheic" + b"0" * 40)
    kind = suffix[1:].upper()
    assert is_picture(path)
    for options in ({}, {"size": 16}):
        with pytest.raises(UserError, match=f"is a {kind} picture, which is not read: save it as"):
            open_dataset(path, **options)


def strokes(path: Path, ink: object, paper: object) -> Path:
    picture = Image.new("RGBA", (64, 64), paper)
    ImageDraw.Draw(picture).rectangle((8, 40, 23, 55), ink)  # below, to the left
    picture.save(path)
    return path


CLEAR = (0, 0, 0, 0)


def test_white_strokes_on_transparent_become_points(tmp_path: Path) -> None:
    found = open_dataset(strokes(tmp_path / "word.png", "white", CLEAR))
    points = found.scaling.to_data(found.x0())
    assert points.amin(0).tolist() == pytest.approx([-0.75, -0.75], abs=0.02)
    assert points.amax(0).tolist() == pytest.approx([-0.25, -0.25], abs=0.02)
    assert "light pixels became points" in found.inferred[0].says
    dark = open_dataset(strokes(tmp_path / "dark.png", "black", CLEAR))
    assert torch.allclose(dark.x0(), found.x0())


def test_light_strokes_can_be_asked_for(tmp_path: Path) -> None:
    chalk = strokes(tmp_path / "chalk.png", "white", "black")
    board = open_dataset(chalk)
    (warning,) = board.warnings
    assert "of the picture is dark" in warning.says and warning.option == "ink=light"
    drawn = open_dataset(chalk, ink="light")
    assert float(drawn.scaling.to_data(drawn.x0()).max()) < -0.2
    assert not drawn.inferred


@pytest.mark.parametrize("colour", ["white", "black"])
def test_strokes_that_cannot_be_seen(tmp_path: Path, colour: str) -> None:
    path = strokes(tmp_path / "all.png", colour, colour)
    ink, other = ("dark", "light") if colour == "white" else ("light", "dark")
    with pytest.raises(UserError, match=f"{colour} all over.*ink={other}"):
        open_dataset(path, ink=ink)


def test_white_on_transparent_is_seen_on_black(tmp_path: Path) -> None:
    """Also as images: on white nothing of them would be left."""
    icons = tmp_path / "icons"
    icons.mkdir()
    for number in range(3):
        strokes(icons / f"{number}.png", "white", CLEAR)
    found = open_dataset(icons, size=64)
    assert found.values[0, 0, 48, 16] == 255 and found.values[0, 0, 5, 5] == 0
    assert any(about.option == "background=white" for about in found.inferred)
    assert int(open_dataset(icons, background="white").values.min()) == 255
    one = open_dataset(icons / "0.png", size=64)
    assert one.values[0, 0, 48, 16] == 255 and one.values[0, 0, 5, 5] == 0
    strokes(icons / "0.png", "black", CLEAR)
    strokes(icons / "1.png", (200, 30, 30, 255), CLEAR)
    assert open_dataset(icons, size=64).values[0, 0, 5, 5] == 255, "most are seen on white"


def test_pictures_from_anywhere_are_a_set(tmp_path: Path) -> None:
    paths = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        paths.append(tmp_path / str(number) / "x.png")
        Image.new("RGB", (16, 16), (50 * number,) * 3).save(paths[-1])
    made = write_list(paths, tmp_path / "kept")
    assert write_list(paths, tmp_path / "kept") == made
    found = open_dataset(made)
    assert found.title == "3 pictures"
    assert found.values[:, 0, 0, 0].tolist() == [0, 50, 100]
    assert open_dataset(found.source).fingerprint == found.fingerprint
    paths[1].unlink()
    left = open_dataset(made)
    assert len(left) == 2 and "x.png is gone" in left.skipped[0]
