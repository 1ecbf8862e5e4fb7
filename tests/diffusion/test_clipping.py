import pytest
import torch

from diffvis.diffusion import clip_x0, dynamic_threshold


def test_none_and_static() -> None:
    x0 = torch.tensor([[-3.0, -0.5, 0.5, 2.0]])
    assert clip_x0(x0, None) is x0
    assert torch.equal(clip_x0(x0, "static"), torch.tensor([[-1.0, -0.5, 0.5, 1.0]]))


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.995, 1.0])
def test_dynamic_clips_each_sample_at_its_own_quantile(quantile: float) -> None:
    generator = torch.Generator().manual_seed(0)
    scale = torch.tensor([0.1, 1.0, 5.0]).reshape(3, 1, 1, 1)
    x0 = scale * torch.randn(3, 3, 9, 9, generator=generator)
    found = dynamic_threshold(x0, quantile)
    for sample, result in zip(x0, found, strict=True):
        limit = torch.quantile(sample.abs(), quantile).clamp(min=1)
        torch.testing.assert_close(result, sample.clamp(-limit, limit) / limit)
    assert found.abs().max() <= 1
    assert torch.equal(found[0], x0[0])


def test_a_sample_of_one_value() -> None:
    assert torch.equal(
        dynamic_threshold(torch.tensor([[4.0], [0.5]])), torch.tensor([[1.0], [0.5]])
    )
