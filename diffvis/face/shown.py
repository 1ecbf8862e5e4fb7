"""Models, data and schedules show themselves in a notebook.

They are written further down, where nothing may know of pictures. So their classes are given a
``_repr_png_`` from here, once they are there and somebody uses the public face; what draws is
imported when a notebook asks for a picture. What is lines and words is given a ``_repr_svg_`` too,
which notebooks prefer.
"""

import importlib
import sys
from typing import Any

DRAWN = {
    ("diffvis.models.sampleable", "Model"): "model_picture",
    ("diffvis.data.dataset", "Dataset"): "dataset_picture",
    ("diffvis.diffusion.schedule", "NoiseSchedule"): "schedule_picture",
}
"""Classes, and which function of ``diffvis.face.pictures`` draws what they make."""
LINES = ("schedule_picture",)
"""Those that are drawn as lines and words."""


def show_themselves() -> None:
    """Those that have been imported show themselves from here on."""
    for (module, name), drawn_by in DRAWN.items():
        if module in sys.modules:
            shown = getattr(sys.modules[module], name)
            shown._repr_png_ = _as_png(drawn_by)
            if drawn_by in LINES:
                shown._repr_svg_ = _as_svg(drawn_by)


def _as_png(name: str) -> Any:
    def _repr_png_(self: object) -> bytes | None:
        pictures = importlib.import_module("diffvis.face.pictures")
        picture = getattr(pictures, name)(self)
        found: bytes | None = None if picture is None else pictures.png(picture)
        return found

    return _repr_png_


def _as_svg(name: str) -> Any:
    def _repr_svg_(self: object) -> str | None:
        pictures = importlib.import_module("diffvis.face.pictures")
        draw = getattr(pictures, name)
        found: str | None = pictures.small_svg(lambda: draw(self), repr(self))
        return found

    return _repr_svg_
