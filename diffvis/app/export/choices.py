"""What can be exported of each workspace, in the words of the dialog."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from diffvis.app.export.rivals import rivalries
from diffvis.app.own_samples import is_real, pictures_learned
from diffvis.app.session import Session
from diffvis.app.shown import (
    AnyShown,
    BenchShown,
    FiguresShown,
    ForwardShown,
    ReverseShown,
    SchedulesShown,
    TrainingShown,
)
from diffvis.app.widgets.entry_delegate import PARTS, Entry
from diffvis.errors import UserError
from diffvis.files import resource
from diffvis.rendering.course.figure import CourseFigure, Sources
from diffvis.rendering.course.registry import FIGURES
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.remake import Remade
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.bench import Bench
from diffvis.rendering.subjects.course import Course
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import STRIPS, Schedules
from diffvis.rendering.subjects.subject import Subject, view_of
from diffvis.rendering.subjects.training import Training
from diffvis.rendering.subjects.true_step import TrueStep
from diffvis.rendering.subjects.walks import Walks
from diffvis.rendering.walks import HIGH
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings

AROUND = {"forward": ("cloud", "density"), "reverse": ("samples",)}  # of points: with paths, ...
BARE: dict[str, object] = {
    "paths": False,
    "tails": False,
    "kernel": None,
    "velocity": False,
    "field": "",
    "contours": False,
}  # all other views
REMADE = "Export it again"
WIDE = 16 / 9  # of the thumbnails of figures
STILL = ("picture", "drawing", "table")
SAYS = {
    "equation": "The equation",
    "large": "x_t, large",
    "cloud": "The points x_t",
    "density": "The density of x_t",
    "heatmap": "The map over (t, x)",
    "space": "The points in space",
    "samples": "The samples",
    "prediction": "Samples and where they go",
    "step": "One step with its parts",
    "strip": "Strip of moments",
    "single": "The selected sample",
    "nearest": "The selected sample beside the nearest images",
    "walks": "Jump and walk over t",
    "places": "Jump and walk at this t",
    "loss": "Loss",
    "steps": "The board of the tool",
    "figure": "The figure over its caption",
    "strips": "Film strips one over the other",
}
SAYS_OF_STEP = {
    "steps": "The step back",
    "divergence": "How far steps are from Gaussians, over the stride",
    "over-t": "How far steps are from Gaussians, over t",
}


@dataclass(frozen=True, eq=False)
class Choice:
    """One of the things that can be exported."""

    says: str
    subject: Subject
    view: str
    fields: dict[str, object] = field(default_factory=dict)
    """Of ``ExportSpec``: what differs from the other choices."""
    entry: Entry | None = None
    """How it is shown in a list of pictures."""

    @property
    def moves(self) -> bool:
        """Whether it can become a film."""
        return "film" in self.subject.views[self.view]

    @property
    def stands(self) -> bool:
        """Whether it can become a picture, a drawing or a table."""
        return any(kind in STILL for kind in self.subject.views[self.view])


def choices_for(shown: AnyShown, session: Session) -> list[Choice]:
    """What can be exported of what a workspace shows, the usual first.

    Raises:
        UserError: it has nothing to export yet.
    """
    match shown:
        case ForwardShown():
            return _of_forward(shown, session)
        case ReverseShown():
            return _of_reverse(shown, session)
        case SchedulesShown():
            subject = Schedules(shown.schedules, shown.names)
            found = [Choice(says_of(subject, key), subject, key) for key in QUANTITIES]
            return [*_first(shown.view, found), _of_strips(shown, session)]
        case TrainingShown(run=None):
            raise UserError("there is no run to export yet", "start one, or open one")
        case TrainingShown(run=run):
            return _views(Training.open(str(run), floor=shown.floor))
        case BenchShown(tool=tool, task=task, picture=picture):
            if tool is None or task is None:
                raise UserError("the Bench has nothing to export yet", "press Run first")
            return _views(Bench(tool, task, picture))
        case FiguresShown():
            return _of_figures(session)


def headline(shown: AnyShown, session: Session) -> str:
    """What the dialog is about, in one line."""
    schedule = f"{session.schedule.kind} schedule, T = {session.schedule.T}"
    match shown:
        case TrainingShown(run=run):
            return str(run)
        case ForwardShown():
            return f"{session.data.title} · {schedule}"
        case ReverseShown():
            return f"{session.model.name} · {schedule}"
        case FiguresShown():
            return f"{session.model.name} · {schedule}"
        case BenchShown(tool=tool) if tool is not None:
            return f"{tool.title} · {session.model.name} · {schedule}"
    return schedule


def moment_of(shown: AnyShown, session: Session) -> int | None:
    """The time that a still shows: t, or of a run the training step; None for the last."""
    if isinstance(shown, BenchShown | FiguresShown):
        return None
    return shown.step if isinstance(shown, TrainingShown) else session.t


def spec_of(shown: AnyShown) -> ExportSpec:
    """What is on show as far as the dialog does not ask for it."""
    match shown:
        case ForwardShown():
            return ExportSpec(
                count=shown.count,
                first=shown.first,
                spread=shown.spread,
                of_class=shown.of_class,
                seed=shown.seed,
                chain=shown.chain,
                roomy=True,
            )
        case ReverseShown():
            return ExportSpec(selected=shown.selected, **shown.settings.model_dump())
        case SchedulesShown():
            return ExportSpec(axis=shown.axis, log=shown.log, seed=shown.seed)
        case TrainingShown():
            return ExportSpec(log=shown.log)
        case FiguresShown():
            return ExportSpec()
        case BenchShown():
            return ExportSpec(**({} if shown.task is None else shown.task.chain.model_dump()))


def choices_again(remade: Remade) -> list[Choice]:
    """What a file was made of, and what else could be made of it."""
    subject = remade.subject
    view = view_of(subject, remade.spec)
    found = [
        Choice(
            says_of(subject, key), subject, key,
            {} if key in AROUND.get(subject.what, subject.views) else BARE,
        )
        for key in subject.views
    ]  # fmt: skip
    return _first(view, found)


def _of_forward(shown: ForwardShown, session: Session) -> list[Choice]:
    alone = _around(shown)
    subject = Forward(session.data, session.schedule, session.model.range)
    found = _views(subject, {"cloud": alone, "density": alone, "space": _turned(shown)})
    found = _first(shown.view, found)
    if shown.step is not None:
        found = [*_of_step(*shown.step, session), *found]
    if shown.walked is not None and abs(shown.walked) <= HIGH:
        found = [*_views(Walks(session.schedule, shown.walked)), *found]
    return found


def _of_step(x_t: tuple[float, ...], s: int, session: Session) -> list[Choice]:
    """The step back to s beside the shortest there is, and how far steps are from Gaussians."""
    t = max(2, session.t)
    subject = TrueStep(session.data, session.schedule, x_t, t)
    return [
        Choice(says_of(subject, view), subject, view, {"times": (s,) if view != "steps" else
                                                       tuple(sorted({s, t - 1}))})
        for view in subject.views
    ]  # fmt: skip


def _of_reverse(shown: ReverseShown, session: Session) -> list[Choice]:
    model, beginning = session.model, shown.beginning
    main = _walked(shown, beginning)
    own = {"samples": _around(shown), "space": _turned(shown)}
    found = _views(Reverse(model, beginning, shown.data, main), own)
    if (among := pictures_learned(model, session.data)) is not None:
        found += _views(Nearest(model, among, beginning))
    found = _first(shown.view, found)
    if shown.branches is not None:
        of_branches = _walked(shown, shown.branches[0])
        found = [_of_branches(session, *shown.branches, of_branches), *found]
    beside = [
        Choice(made.says, made.subject, "samples")
        for made in rivalries(session, shown.settings, shown.rival, beginning)
    ]
    return [*beside[:1], *found, *beside[1:]] if shown.rival else [*found, *beside]


def _of_figures(session: Session) -> list[Choice]:
    """Those that can be made of the model and its data; those of schedules need neither."""
    model, data = session.model, session.data
    seconds = json.loads(resource("figures/seconds.json").read_text(encoding="utf-8"))
    fits = is_real(data) and tuple(data.shape) == tuple(model.shape)
    known = data if fits else pictures_learned(model, data)
    found = []
    for figure in FIGURES.values():
        of = Sources(None, None) if figure.alone else Sources(model, known)
        if figure.fits(model, known):
            entry = _entry_of(figure, seconds[figure.name])
            found.append(Choice(figure.title, Course(figure, of), "figure", entry=entry))
    return found


def _entry_of(figure: CourseFigure, seconds: float) -> Entry:
    """Its thumbnail, what it shows, whose figure it is, of what, and how long that took."""
    if figure.alone:
        of = "schedules alone"
    elif not figure.usual:
        of = "a run"
    else:
        of = "the model and its data" if figure.data else "the model"
    minutes = round(seconds / 60)
    took = f"{minutes} minutes" if minutes > 1 else f"{max(1, round(seconds))} s"
    example = f" with {figure.usual}" if figure.usual else ""
    lines = figure.about, PARTS.join((figure.source, f"took {took}{example}", f"of {of}"))
    return Entry(lines, resource(f"figures/{figure.name}.png"), WIDE)


def _walked(shown: ReverseShown, beginning: Beginning | None) -> Recording | None:
    """What has been walked from there."""
    return next((kept for kept in shown.recordings if kept.beginning is beginning), None)


def _of_branches(
    session: Session, beginning: Beginning, settings: ChainSettings, walked: Recording | None
) -> Choice:
    names = ("sampler", "eta", "seed", "count", "label")  # what those of a chain have otherwise
    fields = {name: settings[name] for name in names}
    return Choice(
        "The branches", Reverse(session.model, beginning, walked=walked), "samples", fields
    )


def _of_strips(shown: SchedulesShown, session: Session) -> Choice:
    names, schedules = zip(*shown.strips, strict=True)
    subject = Schedules(schedules, names, session.data)
    return Choice(SAYS[STRIPS], subject, STRIPS)


def _turned(shown: ForwardShown | ReverseShown) -> dict[str, object]:
    """How points in space are seen."""
    return {} if shown.camera is None else dict(zip(("turn", "tilt"), shown.camera, strict=True))


def _around(shown: ForwardShown | ReverseShown) -> dict[str, object]:
    """What is drawn with the points on show, of all that can be."""
    if isinstance(shown, ForwardShown):
        return {"paths": shown.paths, "kernel": shown.kernel, "velocity": shown.velocity}
    return {name: getattr(shown, name) for name in ("paths", "tails", "field", "contours")}


def _first(view: str | None, choices: list[Choice]) -> list[Choice]:
    """Those of ``view``, if it is one of theirs, before the others."""
    return sorted(choices, key=lambda choice: choice.view != view)


def says_of(subject: Subject, view: str) -> str:
    """What a person calls a view."""
    if isinstance(subject, TrueStep):
        return SAYS_OF_STEP[view]
    if isinstance(subject, Schedules) and view in QUANTITIES:
        return QUANTITIES[view].title(subject.schedules)
    return SAYS[view]


def _views(subject: Subject, fields: Mapping[str, dict[str, object]] | None = None) -> list[Choice]:
    """A choice for each view, some of them with ``fields`` of their own."""
    own = fields or {}
    return [
        Choice(says_of(subject, view), subject, view, own.get(view, {})) for view in subject.views
    ]
