import csv
import shutil
from pathlib import Path

import pytest
import torch
from short_runs import Start, same, until, weights

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.run_files import step_of
from diffvis.models.weights import read_header
from diffvis.sampling.noise import initial_noise
from diffvis.training.config import TrainConfig
from diffvis.training.loop import learning_rate_at
from diffvis.training.metrics import read_metrics
from diffvis.training.ranks import Ranks
from diffvis.training.run import RunFolder, create_run, read_preview, train_run


def test_each_next_is_one_piece_of_work(start: Start) -> None:
    run = start()
    seen = list(run)
    steps = [p.step for p in seen if p.kind == "step"]
    assert steps == list(range(1, 41))
    validations = [p.step for p in seen if p.kind == "validation"]
    assert validations == [0, 10, 20, 30, 40]
    assert [p.step for p in seen if p.kind == "preview"] == [0, 2, 5, 10, 20, 40]
    looks = [p.kind for p in seen if p.kind in ("preview", "validation")]
    assert looks[:2] == ["preview", "validation"]
    # 40 validation samples in batches of 16 and 4 sampling steps: two and three ticks before each,
    # but for the samples before the first step, which are the noise
    assert sum(p.kind == "working" for p in seen) == 5 * 2 + 5 * 3
    assert [p.kind for p in seen[-2:]] == ["checkpoint", "stopped"]


def test_steps_tell_rate_and_time_left(start: Start) -> None:
    run = start(steps=20)
    step = until(run, "step", 10)
    assert step.steps_per_second > 0
    assert step.time_left == pytest.approx(10 / step.steps_per_second)
    run.close()


def test_the_metrics_are_a_table(start: Start) -> None:
    run = start()
    list(run)
    with run.folder.metrics.open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [row for row in rows if row["event"] == "step"]
    assert [int(row["step"]) for row in steps] == list(range(1, 41))
    assert all(float(row["loss"]) > 0 and float(row["gradient_norm"]) > 0 for row in steps)
    assert [row["event"] for row in rows if row["step"] == "40"][-1] == "finished"
    validations = [row for row in rows if row["event"] == "validation"]
    for row in validations:
        by_t = [float(mean) for mean in row["loss_by_t"].split()]
        assert sum(by_t) / len(by_t) == pytest.approx(float(row["loss"]), rel=1e-3)


def test_watching_reads_only_what_is_new_and_complete(start: Start) -> None:
    run = start()
    until(run, "validation", 10)
    first, offset = read_metrics(run.folder.metrics)
    with run.folder.metrics.open("a") as file:
        file.write("11,st")
    assert read_metrics(run.folder.metrics, offset) == ([], offset)
    assert first[0]["event"] == "preview"
    run.close()


def test_a_run_shorter_than_the_file_is_read_from_the_start(start: Start) -> None:
    run = start(steps=3)
    list(run)
    rows, _ = read_metrics(run.folder.metrics, offset=10**6)
    assert rows[0]["step"] == "0"


def test_previews_are_stored(start: Start) -> None:
    run = start()
    preview = until(run, "preview", 20)
    step, x0 = read_preview(preview.path)
    assert step == 20
    assert torch.equal(x0, preview.x0)
    assert x0.shape == (8, 2)
    run.close()


def test_before_the_first_step_the_samples_are_their_noise(start: Start) -> None:
    run = start()
    first = next(run)
    assert (first.kind, first.step) == ("preview", 0), "no chain was walked"
    noise = initial_noise((2,), 8, run.config.seed)[0]
    assert torch.equal(first.x0, noise)
    later = until(run, "preview", 2)
    assert first.chain.t == later.chain.t and first.chain.x.shape == later.chain.x.shape
    assert torch.equal(later.chain.x[0], noise) and not torch.equal(later.x0, noise)
    run.close()
    other = start("further", start_from=str(run.folder.path))
    begun = until(other, "preview", 0)
    assert not torch.equal(begun.x0, noise), "a model that has learned is sampled"
    other.close()


def test_closing_saves_and_lets_go(start: Start) -> None:
    run = start()
    until(run, "step", 7)
    run.close()
    run.close()
    resumed = train_run(run.config, run.folder, resume=True)
    assert resumed.state.step == 7
    resumed.close()


def test_closing_before_the_first_step_leaves_a_run_to_resume(start: Start) -> None:
    run = start()
    run.close()
    assert [path.name for path in run.folder.checkpoints()] == ["step-00000000.safetensors"]


