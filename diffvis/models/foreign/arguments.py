"""Which argument of somebody else's network is what, by their names."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from torch import Tensor, nn

from diffvis.errors import UserError

Role = Literal["x", "t", "labels", "mask", "drop"]

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


@dataclass(frozen=True)
class Calling:
    """Which argument is what: those in places, then those by name."""

    places: tuple[Role, ...] = ("x", "t")
    names: tuple[tuple[str, Role], ...] = ()
    is_told_sigma: bool = False
    """Whether what it calls the time is sigma."""
    wide_time: bool = False
    """Whether it is told the time as (N, 1, ..., 1), which multiplies x."""
    optional: str = ""
    """The name of its labels where these may be None, which then stands for no class."""

    @property
    def roles(self) -> tuple[Role, ...]:
        return (*self.places, *(role for _, role in self.names))

    @property
    def has_own_null(self) -> bool:
        """Whether it is told apart from the labels that there is no class."""
        return "mask" in self.roles or self.is_of_batch

    @property
    def is_of_batch(self) -> bool:
        """Whether it is told so of all samples at once."""
        return "drop" in self.roles or bool(self.optional)

    def said(self) -> str:
        """``called as (x, c, t, mask)``; nothing where that is the usual order."""
        if self.places == ("x", "t") and not self.names:
            return ""
        words = {"labels": "labels", "drop": "probability of no class"}
        shown = [words.get(role, role) for role in self.places]
        shown += [f"{name}={words.get(role, role)}" for name, role in self.names]
        mask = ", mask 1 = no class" if "mask" in self.roles else ""
        mask += f", {self.optional}=None = no class" if self.optional else ""
        return f"called as ({', '.join(shown)}){mask}"

    def arguments(
        self, x: Tensor, t: Tensor, labels: Tensor | None, null: int | None
    ) -> tuple[list[Any], dict[str, Any]]:
        if self.wide_time:
            t = t.reshape(-1, *[1] * (x.ndim - 1))
        given: dict[str, Any] = {"x": x, "t": t, "labels": labels}
        if self.has_own_null and labels is not None:
            without = labels.eq(-1 if null is None else null)
            dropped = self.optional and bool(without.all())
            given["labels"] = None if dropped else labels.masked_fill(without, 0)
            given["mask"] = without.to(x.dtype)
            given["drop"] = float(without.all()) if "drop" in self.roles else 0.0
        return [given[role] for role in self.places], {
            name: given[role] for name, role in self.names
        }


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
    optional = ""
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
        taken = (named or needed)[0]
        roles[taken.name] = "labels"
        optional = taken.name if taken.default is None else ""
    for p in params:
        if p.name not in roles and p.default is p.empty:
            raise _unfilled(p.name, shown, with_labels)
    placed = _placed(params, roles)
    is_sigma = any(roles.get(name) == "t" for name in ("sigma", "sigmas"))
    told_apart = placed.has_own_null
    return replace(placed, is_told_sigma=is_sigma, optional="" if told_apart else optional)


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
