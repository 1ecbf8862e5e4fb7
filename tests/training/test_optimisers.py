"""Muon beside the singular values it moves, PyTorch's own, and a run that was interrupted."""

from pathlib import Path

import pytest
import torch
from torch import nn

from diffvis.data.dataset import Dataset
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.loop import train_step
from diffvis.training.optimisers import COEFFICIENTS, ITERATIONS, Muon, matrices_of, orthogonal
from diffvis.training.state import TrainState, new_state


@pytest.mark.parametrize("shape", [(3, 24, 216), (2, 64, 9), (1, 32, 32)])
def test_singular_values_take_the_polynomial_and_their_vectors_stay(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    u, s, vt = torch.linalg.svd(x, full_matrices=False)
    s = s / s.norm(dim=1, keepdim=True)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        s = a * s + b * s**3 + c * s**5
    torch.testing.assert_close(orthogonal(x), u * s[:, None] @ vt, rtol=0, atol=1e-9)
    singular = torch.linalg.svdvals(orthogonal(x.float()))
    assert singular.min() > 0.6 and singular.max() < 1.2


def test_steps_are_those_of_pytorchs_muon_but_for_its_bfloat16() -> None:
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("PyTorch has none before 2.9")
    ours, theirs = nn.Parameter(torch.ones(16, 40)), nn.Parameter(torch.ones(16, 40))
    mine = Muon([ours], [nn.Parameter(torch.zeros(1))], lr=0.02, weight_decay=0.1)
    other = torch.optim.Muon(
        [theirs], lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"
    )  # fmt: skip
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        before = ours.detach().clone()
        ours.grad = torch.randn(16, 40, generator=generator)
        theirs.grad = ours.grad.clone()
        mine.step()
        other.step()
        step = (ours - before).norm()
        assert (ours - theirs).norm() < 0.1 * step, "rounding of three digits, over a few steps"


def test_matrices_are_layers_and_not_tables() -> None:
    network = nn.ModuleDict(
        {
            "table": nn.Embedding(10, 32), "in": nn.Conv2d(1, 16, 3), "mid": nn.Linear(32, 48),
            "norm": nn.GroupNorm(4, 16), "out": nn.Conv2d(16, 1, 3),
        }
    )  # fmt: skip
    found = {id(weight) for weight in matrices_of(network)}
    assert found == {id(network["in"].weight), id(network["mid"].weight)}


def test_a_run_goes_on_to_the_same_bits(roll: Dataset, config: TrainConfig, tmp_path: Path) -> None:
    config = config.changed(optimizer="muon", steps=8)
    batches = [roll.x0(torch.arange(k, k + config.batch_size)) for k in range(6)]

    def state_after(state: TrainState, parts: list) -> TrainState:
        for x0 in parts:
            train_step(state, x0, None)
        return state

    whole = state_after(new_state(config, roll), batches)
    save_checkpoint(
        tmp_path / "half.safetensors", state_after(new_state(config, roll), batches[:3])
    )
    half = new_state(config, roll)
    restore(half, tmp_path / "half.safetensors")
    state_after(half, batches[3:])
    for one, other in zip(whole.parameters, half.parameters, strict=True):
        assert torch.equal(one, other)
