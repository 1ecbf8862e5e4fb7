"""Forms that are made from declarations: a control for a setting, and several of them together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any

from PySide6.QtCore import QObject, Signal

from diffvis.app.undo.reading import table_of
from diffvis.app.widgets.controls import Choices, Control, Line, Number, Tick, TypedChoice
from diffvis.app.widgets.symbols import in_plain
from diffvis.settings import Setting, Value


def control(setting: Setting, name: str, says: str = "", *, typed: bool = False) -> Control:
    """The control for a setting, with its default.

    Args:
        setting: how it is declared.
        name: of the widget, for scripts: ``<workspace>.<role>``.
        says: what a screen reader says, where that is not as declared.
        typed: numbers are typed where they may have decimals, as people write them in many ways;
            what is typed may be no number, which whoever reads it has to say.
    """
    made = _kind_of(setting, typed)(
        setting, name, says or setting.spoken or setting.title, setting.tip or setting.help
    )
    made.show(setting.default)
    return made


def _kind_of(setting: Setting, typed: bool) -> Callable[[Setting, str, str, str], Control]:
    if setting.kind is bool:
        return Tick
    if setting.usual or (setting.choices is not None and setting.free):
        return TypedChoice
    if setting.choices is not None:
        return Choices
    return Number if setting.kind is int or (setting.kind is float and not typed) else Line


class Form(QObject):
    """Controls for several settings, by name; a panel lays them out."""

    changed = Signal(str)  # the name of the setting that the person has changed

    def __init__(
        self,
        settings: Iterable[Setting],
        prefix: str,
        *,
        roles: Mapping[str, str] | None = None,
        says: Callable[[Setting], str] = lambda setting: "",
        typed: bool = False,
    ) -> None:
        """``prefix`` begins the names of the widgets; then follows the name of the setting, or its
        role. ``says`` and ``typed`` as for ``control``.
        """
        super().__init__()
        self._never: set[str] = set()
        self._idle: set[str] = set()
        self._controls = {
            setting.name: control(
                setting,
                prefix + (roles or {}).get(setting.name, setting.name),
                says(setting),
                typed=typed,
            )
            for setting in settings
        }
        for name, each in self._controls.items():
            each.changed.connect(lambda name=name: self.changed.emit(name))

    def __getitem__(self, name: str) -> Any:
        """The control of a setting; which kind of ``Control`` follows from its declaration."""
        return self._controls[name]

    def __iter__(self) -> Iterator[Control]:
        return iter(self._controls.values())

    def __contains__(self, name: str) -> bool:
        return name in self._controls

    def values(self) -> dict[str, Value]:
        """What is chosen, by name, of the settings that change something."""
        return {
            name: each.value() for name, each in self._controls.items() if name not in self._idle
        }

    def show(self, values: Mapping[str, Value]) -> None:
        """Show these, of which it may have none, without saying that the person changed them."""
        for name, value in values.items():
            if name in self._controls:
                self._controls[name].show(value)

    def state(self) -> dict[str, Value]:
        """What every control says, also those that change nothing now."""
        return {name: each.value() for name, each in self._controls.items()}

    def restore(self, state: Mapping[str, Value]) -> None:
        """Let it say this again, as if the person had changed what is another now."""
        others = [name for name, value in self.state().items() if state[name] != value]
        self.show(state)
        for name in others:
            self.changed.emit(name)

    def read(self, written: object) -> dict[str, Value]:
        """The state that JSON holds; what it does not say, or nobody knows, is as it is now.

        Raises:
            UserError: a value is not possible.
        """
        found = self.state()
        for name, value in table_of(written).items():
            if name in found:
                found[name] = self._controls[name].setting.check(value)
        return found

    def told(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[str, str]:
        """What the first difference is, in words, and the name of the setting."""
        for name, each in self._controls.items():
            if before[name] != after[name]:
                return f"{in_plain(each.setting.title)}: {each.says()}", name
        return "", ""

    def never(self, name: str, never: bool) -> None:
        """Whether there is nothing to choose of a setting, whatever the others are."""
        (self._never.add if never else self._never.discard)(name)

    def enable(self, **known: Value) -> None:
        """Only what has an effect can be changed. ``known`` is what declarations ask for besides
        the settings.
        """
        settings = {name: each.setting for name, each in self._controls.items()}
        self._idle = without_effect(settings, self.state(), self._never, **known)
        for name, each in self._controls.items():
            each.widget.setEnabled(name not in self._idle)

    def has_effect(self, name: str) -> bool:
        return name not in self._idle

    def mark_wrong(self, field: str | None) -> None:
        """Let the control of the setting that is wrong stand out, if it is one of these."""
        for name, each in self._controls.items():
            each.mark_wrong(name == field)


def without_effect(
    settings: Mapping[str, Setting], values: Mapping[str, Value], never: Set[str], **known: Value
) -> set[str]:
    """The names of those that change nothing where others have these ``values``; there is nothing
    to choose of what is ``never``, which has its default unless it is ``known``.
    """
    others = {**values, **{name: settings[name].default for name in never}, **known}
    idle = {name for name, each in settings.items() if each.applies and each.applies(others)}
    return idle | set(never)
