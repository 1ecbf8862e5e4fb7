"""A step whose loss or gradient is not finite changes nothing, and is said."""

import json
import math
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from programs import begin
from short_runs import Start, same, until
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from diffvis.cli.train import Words
from diffvis.data import Dataset
from diffvis.errors import UserError
from diffvis.models.weights import read_header
from diffvis.training import loop
from diffvis.training.config import TrainConfig
from diffvis.training.ema import EMA
from diffvis.training.loop import train_step
from diffvis.training.metrics import read_metrics
from diffvis.training.progress import Step
from diffvis.training.run import RunFolder, TrainingRun, train_run
from diffvis.training.skipping import MOST_IN_A_ROW, Outcome, Skipped
from diffvis.training.state import TrainState, new_state

DEVICES = ("cpu", pytest.param("cuda", marks=pytest.mark.gpu))
BATCH = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))


def everything(state: TrainState) -> list[Tensor]:
    """Copies of all that learning changes."""
    moments = [value for s in state.optimizer.state.values() for _, value in sorted(s.items())]
    average = state.ema.module.state_dict().values()
    now = [*state.network.state_dict().values(), *average, state.ema.updates, *moments]
    return [value.clone() for value in now]


def one_entry(value: float) -> Callable[[TrainState], object]:
    """Breaks a single entry of the gradient."""

    def at(state: TrainState) -> object:
        def broken(gradient: Tensor) -> Tensor:
            gradient = gradient.clone()
            gradient.view(-1)[0] = value
            return gradient

        return state.parameters[1].register_hook(broken)

    return at


def whole_loss(state: TrainState) -> object:
    return state.network.register_forward_hook(lambda network, given, out: out * math.nan)


BREAKS = {
    "an infinite entry": one_entry(math.inf),
    "an entry that is no number": one_entry(math.nan),
    "a norm that overflows": one_entry(1e30),
    "a loss that is no number": whole_loss,
}


@contextmanager
def broken(state: TrainState, how: str = "an infinite entry") -> Iterator[None]:
    handle = BREAKS[how](state)
    yield
    handle.remove()


def state_of(config: TrainConfig, roll: Dataset, scaled: bool = False) -> TrainState:
    state = new_state(config, roll)
    if scaled:
        state.scaler = torch.amp.GradScaler(state.device.type, init_scale=2.0**10)
    with torch.no_grad():  # the last layer begins at zero, where nothing else has a gradient
        state.parameters[-1].fill_(0.1)
        state.parameters[-2].fill_(0.1)
    return state


@pytest.mark.parametrize("told", [True, False], ids=["told", "asked"])
@pytest.mark.parametrize("scaled", [False, True], ids=["plain", "scaled"])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "muon"])
@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("device", DEVICES)
def test_a_step_that_is_not_finite_changes_nothing(
    config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch,
    device: str, how: str, optimizer: str, scaled: bool, told: bool,
) -> None:  # fmt: skip
    if not told:  # as on mps
        monkeypatch.setattr(loop, "TOLD", ())
    config = config.changed(optimizer=optimizer, weight_decay=0.1, device=device)
    state, batch = state_of(config, roll, scaled), BATCH.to(device)
    train_step(state, batch, None)
    before = everything(state)
    with broken(state, how):
        step = train_step(state, batch, None)
    assert not step.taken
    assert same(before, everything(state))
    assert (step.step, state.step) == (2, 2), "it counts"

    # The next one is that of a run in which the same numbers were drawn and nothing else happened.
    other = state_of(config, roll, scaled)
    train_step(other, batch, None)
    other.step = 2
    for stream, generator in vars(other.generators).items():
        generator.set_state(getattr(state.generators, stream).get_state())
    again, expected = train_step(state, batch, None), train_step(other, batch, None)
    assert again.taken and expected.taken
    assert not same(before, everything(state))
    assert same(everything(state), everything(other))


def test_the_first_step_can_be_skipped_too(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config, roll)
    before = everything(state)
    with broken(state):
        train_step(state, BATCH, None)
    assert same(before, everything(state)[: len(before)])
    assert train_step(state, BATCH, None).taken


def test_a_finite_step_is_taken_however_large(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config, roll)
    handle = one_entry(1e15)(state)
    assert train_step(state, BATCH, None).taken
    handle.remove()


