"""How a network of somebody else's is called: arguments in its own order, one tensor back."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from diffvis.errors import UserError

Role = Literal["x", "t", "labels", "mask", "drop"]
Call = Callable[[Any, Tensor, Tensor, Tensor | None], Any]
"""``call(net, x, t, c)`` of a person who knows better; c is (N,) int64 or None."""

_TIMES = {
    "t", "ts", "t_", "time", "times", "timestep", "timesteps", "time_step", "time_steps", "step",
    "sigma", "sigmas", "noise_level", "noise_levels", "noise_labels", "log_snr", "logsnr",
}  # fmt: skip
_LABELS = {
    "y", "c", "cls", "label", "labels", "class_label", "class_labels", "classes", "cond",
    "condition", "context", "target", "targets",
}  # fmt: skip
_MASKS = {"mask", "context_mask", "class_mask", "cond_mask", "drop_mask"}
_DROPS = {"cond_drop_prob"}
_SHELLS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "OptimizedModule": "_orig_mod",
    "EMA": "ema_model",
}


@dataclass(frozen=True)
class Calling:
    """Which argument is what: those in places, then those by name."""

    places: tuple[Role, ...] = ("x", "t")
    names: tuple[tuple[str, Role], ...] = ()
    is_told_sigma: bool = False
    """Whether what it calls the time is sigma."""
    wide_time: bool = False
    """Whether it is told the time as (N, 1, ..., 1), which multiplies x."""

    @property
    def roles(self) -> tuple[Role, ...]:
        return (*self.places, *(role for _, role in self.names))

    @property
    def has_own_null(self) -> bool:
        """Whether it is told apart from the labels that there is no class."""
        return "mask" in self.roles or "drop" in self.roles

    def said(self) -> str:
        """``called as (x, c, t, mask)``; nothing where that is the usual order."""
        if self.places == ("x", "t") and not self.names:
            return ""
        words = {"labels": "labels", "drop": "probability of no class"}
        shown = [words.get(role, role) for role in self.places]
        shown += [f"{name}={words.get(role, role)}" for name, role in self.names]
        mask = ", mask 1 = no class" if "mask" in self.roles else ""
        return f"called as ({', '.join(shown)}){mask}"

    def arguments(
        self, x: Tensor, t: Tensor, labels: Tensor | None, null: int | None
    ) -> tuple[list[Any], dict[str, Any]]:
        if self.wide_time:
            t = t.reshape(-1, *[1] * (x.ndim - 1))
        given: dict[str, Any] = {"x": x, "t": t, "labels": labels}
        if self.has_own_null and labels is not None:
            without = labels.eq(-1 if null is None else null)
            given["labels"] = labels.masked_fill(without, 0)
            given["mask"] = without.to(x.dtype)
            given["drop"] = float(without.all()) if "drop" in self.roles else 0.0
        return [given[role] for role in self.places], {
            name: given[role] for name, role in self.names
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
        with self._in_eval_mode():
            if self._call is not None:
                answer = self._call(self.called, x, time, labels)
            else:
                places, names = self.calling.arguments(x, time, labels, self.null)
                answer = self.called(*places, **names)
        return tensor_of(answer, self._output)

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


def calling_of(net: Callable[..., Any], with_labels: bool) -> Calling:
    """How a network wants to be called, by the names of its arguments.

    Raises:
        UserError: it wants something that is not known, or other numbers of arguments.
    """
    try:
        asked = inspect.signature(net.forward if isinstance(net, nn.Module) else net)
    except (TypeError, ValueError):  # what is built in does not say
        return Calling(("x", "t", "labels") if with_labels else ("x", "t"))
    params = list(asked.parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in params):
        return Calling(("x", "t", "labels") if with_labels else ("x", "t"))
    return _by_names([p for p in params if p.kind is not p.VAR_KEYWORD], with_labels)


def _by_names(params: list[inspect.Parameter], with_labels: bool) -> Calling:
    places = [p for p in params if p.kind is not p.KEYWORD_ONLY]
    shown = f"your forward takes ({', '.join(p.name for p in params)})"
    if len(places) < 2:
        raise UserError(
            f"{shown}, but diffvis calls it with x and t",
            "write call=lambda net, x, t, c: net(x) if it is to see no t",
            field="call",
        )
    roles: dict[str, Role] = {}
    for p in params:
        name = p.name.lower()
        if name in _TIMES and "t" not in roles.values():
            roles[p.name] = "t"
        elif name in _MASKS and with_labels:
            roles[p.name] = "mask"
        elif name in _DROPS and with_labels:
            roles[p.name] = "drop"
    rest = [p for p in places if p.name not in roles]
    if rest:
        roles[rest.pop(0).name] = "x"
    if "t" not in roles.values() and rest:
        roles[rest.pop(0).name] = "t"
    if with_labels:
        rest = [p for p in params if p.name not in roles]
        named = [p for p in rest if p.name.lower() in _LABELS]
        needed = [p for p in rest if p.default is p.empty]
        if not (named or needed):
            raise UserError(
                f"{shown}, and none of these is a class",
                "leave classes= out, or write call=lambda net, x, t, c: ...",
                field="classes",
            )
        roles[(named or needed)[0].name] = "labels"
    for p in params:
        if p.name not in roles and p.default is p.empty:
            raise _unfilled(p.name, shown, with_labels)
    placed = _placed(params, roles)
    is_sigma = any(roles.get(name) == "t" for name in ("sigma", "sigmas"))
    return replace(placed, is_told_sigma=is_sigma)


def _placed(params: list[inspect.Parameter], roles: Mapping[str, Role]) -> Calling:
    """In places as far as they have no gap, then by name."""
    places: list[Role] = []
    names: list[tuple[str, Role]] = []
    gap = False
    for p in params:
        gap = gap or p.name not in roles or p.kind is p.KEYWORD_ONLY
        if p.name in roles:
            role = roles[p.name]
            names.append((p.name, role)) if gap else places.append(role)
    return Calling(tuple(places), tuple(names))


def _unfilled(name: str, shown: str, with_labels: bool) -> UserError:
    if not with_labels and name.lower() in _LABELS | _MASKS:
        return UserError(
            f"{shown}; diffvis gives labels only where classes= is set",
            "write classes=10, or as many as there are",
            field="classes",
        )
    return UserError(
        f"{shown}, and diffvis does not know what {name} is",
        f"say how it is called: call=lambda net, x, t, c: net(x, t, {name}=...)",
        field="call",
    )


def _copied(net: nn.Module) -> nn.Module | None:
    """A copy of its own to sample from; None where it cannot be copied."""
    try:
        return deepcopy(net).eval().requires_grad_(False)
    except Exception:  # noqa: BLE001  (what a network holds besides its weights may refuse anyhow)
        return None
