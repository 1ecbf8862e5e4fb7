"""The small part of pickle's machine that arrays and checkpoints need, run here step by step.

Python's own cannot be used even where it can name nothing: nine bytes make it take 4 GB for a list
of what it remembers, and a key of pairs of pairs of pairs is hashed for ever. This one takes no
more memory than the pickle has bytes, give or take a constant, and its keys are words and numbers.
"""

import pickletools
from collections.abc import Callable, Mapping
from typing import BinaryIO

MOST_PARTS = 1_000_000  # CIFAR-10's batches have 40,000
Names = Mapping[tuple[str, str], Callable[..., object]]


def run(
    program: bytes | BinaryIO,
    names: Names,
    refused: type[Exception],
    persistent: Callable[[object], object] | None = None,
) -> object:
    """What a pickle makes; of a file, the one that begins where it is read next.

    Args:
        names: what it may name, and what stands for that; what these make may be told a state by
            ``__setstate__``. Nothing else is called.
        refused: raised for another name, with that name.
        persistent: what stands for that which is kept beside the pickle under such a name.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is damaged, or asks for more.
    """
    machine = _Machine(names, refused, persistent)
    for count, (operation, argument, _) in enumerate(pickletools.genops(program)):
        if operation.name == "STOP":
            return machine.stack.pop()
        if count == MOST_PARTS:
            raise ValueError(f"it has more than {MOST_PARTS:,} parts")
        machine.step(operation.name, argument)
    raise ValueError("it has no end")


class _Machine:
    def __init__(
        self,
        names: Names,
        refused: type[Exception],
        persistent: Callable[[object], object] | None,
    ) -> None:
        self.stack: list = []
        self._below: list[list] = []  # the stacks under the marks
        self._memory: dict[int, object] = {}
        self._names, self._refused, self._persistent = names, refused, persistent

    def step(self, operation: str, argument: object) -> None:
        if operation in _VALUES:
            self.stack.append(_VALUES[operation](argument))
        elif operation in ("PUT", "BINPUT", "LONG_BINPUT"):
            self._memory[argument] = self.stack[-1]
        elif operation == "MEMOIZE":
            self._memory[len(self._memory)] = self.stack[-1]
        elif operation in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self._memory[argument])
        elif operation == "MARK":
            self._below.append(self.stack)
            self.stack = []
        elif operation not in ("PROTO", "FRAME"):
            action = getattr(self, f"_{operation.lower()}", None)
            if action is None:
                raise ValueError(f"it has the operation {operation}")
            action(argument)

    def _above_mark(self) -> list:
        above, self.stack = self.stack, self._below.pop()
        return above

    def _take(self, count: int) -> list:
        taken = self.stack[-count:]
        if len(taken) < count:
            raise ValueError("it takes more than there is")
        del self.stack[-count:]
        return taken

    # --- tuples, lists, dictionaries -------------------------------------------------------

    def _tuple(self, _: object) -> None:
        above = self._above_mark()
        self.stack.append(tuple(above))

    def _tuple1(self, _: object) -> None:
        self.stack.append(tuple(self._take(1)))

    def _tuple2(self, _: object) -> None:
        self.stack.append(tuple(self._take(2)))

    def _tuple3(self, _: object) -> None:
        self.stack.append(tuple(self._take(3)))

    def _list(self, _: object) -> None:
        above = self._above_mark()
        self.stack.append(above)

    def _append(self, _: object) -> None:
        self._extend(self._take(1))

    def _appends(self, _: object) -> None:
        self._extend(self._above_mark())

    def _extend(self, values: list) -> None:
        if not hasattr(self.stack[-1], "extend"):
            raise TypeError("it appends to what is no list")
        self.stack[-1].extend(values)

    def _dict(self, _: object) -> None:
        above = self._above_mark()
        self.stack.append({})
        self._update(above)

    def _setitem(self, _: object) -> None:
        self._update(self._take(2))

    def _setitems(self, _: object) -> None:
        self._update(self._above_mark())

    def _update(self, items: list) -> None:
        if not isinstance(self.stack[-1], dict):
            raise TypeError("it sets an item of what is no dictionary")
        keys, values = items[::2], items[1::2]
        if not all(isinstance(key, bytes | str | int) for key in keys):
            raise TypeError("it has a key that is no word or number")
        self.stack[-1].update(zip(keys, values, strict=True))

    # --- what it names ----------------------------------------------------------------------

    def _global(self, argument: object) -> None:
        module, _, name = str(argument).partition(" ")
        self._name(module, name)

    def _inst(self, argument: object) -> None:
        self._global(argument)
        raise ValueError("it makes an instance")

    def _stack_global(self, _: object) -> None:
        module, name = self._take(2)
        self._name(module, name)

    def _name(self, module: object, name: object) -> None:
        if not (type(module) is str and type(name) is str and (module, name) in self._names):
            raise self._refused(f"{module}.{name}")
        self.stack.append(self._names[module, name])

    def _reduce(self, _: object) -> None:
        made, arguments = self._take(2)
        known = self._names.values()
        is_stand_in = callable(made) and any(type(made) is stand_in for stand_in in known)
        if not is_stand_in and not any(made is stand_in for stand_in in known):
            raise TypeError("it calls what cannot be called")
        self.stack.append(made(*arguments))

    def _newobj(self, _: object) -> None:
        self._reduce(_)

    def _binpersid(self, _: object) -> None:
        (name,) = self._take(1)
        if self._persistent is None:
            raise ValueError("it names what is kept elsewhere")
        self.stack.append(self._persistent(name))

    def _empty_set(self, _: object) -> None:
        self.stack.append([])  # its members need not be fit for a set

    def _additems(self, _: object) -> None:
        self._extend(self._above_mark())

    def _frozenset(self, _: object) -> None:
        self._list(_)

    def _pop(self, _: object) -> None:
        self._take(1)

    def _build(self, _: object) -> None:
        (state,) = self._take(1)
        kinds = {known for known in self._names.values() if isinstance(known, type)}
        if not isinstance(self.stack[-1], tuple(kinds)):
            raise TypeError("it gives a state to what has none")
        self.stack[-1].__setstate__(state)


def _as_it_is(value: object) -> object:
    return value


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("latin1")


_VALUES: dict[str, Callable[[object], object]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_TUPLE": lambda _: (),
    "EMPTY_LIST": lambda _: [],
    "EMPTY_DICT": lambda _: {},
    **dict.fromkeys(
        ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT", "UNICODE",
         "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINBYTES", "BINBYTES",
         "BINBYTES8"),
        _as_it_is,
    ),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _as_bytes),  # of Python 2
}  # fmt: skip
