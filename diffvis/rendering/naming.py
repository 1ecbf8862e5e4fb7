"""What a file is called, so that its name says what is inside."""

from collections.abc import Iterator
from pathlib import Path

from diffvis.data.naming import slug
from diffvis.data.options import split_source
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject, view_of
from diffvis.rendering.subjects.training import Training
from diffvis.rendering.subjects.walks import Walks

OF_A_MOMENT = (
    "equation", "large", "cloud", "density", "samples", "prediction", "step", "single", "places",
)  # fmt: skip
"""Views that one picture shows at one t."""


def stem(subject: Subject, spec: ExportSpec, kind: Kind) -> str:
    """The name of a file without its ending: ``mnist-reverse-ddim-50-seed-7``,
    ``swiss-roll-forward-cosine-t-120``.
    """
    view = view_of(subject, spec)
    words = [*_exact_of(subject), subject.name, *_inside(subject, spec)]
    if view != next(iter(subject.views)) or isinstance(subject, Schedules):
        words.append(view)
    if kind == "picture" and view in OF_A_MOMENT and spec.shown.t is not None:
        words.append(f"{'step' if isinstance(subject, Training) else 't'}-{spec.shown.t}")
    return slug("-".join(words))


def _exact_of(subject: Subject) -> Iterator[str]:
    """The data that an exact denoiser knows, which has no name of its own."""
    if isinstance(subject, Reverse | Nearest) and isinstance(subject.model.denoiser, ExactDenoiser):
        yield Path(split_source(subject.model.data)[0]).stem


def _inside(subject: Subject, spec: ExportSpec) -> Iterator[str]:
    """What the subject's own name does not say."""
    if isinstance(subject, Forward):
        yield subject.schedule.kind
    if isinstance(subject, Reverse | Nearest):
        yield f"{spec.chain.sampler}-{spec.chain.steps or subject.model.schedule.T}"
    if not isinstance(subject, Forward | Walks | Training | Schedules):
        yield f"seed-{spec.shown.seed}"
