"""One scene of a lecture: what is open, and what is chosen in the workspace that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict

from diffvis.diffusion import NoiseSchedule
from diffvis.diffusion.schedule import MAX_T
from diffvis.errors import UserError
from diffvis.settings import Settings, setting

LONGEST = 10_000  # letters of a title, or of notes
SEEDS = 2**63


class Scene(Settings):
    """``states`` are those of undo's stations, by their names, as JSON has them; ``look`` is what
    nobody would undo: which page is in front, which sample is selected.

    Raises:
        UserError: a value is unknown or impossible, or t is not on the schedule.
    """

    model_config = ConfigDict(strict=True)
    called: ClassVar[str] = "part of a scene"

    title: str = setting(help="Its name in the list.")
    notes: str = setting("", help="What to say, and what to do.")
    workspace: Literal["forward", "reverse", "schedules", "training"] = setting(
        help="The workspace that shows it."
    )
    data: str = setting(min_length=1, help="A name of the catalogue, or a path.")
    model: str = setting("", help="A name or a path; nothing is the exact denoiser of the data.")
    schedule: dict[str, Any] = setting(help="Kind and T, or the betas of one's own.")
    t: int = setting(0, ge=0, le=MAX_T, help="The shared time.")
    seed: int = setting(0, ge=0, lt=SEEDS, help="Of the window.")
    states: dict[str, Any] = setting({}, help="What is chosen in the workspace.")
    look: dict[str, Any] = setting({}, help="Which page is in front, which sample is selected.")
    cover: str = setting("", help="The picture that is covered until it is revealed.")
    strip: tuple[int, ...] = setting((), help="The t side by side in the still that is exported.")

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        for name in ("title", "notes"):
            if len(getattr(self, name)) > LONGEST:
                raise UserError(f"its {name} is too long", f"at most {LONGEST:,} letters fit")
        T = self.noise_schedule().T
        for t in (self.t, *self.strip):
            if not 0 <= t <= T:
                raise UserError(f"t = {t} is not on the schedule", f"choose 0 to {T}", field="t")

    def noise_schedule(self) -> NoiseSchedule:
        """The schedule that it is shown with.

        Raises:
            UserError: there is no such schedule.
        """
        try:
            return NoiseSchedule.from_json(self.schedule)
        except (TypeError, ValueError) as error:
            raise UserError(
                f"the schedule of a scene cannot be made ({error})",
                "give its kind and T, or its betas",
                field="schedule",
            ) from None


@dataclass(frozen=True)
class Unplayable:
    """A scene that cannot be shown: why, and what stood in the file, which is kept."""

    title: str
    notes: str
    problem: UserError
    written: Mapping[str, Any]


AnyScene = Scene | Unplayable
