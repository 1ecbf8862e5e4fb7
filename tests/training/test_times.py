"""How t is drawn, what the network is told of it, and which noise a sample is paired with."""

import copy
import itertools
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.loop import train, train_step
from diffvis.training.pairing import nearest_noise
from diffvis.training.state import new_state
from diffvis.training.times import LossMemory, draw_times

T = 8


def test_the_logit_of_t_is_normal() -> None:
    """Each t has the mass of a standard normal between the logits of (t - 1)/T and t/T."""
    t, counts = draw_times("logit-normal", T, 40_000, torch.Generator().manual_seed(0))
    assert counts is None
    ends = [NormalDist().cdf(float(np.log(k / (T - k)))) for k in range(1, T)]
    expected = np.diff([0.0, *ends, 1.0])
    found = np.bincount(t.numpy(), minlength=T + 1)[1:] / len(t)
    np.testing.assert_allclose(found, expected, atol=4 * 0.5 / len(t) ** 0.5)


def test_importance_is_that_of_nichol_and_dhariwal() -> None:
    """Written as in their ``LossSecondMomentResampler``: ten losses of each t, oldest out first."""
    memory, generator = LossMemory(T), np.random.default_rng(0)
    history: list[list[float]] = [[] for _ in range(T)]
    for _ in range(60):
        t = generator.integers(0, T, 5)
        loss = generator.random(5) * (1 + t)
        memory.add(torch.from_numpy(t) + 1, torch.from_numpy(loss))
        for place, value in zip(t, loss, strict=True):
            history[place] = [*history[place], value][-10:]
        if min(map(len, history)) < 10:
            weights = np.ones(T) / T
        else:
            weights = np.sqrt(np.mean(np.array(history) ** 2, axis=-1))
            weights = weights / weights.sum() * (1 - 0.001) + 0.001 / T
        np.testing.assert_allclose(memory.probability.numpy(), weights)
    assert weights.max() > 1.5 / T
    t, counts = draw_times("importance", T, 20_000, torch.Generator().manual_seed(1), memory=memory)
    np.testing.assert_allclose(np.bincount(t, minlength=T + 1)[1:] / 20_000, weights, atol=0.015)
    torch.testing.assert_close(counts, torch.from_numpy(1 / (T * weights[t - 1])).float())


def test_a_loss_that_is_not_finite_is_not_remembered() -> None:
    memory = LossMemory(2)
    memory.add(torch.tensor([1, 2, 2]), torch.tensor([torch.nan, 1.0, torch.inf]))
    assert memory.counts.tolist() == [0, 1]


def test_a_loss_counts_as_rarely_as_its_t_is_drawn(config: TrainConfig, roll: Dataset) -> None:
    """The gradient is that of the weighted mean, the losses that are told are as they are."""
    state = new_state(config.changed(times="importance", gradient_clip=0.0, ema_decay=0.0), roll)
    steep = torch.arange(1.0, 11).repeat_interleave(10)
    state.memory.add(torch.arange(1, 11).repeat_interleave(10), steep)
    plain, x0 = copy.deepcopy(state.network), roll.x0(torch.arange(16))
    time, noise = (copy_of(each) for each in (state.generators.time, state.generators.noise))
    step = train_step(state, x0, None)
    probability = np.arange(1, 11) / 55 * 0.999 + 0.0001
    t = 1 + torch.multinomial(torch.from_numpy(probability), 16, True, generator=time)
    assert torch.equal(step.t, t)
    eps = torch.randn(x0.shape, generator=noise)
    schedule = state.blueprint.schedule
    x_t = schedule.at("signal", t, x0) * x0 + schedule.at("noise", t, x0) * eps
    losses = (plain(x_t, t, None) - eps).square().mean(1)
    torch.testing.assert_close(step.loss_by_sample, losses)
    (losses / torch.from_numpy(10 * probability[t - 1]).float()).mean().backward()
    norm = torch.stack([p.grad.norm() for p in plain.parameters()]).norm()
    torch.testing.assert_close(step.gradient_norm, norm)


def copy_of(generator: torch.Generator) -> torch.Generator:
    made = torch.Generator()
    made.set_state(generator.get_state())
    return made


