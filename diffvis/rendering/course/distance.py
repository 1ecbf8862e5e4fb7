"""How far x_t and x0_hat are from data along a chain (fast.ai, lesson 18)."""

import numpy as np
from torch import Tensor

from diffvis.evaluation.classifier import classifier_for
from diffvis.evaluation.compared import (
    held_out,
    points_to_compare,
    real_samples,
    share_classes,
)
from diffvis.evaluation.distances import sliced_wasserstein
from diffvis.evaluation.evaluate import rounded
from diffvis.evaluation.frechet import frechet_distance
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.course.figure import Made, Sources, register
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings, next_seed

IMAGES, POINTS = 200, 1_000  # samples, unless told
STEPS = 50  # of DDIM, or as many as there are


class _Distance:
    """As ``diffvis evaluate`` measures it: of features of the data's classifier, else of values."""

    def __init__(self, of: Sources, settings: ChainSettings) -> None:
        model, data = of.model, of.known
        self._model, self._scaling = model, data.scaling
        asked = settings.labels_for(model) if share_classes(model, data) else None
        seed = next_seed(settings.seed)
        self._classifier = None if model.is_points else classifier_for(data.fingerprint)
        self.name = "sliced Wasserstein distance"
        if model.is_points:
            self._reference, own = points_to_compare(model, data, settings, asked, seed)
        else:
            self._reference = data.x0(held_out(model, data, settings))
            own = data.x0(real_samples(data, settings.count, asked, seed))
        if self._classifier is not None:
            self.name = "Fréchet distance"
            self._expected = self._classifier.features(self._reference)
        self.floor = self._between(own)

    def __call__(self, x: Tensor) -> float:
        """Of samples (N, ...) in the units of the model."""
        x = x.float().cpu()
        if self._model.is_points:
            return self._between(self._model.scaling.to_data(x))
        return self._between(rounded(self._model.stored(x, self._scaling)))

    def _between(self, x: Tensor) -> float:
        if self._model.is_points:
            return sliced_wasserstein(x, self._reference, p=1)
        if self._classifier is None:
            return sliced_wasserstein(x, self._reference)
        return frechet_distance(self._classifier.features(x), self._expected)


def _settings(of: Sources, spec: ExportSpec) -> ChainSettings:
    count = spec.shown.count or (POINTS if of.model.is_points else IMAGES)
    label = EVERY_CLASS if of.model.num_classes else None
    steps = min(STEPS, of.model.schedule.T)
    return spec.chain.changed(sampler="ddim", steps=steps, count=count, label=label)


@register(
    "distance", "Distance from data along the chain", "fast.ai, lesson 18",
    about="how far xₜ and x̂₀ are from data on the way back",
    work=lambda of, spec: len(_settings(of, spec).times(of.model.schedule)),
)  # fmt: skip
def distance(of: Sources, spec: ExportSpec) -> Made:
    settings = _settings(of, spec)
    away = _Distance(of, settings)
    t, noisy, aimed = [], [], []
    for step in run_chain(of.model, settings, of.device):
        t.append(float(step.t))
        noisy.append(away(step.x_t))
        aimed.append(away(step.x0_hat))
        if step.s == 0:
            t.append(0.0)
            noisy.append(away(step.x_s))
            aimed.append(noisy[-1])
        yield None
    at = np.array(t)
    columns = {"x_t": np.array(noisy), "x0_hat": np.array(aimed)}

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        curves = (
            Curve("x̂₀", at, columns["x0_hat"]),
            Curve("xₜ", at, columns["x_t"], "noise", "dash"),
            Curve("data themselves", at, np.full(len(at), away.floor), "muted", "dot"),
        )
        return [Chart("How far from data", "t", away.name, curves, size, look, log_y=True)]

    early = float(at[np.flatnonzero(columns["x0_hat"] <= 2 * aimed[-1])[0]])
    yield of_charts(
        charts,
        f"{of.model.name}, {settings.count:,} samples by DDIM in {settings.steps} steps: "
        f"{away.name} to data that nobody trained on, {aimed[-1]:.3g} at the end; data themselves "
        f"have {away.floor:.3g}. x̂₀ begins at {aimed[0]:.3g} and is within twice the end from "
        f"t = {early:.0f} on, where xₜ has {noisy[int(np.flatnonzero(at == early)[0])]:.3g}. "
        f"Seed {settings.seed}.",
        lambda: {"t": at, **columns},
    )
