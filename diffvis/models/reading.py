"""How a network is read: what it predicts, what it is told of the time, and in which units."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from torch import Tensor

from diffvis.data.scaling import Scaling, spanning
from diffvis.diffusion.clipping import CLIPS, DYNAMIC_QUANTILE, Clip, Clipping
from diffvis.diffusion.prediction import OF_NOISE, PREDICTIONS, Prediction, check_path
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import FixedVariance
from diffvis.errors import UserError

TimeName = Literal["index", "count", "unit", "sigma", "log_snr"]
Time = TimeName | Callable[[Tensor, NoiseSchedule], Tensor]
TIMES: tuple[TimeName, ...] = get_args(TimeName)
"""What a network is told of t: t - 1, t, t/T, the noise's share of x_t/sqrt(alpha_bar_t), log SNR.
Of one that is told sigma, what it sees is x_t / sqrt(alpha_bar_t) = x_0 + sigma eps as well."""

_ALSO: dict[str, Prediction] = {
    "epsilon": "eps", "noise": "eps", "pred_noise": "eps", "predict_epsilon": "eps",
    "sample": "x0", "x_0": "x0", "x_start": "x0", "pred_x0": "x0", "start_x": "x0",
    "v_prediction": "v", "pred_v": "v", "flow": "velocity", "pred_flow": "velocity",
}  # fmt: skip


def prediction_named(word: str) -> Prediction:
    """What papers and libraries call a prediction.

    Raises:
        UserError: there is no such prediction.
    """
    plain = str(word).strip().lower().replace("-", "_")
    if plain in PREDICTIONS:
        return plain
    if plain in _ALSO:
        return _ALSO[plain]
    raise UserError(
        f"a network predicts eps, x0, v, velocity or score, not {word!r}",
        'write predicts="eps", "x0", "v", "velocity" or "score"',
        field="predicts",
    )


def predictions_on(schedule: NoiseSchedule) -> tuple[Prediction, ...]:
    """What networks of such a path are trained to predict, as a rule."""
    usual: tuple[Prediction, ...] = ("eps", "x0", "v")
    if not schedule.preserves_variance:
        usual = (*usual, "velocity")
    return tuple(p for p in usual if not (schedule.ends_in_noise and p in OF_NOISE))


@dataclass(frozen=True)
class Reading:
    """How a network is read. ``with_`` gives another.

    Raises:
        UserError: a value is not possible; its ``field`` says which.
    """

    schedule: NoiseSchedule
    predicts: Prediction = "eps"
    """Also as others name it: "epsilon", "sample", "v_prediction", "pred_noise" ... Where variance
    is preserved "velocity" is v, which Salimans & Ho 2022 call so."""
    time: Time = "index"
    """One of ``TIMES``, or a function of t (N,) int64 in 1..T and the schedule."""
    range: tuple[float, float] = (-1.0, 1.0)
    """Of images, as the network sees them."""
    classes: tuple[str, ...] = ()
    """Their names; where a number is given, they are 0, 1, ..."""
    null: int | None = None
    """The label that stands for no class; None: there is none, and guidance is off."""
    learns_variance: bool = False
    variance: FixedVariance | None = None
    """Of DDPM's noise where nobody chooses and none is learned; None: small for images."""
    clip: Clip | None = "static"
    """How samplers keep x0_hat in range where nobody chooses."""
    clip_range: float = 1.0
    """Where "static" cuts x0_hat off, in halves of the range."""
    quantile: float = DYNAMIC_QUANTILE
    """That of "dynamic"."""
    most: float = math.inf
    """The largest threshold of "dynamic", in halves of the range."""

    def __post_init__(self) -> None:
        predicts = prediction_named(self.predicts)
        if predicts == "velocity" and self.schedule.preserves_variance:
            predicts = "v"
        self._check_path(predicts)
        values = {
            "predicts": predicts,
            "range": _rising(self.range),
            "classes": _names(self.classes),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        if not callable(self.time) and self.time not in TIMES:
            raise UserError(
                f"there is no time {self.time!r}",
                f"choose one of {', '.join(TIMES)}, or give a function of (t, schedule)",
                field="time",
            )
        if self.clip is not None and self.clip not in CLIPS:
            raise UserError(
                f"x0_hat cannot be clipped by {self.clip!r}",
                f"choose None or one of {', '.join(CLIPS)}",
                field="clip",
            )
        if not (math.isfinite(self.clip_range) and self.clip_range > 0):
            raise UserError(
                f"x0_hat cannot be clipped at {self.clip_range}", "give a number above 0",
                field="clip_range",
            )  # fmt: skip
        if self.null is not None and (isinstance(self.null, bool) or self.null < 0):
            raise UserError(
                f"no label is {self.null}", "null is the number of a label, or None", field="null"
            )

    def _check_path(self, predicts: Prediction) -> None:
        try:
            check_path(self.schedule, predicts)
        except ValueError as error:
            raise UserError(
                str(error), 'write predicts="velocity", "v" or "x0"', field="predicts"
            ) from error
        if self.time in ("sigma", "log_snr") and self.schedule.ends_in_noise:
            raise UserError(
                f"at t = {self.T} nothing of the signal is left: {self.time} is infinite there",
                'write time="unit", "index" or "count"',
                field="time",
            )

    def with_(self, **changes: Any) -> "Reading":
        """The same with some values changed.

        Raises:
            UserError: a value is not possible, or there is no such field.
        """
        for name in changes:
            if name not in self.__dataclass_fields__:
                raise UserError(
                    f"a reading has no {name}",
                    f"choose one of {', '.join(self.__dataclass_fields__)}",
                    field=name,
                )
        return replace(self, **changes)

    @property
    def T(self) -> int:  # noqa: N802
        return self.schedule.T

    @property
    def needs_class(self) -> bool:
        """Whether the network must be told a class, as it has no label for none."""
        return bool(self.classes) and self.null is None

    @property
    def scaling(self) -> Scaling:
        """From the [0, 1] in which images are kept to what the network sees, and back."""
        return spanning(self.range)

    def clipping(self, kind: Clip | None) -> Clipping | None:
        """How x0_hat is kept in range if it is by ``kind``."""
        if kind is None:
            return None
        low, high = self.range
        if kind == "static":
            centre, half = (low + high) / 2, (high - low) / 2 * self.clip_range
            low, high = centre - half, centre + half
        return Clipping(kind, low, high, self.quantile, self.most)

    def said(self, is_points: bool = False) -> str:
        """One line for people: ``read as eps, t = 0..999, range -1..1, schedule ...``; without the
        range where the samples are points, which live anywhere.
        """
        low, high = self.range
        parts = [
            f"read as {self.predicts}",
            self._time_in_words(),
            *(() if is_points else (f"range {low:g}..{high:g}",)),
            f"schedule {self.schedule.kind} (T = {self.T})",
        ]
        if self.learns_variance:
            parts.append("learned variance")
        if self.classes:
            null = "no null class, so guidance is off" if self.null is None else f"null {self.null}"
            parts.append(f"{len(self.classes)} classes, {null}")
        if self.clip is not None and self.clip_range != 1:
            parts.append(f"x0_hat clipped at {self.clip_range:g} of the range")
        return ", ".join(parts)

    def _time_in_words(self) -> str:
        T = self.T
        words = {
            "index": f"t = 0..{T - 1}",
            "count": f"t = 1..{T}",
            "unit": f"t / T = {1 / T:g}..1",
            "sigma": "sigma of x0 + sigma eps",
            "log_snr": "t as log SNR",
        }
        return "t by a function" if callable(self.time) else words[self.time]


def _rising(given: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in given)
    except (TypeError, ValueError):
        low = high = math.nan
    if math.isfinite(low) and math.isfinite(high) and low < high:
        return low, high
    raise UserError(
        f"a range of images is two rising numbers, not {given!r}",
        "write range=(-1, 1) or range=(0, 1)",
        field="range",
    )


def _names(given: object) -> tuple[str, ...]:
    if isinstance(given, int) and not isinstance(given, bool):
        return tuple(map(str, range(given)))
    if given is None:
        return ()
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(map(str, given))
    raise UserError(
        f"classes are names or their number, not {given!r}",
        'write classes=10 or classes=("cat", "dog")',
        field="classes",
    )
