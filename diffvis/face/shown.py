"""Models, data and schedules show themselves in a notebook.

They are written further down, where nothing may know of pictures. So their classes are given a
``_repr_png_`` from here, once they are there and somebody uses the public face; what draws is
imported when a notebook asks for a picture.
"""

import importlib
import sys
from typing import Any

DRAWN = {
    ("diffvis.models.sampleable", "Model"): "model_png",
    ("diffvis.data.dataset", "Dataset"): "dataset_png",
    ("diffvis.diffusion.schedule", "NoiseSchedule"): "schedule_png",
}
"""Classes, and which function of ``diffvis.face.pictures`` draws what they make."""


def show_themselves() -> None:
    """Those that have been imported show themselves from here on."""
    for (module, name), drawn_by in DRAWN.items():
        if module in sys.modules:
            getattr(sys.modules[module], name)._repr_png_ = _drawing(drawn_by)


def _drawing(name: str) -> Any:
    def _repr_png_(self: object) -> bytes | None:
        draw = getattr(importlib.import_module("diffvis.face.pictures"), name)
        found: bytes | None = draw(self)
        return found

    return _repr_png_