def test_a_run_by_importance_continues_to_the_same_bits(
    config: TrainConfig, roll: Dataset, tmp_path: Path
) -> None:
    chosen = config.changed(times="importance", pairing="optimal", told_t=False, timesteps=3)
    whole, first = new_state(chosen, roll), new_state(chosen, roll)
    list(train(whole, roll))
    list(itertools.islice(train(first, roll), 20))
    assert first.memory.counts.min() >= 10
    save_checkpoint(tmp_path / "a.safetensors", first)
    rest = new_state(chosen, roll)
    restore(rest, tmp_path / "a.safetensors")
    list(train(rest, roll))
    for a, b in zip(whole.parameters, rest.parameters, strict=True):
        assert torch.equal(a, b)


def test_one_t_alone(config: TrainConfig, roll: Dataset) -> None:
    state = new_state(config.changed(only_t=7), roll)
    assert set(next(train(state, roll)).t.tolist()) == {7}
    with pytest.raises(UserError) as told:
        new_state(config.changed(only_t=11), roll)
    assert told.value.field == "only_t"


def test_a_network_that_is_not_told_t_answers_alike_at_all(start, tmp_path: Path) -> None:
    """Also once it is saved and opened; one that is told does not."""
    x, t = torch.randn(10, 2, generator=torch.Generator().manual_seed(0)), torch.arange(1, 11)
    for told in (True, False):
        run = start(f"run-{told}", told_t=told, steps=30, predict="x0")
        list(run)
        model = open_model(str(tmp_path / f"run-{told}"))
        answer = model.denoiser(x, t)
        alike = torch.equal(answer, model.denoiser(x, torch.full((10,), 4)))
        assert alike != told


@pytest.mark.parametrize("shape", [(2,), (1, 2, 2)])
def test_noise_is_dealt_out_so_that_it_is_nearest(shape: tuple[int, ...]) -> None:
    """Against all orders of four."""
    g = torch.Generator().manual_seed(0)
    for _ in range(40):
        x0, eps = torch.randn(2, 4, *shape, generator=g)
        best = min(
            itertools.permutations(range(4)),
            key=lambda order: float((x0 - eps[list(order)]).square().sum()),
        )
        assert torch.equal(nearest_noise(x0, eps), eps[list(best)])


def test_each_class_keeps_the_noise_that_it_drew() -> None:
    g = torch.Generator().manual_seed(0)
    x0, eps = torch.randn(40, 2, generator=g), torch.randn(40, 2, generator=g)
    labels = torch.arange(40) % 3
    found = nearest_noise(x0, eps, labels)
    for label in range(3):
        own = labels == label
        assert torch.equal(found[own].sort(0).values, eps[own].sort(0).values)
        assert torch.equal(found[own], nearest_noise(x0[own], eps[own]))
    assert not torch.equal(found, nearest_noise(x0, eps))


def test_a_step_learns_from_the_noise_that_is_nearest(config: TrainConfig, roll: Dataset) -> None:
    """On the straight path the loss of a network of zeros is the mean square of eps - x0."""
    flow = config.changed(schedule="flow", predict="velocity", pairing="optimal")
    state, x0 = new_state(flow, roll), roll.x0(torch.arange(16))
    noise = copy_of(state.generators.noise)
    with torch.no_grad():
        for parameter in state.parameters:
            parameter.zero_()
    step = train_step(state, x0, None)
    eps = nearest_noise(x0, torch.randn(x0.shape, generator=noise))
    torch.testing.assert_close(step.loss_by_sample, (eps - x0).square().mean(1))


def test_what_does_not_go_together_is_refused(config: TrainConfig) -> None:
    with pytest.raises(UserError) as told:
        config.changed(references=8, pairing="optimal")
    assert told.value.field == "pairing"


def test_old_blueprints_are_told_t(config: TrainConfig, roll: Dataset) -> None:
    blueprint = new_state(config, roll).blueprint
    assert "told_t" not in blueprint.to_json()
    assert type(blueprint).from_json(blueprint.to_json()) == blueprint
    untold = replace(blueprint, told_t=False)
    assert type(blueprint).from_json(untold.to_json()) == untold
