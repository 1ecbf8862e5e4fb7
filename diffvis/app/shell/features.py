"""Sparing PySide6 its look into the source of every module that is imported after it."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import PySide6.QtCore  # noqa: F401  brings shibokensupport, which cannot be found before


class _NoFeatures(MetaPathFinder):
    """Finds nothing, and notes of each module that is looked for that it uses no feature."""

    def __init__(self, selected: dict[str, int]) -> None:
        self._selected = selected

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        self._selected.setdefault(name, 0)


def without_features() -> None:
    """Say of all modules to come that they do not use ``from __feature__ import``.

    Where nothing is known of a module, PySide6 reads its source to see. With torch that is a
    thousand files, which ``linecache`` keeps: 42 MB, and a tenth of the way to a usable window.
    """
    try:
        from shibokensupport.feature import pyside_feature_dict
    except ImportError:  # another PySide6 may do it in another way; then it is only slower
        return
    if not any(isinstance(finder, _NoFeatures) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoFeatures(pyside_feature_dict))