def test_only_the_last_two_checkpoints_stay(start: Start) -> None:
    run = start(checkpoint_seconds=0)
    list(run)
    assert len(run.folder.checkpoints()) == 2
    assert run.folder.checkpoints()[0].name == "step-00000040.safetensors"


def test_only_files_of_a_step_are_the_runs_own(start: Start) -> None:
    run = start(checkpoint_seconds=0)
    list(run)
    folder = run.folder
    own, previews = folder.checkpoints(), folder.previews()
    for name in ("step-00000040-copy", "step-00000040_copy", "step-", "step-x", "step-4 (2)"):
        shutil.copy(own[0], own[0].with_stem(name))
        shutil.copy(previews[0], previews[0].with_stem(name))
    files = set(own[0].parent.iterdir())
    folder.prune()
    assert set(own[0].parent.iterdir()) == files
    assert (folder.checkpoints(), folder.previews()) == (own, previews)


def test_steps_are_in_the_order_of_their_numbers(tmp_path: Path, config: TrainConfig) -> None:
    folder = RunFolder.create(tmp_path / "run", config)
    steps = (99_999_999, 100_000_000)
    for step in steps:
        folder.checkpoint_path(step).touch()
        folder.write_preview(step, torch.zeros(1, 2))
    assert [step_of(path) for path in folder.checkpoints()] == [*steps[::-1]]
    assert [step_of(path) for path in folder.previews()] == [*steps]


def test_a_second_run_on_the_folder_is_refused(start: Start) -> None:
    run = start()
    with pytest.raises(UserError, match="is in use by another training"):
        train_run(run.config, run.folder, resume=True)
    run.close()


def test_a_used_folder_is_not_overwritten(start: Start, config: TrainConfig) -> None:
    run = start()
    run.close()
    with pytest.raises(UserError, match="holds a run already: resume it"):
        RunFolder.create(run.folder.path, config)


def test_a_folder_with_other_things_is_not_used(tmp_path: Path, config: TrainConfig) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="is not empty"):
        RunFolder.create(tmp_path, config)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"device": "cuda:99"}, "there is no device cuda:99"),
        ({"batch_size": 2}, "batch_size = 2 is too little for 3 processes"),
        ({"network": "unet"}, "unet cannot learn"),
        ({"start_from": "mnist"}, "mnist has learned samples of shape"),
    ],
    ids=lambda found: "-".join(found) if isinstance(found, dict) else "",
)
def test_a_run_that_cannot_begin_has_no_folder(
    tmp_path: Path, config: TrainConfig, roll: Dataset, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        create_run(tmp_path / "run", config.changed(**changes), roll, Ranks(0, 3))
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, config: TrainConfig) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        RunFolder.create(tmp_path / "file" / "run", config)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a run folder"):
        RunFolder.open(tmp_path)
    for text in (
        "{",
        "[" * 100_000,
        '{"format": 2, "config": [1]}',
        '{"format": "x", "config": {}}',
    ):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(UserError, match=r"run\.json is damaged"):
            RunFolder.open(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 99, "config": {}}')
    with pytest.raises(UserError, match=r"newer diffvis \(format 99\)"):
        RunFolder.open(tmp_path)


def test_resuming_with_more_steps_goes_on(start: Start) -> None:
    run = start(steps=5)
    list(run)
    folder = RunFolder.open(run.folder.path)
    longer = train_run(folder.config.changed(steps=8), folder, resume=True)
    assert [p.step for p in longer if p.kind == "step"] == [6, 7, 8]
    rows, _ = read_metrics(folder.metrics)
    assert [r["note"] for r in rows if r["event"] == "resumed"] == ["steps: 5 -> 8"]


def test_later_defaults_of_a_network_do_not_change_a_run(start: Start) -> None:
    run = start(steps=5, network_options={"width": 16})
    list(run)
    written = RunFolder.open(run.folder.path).config
    assert written.network_options == {"width": 16, "depth": 4}


def test_a_run_killed_before_its_first_checkpoint_begins_again(
    tmp_path: Path, config: TrainConfig
) -> None:
    config = config.changed(network_options={}, steps=3)
    folder = RunFolder.create(tmp_path / "run", config)
    run = train_run(config, folder, resume=True)
    assert [p.step for p in run if p.kind == "step"] == [1, 2, 3]


def test_resuming_something_else_is_refused(start: Start) -> None:
    run = start()
    run.close()
    with pytest.raises(UserError, match="begun with batch_size = 16, not 32"):
        train_run(run.config.changed(batch_size=32), run.folder, resume=True)


