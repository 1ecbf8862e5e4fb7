"""A network recorded as one call into PyTorch, which a worker makes without Python's lock.

An eager network comes back to Python after each of its hundreds of operations, and each time waits
for the lock while the window's thread draws: a watched chain walked 0.8 as fast as one alone, and
walks as fast with its network recorded. torch.compile would do the same, but needs a C++ compiler.
"""

import logging
import threading
import warnings
from collections import Counter
from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from diffvis.diffusion.prediction import NetworkDenoiser, Prediction

log = logging.getLogger(__name__)

PATIENCE = 10  # calls with samples of one shape until the network is recorded for it
MOST = 16  # recordings in a program's life: PyTorch never gives back the 5 MB that each takes

COPIED = ("Converting a tensor to a NumPy", "Converting a tensor to a Python list", "torch.tensor")
"""How PyTorch's warnings begin where Python reads a whole tensor: no operation, so not seen above.

Those about single numbers speak of sizes as well, which PyTorch's own layers look at.
"""

_recording = threading.Lock()  # torch.jit.trace keeps notes in a global
_made = 0


class TracedDenoiser:
    """Answers what ``denoiser`` answers, to the bit; soon in one call into PyTorch.

    Recording the network, for samples of one shape with or without labels, takes a few tenths of a
    second. The weights are shared. Where PyTorch cannot record the network, or no longer knows how
    to (torch.jit.trace is deprecated), it is asked as it is; so is a network of one's own whose
    Python looks at the values of x_t, t or labels: only what it did this once would be recorded.
    """

    def __init__(self, denoiser: NetworkDenoiser) -> None:
        self._denoiser = denoiser
        self._asked: Counter[tuple[object, ...]] = Counter()
        self._recorded: dict[tuple[object, ...], Callable[..., Tensor] | None] = {}

    @property
    def predicts(self) -> Prediction:
        return self._denoiser.predicts

    @property
    def learns_variance(self) -> bool:
        return self._denoiser.learns_variance

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        inputs = (x_t, t) if labels is None else (x_t, t, labels)
        kind = (x_t.shape, x_t.dtype, x_t.device, labels is None)
        self._asked[kind] += 1
        if self._asked[kind] == PATIENCE:
            self._recorded[kind] = _record(self._denoiser, inputs)
        recorded = self._recorded.get(kind)
        if recorded is None:
            return self._denoiser(x_t, t, labels)
        # Optimising for the shapes would cost the first calls more than the others gain.
        with torch.jit.optimized_execution(False):
            return recorded(*inputs)


class _NoValuesInPython(TorchDispatchMode):
    """Fails where an operation hands a number to Python, as ``if t[0] > 50`` does."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        answer = func(*args, **(kwargs or {}))
        if isinstance(answer, (bool, int, float)):
            raise RuntimeError(f"Python looks at values of tensors ({func})")
        return answer


def _record(denoiser: NetworkDenoiser, inputs: tuple[Tensor, ...]) -> Callable[..., Tensor] | None:
    """The network as one call for such inputs; None where that is not possible."""
    global _made
    with _recording:
        if _made == MOST:
            return None
        _made += 1
        try:
            with warnings.catch_warnings(action="ignore"), torch.no_grad():
                with _NoValuesInPython():
                    denoiser(*inputs)
                for words in COPIED:
                    warnings.filterwarnings("error", words, torch.jit.TracerWarning)
                # Of a function, since of a module PyTorch would keep half as much again.
                return torch.jit.trace(lambda *given: denoiser(*given), inputs, check_trace=False)
        except Exception as error:  # noqa: BLE001  (it fails in any way that it likes)
            log.info("the network is asked as it is: %s", error)
            return None
