"""What an exported file looks like: an immutable record of checked parts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from diffvis.errors import UserError
from diffvis.rendering.export_settings import (
    PARTS,
    Exported,
    Film,
    OfForward,
    OfPlot,
    OfPoints,
    OfSample,
    OfStudy,
    Picture,
    Shown,
)
from diffvis.sampling.settings import ChainSettings, chain_settings
from diffvis.settings import Settings, settings_of
from diffvis.settings.declare import unknown

if TYPE_CHECKING:
    from diffvis.rendering.style import Style

MOST_PIXELS = 4_000_000_000  # of all frames together: hours of work, and gigabytes
IMAGES, POINTS = 16, 2_000  # samples of a chain, where none are asked for
Part = TypeVar("Part", bound=Exported)


class ExportSpec:
    """Everything about a file that the data, the model and the schedule do not say.

    It is made of the parts that are declared in ``export_settings`` and of the settings of a chain,
    by name: ``ExportSpec(frames=30, size=(720, 720), sampler="ddim", steps=50)``.

    Raises:
        UserError: a value is unknown or out of range.
    """

    def __init__(self, **values: Any) -> None:
        known = export_names()
        for name in values:
            if name not in known:
                raise unknown(name, Exported.called, known)
        self._parts: dict[type[Settings], Settings] = {
            part: part(**_of(values, settings_of(part))) for part in PARTS
        }
        # How many samples a chain has and its seed are asked of all that is shown.
        own = {name: values[name] for name in chain_settings() if name in values}
        self.chain = ChainSettings(**own | {"seed": self.shown.seed, "count": IMAGES})
        width, height = self.picture.size
        frames = self.film.frames if self.shown.at is None else len(self.shown.at)
        if width * height * frames > MOST_PIXELS:
            raise UserError(
                f"{frames} frames of {width} x {height} are too much for a file",
                "choose fewer or smaller frames",
                field="frames",
            )

    @property
    def film(self) -> Film:
        return self.part(Film)

    @property
    def picture(self) -> Picture:
        return self.part(Picture)

    @property
    def shown(self) -> Shown:
        return self.part(Shown)

    @property
    def forward(self) -> OfForward:
        return self.part(OfForward)

    @property
    def points(self) -> OfPoints:
        return self.part(OfPoints)

    @property
    def sample(self) -> OfSample:
        return self.part(OfSample)

    @property
    def plot(self) -> OfPlot:
        return self.part(OfPlot)

    @property
    def study(self) -> OfStudy:
        return self.part(OfStudy)

    def part(self, kind: type[Part]) -> Part:
        """One of its parts."""
        found = self._parts[kind]
        assert isinstance(found, kind)
        return found

    def samples(self, is_points: bool) -> int:
        """How many samples of the data the forward process shows."""
        count = self.shown.count
        return count if count is not None else POINTS if is_points else 1

    def chain_settings(self, is_points: bool) -> ChainSettings:
        """The reverse chain that these settings ask for."""
        count = self.shown.count
        usual = POINTS if is_points else IMAGES
        return self.chain.changed(count=usual if count is None else count)

    @property
    def look(self) -> Style:
        from diffvis.rendering.style import STYLES

        return STYLES[self.picture.style].scaled(self.picture.text_scale)

    def changed(self, **values: Any) -> ExportSpec:
        """The same with other values, checked like the first."""
        return type(self)(**{**self._values(), **values})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExportSpec) and self._values() == other._values()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        usual = ExportSpec()._values()
        chosen = (f"{k}={v!r}" for k, v in self._values().items() if v != usual[k])
        return f"ExportSpec({', '.join(chosen)})"

    def _values(self) -> dict[str, Any]:
        found = self.chain.model_dump()
        for part in self._parts.values():
            found |= part.model_dump()
        return found

    def to_json(self) -> dict[str, Any]:
        """All values by name."""
        return self._values()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ExportSpec:
        """The inverse of ``to_json``.

        Raises:
            UserError: a field is unknown, or its value is not possible.
        """
        strange = sorted(set(values) - set(export_names()))
        if strange:
            raise UserError(
                f"the recipe has a setting {strange[0]} that is not known",
                "it comes from another version of diffvis",
            )
        # Once samples were always those that follow each other and drew their noise together, and
        # first frames were like all others, spread evenly; losses had no marks.
        once = {
            "spread": False, "noise": "together", "first_ms": 0, "easing": "even", "marks": False,
        }  # fmt: skip
        given = {**once, **values}
        for name in ("size", "times", "at", "sizes"):
            if isinstance(given.get(name), list):
                given[name] = tuple(given[name])
        return cls(**given)


def export_names() -> tuple[str, ...]:
    """The names of all that an export can be told."""
    return (*_part_names(), *chain_settings())


@cache
def _part_names() -> tuple[str, ...]:
    return tuple(name for part in PARTS for name in settings_of(part))


def _of(values: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in known if name in values}
