"""A network recorded as one call into PyTorch, which a worker makes without Python's lock.

An eager network comes back to Python after each of its hundreds of operations, and each time waits
for the lock while the window's thread draws: a watched chain walked 0.8 as fast as one alone, and
walks as fast with its network recorded. torch.compile would do the same, but needs a C++ compiler.
"""

import logging
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from diffvis.diffusion.prediction import NetworkDenoiser, Prediction

log = logging.getLogger(__name__)

PATIENCE = 10  # calls with samples of one shape until the network is recorded for it
MOST = 10  # recordings in a program's life: PyTorch never gives back the 5 MB that each takes

READING = {
    *(
        getattr(Tensor, name)
        for name in (
            "__bool__", "__int__", "__float__", "__index__", "__contains__", "__array__", "item",
            "tolist", "numpy", "equal", "allclose", "nonzero", "is_nonzero",
        )
    ),
    torch.equal, torch.allclose, torch.nonzero, torch.is_nonzero,
}  # fmt: skip
"""What reads a tensor, or makes a shape of its values."""

Recorded = Callable[..., Tensor]
"""A network as one call: x_t, t and perhaps labels."""

_recording = threading.Lock()  # torch.jit.trace keeps notes in a global
made = 0  # how many networks have been recorded so far


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
        self._recorded: dict[tuple[object, ...], Recorded | None] = {}
        self.exact = True
        """Whether all answers so far are those of ``denoiser``, to the bit."""

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
            self._recorded[kind] = self._record(inputs)
        recorded = self._recorded.get(kind)
        if recorded is None:
            return self._denoiser(x_t, t, labels)
        # Optimising for the shapes would cost the first calls more than the others gain.
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]  # not in __all__
            return recorded(*inputs)

    def _record(self, inputs: tuple[Tensor, ...]) -> Recorded | None:
        return record(self._denoiser, inputs)


class _NoValuesInPython(TorchFunctionMode):
    """Fails where Python is handed what is in a tensor, as ``if t[0] > 50`` is."""

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        if func in READING:
            raise RuntimeError(f"Python looks at values of tensors ({func.__name__})")
        return func(*args, **(kwargs or {}))


def record(denoiser: Recorded, inputs: tuple[Tensor, ...]) -> Recorded | None:
    """The network as one call for such inputs; None where that is not possible."""
    global made
    with _recording:
        if made == MOST:
            return None
        made += 1
        try:
            with warnings.catch_warnings(action="ignore"), torch.no_grad():
                with _NoValuesInPython():
                    denoiser(*inputs)
                # Of a function, since of a module PyTorch would keep half as much again.
                traced: Recorded = torch.jit.trace(  # type: ignore[no-untyped-call]
                    lambda *given: denoiser(*given), inputs, check_trace=False
                )
                return traced
        except Exception as error:  # noqa: BLE001  (it fails in any way that it likes)
            log.info("the network is asked as it is: %s", error)
            return None
