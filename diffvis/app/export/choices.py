"""What can be exported of each workspace, in the words of the dialog."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diffvis.app.export.rivals import rivalries
from diffvis.app.own_samples import is_own
from diffvis.app.session import Session
from diffvis.errors import UserError
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.remake import Remade
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject, view_of
from diffvis.rendering.subjects.training import Training
from diffvis.rendering.subjects.walks import Walks
from diffvis.rendering.walks import HIGH
from diffvis.sampling.settings import ChainSettings

TITLES = {
    "forward": "Export the forward process",
    "reverse": "Export the reverse process",
    "schedules": "Export the schedules",
    "training": "Export the training",
}
SUBJECTS = (  # among the options of a workspace; the others are fields of every choice
    "paths", "kernel", "field", "settings", "rival", "beginning", "data", "branches", "walked",
    "schedules", "names", "run",
)  # fmt: skip
AROUND = {"forward": ("cloud", "density"), "reverse": ("samples",)}  # of points: with paths, ...
BARE: dict[str, object] = {"paths": False, "kernel": None, "field": ""}  # all other views
REMADE = "Export it again"
SAYS = {
    "equation": "Film of the equation",
    "large": "Film of x_t, large",
    "cloud": "Film of the points x_t",
    "density": "Film of the density of x_t",
    "samples": "Film of the samples",
    "prediction": "Film: samples and where they go",
    "step": "Film: one step with its parts",
    "strip": "Strip of moments",
    "single": "The selected sample",
    "nearest": "The selected sample beside the nearest images",
    "walks": "Jump and walk over t",
    "places": "Jump and walk at this t",
    "loss": "Loss",
}


@dataclass(frozen=True, eq=False)
class Choice:
    """One of the things that can be exported."""

    says: str
    subject: Subject
    view: str
    fields: dict[str, object] = field(default_factory=dict)
    """Of ``ExportSpec``: what differs from the other choices."""


def choices_for(what: str, session: Session, options: dict[str, object]) -> list[Choice]:
    """What the workspace ``what`` offers, the usual first.

    Raises:
        UserError: it has nothing to export yet.
    """
    if what == "forward":
        alone = {key: options[key] for key in ("paths", "kernel") if key in options}
        fields = {"cloud": alone, "density": alone}
        found = _views(Forward(session.data, session.schedule), fields)
        found.sort(key=lambda choice: choice.view != options.get("view"))
        walked = options.get("walked")
        if walked is not None and abs(walked) <= HIGH:
            found = [*_views(Walks(session.schedule, walked)), *found]
        return found
    if what == "reverse":
        beginning = options.get("beginning")
        around = {key: options[key] for key in ("paths", "field") if key in options}
        data = options.get("data")
        found = _views(Reverse(session.model, beginning, data), {"samples": around})
        alike = tuple(session.data.shape) == tuple(session.model.shape)
        if alike and not session.model.is_points and not is_own(session.data):
            found += _views(Nearest(session.model, session.data, beginning))
        found.sort(key=lambda choice: choice.view != options.get("view"))
        found = [*_branches(session, options), *found]
        settings = options.get("settings")
        if isinstance(settings, ChainSettings):
            rival = options.get("rival")
            beside = [
                Choice(made.says, made.subject, "samples")
                for made in rivalries(session, settings, rival, beginning)
            ]
            found = [*beside[:1], *found, *beside[1:]] if rival else [*found, *beside]
        return found
    if what == "schedules":
        return _schedule_views(session, options)
    run = options.get("run")
    if run is None:
        raise UserError("there is no run to export yet", "start one, or open one")
    return _views(Training.open(str(run)))


def headline(what: str, session: Session, options: dict[str, object]) -> str:
    """What the dialog is about, in one line."""
    if what == "training":
        return str(options["run"])
    schedule = f"{session.schedule.kind} schedule, T = {session.schedule.T}"
    title = {"forward": session.data.title, "reverse": session.model.name}.get(what)
    return schedule if title is None else f"{title} · {schedule}"


def choices_again(remade: Remade) -> list[Choice]:
    """What a file was made of, and what else could be made of it."""
    subject = remade.subject
    view = view_of(subject, remade.spec)
    found = [
        Choice(
            SAYS.get(key) or QUANTITIES[key].says, subject, key,
            {} if key in AROUND.get(subject.what, subject.views) else BARE,
        )
        for key in subject.views
    ]  # fmt: skip
    return sorted(found, key=lambda choice: choice.view != view)


def spec_of(options: dict[str, object]) -> ExportSpec:
    """A workspace's options as what is not asked in the dialog."""
    fields = {name: value for name, value in options.items() if name not in SUBJECTS}
    chain = options.get("settings")
    if isinstance(chain, ChainSettings):
        fields |= chain.model_dump()
    return ExportSpec(**fields)


def _views(subject: Subject, fields: Mapping[str, dict[str, object]] | None = None) -> list[Choice]:
    """A choice for each view, some of them with ``fields`` of their own."""
    own = fields or {}
    return [Choice(SAYS[view], subject, view, own.get(view, {})) for view in subject.views]


def _branches(session: Session, options: dict[str, object]) -> list[Choice]:
    """The branches on show, if there are any."""
    shown = options.get("branches")
    if shown is None:
        return []
    beginning, settings = shown
    fields = {"seed": settings.seed, "count": settings.count, "label": settings.label}
    branches = Reverse(session.model, beginning)
    return [Choice("Film of the branches", branches, "samples", fields)]


def _schedule_views(session: Session, options: dict[str, object]) -> list[Choice]:
    schedules = options.get("schedules") or (session.schedule,)
    subject = Schedules(tuple(schedules), tuple(options.get("names") or ()))
    shown = options.get("view")
    found = [Choice(quantity.says, subject, key) for key, quantity in QUANTITIES.items()]
    return sorted(found, key=lambda choice: choice.view != shown)
