import pytest
import torch

from diffvis.data import Dataset, open_dataset
from diffvis.errors import UserError
from diffvis.training import loop
from diffvis.training.config import TrainConfig
from diffvis.training.loop import learning_rate_at, train, train_step
from diffvis.training.state import TrainState, new_state


def _train(config: TrainConfig, data: Dataset) -> TrainState:
    state = new_state(config, data)
    assert [p.step for p in train(state, data)] == list(range(1, config.steps + 1))
    return state


def _weights(state: TrainState) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in state.parameters])


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(
    config: TrainConfig, roll: Dataset
) -> None:
    torch.manual_seed(1)
    first = _weights(_train(config, roll))
    torch.manual_seed(2)
    assert torch.equal(first, _weights(_train(config, roll)))
    assert not torch.equal(first, _weights(_train(config.changed(seed=1), roll)))


def test_the_global_generator_is_left_alone(config: TrainConfig, roll: Dataset) -> None:
    before = torch.get_rng_state()
    _train(config.changed(steps=2), roll)
    assert torch.equal(before, torch.get_rng_state())


def test_the_loss_falls(config: TrainConfig, roll: Dataset) -> None:
    config = config.changed(steps=300, lr=1e-2, batch_size=64)
    state = new_state(config, roll)
    losses = [float(p.loss) for p in train(state, roll)]
    assert sum(losses[-50:]) < 0.7 * sum(losses[:10]) * 5


def test_each_sample_has_its_loss_and_its_t(config: TrainConfig, roll: Dataset) -> None:
    state = new_state(config, roll)
    step = train_step(state, roll.x0(slice(0, 16)), None)
    assert step.loss_by_sample.shape == step.t.shape == (16,)
    assert not step.loss_by_sample.requires_grad
    torch.testing.assert_close(step.loss, step.loss_by_sample.mean())
    assert step.t.min() >= 1
    assert step.t.max() <= config.timesteps


@pytest.mark.parametrize("predict", ["eps", "x0", "v"])
def test_every_kind_of_prediction_trains(config: TrainConfig, roll: Dataset, predict: str) -> None:
    state = _train(config.changed(predict=predict, steps=5), roll)
    assert state.denoiser.predicts == predict
    assert _weights(state).isfinite().all()


def test_the_hybrid_loss_learns_the_variance(config: TrainConfig) -> None:
    digits = open_dataset("digits")
    config = config.changed(
        data="digits", network="unet", network_options={"channels": (8, 8)}, loss="hybrid",
    )  # fmt: skip
    state = new_state(config, digits)
    assert train_step(state, digits.x0(slice(0, 4)), None).loss.isfinite()
    assert state.denoiser.learns_variance
    x_t = torch.zeros(2, 1, 8, 8)
    assert state.denoiser(x_t, torch.ones(2, dtype=torch.int64)).shape == (2, 2, 8, 8)


def test_the_min_snr_loss_trains(config: TrainConfig, roll: Dataset) -> None:
    assert _weights(_train(config.changed(loss="min-snr", steps=3), roll)).isfinite().all()


