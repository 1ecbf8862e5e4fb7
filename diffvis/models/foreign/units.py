"""In which units a network of somebody else's sees points: those of their file, or standardised."""

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.data.scaling import Scaling
from diffvis.diffusion.seeds import seeded
from diffvis.models.read_network import ReadNetwork
from diffvis.models.reading import Reading

POINTS = 128
SHARES = (0.2, 0.35, 0.5, 0.8)  # of T: where it is asked
_ALIKE = 0.05  # units that are the same to the eye
_CLEARLY = 0.9  # of the loss on points as they are in the file: what is above is chance


def as_they_are(shape: tuple[int, ...]) -> Scaling:
    """The scaling of points (shape[0],) that changes nothing."""
    return Scaling((0.0,) * shape[0], (1.0,) * shape[0])


def units_of(
    network: torch.nn.Module, reading: Reading, data: Dataset
) -> tuple[Scaling, tuple[str, ...]]:
    """The scaling of points under which the network predicts better, and what is to be said of it.

    People train on the numbers in their file, and on what ``open_dataset`` makes of them, which has
    mean 0 and standard deviation 1. The answers are taken for eps, x0 or v of either sign, as fits
    best, so that a wrong reading does not decide.
    """
    own, far = as_they_are(data.shape), zip(data.scaling.mean, data.scaling.std, strict=True)
    if all(abs(mean) < _ALIKE and abs(std - 1) < _ALIKE for mean, std in far):
        return own, ()
    index = sampled(data.train, POINTS)
    x = data.scaling.to_data(data.x0(index))
    labels = None
    if reading.needs_class:
        labels = torch.arange(len(x)) % len(reading.classes)
    as_is, standardised = (
        _loss(network, reading, scaling.to_model(x), labels) for scaling in (own, data.scaling)
    )
    if standardised < _CLEARLY * as_is:
        return data.scaling, ("points standardised, as its loss says",)
    return own, ("points in the units of their file",)


def _loss(network: torch.nn.Module, reading: Reading, x0: Tensor, labels: Tensor | None) -> float:
    """The sum over some t of the error of the best prediction, over that of the best c x_t."""
    schedule, generator = reading.schedule, seeded(0)
    read = ReadNetwork(network, reading).eval()
    device = next((w.device for w in network.parameters()), x0.device)
    power = float(x0.square().mean())
    total = 0.0
    for t in dict.fromkeys(max(1, round(share * schedule.T)) for share in SHARES):
        signal = float(schedule.signal[t])
        noise = float(schedule.noise[t])
        eps = torch.randn(x0.shape, generator=generator)
        times = torch.full((len(x0),), t, device=device)
        given = None if labels is None else labels.to(device)
        with torch.no_grad():
            answer = read((signal * x0 + noise * eps).to(device), times, given).cpu()[
                :, : x0.shape[1]
            ]
        linear = power / (signal**2 * power + noise**2)
        targets = (
            (eps, signal**2 * linear),
            (x0, noise**2 * linear),
            (signal * eps - noise * x0, linear),
        )
        total += min(
            float((sign * answer - target).square().mean()) / max(cost, 1e-9)
            for target, cost in targets
            for sign in (1, -1)
        )
    return total
