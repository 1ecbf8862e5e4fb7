"""A lecture: scenes in an order. It is never changed; what is changed is another one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffvis.errors import UserError
from diffvis.lectures.scene import AnyScene, Scene

MOST_SCENES = 500


@dataclass(frozen=True)
class Lecture:
    """Raises UserError where it has too many scenes."""

    title: str = "Lecture"
    scenes: tuple[AnyScene, ...] = ()
    path: Path | None = None
    """The file that it was read from or written to."""
    doubts: tuple[str, ...] = ()
    """What is to be said of the file, a sentence each."""

    def __post_init__(self) -> None:
        if len(self.scenes) > MOST_SCENES:
            raise UserError(
                f"a lecture of {len(self.scenes):,} scenes is too long",
                f"at most {MOST_SCENES} fit into a file; make several",
            )

    def __len__(self) -> int:
        return len(self.scenes)

    def with_scenes(self, scenes: Iterable[AnyScene]) -> "Lecture":
        """The same with others."""
        return replace(self, scenes=tuple(scenes))

    def inserted(self, place: int, scene: AnyScene) -> "Lecture":
        """With one more, which is then at ``place``."""
        return self.with_scenes([*self.scenes[:place], scene, *self.scenes[place:]])

    def without(self, place: int) -> "Lecture":
        return self.with_scenes([*self.scenes[:place], *self.scenes[place + 1 :]])

    def moved(self, place: int, to: int) -> "Lecture":
        """With the scene at ``place`` at ``to``."""
        return self.without(place).inserted(to, self.scenes[place])

    def changed(self, place: int, **values: Any) -> "Lecture":
        """With other words, or another cover, of one scene that can be shown.

        Raises:
            UserError: a value is not possible.
        """
        scene = self.scenes[place]
        if not isinstance(scene, Scene):
            raise UserError(f"{scene.title} cannot be changed", "it cannot be shown either")
        made = scene.changed(**values)
        return self.with_scenes([*self.scenes[:place], made, *self.scenes[place + 1 :]])
