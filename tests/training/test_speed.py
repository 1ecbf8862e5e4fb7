"""What makes steps faster must not make them other steps."""

from pathlib import Path

import pytest
import torch
from short_runs import Start, same, until, weights

from diffvis.data import open_dataset
from diffvis.training import loop
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig, make_config
from diffvis.training.metrics import read_metrics
from diffvis.training.progress import Progress
from diffvis.training.run import RunFolder, train_run
from diffvis.training.state import new_state


def without(**options: object) -> None:
    raise RuntimeError("Failed to find C++ compiler.\nPlease specify one via CXX.")


@pytest.fixture
def tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda module, mode, **rest: compile_(module, backend="eager", **rest)
    )


@pytest.mark.usefixtures("tracing")
def test_a_compiled_network_is_announced_and_takes_the_same_steps(start: Start) -> None:
    plain = start("plain")
    list(plain)
    compiled = start("compiled", compile=True)
    seen: list[Progress] = list(compiled)
    assert compiled.state.forward is not compiled.state.network
    assert [p.what for p in seen if p.kind == "working"].count("compiling") == 1
    assert same(weights(plain), weights(compiled))


@pytest.mark.usefixtures("tracing")
def test_a_compiled_run_resumes_exactly(start: Start) -> None:
    whole = start("whole", compile=True)
    list(whole)
    parts = start("parts", compile=True)
    until(parts, "step", 13)
    parts.close()
    parts = train_run(parts.config, parts.folder, resume=True)
    list(parts)
    assert same(weights(whole), weights(parts))


def test_without_a_compiler_it_goes_on_and_says_so(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = start("plain")
    list(plain)

    def broken(module: object, **rest: object):
        return lambda *inputs: without()

    monkeypatch.setattr(torch, "compile", broken)
    run = start("compiled", compile=True)
    notice = until(run, "notice")
    assert (notice.problem, notice.remedy, notice.paused) == (
        "the network cannot be compiled here (Failed to find C++ compiler)",
        "going on without that",
        False,
    )
    list(run)
    assert run.state.forward is run.state.network
    assert same(weights(plain), weights(run))


@pytest.mark.usefixtures("tracing")
def test_too_little_memory_ends_what_was_compiled_for_whole_batches(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(compile=True)
    until(run, "step", 2)
    losses = loop.losses

    def small_memory(state: object, x0: torch.Tensor, *rest: object, **options: object) -> object:
        if len(x0) > 8 and not options:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return losses(state, x0, *rest, **options)

    monkeypatch.setattr(loop, "losses", small_memory)
    until(run, "notice")
    assert run.state.forward is run.state.network
    run.close()


def scaled(config: TrainConfig, scale: float):
    """A state whose gradients are scaled as for float16, but on the CPU and in float32."""
    state = new_state(config, open_dataset("swiss-roll", n=400))
    state.scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=3)
    return state


def take(state, steps: int) -> list[Progress]:
    x0 = torch.randn(steps, 16, 2, generator=torch.Generator().manual_seed(0))
    return [loop.train_step(state, part, None) for part in x0]


def test_scaled_gradients_take_the_same_steps(config: TrainConfig) -> None:
    plain = new_state(config, open_dataset("swiss-roll", n=400))
    state = scaled(config, 2.0**10)  # powers of two lose no bit
    for a, b in zip(take(plain, 5), take(state, 5), strict=True):
        assert torch.equal(a.loss, b.loss)
        assert torch.equal(a.gradient_norm, b.gradient_norm)
    assert all(map(torch.equal, plain.parameters, state.parameters))
    assert state.scaler.get_scale() == 2.0**11


def test_a_step_that_overflows_is_passed_over_and_scaled_less(config: TrainConfig) -> None:
    state = scaled(config, 2.0**10)
    before = [parameter.clone() for parameter in state.parameters]
    overflow = state.parameters[0].register_hook(lambda gradient: gradient * float("inf"))
    (step,) = take(state, 1)
    overflow.remove()
    assert not torch.isfinite(step.gradient_norm)
    assert torch.isfinite(step.loss)
    assert all(map(torch.equal, before, state.parameters))
    assert state.scaler.get_scale() == 2.0**9
    take(state, 1)
    assert not torch.equal(before[-1], state.parameters[-1])


def test_the_scale_is_in_the_checkpoint(config: TrainConfig, tmp_path: Path) -> None:
    state = scaled(config, 2.0**5)
    take(state, 2)
    save_checkpoint(tmp_path / "a.safetensors", state)
    again = scaled(config, 1.0)
    restore(again, tmp_path / "a.safetensors")
    assert again.scaler.state_dict() == state.scaler.state_dict()
    restore(new_state(config, open_dataset("swiss-roll", n=400)), tmp_path / "a.safetensors")


def test_an_overflow_of_float16_is_no_divergence(start: Start) -> None:
    run = start(steps=5)
    run.state.scaler = torch.amp.GradScaler("cpu")
    overflow = run.state.parameters[0].register_hook(lambda gradient: gradient * float("inf"))
    until(run, "step", 2)
    overflow.remove()
    assert list(run)[-1].kind == "stopped"
    norms = [row["gradient_norm"] for row in read_metrics(run.folder.metrics)[0][2:]]
    assert norms.count("nan") == 2


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_gpu_learns_compiled_and_not(tmp_path: Path, precision: str) -> None:
    reached = []
    for compile_ in (False, True):
        config = make_config(
            {
                "data": "digits",
                "network": "unet",
                "network_options": {"channels": (32, 32)},
                "timesteps": 100,
                "steps": 60,
                "batch_size": 64,
                "validate_every": 60,
                "preview_every": 0,
                "precision": precision,
                "compile": compile_,
                "device": "cuda",
            }
        )
        run = train_run(config, RunFolder.create(tmp_path / str(compile_), config))
        list(run)
        assert run.state.forward is not run.state.network or not compile_
        reached.append(run.state.validated.best)
    assert reached[0] < 0.6
    assert reached[1] == pytest.approx(reached[0], rel=0.1)
