"""Options of commands, made from declared settings when their command is the one that is wanted."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any

import typer

from diffvis.cli.sizes import parse_frame_size
from diffvis.rendering.moments import moments
from diffvis.settings.entry import Setting

Command = Callable[..., Any]


@dataclass(frozen=True)
class Options:
    """Options that a command gets together, in one argument, by the names of their settings."""

    settings: Callable[[], Iterable[Setting]]
    """Asked only where the command is wanted: ``diffvis --help`` need not load them."""
    panel: str | None = None
    """The heading under which the help has them."""
    each_side: bool = False
    """Whether each can be given several times, and is a list."""
    listed: bool = False
    """Whether each is given as words with commas, or not at all: ``read_lists`` reads them."""


@dataclass(frozen=True)
class Spelled:
    """How people write a setting on the command line, where that is not its value."""

    kind: type
    default: Any
    read: Callable[[Any], Any] = lambda given: given
    """Its value; of a class, which only a model or data know, the words themselves."""
    low: int | None = None


_NUMBER = Spelled(int, None, lambda number: None if number is None else number - 1, low=1)
_MOMENTS = Spelled(str, None, lambda text: None if text is None else moments(text))
SPELLED = {
    "size": Spelled(str, "16:9", parse_frame_size),
    "times": _MOMENTS,
    "at": _MOMENTS,
    "strengths": _MOMENTS,
    "step_counts": _MOMENTS,
    "sizes": _MOMENTS,
    "label": Spelled(str, None),
    "of_class": Spelled(str, None),
    "first": Spelled(int, None),
    "selected": Spelled(int, 1, lambda number: number - 1, low=1),
    "only": _NUMBER,
    "kernel": _NUMBER,
    "field": Spelled(str, "none", lambda word: "" if word == "none" else word),
}


def with_options(**groups: Options) -> Callable[[Command], Command]:
    """Give a command the options of each group, as the argument of that name."""

    def decorate(command: Command) -> Command:
        command.options = {**groups}  # type: ignore[attr-defined]
        return command

    return decorate


def as_command(command: Command, wanted: bool = True) -> Command:
    """The command as typer takes it; without the options of its groups unless it is ``wanted``,
    since a list of commands shows none.
    """
    groups: Mapping[str, Options] = getattr(command, "options", {})
    declared = {
        name: {setting.name: setting for setting in group.settings()} if wanted else {}
        for name, group in groups.items()
    }

    @wraps(command)
    def run(**given: Any) -> Any:
        for group, settings in declared.items():
            of = groups[group]
            given[group] = {
                name: _values(setting, given.pop(name), of) for name, setting in settings.items()
            }
        return command(**given)

    own = [p for p in inspect.signature(command).parameters.values() if p.name not in groups]
    made = [
        _parameter(setting, groups[group])
        for group, settings in declared.items()
        for setting in settings.values()
    ]
    every = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *made)]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in every}
    return run


def _parameter(setting: Setting, group: Options) -> inspect.Parameter:
    spelled = SPELLED.get(setting.name)
    default = setting.default if spelled is None else spelled.default
    kind = _kind(setting) if spelled is None else spelled.kind
    if spelled is not None and setting.choices is not None:
        kind = _words(setting, spelled.default)
    if isinstance(kind, type) and issubclass(kind, StrEnum) and default is not None:
        default = kind(default)
    names = () if not setting.option and kind is not bool else (setting.flag,)
    if kind is bool and setting.default is True and not group.listed:
        names = ()  # --caption / --no-caption
    option = typer.Option(
        *names,
        help=_plainly(setting.help) + (" For each side." if group.each_side else ""),
        rich_help_panel=group.panel,
        min=None if spelled is None or group.listed else spelled.low,
    )
    if group.listed:
        annotation, default = str | None, None
    elif group.each_side:
        annotation, default = list[kind] | None, None  # type: ignore[valid-type]
    else:
        annotation = kind | None if default is None else kind
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[annotation, option],
    )


def _plainly(words: str) -> str:
    """So that nothing in brackets is taken for markup."""
    return words.replace("[", r"\[")


def _kind(setting: Setting) -> type:
    """As typer takes it: words that can be chosen as an enumeration."""
    return setting.kind if setting.choices is None or setting.free else _words(setting)


def _words(setting: Setting, nothing: str = "") -> type[StrEnum]:
    """The choices, the empty one called ``nothing``."""
    words = [choice.value or nothing for choice in setting.offered()]
    return StrEnum(setting.name, {word: word for word in words})


def _values(setting: Setting, given: Any, of: Options) -> Any:
    if of.listed:
        return given
    if of.each_side:
        return [_plain(setting, one) for one in given or ()]
    return _plain(setting, given)


def _plain(setting: Setting, given: Any) -> Any:
    value = given.value if isinstance(given, StrEnum) else given
    spelled = SPELLED.get(setting.name)
    return value if spelled is None else spelled.read(value)


# --- the options that commands share --------------------------------------------------------

Model = Annotated[str, typer.Argument(help="A name, a run folder or a checkpoint.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def chain_options(*without: str, **defaults: Any) -> Callable[[], list[Setting]]:
    """All settings of a chain but some, those of samplers among them, with other ``defaults``."""

    def settings() -> list[Setting]:
        from diffvis.sampling.settings import chain_settings

        wanted = (s for name, s in chain_settings().items() if name not in without)
        return [_with_default(setting, defaults) for setting in wanted]

    return settings


def part_options(part: str, *names: str) -> Callable[[], list[Setting]]:
    """The settings of one part of an export, as ``export_settings`` has them, or some of them."""

    def settings() -> list[Setting]:
        from diffvis.rendering import export_settings
        from diffvis.settings import settings_of

        known = settings_of(getattr(export_settings, part))
        return [known[name] for name in names or known]

    return settings


def tool_options(tool: str) -> Callable[[], list[Setting]]:
    """The settings that a tool of the Bench has of its own."""

    def settings() -> list[Setting]:
        from diffvis.bench.registry import tool_of
        from diffvis.settings import settings_of

        return list(settings_of(tool_of(tool)).values())

    return settings


def _with_default(setting: Setting, defaults: Mapping[str, Any]) -> Setting:
    if setting.name not in defaults:
        return setting
    default = defaults[setting.name]
    return replace(setting, default=default, optional=setting.optional or default is None)
