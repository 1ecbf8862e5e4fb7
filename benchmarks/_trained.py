"""Runs from nothing, and copies of what they have learned after so many seconds of their thread."""

import copy
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks._ddpm_example import Example
from diffvis.data import Dataset
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.models.model import Model
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.presets import preset_schedule
from diffvis.training.run import RunFolder, train_run
from diffvis.training.snapshot import snapshot

DIFFUSERS = "diffusers"
WIDTHS = (16, 24, 24)
"""Of the levels of diffusers' network: about as many parameters as that of mnist-live."""
STEPS = 20_000  # for which its learning rate is planned, as its example does
LR = 1e-3


@dataclass(frozen=True)
class Trained:
    """What there is after so many seconds of training."""

    seconds: float
    model: Model
    guidance: float


def snapshots(data: Dataset, run: str, moments: list[float]) -> list[Trained]:
    """The averaged weights at so many seconds after the start, or one step later."""
    begin = _example if run == DIFFUSERS else _preset
    found: list[Trained] = []
    with begin(data, run) as (step, look):
        start = time.process_time()
        waiting = list(moments)
        while waiting:
            seconds = time.process_time() - start
            if seconds >= waiting[0] or (waiting[0] == 0 and not found):
                found.append(look(seconds))
                waiting = [moment for moment in waiting if moment > seconds]
            if not step():
                break
        if waiting:  # it was done before
            found.append(look(time.process_time() - start))
    return found


Begun = tuple[Callable[[], bool], Callable[[float], Trained]]
"""What takes a step and says whether there was one, and what copies the weights."""


@contextmanager
def _preset(data: Dataset, name: str) -> Iterator[Begun]:
    config = preset_for(data, name)
    with tempfile.TemporaryDirectory() as home:
        warm = train_run(config, RunFolder.create(Path(home) / "warm", config), dataset=data)
        next(warm)  # what a window that is open has imported long ago
        warm.close()
        folder = RunFolder.create(Path(home) / "run", config)
        run = train_run(config, folder, dataset=data, clock=time.process_time)

        def look(seconds: float) -> Trained:
            return Trained(seconds, snapshot(run.state, data.title), config.preview_guidance)

        try:
            yield lambda: next(run, None) is not None, look
        finally:
            run.close()


class _Network(nn.Module):
    """diffusers' network, called as ours are."""

    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor) -> Tensor:
        return self.unet(x_t, t - 1, labels).sample


@contextmanager
def _example(data: Dataset, name: str) -> Iterator[Begun]:
    config: TrainConfig = preset_for(data, "mnist-live")  # whose batch it has
    schedule = preset_schedule(data)
    torch.manual_seed(0)
    x0, labels = data.x0(data.train), data.labels[data.train]
    example = Example(x0, schedule, WIDTHS, config.batch_size, LR, STEPS, labels)

    def step() -> bool:
        example.step()
        return True

    def look(seconds: float) -> Trained:
        unet = copy.deepcopy(example.model).eval().requires_grad_(False)
        example.average.copy_to(unet.parameters())
        model = Model(
            name=name,
            denoiser=NetworkDenoiser(_Network(unet), "eps"),
            schedule=schedule,
            shape=data.shape,
            data=data.source,
            scaling=data.scaling,
            num_classes=data.num_classes,
            classes=data.classes,
        )
        return Trained(seconds, model, guidance=1.0)

    yield step, look
