"""The settings of a chain as controls: of the chain itself, and of the one beside it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from diffvis.app.widgets.form import Form
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.guides import earlier_steps
from diffvis.sampling.registry import SAMPLERS, sampler_settings
from diffvis.sampling.settings import EVERY_CLASS, chain_settings
from diffvis.settings import Choice, Setting

ROLES = {"label": "class"}
"""Settings whose widgets are called by another name."""
NO_CLASS = Choice(None, "none")
BY_CLASS = Choice("", "no class")
MOST_IMAGES, MOST_POINTS = 64, 100_000


def chain_fields() -> dict[str, Setting]:
    """How the window asks for all settings of a chain, in their order: T and the classes are those
    of a model, and samplers say how they make a step.
    """
    found = dict(chain_settings())
    ways = "\n".join(f"{each.title}: {each.about}" for each in SAMPLERS.values())
    return found | {
        "sampler": replace(found["sampler"], tip=f"How a step is made of x̂_0 and ε̂:\n{ways}"),
        "steps": replace(found["steps"], optional=False),
        "label": replace(found["label"], optional=False, choices=lambda: {None: NO_CLASS.title}),
        "guide_by": replace(found["guide_by"], free="", choices=lambda: {"": BY_CLASS.title}),
        "count": replace(
            found["count"],
            high=MOST_POINTS,
            tip=f"{found['count'].tip}: images 1 to {MOST_IMAGES}, points 1 to {MOST_POINTS:,}",
        ),
    }


def chain_form(
    settings: Iterable[Setting], prefix: str, says: Callable[[Setting], str] = lambda setting: ""
) -> Form:
    """Controls for these; ``prefix`` and ``says`` as for ``Form``."""
    return Form(settings, prefix, roles=ROLES, says=says)


def show_own_of_sampler(form: Form, captions: Mapping[str, QWidget]) -> None:
    """Of what samplers have of their own, only the rows of the one that is chosen: so many samplers
    have so much that it would push what concerns all of them out of sight.
    """
    for name, (sampler, _) in sampler_settings().items():
        if name in form:
            for part in (form[name].widget, captions[name]):
                part.setVisible(sampler == form["sampler"].value())


def classes_of(model: Model) -> tuple[Choice, ...]:
    """What the network can be told, what such a model is best at first: the classes in turn."""
    if not model.num_classes:
        return (NO_CLASS,)
    names = [
        model.classes[k] if k < len(model.classes) else str(k) for k in range(model.num_classes)
    ]
    every = (Choice(EVERY_CLASS, "all in turn"), NO_CLASS)
    return every + tuple(Choice(k, name) for k, name in enumerate(names))


def offer_guides(form: Form, captions: Mapping[str, QWidget], model: Model) -> None:
    """What can guide ``model``: itself without a class, or what its run has kept of it."""
    earlier = earlier_steps(model)
    form["guide_by"].offer(
        [BY_CLASS, *(Choice(str(step), f"step {step:,}") for step in earlier[::-1])]
    )
    form.never("guide_by", not earlier)
    for part in (form["guide_by"].widget, captions["guide_by"]):
        part.setVisible(bool(earlier))


def allow_possible(form: Form, model: Model) -> None:
    """Of what samplers have of their own, only what ``model`` has can be chosen."""
    for name, (sampler, setting) in sampler_settings().items():
        if name not in form:
            continue  # it has joined since
        for choice in setting.offered():
            possible = _is_possible(sampler, name, choice, model)
            form[name].allow(choice.value, possible)
            if not possible and form[name].value() == choice.value:
                form[name].show(setting.default)


def _is_possible(sampler: str, name: str, choice: Choice, model: Model) -> bool:
    try:
        SAMPLERS[sampler](**{name: choice.value}).fitted(model)
    except UserError as error:
        return error.field != name
    return True
