"""A recipe comes from somebody: nothing is fetched and no disk is searched because of it."""

import json
import os
from pathlib import Path

import pytest
from limits import within
from PIL import Image

from diffvis.cli import main
from diffvis.data import Dataset, listing
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.recipe import make_recipe, read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward

SPEC = ExportSpec(size=(320, 180), frames=2, count=2)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "diffvis.data.catalogue.fetch", lambda *_, **__: pytest.fail("it downloads")
    )


def _recipe(digits: Dataset, schedule: NoiseSchedule, source: str) -> dict:
    recipe = make_recipe(Forward(digits, schedule), SPEC)
    return {**recipe, "data": {**recipe["data"], "source": source}}


def test_a_public_set_is_not_fetched(digits: Dataset, schedule: NoiseSchedule) -> None:
    with pytest.raises(UserError) as raised:
        remake(_recipe(digits, schedule, "cifar10"))
    assert str(raised.value) == (
        "the data cifar10 of the recipe cannot be opened (CIFAR-10 is not on this machine): "
        "name them with --data, or bring them back"
    )


def test_a_disk_is_not_searched(
    digits: Dataset, schedule: NoiseSchedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LOOKED", 50)
    for number in range(60):
        (tmp_path / f"a{number}.txt").write_bytes(b"")
    (tmp_path / "z").mkdir()
    Image.new("RGB", (8, 8), (9, 0, 0)).save(tmp_path / "z" / "a.png")
    with pytest.raises(UserError, match="holds hardly any pictures"):
        remake(_recipe(digits, schedule, str(tmp_path)))


def test_data_that_have_moved_can_be_named(
    digits: Dataset, schedule: NoiseSchedule, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "recipe.json", tmp_path / "again.png"
    file.write_text(json.dumps(_recipe(digits, schedule, str(tmp_path / "moved"))))
    command = ["export", "--recipe", str(file), "--out", str(out)]
    assert main(command) == 2
    assert "name them with --data" in capsys.readouterr().err
    assert main([*command, "--data", "digits"]) == 0
    assert capsys.readouterr().err == "", "they are what they were"
    assert out.is_file()


def test_data_that_a_recipe_has_no_use_for_are_said(tmp_path: Path) -> None:
    from diffvis.rendering.subjects.schedules import Schedules

    made = make_recipe(Schedules((NoiseSchedule.cosine(10),), ("cosine",)), SPEC)
    assert remake(made, data="digits").differences == (
        "digits is not used: the recipe has no data",
    )


@pytest.mark.skipif(os.name == "nt", reason="has no pipes among files")
@pytest.mark.parametrize(
    "ending", [".json", ".gif", ".png", ".mp4", ".svg", ".pdf", ".npz", ".zip"]
)
def test_a_pipe_carries_no_recipe(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    os.mkfifo(path)
    with within(10), pytest.raises(UserError, match=r"cannot be read \(it is not a regular file\)"):
        read_recipe(path)
