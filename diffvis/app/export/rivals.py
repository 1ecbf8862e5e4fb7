"""What the chain of Reverse can be shown beside, in the words of the export dialog."""

from collections.abc import Iterator
from dataclasses import dataclass

from diffvis.app.session import Session, exact_limit
from diffvis.diffusion import make_schedule
from diffvis.models.model import Model, exact_model
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.settings import ChainSettings

FEWER = 20  # steps of the rival at first, where the chain takes more


@dataclass(frozen=True, eq=False)
class Rivalry:
    """A comparison and its name."""

    says: str
    subject: Compare


def rivalries(
    session: Session,
    settings: ChainSettings,
    shown: tuple[Model, ChainSettings, str] | None = None,
    beginning: Beginning | None = None,
) -> list[Rivalry]:
    """The chain in use beside others from the same noise; first the one that is ``shown``."""
    mine = ComparedChain(session.model, settings)
    found = [] if shown is None else [("A beside B, as shown", ComparedChain(*shown))]
    found += _others(session, mine)
    return [Rivalry(says, Compare((mine, rival), beginning)) for says, rival in found]


def _others(session: Session, mine: ComparedChain) -> Iterator[tuple[str, ComparedChain]]:
    """Each differs in one thing only: the sampler, the steps, the model or the schedule."""
    model, settings = mine.model, mine.settings
    other = "ddpm" if settings.sampler == "ddim" else "ddim"
    yield f"Beside {other.upper()}", ComparedChain(model, settings.changed(sampler=other))
    T = model.schedule.T
    steps = FEWER if (settings.steps or T) > FEWER else T
    if steps != settings.steps:
        yield f"Beside {steps} steps", ComparedChain(model, settings.changed(steps=steps))
    data = session.data
    if tuple(data.shape) != tuple(model.shape):
        return
    limit = exact_limit(data)
    plain = settings.changed(
        label=None,
        guidance=1.0,
        variance="auto" if settings.variance == "learned" else settings.variance,
    )
    if not session.model_is_exact:
        yield (
            "Beside the exact denoiser",
            ComparedChain(exact_model(data, model.schedule, limit), plain),
        )
        return
    kind = "linear" if model.schedule.kind != "linear" else "cosine"
    yield (
        f"Beside the {kind} schedule",
        ComparedChain(exact_model(data, make_schedule(kind, T), limit), plain),
    )