def test_resuming_on_other_data_is_refused(start: Start) -> None:
    from diffvis.data import open_dataset

    run = start()
    run.close()
    with pytest.raises(UserError, match=r"is not what .* was trained on"):
        train_run(run.config, run.folder, resume=True, dataset=open_dataset("swiss-roll", n=300))


def test_the_learning_rate_can_change_and_is_written_down(start: Start) -> None:
    run = start(lr_schedule="constant")
    until(run, "step", 5)
    run.change_learning_rate(0.01)
    assert until(run, "step").learning_rate == pytest.approx(0.01)
    run.close()
    rows, _ = read_metrics(run.folder.metrics)
    assert [(r["step"], r["note"]) for r in rows if r["event"] == "learning rate"] == [
        ("5", "0.001 -> 0.01")
    ]
    resumed = train_run(run.config, run.folder, resume=True)
    assert until(resumed, "step").learning_rate == pytest.approx(0.01)
    with pytest.raises(UserError, match="learning rate 0 is not possible"):
        resumed.change_learning_rate(0)
    resumed.close()


@pytest.mark.parametrize("changes", [{"steps": 60}, {"lr": 2e-3}])
def test_a_learning_rate_that_was_set_goes_with_its_plan(start: Start, changes: dict) -> None:
    """Near the end of a cosine it is many times what the plan says, which a longer plan is not."""
    run = start(steps=20, lr_schedule="cosine")
    until(run, "step", 19)
    run.change_learning_rate(5e-4)
    run.close()
    config = run.config.changed(**changes)
    resumed = train_run(config, run.folder, resume=True)
    assert until(resumed, "step").learning_rate == learning_rate_at(config, 19)
    resumed.close()
    rows, _ = read_metrics(run.folder.metrics)
    (note,) = [row["note"] for row in rows if row["event"] == "resumed"]
    assert note.endswith("learning rate as planned")


def test_a_checkpoint_and_a_preview_on_demand(start: Start) -> None:
    run = start(preview_every=0)
    until(run, "step", 3)
    assert run.checkpoint_now().path.is_file()
    run.preview_now()
    kinds = []
    while not kinds or kinds[-1] != "preview":
        kinds.append(next(run).kind)
    assert "step" not in kinds
    run.close()


def test_training_stops_when_nothing_improves_and_keeps_the_best(start: Start) -> None:
    run = start(steps=10_000, validate_every=2, patience=3, lr=1.0, gradient_clip=0, ema_decay=0)
    *seen, last = run
    assert last.kind == "stopped"
    assert last.reason.startswith("no better validation loss since step")
    assert last.step < 10_000
    preferred = run.folder.checkpoints_to_sample()[0]
    assert preferred == run.folder.best
    assert run.state.validated.best_step == last.step - 3 * 2
    looks = [piece for piece in seen if piece.kind == "validation"]
    lowest = min(looks, key=lambda piece: piece.loss)
    assert read_header(preferred)["step"] == lowest.step == run.state.validated.best_step
    assert [piece.is_best for piece in looks[-4:]] == [True, False, False, False]


def test_looking_changes_nothing(start: Start) -> None:
    plain = start("plain", validate_every=0, preview_every=0)
    list(plain)
    watched = start("watched", validate_every=1, preview_every=1, checkpoint_seconds=0)
    for progress in watched:
        if progress.kind == "step" and progress.step % 7 == 0:
            watched.preview_now()
            watched.checkpoint_now()
    assert same(weights(plain), weights(watched))


def test_few_samples_all_train_and_none_validates(tmp_path: Path, config: TrainConfig) -> None:
    three = open_dataset("moons?n=3")
    few = config.changed(data=three.source, batch_size=2)
    run = train_run(few, create_run(tmp_path / "run", few, three), dataset=three)
    seen = list(run)
    assert [piece.step for piece in seen if piece.kind == "step"] == list(range(1, 41))
    assert not [piece for piece in seen if piece.kind == "validation"]
    rows, _ = read_metrics(run.folder.metrics)
    assert "validation" not in {row["event"] for row in rows}


def test_a_run_without_validation_cannot_stop_early(tmp_path: Path, config: TrainConfig) -> None:
    three = open_dataset("moons?n=3")
    wanted = config.changed(data=three.source, batch_size=2, patience=3)
    with pytest.raises(UserError, match="patience = 3 is not possible: Moons has no samples to"):
        create_run(tmp_path / "run", wanted, three)
    assert not (tmp_path / "run").exists()
