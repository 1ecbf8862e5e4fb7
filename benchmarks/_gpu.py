"""What a GPU is asked once there is one: agreement with the CPU, quality, the window, and speed."""

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from benchmarks._judges import reader
from benchmarks._trained import Trained
from benchmarks.quality_over_time import sample
from diffvis.data import Dataset, open_dataset
from diffvis.models.engine import captured
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.loop import train
from diffvis.training.run import RunFolder, train_run
from diffvis.training.snapshot import snapshot
from diffvis.training.state import new_state

FLOAT32, BFLOAT16 = 1e-3, 0.1  # how far apart answers and samples may be, in halves of the range
FIRST_STEPS, LOSSES = 20, 1e-3  # of a run whose losses may differ by so much of themselves
CALLS = 100
ASKED, READ = 95.0, 200
LOOKS = 24  # at a run within its time

Found = Iterator[tuple[bool | None, str]]
"""Whether it is as it should be (None: a figure alone), and in words."""


def agreement(device: str) -> Found:
    """Shipped models and the first steps of a run, on the device and on the CPU."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    for name in ("swiss-roll", "digits", "mnist"):
        here = open_model(name)
        there = here.on(device)
        inputs = _inputs(here, 16)
        with torch.inference_mode():
            mine = here.denoiser(*inputs)
            others = there.denoiser(*_to(device, inputs)).cpu()
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                rough = there.denoiser(*_to(device, inputs)).float().cpu()
        yield _near(f"{name}: answers in float32", mine, others, FLOAT32)
        yield _near(f"{name}: answers in bfloat16", mine, rough, BFLOAT16)
        settings = ChainSettings(sampler="ddim", steps=20, seed=3, count=16)
        *_, left = run_chain(here, settings)
        *_, right = run_chain(there, settings, device)
        yield _near(f"{name}: samples of 20 steps", left.x_s, right.x_s.cpu(), 10 * FLOAT32)
    yield _first_losses(device)


def _first_losses(device: str) -> tuple[bool, str]:
    losses = []
    for place in ("cpu", device):
        data = open_dataset("digits")
        config = preset_for(data, "digits").changed(device=place, precision="float32", seed=0)
        loop = train(new_state(config, data), data)
        losses.append([float(next(loop).loss) for _ in range(FIRST_STEPS)])
    apart = max(abs(a - b) / a for a, b in zip(*losses, strict=True))
    return apart < LOSSES, f"losses of {FIRST_STEPS} steps of digits differ by {apart:.1e} at most"


def quality(data: Dataset, device: str, seconds: float) -> Found:
    """Seconds on the clock until so many samples of mnist-live and mnist are read as asked."""
    known = reader(data)
    classes = torch.arange(READ) % data.num_classes
    yield None, f"of held-out digits {100 * known.real:.1f} % are read as what they are"
    for name in ("mnist-live", "mnist"):
        reached, said = math.inf, []
        for trained in _looks(data, name, device, seconds):
            read = 100 * known.share(sample(trained, READ), classes)
            said.append(f"{trained.seconds:.0f} s {read:.0f}")
            if read >= ASKED:
                reached = trained.seconds
                break
        when = f"not within {seconds:.0f} s" if math.isinf(reached) else f"after {reached:.1f} s"
        yield None, f"{name}: {ASKED:g} % as asked {when} ({', '.join(said)} %)"


def _looks(data: Dataset, name: str, device: str, seconds: float) -> Iterator[Trained]:
    """The averaged weights now and then; what looking takes is not counted."""
    config = preset_for(data, name).changed(device=device)
    if config.minutes:  # its learning rate falls within the time
        config = config.changed(minutes=seconds / 60)
    with tempfile.TemporaryDirectory() as home:
        run = train_run(config, RunFolder.create(Path(home) / "run", config), dataset=data)
        taken, start = 0.0, time.perf_counter()
        due = seconds / LOOKS
        for _ in run:
            now = taken + time.perf_counter() - start
            if now >= due:
                due, taken = now + seconds / LOOKS, now
                model = snapshot(run.state, data.title).on("cpu")
                yield Trained(now, model, config.preview_guidance)
                start = time.perf_counter()
            if now >= seconds:
                break
        run.close()


def window(device: str) -> Found:
    """A run and a chain of the window's workers, offscreen."""
    from benchmarks._window import control, open_window, private_home, wait_until

    with private_home(), open_window("digits", "training") as main:
        main.session.preferences.change(device=device)
        training, reverse = main.workspaces["training"], main.workspaces["reverse"]
        control(main, "training.steps").setValue(100)
        control(main, "training.start").click()
        wait_until(lambda: training.record.step > 0, 120, what="the first step")
        wait_until(lambda: not training.running, 120, what="the end of the run")
        yield training.record.step == 100, f"the window trained {training.record.step} of 100 steps"
        main.session.set_model(open_model("digits"))
        main.show_workspace("reverse")
        reverse.run(play=False)
        wait_until(lambda: reverse.recording.complete and main.idle, 120, what="the chain")
        length = reverse.recording.length
        yield length > 0, f"the window walked a chain of {length} steps"


def graphs(data: Dataset, device: str) -> Found:
    """One answer for 16 images: of the network as it is, and as a graph captured by hand."""
    live = new_state(preset_for(data, "mnist-live").changed(device="cpu"), data)
    for model in (open_model("mnist"), snapshot(live, "mnist-live, untrained")):
        there, inputs = model.on(device), _to(device, _inputs(model, 16))
        with torch.inference_mode():
            eager = _milliseconds(lambda: there.denoiser(*inputs))  # noqa: B023  (called at once)
            by_hand = _milliseconds(_captured(there.denoiser, inputs))
            ours = captured(there.denoiser, inputs)
            asked = math.nan if ours is None else _milliseconds(lambda: ours(*inputs))  # noqa: B023
        yield (
            None,
            (
                f"{model.name}: eager {eager:.3f} ms, as a graph {by_hand:.3f} ms: "
                f"{eager / by_hand:.1f} times as fast; in the window {asked:.3f} ms, "
                f"{by_hand / asked:.2f} of the graph's speed"
            ),
        )


def _captured(denoiser, inputs: tuple[Tensor, ...]) -> Callable[[], object]:
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            denoiser(*inputs)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        denoiser(*inputs)
    return graph.replay


def _milliseconds(call: Callable[[], object]) -> float:
    for _ in range(10):
        call()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start) / CALLS


def _inputs(model: Model, count: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(count, *model.shape, generator=generator)
    t = torch.full((count,), model.schedule.T // 2)
    labels = torch.arange(count) % model.num_classes if model.num_classes else None
    return (x, t) if labels is None else (x, t, labels)


def _to(device: str, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(each.to(device) for each in tensors)


def _near(what: str, a: Tensor, b: Tensor, most: float) -> tuple[bool, str]:
    apart = float((a - b).abs().max())
    return apart <= most, f"{what}: at most {apart:.1e} apart (allowed {most:g})"
