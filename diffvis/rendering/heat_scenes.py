"""What is drawn over (t, x): the noising of points on a line, and a chain of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.model import Model
from diffvis.rendering.footer import Foot
from diffvis.rendering.frames import reverse_words
from diffvis.rendering.heat import Law, heat_of, heat_of_chain, law_of
from diffvis.rendering.heat_ways import (
    Ways,
    companion_ways,
    flow_of,
    forward_ways,
    some_ways,
    ways_of,
    ways_words,
)
from diffvis.rendering.heatmap import HeatScene, draw_heatmap
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.paths import Paths
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.told import Told
from diffvis.sampling.beginning import Beginning, begin_of
from diffvis.sampling.extent import extent_of
from diffvis.sampling.settings import ChainSettings


def forward_scene(
    dataset: Dataset, schedule: NoiseSchedule, paths: Paths, calm: Ways, extent: float, walked: bool
) -> HeatScene:
    """The density of data on a line, exactly, with ``paths`` of some of its points, and beside
    these the ``calm`` ways by the ODE.
    """
    law, ways = law_of(dataset), (forward_ways(paths, schedule, walked), calm)
    return HeatScene(heat_of(law, schedule, extent), ways, schedule, law)


def calm_ways(dataset: Dataset, schedule: NoiseSchedule, x0: Tensor) -> Ways:
    """Those of some of the points x0 (N, 1) by the ODE."""
    index = torch.as_tensor(some_ways(len(x0), None))
    return flow_of(law_of(dataset), schedule, x0[index])


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
    caption = reverse_words(settings, model, beginning)
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
