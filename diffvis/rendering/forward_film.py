"""The frames of the forward process, one by one."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.forward import q_path, q_sample
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.forward import draw_forward
from diffvis.rendering.origin import apparent_noise, choose_samples
from diffvis.rendering.paint import paint
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.text import escape


def forward_frames(
    dataset: Dataset, schedule: NoiseSchedule, spec: ExportSpec, times: Sequence[int]
) -> Iterator[Pixels | None]:
    """The noising at ascending ``times``, a frame for each.

    With ``spec.chain`` there is None for each step of the chain that has no frame.
    """
    count = spec.samples(dataset.is_points)
    origin = choose_samples(dataset, count, spec.first, spec.seed, spec.of_class)
    words = [escape(dataset.title), f"{schedule.kind} schedule", f"seed {spec.seed}"]
    if spec.chain:
        words.append("true chain")
    caption = " · ".join(words) if spec.caption else None

    def draw(t: int, eps: Tensor, x_t: Tensor) -> Pixels:
        return paint(
            lambda look: draw_forward(
                schedule, t, origin.x0, eps, x_t, spec.size, look,
                colours=origin.colours, extent=origin.extent, caption=caption,
            ),
            spec,
        )  # fmt: skip

    if not spec.chain:
        for t in times:
            yield draw(t, origin.eps, q_sample(schedule, origin.x0, t, origin.eps))
        return
    wanted = set(times)
    generator = torch.Generator().manual_seed(spec.seed)
    for t, x_t in enumerate(q_path(schedule, origin.x0, generator)):
        if t in wanted:
            yield draw(t, apparent_noise(schedule, origin.x0, x_t, t), x_t)
        else:
            yield None
        if t >= times[-1]:
            return
