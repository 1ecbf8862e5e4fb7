"""A reverse step's own cost: each sampler's step beside the network's forward pass alone.

    python benchmarks/reverse_step.py                 # the default U-Net, 64 images of 28x28
    python benchmarks/reverse_step.py --network unet-classic --device cuda

Both ask the same network, in turn, so that other programs disturb them alike; the ratio is the
median over such pairs, on the CPU in CPU time, which they disturb less. The target is at most 1.05.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from diffvis.diffusion import NetworkDenoiser, NoiseSchedule, ReverseStep, timesteps
from diffvis.networks import make_network
from diffvis.sampling.walk import ancestral, ddim, dpm_solver

SHAPE = (1, 28, 28)
T = 1000


def samplers(
    denoiser: NetworkDenoiser, schedule: NoiseSchedule, x_T: Tensor
) -> dict[str, Callable[[], Iterator[ReverseStep]]]:
    """A chain of every kind, ready to start."""
    ts = timesteps(T, T)

    def g() -> torch.Generator:
        return torch.Generator().manual_seed(0)

    return {
        "ancestral": lambda: ancestral(denoiser, schedule, x_T, ts, generator=g()),
        "ancestral, static clip": lambda: ancestral(
            denoiser, schedule, x_T, ts, generator=g(), clip="static"
        ),
        "ancestral, dynamic clip": lambda: ancestral(
            denoiser, schedule, x_T, ts, generator=g(), clip="dynamic"
        ),
        "ddim": lambda: ddim(denoiser, schedule, x_T, ts, clip="static"),
        "dpm-solver++(2M)": lambda: dpm_solver(denoiser, schedule, x_T, ts, clip="static"),
    }


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """How long ``work`` takes: CPU time, or on a GPU the time to its end there."""
    if device.type != "cuda":
        start = time.process_time()
        work()
        return time.process_time() - start
    torch.cuda.synchronize(device)
    start = time.perf_counter()
    work()
    torch.cuda.synchronize(device)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--network", default="unet")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--pairs", type=int, default=40, help="steps to measure of each sampler")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="of torch, on the CPU")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    device = torch.device(asked.device)
    torch.manual_seed(0)
    network = make_network(asked.network, SHAPE, T=T).to(device).eval()
    schedule = NoiseSchedule.linear(T)
    denoiser = NetworkDenoiser(network, "eps")
    x_T = torch.randn(asked.batch, *SHAPE).to(device)

    @torch.no_grad()
    def forward() -> None:
        network(x_T, torch.full((asked.batch,), 500, device=device), None)

    size = "x".join(map(str, (asked.batch, *SHAPE)))
    print(f"{asked.network}, {size}, {device}, {torch.get_num_threads()} threads")
    for name, start in samplers(denoiser, schedule, x_T).items():
        chain = start()
        for _ in range(3):
            forward()
            next(chain)
        alone, steps = [], []
        for _ in range(asked.pairs):
            alone.append(seconds(forward, device))
            steps.append(seconds(lambda chain=chain: next(chain), device))
        chain.close()
        ratio = statistics.median(step / one for step, one in zip(steps, alone, strict=True))
        print(
            f"{name:24} forward {1e3 * statistics.median(alone):7.2f} ms   "
            f"step {1e3 * statistics.median(steps):7.2f} ms   ratio {ratio:.3f}"
        )


if __name__ == "__main__":
    main()
