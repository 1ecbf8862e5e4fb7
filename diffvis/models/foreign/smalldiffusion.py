"""Networks of smalldiffusion, which say themselves what they predict, of what, and of which class.

They are called with sigma, either one number or (N, 1, ..., 1), and see x_0 + sigma eps. Wrapping
their class changes what they predict, and adds to its name (``TimeInputMLPPredX0``).
"""

from collections.abc import Mapping
from typing import Any

from torch import nn

from diffvis.diffusion.prediction import Prediction
from diffvis.errors import UserError

_METHODS = "get_loss", "predict_eps", "rand_input"
_WRAPPED: Mapping[str, Prediction] = {"PredX0": "x0", "PredV": "v"}


def is_small(net: object) -> bool:
    """Whether it is a network of smalldiffusion, or of one's own with its ``ModelMixin``."""
    return isinstance(net, nn.Module) and all(hasattr(net, name) for name in _METHODS)


def told_by_small(net: Any) -> dict[str, Any]:
    """What such a network says of how it is read: fields of a ``Reading``.

    Raises:
        UserError: it is one of flow matching.
    """
    names = [kind.__name__ for kind in type(net).__mro__]
    if any(name.endswith("PredFlow") for name in names):
        raise UserError(
            f"{names[0]} predicts the flow on a straight path from data to noise",
            "diffvis samples networks of a discrete schedule that predict eps, x0 or v",
            field="predicts",
        )
    found = (_WRAPPED[end] for name in names for end in _WRAPPED if name.endswith(end))
    told: dict[str, Any] = {"predicts": next(found, "eps"), "time": "sigma", "clip": None}
    null = getattr(getattr(net, "cond_embed", None), "null_cond", None)
    if isinstance(null, int):
        told |= {"classes": null, "null": null}
    return told


def shape_of_small(net: Any) -> tuple[int, ...] | None:
    """Of one sample, where it says so."""
    shape = getattr(net, "input_dims", None)
    return tuple(shape) if isinstance(shape, tuple) and len(shape) in (1, 3) else None
