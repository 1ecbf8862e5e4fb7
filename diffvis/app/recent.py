"""What was opened lately, kept from one window to the next: models, data, runs, lectures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from diffvis.app.settings import settings
from diffvis.data.options import split_source
from diffvis.files import shipped_models
from diffvis.models.run_files import is_run
from diffvis.viewing.run_card import run_card

KEPT = 10
KEY = "recent"
Kind = Literal["model", "data", "run", "lecture"]


@dataclass(frozen=True)
class Recent:
    """Something that can be opened again."""

    kind: Kind
    source: str

    @property
    def title(self) -> str:
        """Its name, with the folder that it lies in where it has one."""
        path = Path(self.source)
        if self.kind == "run" or is_run(path):
            return run_card(path).title
        if path.parent == shipped_models():
            return path.name
        return f"{path.name}  ({path.parent})" if path.is_absolute() else self.source

    @property
    def is_there(self) -> bool:
        """Names of the catalogue are always there; files can have been moved."""
        path = Path(self.source)
        return not path.is_absolute() or path.exists() or Path(_without_options(path)).exists()


def recent() -> list[Recent]:
    """The newest first; what is not there any more is left out."""
    found = [Recent(kind, source) for kind, source in settings().get(KEY)]
    return [item for item in found if item.is_there]


def remember(kind: Kind, source: str) -> None:
    """Put what was opened in front."""
    item = Recent(kind, source)
    items = [item, *(other for other in recent() if other != item)][:KEPT]
    settings().keep({KEY: [[item.kind, item.source] for item in items]})


def forget_all() -> None:
    settings().keep({KEY: []})


def _without_options(path: Path) -> str:
    return split_source(str(path))[0]
