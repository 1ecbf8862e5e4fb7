"""``diffvis export inpaint``, ``edit`` and the other tools of the Bench."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from diffvis.cli.export_options import FILM, PICTURE, Data, Fields, Out
from diffvis.cli.options import (
    Device,
    Force,
    Model,
    Options,
    chain_options,
    tool_options,
    with_options,
)
from diffvis.cli.output import may_write, with_poster

Picture = Annotated[
    str | None,
    typer.Option(
        help="A sample of the data by its number, a picture file, or sample: one of the model's."
    ),
]
Other = Annotated[str | None, typer.Option(help="The second picture, likewise.")]
Mask = Annotated[
    str | None,
    typer.Option(
        help="What is hidden: left, right, top, bottom, middle, quarter; x,y,width,height; or a "
        "picture file, black where it is; of points x or y."
    ),
]
Normal = Annotated[
    int, typer.Option(min=0, max=10_000, help="So many pictures of the data calibrate the score.")
]
Label = Annotated[
    str, typer.Option(help="The class that the network is told, by name or number; or none.")
]
HELP = {
    "one-step": "One step of denoising against many, and against a blur, from several t.",
    "denoise": "A noisy picture: the t that has its noise, and the chain from there.",
    "edit": "SDEdit: a picture noised to several t and walked back.",
    "inpaint": "RePaint: new values where a mask hides the old ones.",
    "interpolate": "Mixtures of two pictures, at some t or between their noises.",
    "invert": "DDIM inversion: a picture's own noise, and the way back.",
    "anomaly": "A picture, its healthy twin, and where they differ.",
    "upscale": "Pictures whose block means are those of a small one.",
    "anagram": "Pictures of one class that are of another upside down.",
    "hybrid": "Low frequencies of one class, high ones of another.",
    "guide": "A wish about x0_hat, differentiable, that steers the chain.",
}
"""Each tool with its line in a list of commands, for which none is loaded."""
LOOKS_AT = {
    "picture": frozenset(HELP) - {"anagram", "hybrid", "guide"},
    "other": {"interpolate"},
    "mask": {"inpaint"},
    "normal": {"anomaly"},
}
"""Which tools have these options."""
OWN_CLASSES = frozenset({"anagram", "hybrid"})
"""Tools that choose their classes by options of their own."""


def _command(tool: str) -> Callable[..., Any]:
    def run(
        out: Out,
        own: Fields,
        chain: Fields,
        film: Fields,
        picture_look: Fields,
        model: Model,
        data: Data = None,
        picture: Picture = None,
        other: Other = None,
        mask: Mask = None,
        normal: Normal = 0,
        label: Label = "none",
        device: Device = "auto",
        force: Force = False,
    ) -> None:
        from diffvis.cli.bench_figure import bench_figure

        may_write(force, *with_poster(out, film))
        given = {"data": data, "picture": picture, "other": other, "mask": mask}
        fields = {**film, **picture_look, **chain, "label": label}
        bench_figure(out, tool, model, given, normal, device, own, fields)

    run.__name__ = run.__qualname__ = tool
    run.__doc__ = HELP[tool]
    unused = {option for option, tools in LOOKS_AT.items() if tool not in tools}
    if "picture" in unused:
        unused.add("data")
    if tool in OWN_CLASSES:
        unused.add("label")
    told = inspect.signature(run)
    kept = [p for name, p in told.parameters.items() if name not in unused]
    run.__signature__ = told.replace(parameters=kept)  # type: ignore[attr-defined]
    return with_options(
        own=Options(tool_options(tool), panel="The tool"),
        chain=Options(chain_options("label", count=None, sampler="ddim"), panel="The chain"),
        film=FILM,
        picture_look=PICTURE,
    )(run)


TOOLS = tuple(_command(tool) for tool in HELP)
