"""How a network is asked along a chain that somebody waits for: decided here, by a short trial.

On a GPU its kernels are launched at once, as a CUDA graph. On a CPU its images may lie with their
channels last, for which the convolutions of some processors are made: with AVX-512 but no bfloat16
a U-Net was measured to take 0.7 of the time, with both 0.95, and elsewhere more than before.

What is found may round otherwise than the network as it is, so nothing that must come out the same
again is computed so: files and Python have the answers of the network as it is.
"""

import copy
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.models.tracing import Recorded, TracedDenoiser, record

log = logging.getLogger(__name__)

SMALL = 3 * 16 * 16
"""Values in a sample up to which there is nothing to win by another layout or more threads."""
WORTH = 0.85  # of the time: what takes more is not worth other bits
AGREE = 1e-4  # how far answers may differ, as a part of the largest
ROUNDS, ENOUGH_S = 3, 0.3  # of a trial: as many, unless so much time is spent
CLOCK = time.perf_counter if sys.platform == "win32" else time.thread_time  # there in 16 ms
WARM_UP = 3  # calls before a graph is captured
PLAIN = "plain"
VARIABLE = "DIFFVIS_ENGINE"
"""Of the environment: ``plain`` has every network asked as it is."""


@dataclass(frozen=True)
class Choice:
    """What a trial has found."""

    channels_last: bool
    words: str


_chosen: dict[tuple[object, ...], Choice] = {}  # in this process


class LaidOut:
    """Answers what ``denoiser`` answers, but for rounding, with its images' channels last. Its
    weights are copies; ``follow`` before a call lets them be those of the network again.
    """

    def __init__(self, denoiser: NetworkDenoiser) -> None:
        network = copy.deepcopy(denoiser.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # undeclared
        self._denoiser = replace(denoiser, network=network)
        self._pairs = [*zip(_tensors(network), _tensors(denoiser.network), strict=True)]
        self._seen = self._versions()

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        laid = x_t.contiguous(memory_format=torch.channels_last)
        return self._denoiser(laid, t, labels).contiguous()

    def follow(self) -> None:
        """Take over weights that were changed in place."""
        if (now := self._versions()) != self._seen:
            with torch.no_grad():
                for mine, theirs in self._pairs:
                    mine.copy_(theirs)
            self._seen = now

    def _versions(self) -> int:
        return sum(theirs._version for _, theirs in self._pairs)


class HurriedDenoiser(TracedDenoiser):
    """Answers as fast as this machine can, and perhaps not to the bit: then it is not ``exact``."""

    _laid: LaidOut | None = None

    def _record(self, inputs: tuple[Tensor, ...]) -> Recorded | None:
        if os.environ.get(VARIABLE) == PLAIN:
            return super()._record(inputs)
        if inputs[0].is_cuda and (graph := captured(self._denoiser, inputs)) is not None:
            self.exact = False
            return graph
        if not choose(self._denoiser, inputs).channels_last:
            return super()._record(inputs)
        self._laid = laid = self._laid or LaidOut(self._denoiser)
        if (recorded := record(laid, inputs)) is None:
            return super()._record(inputs)
        self.exact = False

        def ask(*given: Tensor) -> Tensor:
            laid.follow()
            return recorded(*given)

        return ask


def choose(denoiser: NetworkDenoiser, inputs: tuple[Tensor, ...]) -> Choice:
    """How images lie best for a network and such inputs, x_t (N, ...), t and perhaps labels; tried
    once in a process for all networks of the same build.
    """
    x_t, network = inputs[0], denoiser.network
    if x_t.ndim != 4 or x_t[0].numel() <= SMALL or not _has_convolutions(network):
        return Choice(False, "as they are, as there is nothing to win")
    shapes = tuple(tuple(weights.shape) for weights in network.parameters())
    key = (type(network), shapes, x_t.shape, x_t.dtype, x_t.device)
    if key not in _chosen:
        _chosen[key] = choice = _tried(denoiser, inputs)
        size = " x ".join(map(str, x_t.shape))
        log.info("%s on %s: images lie %s", size, x_t.device, choice.words)
    return _chosen[key]


@torch.no_grad()
def _tried(denoiser: NetworkDenoiser, inputs: tuple[Tensor, ...]) -> Choice:
    """On one thread, and where that can be told in its own time: what else runs on the machine
    then decides nothing, and with more threads the same was measured to win.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        laid = LaidOut(denoiser)
        mine, theirs = denoiser(*inputs), laid(*inputs)  # and warms both up
        apart = float((mine - theirs).abs().max() / mine.abs().max().clamp(min=1e-9))
        part = _part(lambda: laid(*inputs), lambda: denoiser(*inputs))
    except Exception as error:  # noqa: BLE001  (a network of one's own fails in any way it likes)
        return Choice(False, f"as they are, since channels last is not possible ({error})")
    finally:
        torch.set_num_threads(threads)
    found = f"takes {part:.2f} of the time, with answers {apart:.0e} apart"
    if part > WORTH or not apart <= AGREE:
        return Choice(False, f"as they are: channels last {found}")
    return Choice(True, f"channels last, which {found}")


def _part(one: Callable[[], object], other: Callable[[], object]) -> float:
    """Of the time of ``other``, what ``one`` takes; in turns, so that both are disturbed alike."""
    took: tuple[list[float], list[float]] = [], []
    begun = time.perf_counter()
    while len(took[0]) < ROUNDS and (not took[0] or time.perf_counter() - begun < ENOUGH_S):
        for seconds, work in zip(took, (one, other), strict=True):
            since = CLOCK()
            work()
            seconds.append(CLOCK() - since)
    return min(took[0]) / max(min(took[1]), 1e-9)


def captured(denoiser: NetworkDenoiser, inputs: tuple[Tensor, ...]) -> Recorded | None:
    """A network as a CUDA graph for inputs of these shapes; None where there cannot be one."""
    device = inputs[0].device
    try:
        places = [given.clone() for given in inputs]
        with torch.no_grad(), torch.cuda.device(device):
            aside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream(device))
            with torch.cuda.stream(aside):
                for _ in range(WARM_UP):
                    denoiser(*places)
            torch.cuda.current_stream(device).wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            # Of this thread alone: a run may be training in another one.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                answer = denoiser(*places)
    except Exception as error:  # noqa: BLE001  (it fails in any way that it likes)
        log.info("no CUDA graph of the network: %s", error)
        return None
    log.info("the network is asked as a CUDA graph on %s", device)

    def replay(*given: Tensor) -> Tensor:
        for place, value in zip(places, given, strict=True):
            place.copy_(value)
        graph.replay()
        return answer.clone()

    return replay


def _tensors(network: nn.Module) -> list[Tensor]:
    return [*network.parameters(), *network.buffers()]


def _has_convolutions(network: nn.Module) -> bool:
    return any(isinstance(module, nn.Conv2d) for module in network.modules())