def test_no_step_waits_for_the_device(
    config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads no more tensors than the loss alone, which looks at t where that is on a CPU."""

    class Reads(TorchDispatchMode):
        count = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            self.count += func is torch.ops.aten._local_scalar_dense.default
            return func(*args, **(kwargs or {}))

    def reads(work: Callable[..., object], *given: object) -> int:
        with Reads() as found:
            work(*given)
        return found.count

    state = state_of(config, roll)
    t = torch.ones(len(BATCH), dtype=torch.int64)
    of_loss = reads(loop.gradients, state, BATCH, t, BATCH, None)
    assert reads(train_step, state, BATCH, None) == of_loss
    with broken(state):
        assert reads(train_step, state, BATCH, None) == of_loss
    monkeypatch.setattr(loop, "TOLD", ())
    assert reads(train_step, state, BATCH, None) == of_loss + 1


def test_what_a_network_keeps_of_its_batches_goes_back_too() -> None:
    network = nn.BatchNorm1d(2)
    for taken in (lambda yes: torch.tensor(yes), bool):
        ema = EMA(network, 0.9)
        network(torch.randn(8, 2))
        ema.update(taken(True))
        before = {name: value.clone() for name, value in network.state_dict().items()}
        network(torch.full((8, 2), math.nan))
        ema.update(taken(False))
        for kept in (network, ema.module):
            found = kept.state_dict()
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                assert torch.equal(found[name], before[name])
        assert ema.updates == 1


# --- a run -----------------------------------------------------------------------------------


def break_at(run: TrainingRun, steps: set[int], how: str = "an infinite entry") -> None:
    """Break the steps that lead to these counts."""
    make = {
        "an infinite entry": lambda gradient: gradient * math.inf,
        "a loss that is no number": lambda gradient: gradient,
    }[how]
    network, last = run.state.network, run.state.parameters[-1]
    last.register_hook(lambda g: make(g) if run.state.step + 1 in steps else g)
    if how == "a loss that is no number":
        network.register_forward_hook(
            lambda n, given, out: out * math.nan if run.state.step + 1 in steps else out
        )


def events(run: TrainingRun, kind: str) -> list[str]:
    return [row["note"] for row in read_metrics(run.folder.metrics)[0] if row["event"] == kind]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("an infinite entry", "the gradient at step 7 is not finite"),
        ("a loss that is no number", "the loss at step 7 is not a number"),
    ],
)
def test_a_run_says_that_it_skipped_a_step_and_goes_on(start: Start, how: str, said: str) -> None:
    run = start(checkpoint_seconds=0)
    break_at(run, {7}, how)
    seen = list(run)
    assert seen[-1].kind == "stopped"
    (notice,) = [piece for piece in seen if piece.kind == "notice"]
    assert notice.problem == f"{said}, so that step was skipped"
    assert notice.remedy.startswith("training goes on; if it recurs, try a learning rate below 0.0")
    assert not notice.paused
    assert events(run, "notice") == [notice.problem]
    assert said in (run.folder.path / "log.txt").read_text()
    assert [piece.step for piece in seen if isinstance(piece, Step) and not piece.taken] == [7]
    rows = [row for row in read_metrics(run.folder.metrics)[0] if row["event"] == "step"]
    assert [int(row["step"]) for row in rows] == list(range(1, 41))
    finite = [math.isfinite(float(row["loss"]) + float(row["gradient_norm"])) for row in rows]
    assert [place + 1 for place, fine in enumerate(finite) if not fine] == [7]
    assert all(value.isfinite().all() for value in everything(run.state))
    assert int(run.state.ema.updates) == 39


def test_with_stop_it_goes_back_to_the_last_checkpoint(start: Start) -> None:
    run = start(nonfinite="stop")
    until(run, "step", 12)
    run.checkpoint_now()
    good = everything(run.state)
    break_at(run, {16})
    with pytest.raises(UserError) as raised:
        list(run)
    assert str(raised.value).startswith(
        "the gradient at step 16 is not finite, so training stopped; the run is back at step 12: "
        "try a learning rate below 0.001"
    )
    assert same(good, everything(run.state))
    assert events(run, "stopped") == ["the gradient at step 16 is not finite"]


def test_what_is_skipped_again_and_again_is_said_ever_less_often() -> None:
    skipped, said = Skipped(ends=False), []
    for step in range(1, 401):
        assert skipped.take(Outcome(step, 1.0, taken=step % 4 != 0)) is None
        if (news := skipped.news()) is not None:
            said.append(news)
    numbers = [4, 8, 16, 32, 64, 128, 256]
    assert [int(news.split()[4]) for news in said] == numbers
    assert said[0] == "the gradient at step 4 is not finite, so that step was skipped"
    assert said[2].endswith("at step 16 is not finite, so that step was skipped, as were 3 before")


def test_nothing_but_skipped_steps_ends_with_a_sentence(start: Start) -> None:
    run = start(steps=1_000, checkpoint_seconds=0)
    break_at(run, set(range(6, 1_000)))
    with pytest.raises(UserError) as raised:
        list(run)
    assert str(raised.value).startswith(
        f"{MOST_IN_A_ROW} steps in a row up to step {5 + MOST_IN_A_ROW} were skipped, as their "
        "loss or gradient was not finite, so training stopped; the run is back at step 5: try a "
        "learning rate below"
    )
    newest = run.folder.checkpoints()[0]
    assert read_header(newest)["step"] == 5, "a checkpoint of skipped steps would push out that one"
    assert int(read_metrics(run.folder.metrics)[0][-1]["step"]) == 5
    resumed = train_run(run.config.changed(steps=8), run.folder, resume=True)
    assert list(resumed)[-1].kind == "stopped"


def test_a_run_that_is_stopped_among_skipped_steps_is_saved(start: Start) -> None:
    run = start(steps=1_000)
    break_at(run, set(range(6, 1_000)))
    until(run, "step", 20)
    run.close()
    assert read_header(run.folder.checkpoints()[0])["step"] == 20


@pytest.mark.parametrize("nonfinite", ["skip", "stop"])
def test_an_overflow_of_float16_is_not_worth_a_word(start: Start, nonfinite: str) -> None:
    run = start(nonfinite=nonfinite)
    run.state.scaler = torch.amp.GradScaler("cpu")
    break_at(run, {1, 2, 20})
    assert not [piece for piece in run if piece.kind in ("notice", "error")]
    assert int(run.state.ema.updates) == 37
    assert run.state.scaler.get_scale() == 2.0**13


def test_a_loss_of_float16_that_is_no_number_is_said(start: Start) -> None:
    run = start()
    run.state.scaler = torch.amp.GradScaler("cpu")
    break_at(run, {9}, "a loss that is no number")
    assert "the loss at step 9" in until(run, "notice").problem
    run.close()


def test_float16_that_overflows_whatever_the_scale_ends_too(start: Start) -> None:
    run = start(steps=1_000)
    run.state.scaler = torch.amp.GradScaler("cpu")
    break_at(run, set(range(6, 1_000)))
    with pytest.raises(UserError, match=f"{MOST_IN_A_ROW} steps in a row"):
        list(run)


def test_a_compiled_network_skips_as_well(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda module, mode, **rest: compile_(module, backend="eager", **rest)
    )
    reached = []
    for compiled in (False, True):
        run = start(str(compiled), compile=compiled)
        until(run, "step", 1)
        break_at(run, {7})
        list(run)
        assert (run.state.forward is run.state.network) is not compiled
        assert int(run.state.ema.updates) == 39
        reached.append(everything(run.state))
    assert same(*reached)


def test_a_run_with_a_skipped_step_resumes_exactly(start: Start) -> None:
    whole = start("whole")
    break_at(whole, {7, 20})
    list(whole)
    parts = start("parts")
    break_at(parts, {7})
    until(parts, "step", 13)
    parts.close()
    parts = train_run(parts.config, parts.folder, resume=True)
    break_at(parts, {20})
    list(parts)
    assert same(everything(whole.state), everything(parts.state))


def test_a_run_of_before_opens_and_may_take_the_other_choice(start: Start) -> None:
    run = start(steps=5)
    list(run)
    file = run.folder.path / "run.json"
    content = json.loads(file.read_text())
    del content["config"]["nonfinite"]
    file.write_text(json.dumps(content))
    folder = RunFolder.open(run.folder.path)
    assert folder.config.nonfinite == "skip"
    longer = folder.config.changed(steps=8, nonfinite="stop")
    assert list(train_run(longer, folder, resume=True))[-1].step == 8
    assert events(run, "resumed") == ["steps: 5 -> 8; nonfinite: skip -> stop"]


def test_the_bar_shows_the_loss_of_the_steps_that_were_taken() -> None:
    words = Words()

    def beside(step: int, loss: float) -> str:
        return words(SimpleNamespace(kind="step", step=step, loss=loss, steps_per_second=1.0))

    assert beside(0, math.nan).startswith("loss nan")
    assert beside(20, 0.5).startswith("loss 0.5000")
    assert beside(40, math.inf).startswith("loss 0.5000")
    assert beside(60, 1.0).startswith("loss 0.6000")


PROCESS = """
import runpy
from diffvis.training import loop

losses = loop.losses
def broken(state, *rest, **options):
    found = losses(state, *rest, **options)
    bad = state.step == 5 and state.ranks.rank == state.ranks.size - 1 and not options
    return found * float("inf") if bad else found
loop.losses = broken
runpy.run_module("diffvis", run_name="__main__")
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="starts processes as torchrun does")
def test_all_processes_skip_alike(tmp_path: Path) -> None:
    """Of the step only one has seen that it is not finite; the curve is that of one process."""
    words = ["--preset", "points", "--timesteps", "10", "--batch-size", "15", "--device", "cpu"]
    words += ["--steps", "12", "--set", "preview_every=0", "--set", "validate_every=4"]
    found = []
    for size in (1, 2):
        run = tmp_path / str(size)
        with socket.socket() as free:
            free.bind(("localhost", 0))
            port = str(free.getsockname()[1])
        together = {"WORLD_SIZE": str(size), "MASTER_ADDR": "localhost", "MASTER_PORT": port}
        command = ["train", "swiss-roll?n=400", "--out", run, *words]
        processes = [
            begin(
                PROCESS,
                *command,
                env={**os.environ, **together, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            )
            for rank in range(size)
        ]
        said = [process.communicate(timeout=120)[1] for process in processes]
        assert [process.returncode for process in processes] == [0] * size, said
        assert "the loss at step 6 is not a number, so that step was skipped" in said[0]
        rows, _ = read_metrics(run / "metrics.csv")
        measured = [row for row in rows if row["event"] in ("step", "validation")]
        found.append({(r["event"], r["step"]): float(r["loss"]) for r in measured})
    assert math.isinf(found[0]["step", "6"])
    assert len(found[0]) == 12 + 4
    assert found[1] == pytest.approx(found[0], abs=1e-4)
