"""How a network of somebody else's is called: arguments in its own order, one tensor back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from diffvis.errors import UserError
from diffvis.models.foreign.arguments import Calling

Call = Callable[[Any, Tensor, Tensor, Tensor | None], Any]
"""``call(net, x, t, c)`` of a person who knows better; c is (N,) int64 or None."""

_SHELLS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "OptimizedModule": "_orig_mod",
    "EMA": "ema_model",
}


class ForeignNetwork(nn.Module):
    """A network, or any function, called as (x, time, labels or None) with one tensor back.

    A module is copied, and the copy is in eval mode; one that cannot be copied is shared, put into
    eval mode for each call and back. What it is given has the dtype of its weights.
    """

    def __init__(
        self,
        net: Callable[..., Any],
        calling: Calling,
        *,
        null: int | None = None,
        call: Call | None = None,
        output: Callable[[Any], Tensor] | None = None,
    ) -> None:
        super().__init__()
        self.calling = calling
        self.null = null
        self.is_shared = False
        self._call = call
        self._output = output
        self._shared: list[Callable[..., Any]] = []  # in a list, nn.Module does not adopt it
        self._method: str | None = None
        owner = getattr(net, "__self__", None)
        if isinstance(owner, nn.Module) and hasattr(net, "__name__"):
            self._method, net = net.__name__, owner
        self.net: nn.Module | None = None
        if isinstance(net, nn.Module):
            self.net = _copied(net)
            self.is_shared = self.net is None
        if self.net is None:
            self._shared.append(net)
        self.eval()

    @property
    def called(self) -> Callable[..., Any]:
        """The network or function itself."""
        net = self._shared[0] if self.net is None else self.net
        return net if self._method is None else getattr(net, self._method)

    @property
    def takes_classes(self) -> bool:
        """Whether there is an argument for them."""
        return "labels" in self.calling.roles

    @property
    def dtype(self) -> torch.dtype | None:
        """That of its weights; None where it has none."""
        net = self._shared[0] if self.net is None else self.net
        if not isinstance(net, nn.Module):
            return None
        return next((w.dtype for w in net.parameters() if w.is_floating_point()), None)

    @torch.no_grad()
    def forward(self, x: Tensor, time: Tensor, labels: Tensor | None = None) -> Tensor:
        if (dtype := self.dtype) is not None:
            x = x.to(dtype)
            time = time.to(dtype) if time.is_floating_point() else time
        if labels is not None and self._call is None and self.calling.is_of_batch:
            without = labels.eq(-1 if self.null is None else self.null)
            if without.any() and not without.all():
                return self._apart(x, time, labels, without)
        with self._in_eval_mode():
            if self._call is not None:
                answer = self._call(self.called, x, time, labels)
            else:
                places, names = self.calling.arguments(x, time, labels, self.null)
                answer = self.called(*places, **names)
        return tensor_of(answer, self._output)

    def _apart(self, x: Tensor, time: Tensor, labels: Tensor, without: Tensor) -> Tensor:
        """Those with a class, and those without one."""
        parts = [
            (which, self(x[which], time[which], labels[which])) for which in (without, ~without)
        ]
        whole = torch.empty(
            len(x), *parts[0][1].shape[1:], dtype=parts[0][1].dtype, device=x.device
        )
        for which, answer in parts:
            whole[which] = answer
        return whole

    def with_null(self, null: int | None) -> "ForeignNetwork":
        """The same network, with another label for no class."""
        if null == self.null:
            return self
        other = copy(self)
        other.null = null
        return other

    @contextmanager
    def _in_eval_mode(self) -> Iterator[None]:
        if not self.is_shared:
            yield
            return
        net = self._shared[0]
        assert isinstance(net, nn.Module)
        training = [module for module in net.modules() if module.training]
        net.eval()
        try:
            yield
        finally:
            for module in training:
                module.training = True


def tensor_of(answer: Any, output: Callable[[Any], Any] | None = None) -> Tensor:
    """The prediction in what a network returned: a tensor, ``.sample``, the first of a tuple or
    the "sample" of a dict; or what ``output`` makes of it.

    Raises:
        UserError: there is none.
    """
    if output is not None:
        answer = output(answer)
    elif not isinstance(answer, Tensor):
        answer = _within(answer)
    if isinstance(answer, Tensor):
        return answer
    raise UserError(
        f"your network returns a {type(answer).__name__}, not a tensor",
        "say what of it is the prediction, such as output=lambda out: out.prediction",
        field="output",
    )


def _within(answer: Any) -> Any:
    if isinstance(getattr(answer, "sample", None), Tensor):
        return answer.sample
    if isinstance(answer, Mapping):
        if isinstance(answer.get("sample"), Tensor):
            return answer["sample"]
        keys = ", ".join(map(repr, answer)) or "nothing"
        first = next((key for key, value in answer.items() if isinstance(value, Tensor)), "pred")
        raise UserError(
            f"your network returns a dict of {keys}",
            f"say which is the prediction: output=lambda out: out[{first!r}]",
            field="output",
        )
    if isinstance(answer, tuple | list) and answer and isinstance(answer[0], Tensor):
        return answer[0]
    return answer


def unwrapped(net: Any) -> Any:
    """The network within the shells that others put around one: DataParallel, compile, EMA."""
    while (held := _SHELLS.get(type(net).__name__)) and hasattr(net, held):
        net = getattr(net, held)
    return net


def _copied(net: nn.Module) -> nn.Module | None:
    """A copy of its own to sample from; None where it cannot be copied."""
    try:
        return deepcopy(net).eval().requires_grad_(False)
    except Exception:  # noqa: BLE001  (what a network holds besides its weights may refuse anyhow)
        return None
