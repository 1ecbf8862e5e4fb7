"""``diffvis.train``: a run that is taken step by step, finished, interrupted and gone on with."""

from pathlib import Path
from typing import Any

import pytest
import torch

import diffvis
from diffvis.training.run import train_run

TINY: dict[str, Any] = {
    "steps": 12, "batch_size": 32, "preview_every": 6, "preview_count": 16, "validate_every": 0,
    "device": "cpu",
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> diffvis.Run:
    return diffvis.train("moons", tmp_path / "run", **TINY)


def test_it_trains_what_the_command_line_trains(run: diffvis.Run, tmp_path: Path) -> None:
    model = run.finish()
    other = diffvis.train("moons", tmp_path / "other", **TINY)
    with_run = train_run(other.config, diffvis.open_run(other.path)._folder)
    for _ in with_run:
        pass
    with_run.close()
    one, two = (
        diffvis.sample(each, count=8, steps=4, seed=3).x0 for each in (model, str(other.path))
    )
    assert torch.equal(one, two)
    assert model.steps == 12


def test_it_is_an_iterator_and_does_nothing_unasked(run: diffvis.Run) -> None:
    assert run.step == 0 and run.samples is None
    assert "step 0 of 12" in repr(run)
    kinds = [progress.kind for progress in run]
    assert kinds.count("step") == 12 and kinds[-1] == "stopped"
    assert run.step == 12 and run.loss.shape == (12,)
    assert run.samples is not None and run.samples.shape == (16, 2)
    assert list(run) == [], "it is over"
    assert run._repr_png_()


def test_what_was_stopped_goes_on(run: diffvis.Run) -> None:
    for progress in run:
        if progress.kind == "step" and progress.step == 5:
            break
    model = run.model
    assert model.steps == 5
    run.close()
    again = diffvis.open_run(run.path)
    assert again.step == 5
    assert [p.step for p in again if p.kind == "step"] == list(range(6, 13))
    assert len(again.loss) == 12


def test_an_interrupt_saves(run: diffvis.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def __init__(self, _run: object) -> None: ...

        def now_and_again(self) -> None:
            if run.step == 7:
                raise KeyboardInterrupt

        def last(self) -> None: ...

    monkeypatch.setattr("diffvis.face.training.Live", Stop)
    with pytest.raises(KeyboardInterrupt):
        run.finish()
    monkeypatch.undo()
    assert run.step == 7
    assert run.finish().steps == 12


def test_a_schedule_of_ones_own_and_wrong_settings(tmp_path: Path) -> None:
    own = diffvis.NoiseSchedule.from_betas([0.01, 0.2, 0.5])
    run = diffvis.train("moons", tmp_path / "own", schedule=own, **TINY)
    assert torch.equal(run.finish().schedule.beta, own.beta)
    with pytest.raises(diffvis.UserError, match="learning_rate"):
        diffvis.train("moons", tmp_path / "no", learning_rate=1)
    with pytest.raises(diffvis.UserError, match="holds a run already"):
        diffvis.train("moons", run.path)
    assert not (tmp_path / "no").exists()


def test_a_notebook_sees_it_while_it_goes_on(
    run: diffvis.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []

    class Handle:
        def update(self, thing: diffvis.Run) -> None:
            shown.append(thing.step)

    def display(thing: diffvis.Run, display_id: bool) -> Handle:
        shown.append(thing.step)
        return Handle()

    monkeypatch.setattr("diffvis.face.live.find_display", lambda: display)
    monkeypatch.setattr("diffvis.face.live.REFRESH_S", 0.0)
    run.finish()
    assert len(shown) > 3 and shown == sorted(shown) and shown[-1] == 12
