"""Schedules survive a file, files that are none are refused in words, and a run can use one."""

import json
import os
from pathlib import Path

import pytest

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.models.schedule_file import (
    KEPT,
    find_schedule,
    load_schedule,
    name_of,
    save_schedule,
)
from diffvis.training.asked import blueprint_of
from diffvis.training.config import preset_for


def drawn() -> NoiseSchedule:
    return NoiseSchedule.from_log_snr([(1, 5.0), (4, 1.0), (12, -6.0)])


@pytest.mark.parametrize("schedule", [drawn(), make_schedule("cosine", 30)])
def test_a_file_gives_the_same_schedule(tmp_path: Path, schedule: NoiseSchedule) -> None:
    save_schedule(schedule, tmp_path / "own.json")
    assert load_schedule(tmp_path / "own.json") == schedule


def test_alpha_bars_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps({"alpha_bar": [0.9, 0.5, 0.01]}))
    loaded = load_schedule(path)
    assert loaded.kind == "theirs"
    assert loaded.alpha_bar[1:].tolist() == pytest.approx([0.9, 0.5, 0.01])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no json", "not JSON"),
        ("[1, 2]", "not a schedule"),
        ('{"beta": [0.1, 2.0]}', "beta_2"),
        ('{"alpha_bar": [0.5, 0.6]}', "alpha_bar_2"),
        ('{"alpha_bar": "much"}', "list"),
        ('{"kind": "steep", "T": 5}', "steep"),
    ],
)
def test_what_is_no_schedule_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(UserError, match=says):
        load_schedule(path)
    with pytest.raises(UserError, match="cannot be read"):
        load_schedule(tmp_path / "none.json")


def test_a_run_can_use_a_drawn_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path))
    data = open_dataset("swiss-roll", n=100)
    config = preset_for(data).changed(schedule=name_of(drawn()), timesteps=12)
    assert blueprint_of(config, data).schedule == drawn()
    assert name_of(drawn()) == config.schedule, "the same contents, the same file"
    assert name_of(make_schedule("linear", 7)) == "linear"
    with pytest.raises(UserError, match="12 steps, not 40"):
        find_schedule(config.schedule, 40)


def test_who_draws_all_day_leaves_few_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path))
    folder = tmp_path / "schedules"
    first = Path(name_of(drawn()))
    saved = folder / "my-own.json"
    save_schedule(drawn(), saved)
    for age, file in ((3e6, saved), (2e6, first)):
        os.utime(file, (1e9 - age, 1e9 - age))

    def draw(number: int) -> None:
        path = Path(name_of(NoiseSchedule.from_log_snr([(1, 6.0 + number / 100), (9, -7.0)])))
        os.utime(path, (1e9 + number, 1e9 + number))

    for number in range(KEPT - 1):
        draw(number)
    assert first.exists()
    name_of(drawn())  # in use again, it is as good as new
    for number in range(KEPT - 1, KEPT + 5):
        draw(number)
    assert first.exists(), "what is in use stays"
    assert saved.exists(), "what has a name stays"
    assert len(list(folder.iterdir())) == KEPT + 1
