"""What was open when the window was closed, kept for the next one; and the run under way then."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from diffvis.app.own_samples import can_be_reopened
from diffvis.app.session import Session
from diffvis.app.settings import settings
from diffvis.errors import UserError
from diffvis.models.run_files import is_run
from diffvis.models.schedule_file import find_schedule, name_of
from diffvis.training.lock import is_held
from diffvis.viewing.run_card import run_card

UNFINISHED = "left.unfinished"


@dataclass(frozen=True)
class Left:
    """Each as a text that opens it again, or empty."""

    data: str
    """Empty: what the model learned from."""
    model: str
    """Empty: the exact denoiser, or one that is in no file."""
    schedule: str
    T: int
    t: int
    workspace: str
    run: str
    """The folder of the run on show in Training."""

    @classmethod
    def of(cls, session: Session, workspace: str, run: Path | None) -> "Left":
        name = ""
        if session.model_is_exact:
            with suppress(UserError):  # a drawn one, and the disk is full
                name = name_of(session.schedule)
        return cls(
            data=session.data.source if can_be_reopened(session.data) else "",
            model="" if session.model.path is None else str(session.model.path),
            schedule=name,
            T=session.schedule.T,
            t=session.t,
            workspace=workspace,
            run="" if run is None else str(run),
        )

    def keep(self) -> None:
        settings().keep({f"left.{name}": value for name, value in vars(self).items()})

    def restore_time(self, session: Session) -> None:
        """The schedule of the exact denoiser, and t, once data and model are there."""
        if self.schedule and session.model_is_exact:
            with suppress(UserError):  # the file of a drawn one may be gone
                session.set_schedule(find_schedule(self.schedule, self.T))
        session.set_t(round(self.t * session.schedule.T / max(1, self.T)))


def last_left() -> Left | None:
    """What was left, where that is known and wanted again."""
    stored = settings()
    found = Left(**{name: stored.get(f"left.{name}") for name in Left.__dataclass_fields__})
    wanted = stored.get("preferences.reopen_layout") and (found.data or found.model)
    return found if wanted else None


def note_unfinished(run: Path | None) -> None:
    """A run is under way; None: it has ended, or a person has stopped it."""
    settings().keep({UNFINISHED: "" if run is None else str(run)})


def unfinished() -> Path | None:
    """The run that was under way when the window was left, if it can go on."""
    kept = settings().get(UNFINISHED)
    path = Path(kept)
    if not kept or not is_run(path) or is_held(path):
        return None
    card = run_card(path)
    return path if card.step < card.steps else None
