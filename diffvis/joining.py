"""What is known by a name: what comes with diffvis, and what packages of one's own bring.

Such a package is installed, and names in its ``pyproject.toml`` what is to be imported; that it
registers there is enough:

[project.entry-points."diffvis.samplers"]
euler = "my_package.euler"
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

Known = TypeVar("Known")

_joining = threading.RLock()


class Registry(Mapping[str, Known], Generic[Known]):
    """Read by name. The packages that join ``group`` are imported when it is first read, so that
    what is never asked for costs nothing. A name that is added again replaces the earlier.
    """

    def __init__(self, group: str, order: Callable[[Known], Any] | None = None) -> None:
        """``order`` gives what those that are known are sorted by; without it, by who was first."""
        self._group = group
        self._order = order
        self._known: dict[str, Known] = {}
        self._left_out: tuple[str, ...] = ()
        self._begun = self._joined = False

    def add(self, name: str, known: Known) -> None:
        self._known[name] = known

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """What is added meanwhile is forgotten at the end; packages join anew. For tests."""
        before = dict(self._known), self._left_out, self._begun, self._joined
        self._begun = self._joined = False
        try:
            yield
        finally:
            self._known, self._left_out, self._begun, self._joined = before

    @property
    def left_out(self) -> tuple[str, ...]:
        """The packages that cannot join and why, a line each."""
        self._all()
        return self._left_out

    def __getitem__(self, name: str) -> Known:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        known, order = self._all(), self._order
        if order is None:
            return iter(list(known))
        return iter(sorted(known, key=lambda name: order(known[name])))

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Known]:
        if not self._joined:
            with _joining:  # another thread waits until all are there
                if not self._begun:  # what is imported may ask as well, for those that are there
                    self._begun = True
                    found = entry_points(group=self._group)
                    self._left_out = tuple(filter(None, map(_import, found)))
                    self._joined = True
        return self._known


def _import(found: EntryPoint) -> str:
    """Why it cannot be imported, which is logged as well; "" if it has been."""
    try:
        found.load()
    except (Exception, SystemExit) as error:
        package = found.dist.name if found.dist is not None else found.value
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        said = f"the package {package} cannot join {found.group}: {problem}"
        log.warning(said)
        log.info("why %s cannot join", package, exc_info=error)
        return said
    return ""
