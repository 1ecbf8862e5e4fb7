"""A network recorded as one call into PyTorch, which a worker makes without Python's lock.

An eager network comes back to Python after each of its hundreds of operations, and each time waits
for the lock while the window's thread draws: a watched chain walked 0.8 as fast as one alone, and
walks as fast with its network recorded. torch.compile would do the same, but needs a C++ compiler.
"""

import logging
import threading
import warnings

import torch
from torch import Tensor

from diffvis.diffusion.prediction import NetworkDenoiser, Prediction

log = logging.getLogger(__name__)

_tracing = threading.Lock()  # torch.jit.trace keeps notes in a global


class TracedDenoiser:
    """Answers what ``denoiser`` answers, to the bit, in one call into PyTorch.

    The first call with samples of a new shape, with or without labels, records the network, which
    takes a few tenths of a second. The weights are shared. Where PyTorch cannot record the network,
    or no longer knows how to (torch.jit.trace is deprecated), it is asked as it is.
    """

    def __init__(self, denoiser: NetworkDenoiser) -> None:
        self._denoiser = denoiser
        self._recorded: dict[tuple[object, ...], torch.jit.ScriptModule | None] = {}

    @property
    def predicts(self) -> Prediction:
        return self._denoiser.predicts

    @property
    def learns_variance(self) -> bool:
        return self._denoiser.learns_variance

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        inputs = (x_t, t) if labels is None else (x_t, t, labels)
        kind = (x_t.shape, x_t.dtype, x_t.device, labels is None)
        if kind not in self._recorded:
            self._recorded[kind] = self._record(inputs)
        recorded = self._recorded[kind]
        if recorded is None:
            return self._denoiser(x_t, t, labels)
        # Optimising for the shapes would cost the first calls more than the others gain.
        with torch.jit.optimized_execution(False):
            return recorded(*inputs)

    def _record(self, inputs: tuple[Tensor, ...]) -> torch.jit.ScriptModule | None:
        try:
            with _tracing, warnings.catch_warnings(action="ignore"), torch.no_grad():
                return torch.jit.trace(self._denoiser.network, inputs, check_trace=False)
        except Exception as error:  # noqa: BLE001  (it fails in any way that it likes)
            log.info("the network is asked as it is: %s", error)
            return None
