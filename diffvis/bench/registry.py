"""The tools there are: a module each in ``tools/``, and those of packages of one's own."""

import importlib
import pkgutil

from diffvis.bench import tools
from diffvis.bench.tool import TOOLS, Tool
from diffvis.errors import UserError

__all__ = ["TOOLS", "tool_of"]

for module in pkgutil.iter_modules(tools.__path__):
    importlib.import_module(f"{tools.__name__}.{module.name}")


def tool_of(name: str) -> type[Tool]:
    """The tool of a name.

    Raises:
        UserError: there is none.
    """
    if name not in TOOLS:
        raise UserError(f"there is no tool {name}", f"choose one of {', '.join(TOOLS)}")
    return TOOLS[name]