@pytest.mark.parametrize("told", [True, False], ids=["told", "asked"])
def test_gradients_are_clipped(
    config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """The first moment after one step is a tenth of the gradient that the optimiser was given."""
    if not told:  # as on mps
        monkeypatch.setattr(loop, "TOLD", ())
    norms = {}
    for clip in (0.0, 1e-3, 1e6):
        state = new_state(config.changed(gradient_clip=clip), roll)
        step = train_step(state, roll.x0(slice(0, 16)), None)
        moments = [s["exp_avg"].flatten() for s in state.optimizer.state.values()]
        norms[clip] = 10 * torch.cat(moments).norm().item()
        whole = step.gradient_norm.item()
    assert whole > 0.01
    assert norms == pytest.approx({0.0: whole, 1e-3: 1e-3, 1e6: whole}, rel=1e-4)


def test_the_learning_rate_warms_up_and_falls_along_a_cosine(config: TrainConfig) -> None:
    config = config.changed(steps=100, lr=1.0, warmup=9)
    assert learning_rate_at(config, 0) == pytest.approx(0.1)
    assert learning_rate_at(config, 50) == pytest.approx(0.5)
    assert learning_rate_at(config, 99) < 0.001
    constant = config.changed(lr_schedule="constant")
    assert learning_rate_at(constant, 99) == 1.0


def test_what_does_not_fit_into_memory_goes_through_in_parts(
    config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = new_state(config, roll)
    expected = train_step(whole, roll.x0(slice(0, 14)), None)
    state = new_state(config, roll)
    losses = loop.losses

    def small_memory(state: TrainState, x0: torch.Tensor, *rest: object) -> torch.Tensor:
        if len(x0) > 5:
            raise torch.OutOfMemoryError("out of memory")
        return losses(state, x0, *rest)

    monkeypatch.setattr(loop, "losses", small_memory)
    step = train_step(state, roll.x0(slice(0, 14)), None)
    assert state.micro_batch == 4
    torch.testing.assert_close(step.loss_by_sample, expected.loss_by_sample)
    torch.testing.assert_close(step.gradient_norm, expected.gradient_norm)
    torch.testing.assert_close(_weights(state), _weights(whole))


def test_a_sample_that_does_not_fit_at_all_is_said(
    config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> torch.Tensor:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried too much")

    monkeypatch.setattr(loop, "losses", no_memory)
    with pytest.raises(UserError, match="one sample does not fit into memory"):
        train_step(new_state(config, roll), roll.x0(slice(0, 16)), None)


def test_labels_are_learned_and_some_are_hidden(config: TrainConfig) -> None:
    digits = open_dataset("digits")
    config = config.changed(
        data="digits", network="unet", network_options={"channels": (8, 8)}, conditional=True,
        label_dropout=0.5,
    )  # fmt: skip
    state = new_state(config, digits)
    assert state.blueprint.num_classes == 10
    hidden = loop._training_labels(state, torch.zeros(1000, dtype=torch.int64))
    assert set(hidden.tolist()) == {0, 10}
    assert 400 < (hidden == 10).sum() < 600
    assert train_step(state, digits.x0(slice(0, 4)), digits.labels[:4]).loss.isfinite()


def test_dropout_draws_from_the_run_and_not_from_the_world(config: TrainConfig) -> None:
    digits = open_dataset("digits")
    config = config.changed(
        data="digits", network="unet", network_options={"channels": (8, 8), "dropout": 0.5},
        steps=3, batch_size=4,
    )  # fmt: skip
    first = _train(config, digits)
    torch.rand(7)
    assert first.has_dropout
    assert torch.equal(_weights(first), _weights(_train(config, digits)))


def test_dropout_hides_other_units_at_each_step(config: TrainConfig) -> None:
    digits = open_dataset("digits")
    config = config.changed(
        data="digits", network="unet", network_options={"channels": (8, 8), "dropout": 0.5},
        batch_size=4, precision="float32",
    )  # fmt: skip
    state, hidden = new_state(config, digits), []
    layers = [m for m in state.network.modules() if isinstance(m, torch.nn.Dropout)]
    for layer in layers:
        layer.register_forward_hook(lambda layer, given, out: hidden.append(out == 0))
    for _ in range(2):
        train_step(state, digits.x0(slice(0, 4)), None)
    first, second = hidden[: len(layers)], hidden[len(layers) :]
    assert len(first) == len(second) > 1
    for masks in (first, second, *zip(first, second, strict=True)):
        assert not torch.equal(masks[0], masks[1])
        assert 0.4 < masks[0].float().mean() < 0.6


def test_averaged_targets_teach_the_same_and_are_read_on_the_same_scale(
    config: TrainConfig, roll: Dataset
) -> None:
    """Over many batches, of the same weights: one mean gradient, a steadier one, one loss."""
    found = {}
    for references in (0, 500):
        state = new_state(
            config.changed(references=references, batch_size=64, lr=1e-12, gradient_clip=0), roll
        )
        with torch.no_grad():  # the last layer begins at zero, where nothing else has a gradient
            for parameter in state.parameters:
                parameter.normal_(0, 0.1, generator=torch.Generator().manual_seed(parameter.ndim))
        gradients: list[torch.Tensor] = []
        take_step = state.optimizer.step

        def keep(state: TrainState = state, take_step=take_step, gradients=gradients) -> None:
            gradients.append(torch.cat([p.grad.flatten() for p in state.parameters]))
            take_step()

        state.optimizer.step = keep
        losses = [float(step.loss) for step in train(state, roll)]
        found[references] = torch.stack(gradients), torch.tensor(losses)
    (drawn, drawn_loss), (averaged, averaged_loss) = found[0], found[500]
    mean = drawn.mean(0)
    assert torch.nn.functional.cosine_similarity(mean, averaged.mean(0), dim=0) > 0.95
    assert averaged.var(0).sum() < 0.8 * drawn.var(0).sum()
    assert averaged_loss.mean() == pytest.approx(float(drawn_loss.mean()), rel=0.05)


@pytest.mark.parametrize("changes", [{"loss": "min-snr"}, {"predict": "v"}, {"flip": True}])
def test_averaged_targets_go_with_classes_and_other_losses(
    config: TrainConfig, changes: dict[str, object]
) -> None:
    digits = open_dataset("digits")
    config = config.changed(
        data="digits", network="unet", network_options={"channels": (8, 8)}, conditional=True,
        label_dropout=0.5, steps=3, references=50, **changes,
    )  # fmt: skip
    weights = _weights(_train(config, digits))
    assert weights.isfinite().all()
    assert torch.equal(weights, _weights(_train(config, digits)))
    assert not torch.equal(weights, _weights(_train(config.changed(references=0), digits)))
