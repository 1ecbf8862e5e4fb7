"""Commands take a schedule from a file; a run keeps its own copy of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from diffvis.diffusion import NoiseSchedule
from diffvis.models.model import open_model
from diffvis.models.schedule_file import load_schedule, save_schedule
from diffvis.training.folder import RunFolder

SMALL = ("--steps", "4", "--batch-size", "16", "--device", "cpu")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.json"
    save_schedule(NoiseSchedule.from_log_snr([(1, 5.0), (4, 1.0), (12, -6.0)]), path)
    return path


def test_a_run_outlives_the_file_of_its_schedule(
    diffvis: Callable, tmp_path: Path, own: Path
) -> None:
    schedule, run = load_schedule(own), tmp_path / "run"
    done = diffvis("train", "swiss-roll?n=200", "--out", run, "--schedule", own, *SMALL)
    assert done.status == 0, done.err
    assert "T = 12, drawn schedule" in done.out
    own.unlink()
    moved = run.rename(tmp_path / "moved")
    assert torch.equal(open_model(moved).schedule.alpha_bar, schedule.alpha_bar)
    assert load_schedule(moved / "schedule.json") == schedule
    arguments = ("train", "swiss-roll?n=200", "--out", moved, "--resume", "--steps", "8")
    done = diffvis(*arguments)
    assert done.status == 0, done.err
    assert open_model(moved).schedule == schedule
    assert RunFolder.open(moved).config.steps == 8
    again = tmp_path / "again"
    preset = ("--preset", moved / "run.json")
    done = diffvis("train", "swiss-roll?n=200", "--out", again, *preset, *SMALL)
    assert done.status == 0, done.err
    assert open_model(again).schedule == schedule


def test_a_run_goes_on_with_the_same_schedule_only(
    diffvis: Callable, tmp_path: Path, own: Path
) -> None:
    train = ("train", "swiss-roll?n=200", "--out", tmp_path / "run", "--schedule")
    assert diffvis(*train, own, *SMALL).status == 0
    assert diffvis(*train, own, "--resume", "--steps", "5").status == 0
    other = tmp_path / "other.json"
    save_schedule(NoiseSchedule.from_log_snr([(1, 5.0), (12, -5.0)]), other)
    done = diffvis(*train, other, "--resume", "--steps", "6")
    assert done.status == 2
    assert "schedule" in done.err


@pytest.mark.parametrize("command", ["train", "forward", "schedule"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("no json", "not JSON"),
        ('{"beta": [0.1, 2.0]}', "beta_2"),
        ('{"beta": ["much"]}', "not a schedule"),
    ],
)
def test_a_file_that_is_no_schedule(
    diffvis: Callable, tmp_path: Path, command: str, text: str | None, says: str
) -> None:
    file, out = tmp_path / "bad.json", tmp_path / "out.png"
    if text is not None:
        file.write_text(text)
    done = diffvis(
        *{
            "train": ("train", "swiss-roll?n=200", "--out", out, "--schedule", file),
            "forward": ("export", "forward", "--out", out, "--schedule", file),
            "schedule": ("export", "schedule", file, "--out", out),
        }[command]
    )
    line = done.problem()
    assert "bad.json" in line
    assert says in line
    assert not out.exists()


def test_another_T_than_that_of_the_file(diffvis: Callable, tmp_path: Path, own: Path) -> None:
    asked = ("--schedule", own, "--timesteps", "40", "--out", tmp_path / "out.png")
    for command in (("train", "swiss-roll?n=200"), ("export", "forward")):
        done = diffvis(*command, *asked)
        assert done.status == 2
        assert "own.json has 12 steps, not 40" in done.err
        assert not (tmp_path / "out.png").exists()


def test_exports_use_the_file(diffvis: Callable, tmp_path: Path, own: Path) -> None:
    done = diffvis("export", "schedule", own, "cosine", "--out", tmp_path / "a.csv")
    assert done.status == 0, done.err
    text = (tmp_path / "a.csv").read_text()
    assert f"{float(load_schedule(own).alpha_bar[12]):.4g}"[:5] in text
    still = ("--t", "12", "--size", "320x180", "--out", tmp_path / "a.png")
    done = diffvis("export", "forward", "--data", "swiss-roll", "--schedule", own, *still)
    assert done.status == 0, done.err


def test_the_command_knows_every_quantity() -> None:
    """It has a list of its own because its help must not wait for numpy and torch."""
    from diffvis.cli.export_options import Quantity
    from diffvis.rendering.quantities import QUANTITIES

    assert [made.value for made in Quantity] == [*QUANTITIES, "strips"]


def test_a_preset_names_a_file_beside_it(diffvis: Callable, tmp_path: Path, own: Path) -> None:
    preset = tmp_path / "mine.json"
    preset.write_text(json.dumps({"schedule": own.name, "timesteps": 12}))
    done = diffvis(
        "train", "swiss-roll?n=200", "--out", tmp_path / "run", "--preset", preset, *SMALL
    )
    assert done.status == 0, done.err
    assert open_model(tmp_path / "run").schedule == load_schedule(own)
