"""What happens to real runs, and what the user is told."""

import shutil
from pathlib import Path

import pytest
import torch
from short_runs import Start, same, until, weights

from diffvis.errors import UserError
from diffvis.training import loop, run_writer
from diffvis.training.metrics import read_metrics
from diffvis.training.progress import Progress
from diffvis.training.run import train_run


def _break_at(monkeypatch: pytest.MonkeyPatch, step: int, value: float) -> None:
    losses = loop.losses

    def broken(state: object, *rest: object, **options: object) -> torch.Tensor:
        result = losses(state, *rest, **options)
        return result * value if state.step == step and not options.get("ema") else result

    monkeypatch.setattr(loop, "losses", broken)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_goes_back_to_the_last_checkpoint(
    start: Start, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    run = start(nonfinite="stop")
    until(run, "step", 12)
    run.checkpoint_now()
    good = [w.clone() for w in weights(run)]
    _break_at(monkeypatch, 15, value)
    with pytest.raises(UserError) as raised:
        list(run)
    assert str(raised.value).startswith(
        "the loss at step 16 is not a number, so training stopped; the run is back at step 12: "
        "try a learning rate below 0.001"
    )
    assert same(good, weights(run))
    run.close()
    assert run.folder.checkpoints()[0].name == "step-00000012.safetensors"
    assert "not a number" in (run.folder.path / "log.txt").read_text()


def test_after_a_divergence_a_lower_learning_rate_can_be_tried(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(nonfinite="stop")
    with monkeypatch.context() as patch:
        _break_at(patch, 5, float("nan"))
        with pytest.raises(UserError, match="back at step 0"):
            list(run)
    again = train_run(run.config.changed(lr=1e-4), run.folder, resume=True)
    assert list(again)[-1].kind == "stopped"
    rows, _ = read_metrics(run.folder.metrics)
    assert [r["note"] for r in rows if r["event"] == "resumed"] == ["lr: 0.001 -> 0.0001"]


def test_a_smaller_micro_batch_is_told(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    losses = loop.losses

    def small_memory(state: object, x0: torch.Tensor, *rest: object, **options: object) -> object:
        if len(x0) > 8 and not options:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return losses(state, x0, *rest, **options)

    monkeypatch.setattr(loop, "losses", small_memory)
    run = start()
    notice = until(run, "notice")
    assert notice.problem == "not enough memory for 16 samples at once"
    assert "8 at once" in notice.remedy
    assert not notice.paused
    run.close()


def test_a_full_disk_pauses_and_loses_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = start("whole")
    list(whole)
    run = start("full", checkpoint_seconds=0)
    until(run, "step", 10)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(run_writer, "save_checkpoint", full)
        notices: list[Progress] = [until(run, "notice"), next(run), next(run)]
        for notice in notices:
            assert notice.paused
            assert "cannot be written (No space left on device)" in notice.problem
            assert notice.step == 10
    assert next(run).kind == "checkpoint"
    list(run)
    assert same(weights(whole), weights(run))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is full")
def test_metrics_that_do_not_fit_wait_in_memory(start: Start) -> None:
    run = start()
    until(run, "step", 9)
    run.folder.metrics.rename(run.folder.path / "kept.csv")
    run.folder.metrics.symlink_to("/dev/full")
    notice = until(run, "notice")
    assert notice.paused
    assert "cannot be written (No space left on device): free some space" in (
        f"{notice.problem}: {notice.remedy}"
    )
    assert next(run).paused
    run.folder.metrics.unlink()
    (run.folder.path / "kept.csv").rename(run.folder.metrics)
    list(run)
    rows, _ = read_metrics(run.folder.metrics)
    assert [int(r["step"]) for r in rows if r["event"] == "step"] == list(range(1, 41))


def test_a_full_disk_keeps_whole_rows_in_the_metrics(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("full")
    until(run, "validation", 10)
    before = run.folder.metrics.read_bytes()
    monkeypatch.setattr(
        run_writer, "save_checkpoint", lambda *_: (_ for _ in ()).throw(OSError(28))
    )
    with pytest.raises(UserError, match="10 steps are lost"):
        run.close()
    assert run.folder.metrics.read_bytes().startswith(before)


def test_a_vanished_folder_pauses_and_is_made_again(start: Start) -> None:
    run = start()
    until(run, "step", 5)
    shutil.rmtree(run.folder.path)
    notice = until(run, "notice")
    assert notice.paused
    assert "No such file or directory" in notice.problem
    until(run, "step", 20)
    run.close()
    resumed = train_run(run.config, run.folder, resume=True)
    assert resumed.state.step == 20
    resumed.close()


def test_a_damaged_checkpoint_falls_back_to_the_one_before(start: Start) -> None:
    run = start()
    until(run, "step", 8)
    run.checkpoint_now()
    until(run, "step", 12)
    run.close()
    newest = run.folder.checkpoints()[0]
    newest.write_bytes(newest.read_bytes()[:-50])
    resumed = train_run(run.config, run.folder, resume=True)
    assert resumed.state.step == 8
    notice = next(resumed)
    assert notice.kind == "notice"
    assert f"{newest} is damaged: going on from step 8" == f"{notice.problem}: {notice.remedy}"
    whole = start("whole")
    list(whole)
    list(resumed)
    assert same(weights(whole), weights(resumed))


def test_with_all_checkpoints_damaged_it_says_so(start: Start) -> None:
    run = start()
    run.close()
    for path in run.folder.checkpoints():
        path.write_bytes(b"")
    with pytest.raises(UserError, match="is not a diffvis checkpoint"):
        train_run(run.config, run.folder, resume=True)


def test_an_error_in_the_middle_of_a_step_saves_nothing_half_done(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    until(run, "step", 4)
    run.checkpoint_now()
    until(run, "step", 6)
    with monkeypatch.context() as patch:
        patch.setattr(run.state.ema, "update", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(run)
    run.close()
    resumed = train_run(run.config, run.folder, resume=True)
    assert resumed.state.step == 4
    resumed.close()


def test_a_loss_that_is_no_number_found_by_a_checkpoint_ends_the_run(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(nonfinite="stop")
    until(run, "step", 4)
    _break_at(monkeypatch, 4, float("nan"))
    until(run, "step", 5)
    with pytest.raises(UserError, match="the loss at step 5 is not a number") as asked:
        run.checkpoint_now()
    with pytest.raises(UserError) as told:
        next(run)
    assert told.value is asked.value
    assert run.state.step == 0
    run.close()
    train_run(run.config, run.folder, resume=True).close()


def test_a_loss_that_is_no_number_is_found_at_a_pause(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(nonfinite="stop")
    _break_at(monkeypatch, 0, float("nan"))
    until(run, "step", 1)
    run.pause()
    with pytest.raises(UserError, match="the loss at step 1 is not a number"):
        next(run)
