"""The lecture that is open in a window: what is done to it, and which scene is on show.

Every change is written at once, and Ctrl+Z takes it back. One that comes with diffvis, or is in no
file yet, is written among the user's own.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from diffvis.app.lecture.ahead import Ahead
from diffvis.app.lecture.cover import Cover, covered
from diffvis.app.lecture.fade import Fade
from diffvis.app.lecture.frame import Frame
from diffvis.app.lecture.scenes import keep_scene, refused, show_scene
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.recent import remember
from diffvis.data.naming import slug
from diffvis.errors import UserError
from diffvis.files import home
from diffvis.lectures.files import open_lecture, save_lecture
from diffvis.lectures.lecture import Lecture
from diffvis.lectures.scene import Scene, Unplayable
from diffvis.lectures.shelf import SUFFIX, shipped_lectures
from diffvis.lectures.standing_in import stand_ins

FOLDER = "lectures"  # among the user's own
NOWHERE = -1
AHEAD_MS = 50  # the scene is painted first


class Lectures(QObject):
    """``place`` is that of the scene on show."""

    changed = Signal()  # the lecture, or which scene is on show
    opened = Signal()  # or one scene has been kept as the first of a new one

    def __init__(self, window: Frame) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.lecture: Lecture | None = None
        self.place = NOWHERE
        self._wanted = 0  # the newest scene that was asked for, among all that were
        self._cover: Cover | None = None
        self._fade = Fade(window)
        self.ahead = Ahead(window, self)

    @property
    def scene(self) -> Scene | None:
        """The one on show."""
        if self.lecture is None or not 0 <= self.place < len(self.lecture):
            return None
        found = self.lecture.scenes[self.place]
        return found if isinstance(found, Scene) else None

    @property
    def cover(self) -> Cover | None:
        """What covers a picture of the scene on show."""
        return self._cover

    # --- opening and closing -----------------------------------------------------------------

    def open(self, source: str | Path, place: int = 0) -> None:
        """Open a lecture and show a scene of it, or say why that cannot be."""
        self._session.settle(About.LECTURE)
        try:
            lecture = open_lecture(source)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.LECTURE))
            return
        remember("lecture", str(lecture.path))
        self._use(lecture)
        self.opened.emit()
        self._say_doubts(lecture)
        if len(lecture):
            self.go(place)

    def close(self) -> None:
        """What is on show stays."""
        self._use(None)

    def _use(self, lecture: Lecture | None) -> None:
        self.reveal()
        self._wanted += 1
        self.lecture, self.place = lecture, NOWHERE
        self.ahead.keep(())
        self.changed.emit()

    def _say_doubts(self, lecture: Lecture) -> None:
        wrong = [each for each in lecture.scenes if isinstance(each, Unplayable)]
        doubts = (*lecture.doubts, *stand_ins(lecture.scenes))
        lines = [*doubts, *(str(each.problem) for each in wrong)]
        if lines:
            many = f"{len(wrong)} of {len(lecture)} scenes cannot be shown; the others play"
            hint = many if wrong else "all scenes play"
            details = "\n".join(lines)
            warning = NoticeKind.WARNING
            self._session.notice(Notice(lines[0], hint, warning, details, about=About.LECTURE))

    # --- stepping ----------------------------------------------------------------------------

    def go(self, place: int) -> None:
        """Show a scene; one that cannot be shown says why, and the next one can be gone to."""
        if self.lecture is None or not 0 <= place < len(self.lecture):
            return
        scene = self.lecture.scenes[place]
        self.reveal()
        self._wanted += 1
        self.place = place
        self._session.settle(About.LECTURE)
        if isinstance(scene, Unplayable):
            self._refuse(self._wanted, scene.problem)
            return
        stage = self._window.stage
        self._fade.begin(stage if stage.on else self._window)
        prepared = self.ahead.of(scene)
        show_scene(
            self._window, scene, prepared.opened,
            partial(self._shown, self._wanted, scene), partial(self._cannot, self._wanted, scene),
        )  # fmt: skip
        self.changed.emit()

    @Slot()
    def next(self) -> None:
        self.go(self.place + 1)

    @Slot()
    def previous(self) -> None:
        self.go(self.place - 1)

    @Slot()
    def reveal(self) -> None:
        """Take away what covers a picture."""
        if self._cover is not None:
            self._cover.reveal()

    def _shown(self, asked: int, scene: Scene) -> None:
        if asked != self._wanted:
            return
        self._put_cover(scene)
        self._fade.go()
        self.ahead.take(scene)
        QTimer.singleShot(AHEAD_MS, self, partial(self._look_ahead, asked))

    def _put_cover(self, scene: Scene) -> None:
        if not scene.cover:
            return
        view = covered(self._window, scene.cover)
        if view is None:
            title, hint = f"There is no picture {scene.cover} to cover", "choose another one"
            warning = Notice(title, hint, NoticeKind.WARNING, about=About.LECTURE)
            self._session.notice(warning)
            return
        self._cover = Cover(view, self._window.theme)
        self._cover.revealed.connect(self._revealed)
        self._cover.setFocus()

    @Slot()
    def _revealed(self) -> None:
        self._cover = None
        self._window.transport.take_focus()

    def _look_ahead(self, asked: int) -> None:
        """Hold what is on show, and what is one step away; prepare the next."""
        if asked != self._wanted or self.lecture is None:
            return
        near = self.lecture.scenes[max(0, self.place - 1) : self.place + 2]
        scenes = [each for each in near if isinstance(each, Scene)]
        self.ahead.keep(scenes)
        if self.scene is not None and scenes[-1] is not self.scene:
            self.ahead.prepare(scenes[-1])

    def _cannot(self, asked: int, scene: Scene, error: UserError) -> None:
        self._refuse(asked, refused(scene, error))

    def _refuse(self, asked: int, error: UserError) -> None:
        if asked == self._wanted:
            self._fade.end()
            self._session.notice(Notice.refusing(error, About.LECTURE))
            self.changed.emit()
            self._look_ahead(asked)

    # --- changing ----------------------------------------------------------------------------

    def keep(self) -> None:
        """What is on show becomes a scene, after the one on show; the first makes a lecture."""
        try:
            scene = keep_scene(self._window)
            lecture = self.lecture or Lecture()
            made = lecture.inserted(self.place + 1, scene)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.LECTURE))
            return
        self._change(made, f"scene kept: {scene.title}", self.place + 1)
        self.opened.emit()

    def update(self) -> None:
        """What is on show takes the place of the scene on show, which keeps its words."""
        now = self.scene
        if now is None or self.lecture is None:
            return
        try:
            made = keep_scene(self._window).changed(
                title=now.title, notes=now.notes, cover=now.cover, strip=now.strip
            )
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.LECTURE))
            return
        scenes = list(self.lecture.scenes)
        scenes[self.place] = made
        self._change(self.lecture.with_scenes(scenes), f"scene: {now.title}", self.place)

    def remove(self, place: int) -> None:
        if self.lecture is not None and 0 <= place < len(self.lecture):
            title = self.lecture.scenes[place].title
            stays = self.place - (place <= self.place)
            self._change(self.lecture.without(place), f"scene deleted: {title}", stays)

    def move(self, place: int, to: int) -> None:
        """Put a scene elsewhere in the order."""
        if self.lecture is None or place == to or not 0 <= to < len(self.lecture):
            return
        on_show = self.lecture.scenes[self.place] if self.place != NOWHERE else None
        made = self.lecture.moved(place, to)
        stays = next((k for k, each in enumerate(made.scenes) if each is on_show), NOWHERE)
        self._change(made, f"order of scenes: {made.scenes[to].title}", stays)

    def write(self, place: int, **values: str) -> None:
        """Other words of a scene, or another cover."""
        if self.lecture is None or not 0 <= place < len(self.lecture):
            return
        try:
            made = self.lecture.changed(place, **values)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.LECTURE))
            self.changed.emit()
            return
        if made != self.lecture:
            self._change(made, f"scene: {made.scenes[place].title}", self.place)

    def save_as(self, path: Path) -> None:
        """Write the lecture to this file, which it is from now on."""
        if self.lecture is not None:
            renamed = Lecture(path.stem, self.lecture.scenes, self.lecture.path)
            self._write(renamed, path)

    def _change(self, made: Lecture, words: str, place: int) -> None:
        before, was = self.lecture or Lecture(), self.place
        self._set(made, place)
        assert self.lecture is not None
        now = self.lecture  # with its file
        back = partial(self._set, Lecture(before.title, before.scenes, now.path), was)
        self._session.history.did(words, back, partial(self._set, now, place))

    def _set(self, lecture: Lecture, place: int) -> None:
        self.lecture, self.place = lecture, min(place, len(lecture) - 1)
        self._write(lecture, own_file(lecture))
        self.changed.emit()
        self._look_ahead(self._wanted)

    def _write(self, lecture: Lecture, path: Path) -> None:
        first = path != lecture.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.lecture = save_lecture(lecture, path)
        except (UserError, OSError) as error:
            wrong = error if isinstance(error, UserError) else UserError(str(error), "save it as…")
            self._session.notice(Notice.refusing(wrong, About.LECTURE))
            return
        if first:
            remember("lecture", str(path))
            hint = f"it is in {path.parent}; every change is written there"
            self._session.notice(Notice(f"{path.name} is saved", hint, about=About.LECTURE))
        self.changed.emit()

    def ask_to_stop(self) -> None:
        self._fade.end()
        self.ahead.ask_to_stop()

    def wait(self) -> bool:
        return self.ahead.wait()


def own_file(lecture: Lecture) -> Path:
    """Where changes of a lecture are written."""
    if lecture.path is not None and lecture.path not in shipped_lectures().values():
        return lecture.path
    stem = slug(lecture.title)
    folder, number = home() / FOLDER, 2
    path = folder / f"{stem}{SUFFIX}"
    while path.exists():
        path, number = folder / f"{stem}-{number}{SUFFIX}", number + 1
    return path
