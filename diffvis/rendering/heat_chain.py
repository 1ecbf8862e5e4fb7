"""What is drawn over (t, x) of a chain of points on a line, and of another kind beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.reverse import ReverseStep
from diffvis.models.model import Model
from diffvis.rendering.footer import Foot
from diffvis.rendering.heat import Law, heat_of, heat_of_chain, law_of
from diffvis.rendering.heat_ways import CALM, NOISY, Ways, ways_of
from diffvis.rendering.heatmap import HeatScene, draw_heatmap
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.told import Told
from diffvis.sampling.beginning import Beginning, begin_of
from diffvis.sampling.chain import run_chain
from diffvis.sampling.extent import extent_of
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import ChainSettings


def reverse_scene(
    model: Model,
    settings: ChainSettings,
    moments: Mapping[int, Tensor],
    beside: Ways | None,
    data: Dataset | None,
) -> HeatScene:
    """A chain of points (N, 1) whose x_t at some t are the ``moments``, with the ways ``beside`` of
    another kind. The shade is the density of the data, or without data that of the chain, as far as
    it has come.
    """
    schedule, extent = model.schedule, extent_of(model) or DEFAULT_EXTENT
    own = ways_of(moments, schedule, settings.adds_noise, ways_words(settings))
    ways = (own,) if beside is None else (own, beside)
    if data is None:
        since = min(moments)
        ways = tuple(way.since(since) for way in ways)
        return HeatScene(heat_of_chain(moments, schedule, extent), ways, schedule, falling=True)
    law = law_seen(model, data)
    return HeatScene(heat_of(law, schedule, extent), ways, schedule, law, falling=True)


def law_seen(model: Model, data: Dataset) -> Law:
    """That of the data in the units in which the model sees them."""
    low, high = (float(model.seen(torch.tensor([[value]]), data.scaling)) for value in (0.0, 1.0))
    law = law_of(data)
    return law if (low, high) == (0.0, 1.0) else law.moved(low, high - low)


def reverse_heat_frames(
    model: Model,
    spec: ExportSpec,
    times: Sequence[int],
    chain: Iterable[ReverseStep],
    caption: str,
    device: torch.device | str = "cpu",
    beginning: Beginning | None = None,
    data: Dataset | None = None,
    kind: str = "film",
) -> Iterator[Pixels | Scene | None]:
    """The map at falling ``times``, after None for each step of the chain, which is walked to its
    end, and for the chain beside it; scenes of the kind drawing.
    """
    settings = spec.chain_settings(True)
    moments: dict[int, Tensor] = {}
    for step in chain:
        moments[step.t] = step.x_t.cpu()
        if step.s == 0:
            moments[0] = step.x_s.cpu()
        yield None
    begin = begin_of(beginning)
    beside = companion_ways(model, settings, moments[max(moments)], begin, device)
    yield None
    whole = reverse_scene(model, settings, moments, beside, data)
    for t in times:
        scene = whole
        if data is None:
            been = {at: x for at, x in moments.items() if at >= t}
            scene = reverse_scene(model, settings, been, beside, None)
        foot = Foot(t, model.schedule.T, caption) if spec.picture.caption else None
        x_t = to_numpy(moments[t])[:, 0]
        said = Told.counted("Reverse process on a line", caption, [t], model.schedule.T).still()
        yield drawn_as(
            kind,
            lambda look, at=t, shown=scene, x=x_t, below=foot: draw_heatmap(
                shown, at, x, spec.picture.size, look, foot=below
            ),
            spec,
            "Reverse process",
            said,
        )


def companion(settings: ChainSettings) -> ChainSettings:
    """The chain that stands beside one of these settings: DDIM without noise beside one that adds
    some, DDPM beside one that does not; as many steps, and only what is drawn.
    """
    if settings.adds_noise:
        return settings.changed(sampler="ddim", eta=0.0, count=min(CALM, settings.count))
    return settings.changed(sampler="ddpm", count=min(NOISY, settings.count))


def companion_ways(
    model: Model, settings: ChainSettings, x_T: Tensor, begin: int | None, device: str = "cpu"
) -> Ways:
    """The ways of ``companion`` from the x_T (N, 1) at which the chain itself begins."""
    beside = companion(settings)
    x = x_T[: beside.count].to(device)
    moments: dict[int, Tensor] = {}
    for step in run_chain(model, beside, device, x=x, begin=begin):
        moments[step.t] = step.x_t
        if step.s == 0:
            moments[0] = step.x_s
    return ways_of(moments, model.schedule, beside.adds_noise, ways_words(beside))


def ways_words(settings: ChainSettings) -> str:
    """``SDE (DDPM)``, ``ODE (DDIM)``."""
    kind = "SDE" if settings.adds_noise else "ODE"
    return f"{kind} ({SAMPLERS[settings.sampler].title})"
