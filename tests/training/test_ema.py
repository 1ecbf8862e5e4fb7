import torch
from torch import nn

from diffvis.training.ema import EMA


def _norm_layer() -> nn.BatchNorm1d:
    layer = nn.BatchNorm1d(2)
    nn.init.constant_(layer.weight, 1.0)
    return layer


def test_the_first_updates_forget_the_random_start() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 100.0)
    ema = EMA(network, decay=0.9999)
    nn.init.constant_(network.weight, 1.0)
    for _ in range(100):
        ema.update()
    without_warm_up = 1 + 99 * 0.9999**100
    assert ema.module.weight.item() < 1.001 < without_warm_up


def test_the_decay_is_that_of_the_formula() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 0.0)
    ema = EMA(network, decay=0.5)
    nn.init.constant_(network.weight, 1.0)
    expected = 0.0
    for n in range(1, 30):
        ema.update()
        decay = min(0.5, (1 + n) / (10 + n))
        expected = decay * expected + (1 - decay)
        torch.testing.assert_close(ema.module.weight.item(), expected, atol=1e-6, rtol=0)


def test_buffers_are_copied_and_the_copy_stays_in_eval_mode() -> None:
    network = _norm_layer()
    ema = EMA(network, decay=0.9)
    network.train()(torch.randn(8, 2, generator=torch.Generator().manual_seed(0)))
    ema.update()
    assert torch.equal(ema.module.running_mean, network.running_mean)
    assert ema.module.num_batches_tracked == 1
    assert not ema.module.training
    assert not any(p.requires_grad for p in ema.module.parameters())
