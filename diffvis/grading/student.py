"""A student's file as functions that can be called, with the schedule that they share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion.prediction import Prediction
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.grading.loading import MODULE, Loaded, in_words, limited, load
from diffvis.grading.names import FUNCTIONS, ROLES, function_of, parameters_of, role_of, snake
from diffvis.grading.source import Source
from diffvis.grading.stub import Stub

FORWARD = "forward"
STUBBED = "(stubbed)"  # no name in Python: of an instance that is made of a network
USUAL_T = 1000
LONGEST = 20_000
CLOSE = 1e-4  # of two tables of one schedule, relatively


@dataclass(frozen=True)
class Function:
    """A function of a student's: the papers' name, its own, and what its parameters stand for."""

    paper: str
    called: str
    call: Callable[..., Any]
    roles: Sequence[tuple[str, str | None, bool]]
    """Of each parameter: its name, what it stands for, and whether it can be left out."""

    def has(self, role: str) -> bool:
        return any(each == role for _, each, _ in self.roles)


@dataclass
class Student:
    """What can be judged, and with which schedule."""

    source: Source
    functions: list[Function]
    schedule: NoiseSchedule
    own_schedule: bool
    """Whether the schedule is the student's; else it is Ho's, of T = 1,000."""
    table: str
    """What the table is called that the schedule was read from."""
    stub: Stub
    names: dict[str, Any]
    failed: list[str] = field(default_factory=list)
    predicts: Prediction | None = None
    """What its network is trained to say, where its loss has told."""

    @property
    def T(self) -> int:  # noqa: N802
        return self.schedule.T

    def tables(self) -> dict[str, Tensor]:
        """For functions that get tables as arguments: (T,) float32, of t = 1..T."""
        made, cut = self.schedule, slice(1, None)
        every = {
            "betas": made.beta, "alphas": made.alpha, "alphas_cumprod": made.alpha_bar,
            "sqrt_alphas_cumprod": made.sqrt_alpha_bar,
            "sqrt_one_minus_alphas_cumprod": made.sqrt_one_minus_alpha_bar,
            "posterior_variance": made.posterior_variance,
        }  # fmt: skip
        return {name: values[cut].float() for name, values in every.items()}


def open_student(
    source: Source,
    names: Mapping[str, str] | None = None,
    arguments: Mapping[str, Sequence[str]] | None = None,
) -> Student:
    """Run a file and find its functions; ``names`` and ``arguments`` are what a person says of
    them: the student's name of a function, and what its parameters stand for, in order.
    """
    loaded = load(source)
    stub = Stub()
    homes: list[Mapping[str, Any]] = [loaded.names]
    for name, value in list(loaded.names.items()):
        ours = isinstance(value, type) and value.__module__ == MODULE
        if ours and _is_wanted(value, set((names or {}).values())):
            made = _instance(value, stub, loaded)
            if made is not None:
                homes.insert(0, _attributes(made))
                loaded.names[f"{name}()"] = made
    for name in ROLES["model"]:
        if isinstance(loaded.names.get(name, stub), torch.nn.Module):
            loaded.names[name] = stub  # functions that ask a network of the whole file
    functions = _functions(homes, names or {}, arguments or {})
    found = _schedule(homes)
    schedule, table = found or (NoiseSchedule.linear(USUAL_T), "")
    return Student(
        source, functions, schedule, found is not None, table, stub, loaded.names, loaded.failed
    )


def _is_wanted(kind: type, named: Collection[str]) -> bool:
    """Whether a class has methods that can be judged, or is the loss of a network."""
    known = any(function_of(name) or name in named for name in vars(kind))
    return known or _is_loss(kind)


def _is_loss(kind: type) -> bool:
    """Whether a module is made of a network: its ``forward`` is then likely to be the loss."""
    asks = any(role_of(each.name) == "model" for each in parameters_of(kind))
    return asks and issubclass(kind, torch.nn.Module) and FORWARD in vars(kind)


def _instance(kind: type, stub: Stub, loaded: Loaded) -> Any:
    """One of a class, with arguments that its parameters' names ask for."""
    known: dict[str, Any] = {
        "T": USUAL_T, "beta_start": 1e-4, "beta_end": 0.02, "device": "cpu", "model": stub,
        "image_size": 8, "channels": 1, "betas": (1e-4, 0.02), "count": 4,
    }  # fmt: skip
    given = {}
    for parameter in parameters_of(kind):
        role = role_of(parameter.name)
        if role in ("model", "image_size", "device"):  # small pictures, whatever is usual
            given[parameter.name] = known[role]
        elif parameter.default is parameter.empty:
            if role not in known:
                loaded.failed.append(f"class {kind.__name__}: {parameter.name} is not known")
                return None
            given[parameter.name] = known[role]
    try:
        with limited(5):
            made = kind(**given)
    except Exception as error:  # noqa: BLE001 - any of a student's
        loaded.failed.append(f"class {kind.__name__}: {in_words(error)}")
        return None
    parts = made._modules if isinstance(made, torch.nn.Module) else vars(made)
    for name, value in list(parts.items()):
        if isinstance(value, torch.nn.Module) and role_of(name) == "model":
            setattr(made, name, stub)
    return made


