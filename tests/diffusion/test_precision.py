"""float32, on the CPU or a GPU, beside float64 over chains of a thousand steps."""

import pytest
import torch
from torch import Tensor, nn

from diffvis.diffusion import (
    ExactDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    bound_terms,
    convert,
    make_schedule,
    timesteps,
)
from diffvis.sampling.walk import ancestral, ddim, dpm_solver

DEVICES = ("cpu", pytest.param("cuda", marks=pytest.mark.gpu))
T = 1000


class Smooth(nn.Module):
    """A denoiser of bounded slope, in the precision and on the device of its input."""

    def __init__(self, schedule: NoiseSchedule, predicts: str) -> None:
        super().__init__()
        self.schedule = schedule
        self.predicts = predicts

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
        x0_hat = torch.tanh(0.8 * x_t + 0.1)
        return convert(self.schedule, x_t, t, x0_hat, "x0", self.predicts)


def end(kind: str, sampler: str, predicts: str, dtype: torch.dtype, device: str) -> Tensor:
    schedule = make_schedule(kind, T)
    denoiser = NetworkDenoiser(Smooth(schedule, predicts), predicts)
    g = torch.Generator().manual_seed(0)
    x_T = torch.randn(8, 1, 4, 4, generator=g).to(device, dtype)
    if sampler == "ancestral":
        chain = ancestral(denoiser, schedule, x_T, timesteps(T, T), generator=g)
    elif sampler == "ddim":
        chain = ddim(denoiser, schedule, x_T, timesteps(T, T))
    else:
        chain = dpm_solver(denoiser, schedule, x_T, timesteps(T, T))
    *_, last = chain
    assert last.x_s.dtype == dtype
    assert last.x_s.device.type == device
    return last.x_s.cpu().double()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "solver"])
@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_samples_agree(kind: str, sampler: str, device: str) -> None:
    """To 2e-5 where x0 or v is predicted. eps divides by sqrt(alpha_bar): 1e-3."""
    exact = end(kind, sampler, "x0", torch.float64, "cpu")  # the same, whatever is predicted
    for predicts, tolerance in (("x0", 2e-5), ("v", 2e-5), ("eps", 1e-3)):
        single = end(kind, sampler, predicts, torch.float32, device)
        torch.testing.assert_close(single, exact, atol=tolerance, rtol=0)


@pytest.mark.parametrize("device", DEVICES)
def test_exact_denoisers_agree(device: str) -> None:
    schedule = NoiseSchedule.linear(T)
    members = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    x_T = torch.randn(8, 2, generator=torch.Generator().manual_seed(1))
    ends = []
    for dtype, place in ((torch.float64, "cpu"), (torch.float32, device)):
        exact = ExactDenoiser(members, schedule)
        *_, last = ddim(exact, schedule, x_T.to(place, dtype), timesteps(T, T))
        ends.append(last.x_s.cpu().double())
    torch.testing.assert_close(ends[0], ends[1], atol=1e-4, rtol=0)


@pytest.mark.parametrize("device", DEVICES)
def test_bounds_agree(device: str) -> None:
    schedule = NoiseSchedule.linear(T)
    x0 = torch.randint(0, 256, (4, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    x0 = x0.double() / 127.5 - 1
    totals = []
    for dtype, place in ((torch.float64, "cpu"), (torch.float32, device)):
        terms = bound_terms(
            NetworkDenoiser(Smooth(schedule, "v"), "v"),
            schedule,
            x0.to(place, dtype),
            generator=torch.Generator().manual_seed(1),
        )
        totals.append(torch.stack([term.bits.cpu().double() for term in terms]).sum(0))
    torch.testing.assert_close(totals[0], totals[1], atol=0, rtol=1e-4)
