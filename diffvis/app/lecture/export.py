"""Every scene of a lecture as a still and a film: what the export dialog would begin with."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from diffvis.app.export.choices import choices_for, moment_of, spec_of
from diffvis.app.lecture.frame import Frame
from diffvis.app.lecture.scenes import open_of, put_scene, refused
from diffvis.app.shown import ReverseShown, TrainingShown
from diffvis.app.undo.reopening import open_again
from diffvis.app.workers.reverse import advance, threads_for
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError, in_words
from diffvis.lectures.lecture import Lecture
from diffvis.lectures.naming import USUAL, Endings, file_names
from diffvis.lectures.scene import Scene
from diffvis.models.model import Model
from diffvis.rendering.export import export
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject, endings
from diffvis.sampling.recording import Recording
from diffvis.training.threads import using_threads

STRIP = "strip"


@dataclass(frozen=True)
class Nothing:
    """A scene of which no file can be made, though nothing is wrong with it."""

    says: str


Outcome = Path | Nothing | UserError


def export_scenes(
    window: Frame,
    lecture: Lecture,
    folder: Path,
    style: str,
    size: tuple[int, int] | None = None,
    ends: Endings = USUAL,
) -> Iterator[Outcome]:
    """Show each scene in a window, which nobody need see, and write its files; what was written, or
    why it could not be. No chain is walked in the window, but one for all files that show it.
    """
    look = {"style": style, "poster": ends.poster} | ({"size": size} if size else {})
    chains = Chains()
    for name, scene in zip(file_names(lecture), lecture.scenes, strict=True):
        if not isinstance(scene, Scene):
            yield scene.problem
            continue
        try:
            _show(window, scene)
            files = list(_files_of(window, scene, look, chains, ends))
            if not files:
                yield Nothing(f"{scene.title}: no run is on show, so there is nothing to write")
            for suffix, subject, spec in files:
                path = folder / f"{name}{suffix}"
                with using_threads(1):  # tensors are small, and threads wait for each other
                    for _ in export(path, subject, spec, window.session.device):
                        pass
                yield path
        except Exception as error:
            words = in_words(error)
            if words is None:
                raise
            yield refused(scene, words)


def _show(window: Frame, scene: Scene) -> None:
    """Raises UserError where it cannot be shown."""
    session, opened = window.session, open_of(window, scene)
    held: list[Dataset | Model] = []  # until the session has them
    for lacking in opened.lacking(session.datasets, session.models):
        held.append(open_again(lacking, opened, session.device))
        lacking.take(held[-1])
    put_scene(window, scene, opened, walks=False)


class Chains:
    """The chain that was walked last, which the next scene may show again."""

    def __init__(self) -> None:
        self._last: Recording | None = None

    def walked(self, shown: ReverseShown, model: Model) -> ReverseShown:
        """The same with its chain, where all steps of that fit into the memory.

        Raises:
            UserError: its settings do not fit the model.
        """
        last, wanted = self._last, (model, shown.settings, shown.beginning)
        if last is None or not last.holds(*wanted):
            device = str(model.device or "cpu")
            last = Recording(model, shown.settings, device, beginning=shown.beginning)
            if last.stride > 1:
                return shown
            threads = threads_for(last)
            while not last.complete:
                advance(last, threads)
        self._last = last
        return replace(shown, recordings=(last,))


def _files_of(
    window: Frame, scene: Scene, look: dict[str, object], chains: Chains, ends: Endings
) -> Iterator[tuple[str, Subject, ExportSpec]]:
    """A still, and a film of what moves."""
    session, shown = window.session, window.workspaces[scene.workspace].shown()
    if isinstance(shown, TrainingShown) and shown.run is None:
        return
    if isinstance(shown, ReverseShown) and shown.rival is None:
        shown = chains.walked(shown, session.model)
    choices = choices_for(shown, session)
    first = choices[0]
    spec = spec_of(shown).changed(view=first.view, **first.fields, **look)
    striped = [each for each in choices if each.view == STRIP]
    if scene.strip and striped:
        strip = spec_of(shown).changed(view=STRIP, times=scene.strip, **striped[0].fields, **look)
        yield _still(ends, striped[0].subject, strip), striped[0].subject, strip
    elif first.stands:
        moment = spec.changed(t=moment_of(shown, session))
        yield _still(ends, first.subject, moment), first.subject, moment
    if first.moves:
        yield ends.film, first.subject, spec


def _still(ends: Endings, subject: Subject, spec: ExportSpec) -> str:
    return next(suffix for suffix in ends.stills if suffix in endings(subject, spec))