def _attributes(made: Any) -> dict[str, Any]:
    """Tables and methods of an instance, those of a module among them."""
    found = {}
    for name in dir(made):
        if not name.startswith("__"):
            try:
                found[name] = getattr(made, name)
            except Exception:  # noqa: BLE001 - a property of a student's
                continue
    if _is_loss(type(made)):
        found[STUBBED] = True
    return found


def _functions(
    homes: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    arguments: Mapping[str, Sequence[str]],
) -> list[Function]:
    """Those that are named so, or recognised; one for each of the papers' names."""
    found: dict[str, Function] = {}
    named = {own: paper for paper, own in names.items()}
    for home in homes:
        for name, value in home.items():
            paper = named.get(name) or function_of(name)
            if name == FORWARD and STUBBED in home and not any(map(_has_loss, homes)):
                paper = paper or "p_losses"
            if paper is None or not callable(value) or isinstance(value, type | torch.nn.Module):
                continue
            if paper in names and name != names[paper]:
                continue
            if getattr(value, "__module__", "") not in (MODULE, None):
                continue  # imported from elsewhere
            if paper not in found:
                found[paper] = Function(paper, name, value, _roles(value, paper, arguments))
    return [found[paper] for paper in FUNCTIONS if paper in found]


def _has_loss(home: Mapping[str, Any]) -> bool:
    return any(function_of(name) == "p_losses" for name in home)


def _roles(
    value: Callable[..., Any], paper: str, arguments: Mapping[str, Sequence[str]]
) -> list[tuple[str, str | None, bool]]:
    parameters = parameters_of(value)
    told = arguments.get(paper)
    roles = told if told is not None else [role_of(each.name, paper) for each in parameters]
    return [
        (each.name, role, each.default is not each.empty)
        for each, role in zip(parameters, roles, strict=False)
    ]


def _schedule(homes: Sequence[Mapping[str, Any]]) -> tuple[NoiseSchedule, str] | None:
    """The schedule of the first table of betas, or else of alpha_bar."""
    for role in ("betas", "alphas_cumprod"):
        for home in homes:
            for name, value in home.items():
                if snake(name) in ROLES[role] or snake(name.rstrip("s")) in ROLES[role]:
                    made = _from_table(value, role)
                    if made is not None:
                        return made, name
    return None


def _from_table(value: Any, role: str) -> NoiseSchedule | None:
    if not isinstance(value, Tensor | np.ndarray | list | tuple):
        return None
    try:
        table = torch.as_tensor(value).detach().double().flatten()
    except (TypeError, ValueError, RuntimeError):
        return None
    if not 4 <= len(table) <= LONGEST:
        return None
    if role == "alphas_cumprod":
        if abs(float(table[0]) - 1) > 1e-9:
            table = torch.cat([table.new_ones(1), table])
        table = 1 - table[1:] / table[:-1]
    elif table[0] == 0:
        table = table[1:]
    try:
        return NoiseSchedule.from_betas(table, "the student's")
    except ValueError:
        return None
