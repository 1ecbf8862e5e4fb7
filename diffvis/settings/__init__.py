"""One way to declare a setting, from which options, forms, checks and captions are made.

Records of settings are pydantic's, which takes its time: it is imported with the first of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

from diffvis.settings.entry import Choice, Setting, Value

if TYPE_CHECKING:
    from diffvis.settings.declare import Settings, setting, settings_of

__all__ = ["Choice", "Setting", "Settings", "Value", "setting", "settings_of"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("diffvis.settings.declare"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
