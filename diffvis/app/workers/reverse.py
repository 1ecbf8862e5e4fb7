"""Walks a reverse chain, one step a tick, into a recording."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from diffvis.app.recording import Recording
from diffvis.app.workers.worker import Worker
from diffvis.diffusion import ReverseStep
from diffvis.training.sampling import run_chain


class ReverseWorker(Worker):
    """Each request is a Recording of its own; the window looks at how far it has got."""

    def __init__(self) -> None:
        super().__init__("reverse")

    def job(self, request: Recording) -> Iterator[object]:
        def walk() -> Iterator[object]:
            for step in run_chain(request.model, request.settings, request.device):
                request.steps.append(_on_cpu(step))
                yield step.s

        return walk()


def _on_cpu(step: ReverseStep) -> ReverseStep:
    """The step with its tensors where the window can draw them."""
    if step.x_t.device.type == "cpu":
        return step
    moved = {
        name: value.cpu() for name, value in vars(step).items() if isinstance(value, torch.Tensor)
    }
    return replace(step, **moved)
