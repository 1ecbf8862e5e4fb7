"""What docs/networks.md shows works as it stands there."""

import re
from pathlib import Path

import pytest

from diffvis.cli import main
from diffvis.files import resource
from diffvis.networks import NETWORKS

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_one_s_own_network_trains_and_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(BLOCKS[0], {})
    train = next(line for line in BLOCKS[1].splitlines() if '"train"' in line)
    assert eval(train.replace('"500"', '"5"'), {"main": main}) == 0
    assert main(["sample", "runs/own", "--out", "own.npz", "--count", "3"]) == 0


def test_the_page_names_every_network_and_preset() -> None:
    text = PAGE.read_text(encoding="utf-8")
    presets = [path.stem for path in resource("presets").glob("*.json")]
    for name in ("mlp", "unet", "unet-classic", *presets):
        assert f"`{name}`" in text, name
        assert name in presets or name in NETWORKS
