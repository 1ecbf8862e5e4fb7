"""What the files of a lecture are called: its own words, as far as they are safe in a name."""

from dataclasses import dataclass

from diffvis.data.naming import slug
from diffvis.lectures.lecture import Lecture

LONGEST = 60  # letters


@dataclass(frozen=True)
class Endings:
    """Of the files of a scene: what moves becomes a ``film``. Of ``stills`` it is the first that
    what is on show can become."""

    stills: tuple[str, ...] = (".png",)
    film: str = ".gif"
    poster: bool = False
    """Whether the last frame of a film stands beside it."""


USUAL = Endings()


def file_names(lecture: Lecture) -> list[str]:
    """``03-one-step-back``: without an ending, one for each scene, and no two alike."""
    digits = max(2, len(str(len(lecture))))
    return [
        f"{number:0{digits}}-{slug(scene.title)[:LONGEST].strip('-')}"
        for number, scene in enumerate(lecture.scenes, 1)
    ]
