"""Any network as a model: how it is called, what is found out about it, and what is said."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings


class Rows(nn.Module):
    """A network that looks t up, with dropout and one batch norm."""

    def __init__(self, rows: int = 50, out: int = 1) -> None:
        super().__init__()
        self.times = nn.Embedding(rows, 4)
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Conv2d(4, out, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        hidden = self.norm(self.first(x)) + self.times(t)[:, :, None, None]
        return self.last(self.drop(hidden))


class Labelled(nn.Module):
    """A network of points that must be told a class."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.labels = nn.Embedding(classes, 2)

    def forward(self, x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        return x * t[:, None] / 50 + self.labels(y)


def quiet(net: object, *arguments: object, **named: object) -> Model:
    return wrap(net, *arguments, say=None, **named)  # type: ignore[arg-type]


def last_of(model: Model, **settings: object) -> Tensor:
    chain = ChainSettings(**{"sampler": "ddim", "steps": 5, "count": 4, **settings})
    steps = list(run_chain(model, chain))
    return steps[-1].x_s


def told(time: object, T: int = 50) -> list[float]:
    """What a network is told at t = 1, 2 and T."""
    heard = []

    def net(x: Tensor, t: Tensor) -> Tensor:
        heard.append(t)
        return x

    model = quiet(net, (2,), "linear", T, time=time)
    heard.clear()
    model.denoiser(torch.zeros(3, 2), torch.tensor([1, 2, T]), None)
    return heard[0].tolist()


def test_the_network_itself_is_left_alone() -> None:
    net = Rows()
    net.norm.eval()  # one that is frozen while the rest trains
    before = {name: value.clone() for name, value in net.state_dict().items()}
    last_of(quiet(net, (1, 8, 8), T=50))
    assert net.training and net.drop.training and not net.norm.training
    assert all(weights.requires_grad for weights in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_samples_are_those_of_eval_mode_and_of_now() -> None:
    net = Rows()
    model = quiet(net, (1, 8, 8), T=50)
    first = last_of(model)
    assert torch.equal(first, last_of(model)), "no dropout"
    with torch.no_grad():
        net.last.weight.add_(1)  # it trains on
    assert torch.equal(first, last_of(model))


def test_one_that_cannot_be_copied_is_asked_in_eval_mode_and_put_back() -> None:
    class Stubborn(Rows):
        def __deepcopy__(self, memo: dict) -> "Stubborn":
            raise TypeError("not me")

    net = Stubborn()
    net.norm.eval()
    model = quiet(net, (1, 8, 8), T=50)
    assert torch.equal(last_of(model), last_of(model))
    assert net.training and net.drop.training and not net.norm.training
    assert "the one that you gave" in model.said


def test_the_times_that_a_network_is_told() -> None:
    assert told("index") == [0, 1, 49]
    assert told("count") == [1, 2, 50]
    assert told("unit") == pytest.approx([0.02, 0.04, 1])
    schedule = NoiseSchedule.linear(50)
    log_snr = torch.log(schedule.alpha_bar / (1 - schedule.alpha_bar))
    assert told("log_snr") == pytest.approx(log_snr[[1, 2, 50]].tolist(), rel=1e-5)
    assert told(lambda t, schedule: t.float() * 2 + schedule.T) == [52, 54, 150]


def test_with_sigma_it_sees_the_data_plus_noise() -> None:
    seen = []

    def net(x: Tensor, sigma: Tensor) -> Tensor:
        seen.append((x, sigma))
        return x

    model = quiet(net, (2,), "linear", 50)
    assert model.reading is not None and model.reading.time == "sigma", "by the argument's name"
    x0, eps, t = torch.tensor([[0.5, -1.0]]), torch.tensor([[1.0, 2.0]]), torch.tensor([30])
    alpha_bar = float(model.schedule.alpha_bar[30])
    model.denoiser(alpha_bar**0.5 * x0 + (1 - alpha_bar) ** 0.5 * eps, t, None)
    x, sigma = seen[-1]
    assert sigma.item() == pytest.approx(((1 - alpha_bar) / alpha_bar) ** 0.5, rel=1e-5)
    assert torch.allclose(x, x0 + sigma[:, None] * eps, atol=1e-5)


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: x,
        lambda x: (x, None),
        lambda x: {"sample": x, "more": 1},
        lambda x: type("Output", (), {"sample": x})(),
    ],
)
def test_what_it_returns_may_be_wrapped(answer: object) -> None:
    model = quiet(lambda x, t: answer(x * 0.5), (2,), T=50)  # type: ignore[operator]
    x = torch.ones(3, 2)
    assert torch.equal(model.denoiser(x, torch.tensor([1, 2, 3]), None), x * 0.5)


def test_without_classes_no_third_argument_is_given() -> None:
    given = []

    def net(x: Tensor, t: Tensor, self_condition: Tensor | None = None) -> Tensor:
        given.append(self_condition)
        return x

    last_of(quiet(net, (2,), T=50))
    assert given and set(given) == {None}


def test_a_mask_says_that_there_is_no_class() -> None:
    calls = []

    def net(x: Tensor, c: Tensor, t: Tensor, context_mask: Tensor) -> Tensor:
        calls.append((c.tolist(), t.tolist(), context_mask.tolist()))
        return x

    model = quiet(net, (2,), "linear", 50, time="unit", classes=3)
    calls.clear()
    x, t = torch.zeros(2, 2), torch.tensor([25, 50])
    model.denoiser(x, t, torch.tensor([2, 1]))
    model.denoiser(x, t, None)
    assert calls == [([2, 1], [0.5, 1.0], [0.0, 0.0]), ([0, 0], [0.5, 1.0], [1.0, 1.0])]


class Optional(Labelled):
    """Without labels no embedding is added, as in dome272's Diffusion-Models-pytorch."""

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return x.clone() if y is None else super().forward(x, t, y)


class Strict(Labelled):
    """Has the same default, and refuses it, as guided-diffusion."""

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        assert y is not None, "must specify y if and only if the model is class-conditional"
        return super().forward(x, t, y)


def test_labels_of_None_are_no_class_where_the_network_takes_them() -> None:
    said: list[str] = []
    net = Optional(3)
    model = wrap(net, (2,), T=50, classes=3, say=said.append)
    assert (model.num_classes, model.reading.null) == (3, 3) and not model.needs_class
    assert "y=None = no class" in said[0]
    x, t = torch.randn(4, 2), torch.full((4,), 9)
    assert torch.equal(model.denoiser(x, t, None), x)
    mixed = model.denoiser(x, t, torch.tensor([0, 3, 2, 3]))
    labels = torch.tensor([0, 0, 2, 0])
    with_class = net.eval()(x, t - 1, labels).detach()
    assert torch.equal(mixed, torch.where(torch.tensor([[1], [0], [1], [0]]) > 0, with_class, x))
    assert last_of(model, label=1, guidance=2.0).isfinite().all()
    unguided = quiet(Strict(3), (2,), T=50, classes=3)
    assert unguided.needs_class and unguided.reading.null is None
    named = quiet(Optional(4), (2,), T=50, classes=3, null=3)
    assert not torch.equal(named.denoiser(x, t, None), x), "its own row for no class is asked"


def test_fewer_classes_take_the_label_of_none_with_them() -> None:
    model = quiet(Optional(3), (2,), T=50, classes=3)
    fewer = model.read_as(classes=2, null=2)
    x, t = torch.randn(4, 2), torch.full((4,), 9)
    assert torch.equal(fewer.denoiser(x, t, None), x)
    assert not torch.equal(model.denoiser(x, t, torch.full((4,), 2)), x), "the first is as it was"


def test_a_probability_of_no_class_is_asked_of_each_part_of_a_batch() -> None:
    """Of a batch with and without a class, as lucidrains' U-Net takes one probability."""

    def net(x: Tensor, t: Tensor, classes: Tensor, cond_drop_prob: float = 0.5) -> Tensor:
        assert cond_drop_prob in (0.0, 1.0)
        return torch.full_like(x, -1.0) if cond_drop_prob else classes[:, None].expand_as(x).float()

    model = quiet(net, (2,), T=50, classes=3)
    answer = model.denoiser(torch.zeros(4, 2), torch.full((4,), 9), torch.tensor([2, 3, 0, 3]))
    assert answer[:, 0].tolist() == [2, -1, 0, -1]


def test_classes_by_keyword_alone() -> None:
    def net(x: Tensor, t: Tensor, *, class_labels: Tensor | None = None) -> Tensor:
        assert class_labels is not None
        return x + class_labels[:, None]

    model = quiet(net, (2,), T=50, classes=("cat", "dog"))
    answer = model.denoiser(torch.zeros(2, 2), torch.tensor([3, 3]), torch.tensor([0, 1]))
    assert answer.tolist() == [[0, 0], [1, 1]]


def test_one_that_must_be_told_a_class_works_and_cannot_be_guided() -> None:
    model = quiet(Labelled(3), (2,), T=50, classes=3)
    assert model.needs_class and last_of(model).isfinite().all()
    labels = ChainSettings(count=5).labels_for(model)
    assert labels is not None and labels.tolist() == [0, 1, 2, 0, 1]
    with pytest.raises(UserError, match="cannot be guided"):
        last_of(model, label=1, guidance=2.0)
    null = quiet(Labelled(4), (2,), T=50, classes=3, null=3)
    assert not null.needs_class and last_of(null, label=1, guidance=2.0).isfinite().all()
    assert ChainSettings(count=5).labels_for(null) is None


def test_half_precision_sees_what_it_can() -> None:
    net = nn.Linear(2, 2).to(torch.bfloat16)
    model = quiet(lambda x, t: net(x.to(torch.bfloat16)), (2,), T=50)
    assert last_of(model).dtype == torch.float32
    whole = quiet(Rows().to(torch.bfloat16), (1, 8, 8), T=50)
    assert last_of(whole).dtype == torch.float32


def test_what_was_assumed_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    model = wrap(Rows(), (1, 8, 8), T=50)
    (line,) = capsys.readouterr().out.splitlines()
    assert line == (
        "Rows: read as eps, t = 0..49, range -1..1, schedule linear-unscaled (T = 50); "
        "chains begin with noise alone, but x_T keeps 78% of the data; "
        "assumed: predicts, time, range, schedule"
    )
    assert model.said == line.removeprefix("Rows: ")
    given = quiet(
        Rows(), (1, 8, 8), "cosine", 50, predicts="v_prediction", time="index", range=(0, 1)
    )
    assert given.said == "read as v, t = 0..49, range 0..1, schedule cosine (T = 50)"


def test_what_is_strange_is_said() -> None:
    assert "does not depend on t" in quiet(lambda x, t: x, (2,), T=50).said
    noisy = quiet(lambda x, t: x + torch.randn_like(x), (2,), T=50)
    assert "train mode" in noisy.said
    deaf = quiet(lambda x, t, y: x * t[:, None], (2,), T=50, classes=3)
    assert "does not depend on the class" in deaf.said


def refused(net: object, *arguments: object, **named: object) -> UserError:
    with pytest.raises(UserError) as error:
        quiet(net, *arguments, **named)
    assert "\n" not in str(error.value)
    return error.value


def test_failures_are_one_sentence_with_the_line_to_write() -> None:
    image = (1, 8, 8)
    assert str(refused(Rows(50), image, T=50, time="count")) == (
        "embedding has 50 rows, t = 50 was asked: time='index'"
    )
    assert "T=20" in refused(Rows(20), image, T=50).remedy
    assert "x and t" in refused(lambda x: x, (2,), T=50).problem
    assert "classes= is set" in refused(Labelled(3), (2,), T=50).problem
    assert "embedding has 3 rows, the label 3" in str(
        refused(Labelled(3), (2,), T=50, classes=3, null=3)
    )
    assert "classes=3" in refused(Labelled(3), (2,), T=50, classes=5).remedy
    assert "none of these is a class" in refused(Rows(), image, T=50, classes=3).problem
    assert "shape=(1, 8, 8)" in refused(Rows(), (3, 8, 8), T=50).remedy
    assert "learns_variance=True" in refused(Rows(out=2), image, T=50).remedy
    assert "out['a']" in refused(lambda x, t: {"a": x}, (2,), T=50).remedy
    assert "not finite" in refused(lambda x, t: x / 0, (2,), T=50).problem
    assert "reshape(-1, 1, 8, 8)" in refused(lambda x, t: x.flatten(1), image, T=50).remedy
    assert "what more is" in refused(lambda x, t, more: x, (2,), T=50).problem
    assert refused(lambda x, t: x, None).field == "shape"
    assert refused(lambda x, t: x, (4, 8, 8), T=50).field == "shape"
    assert refused(lambda x, t: x, (2,), T=50, predicts="drift").field == "predicts"


def test_a_failure_names_the_first_time_that_works() -> None:
    linear = nn.Linear(1, 2)
    error = refused(lambda x, t: x + linear(t), (2,), T=50)
    assert "(t / schedule.T)[:, None]" in error.remedy
    assert 'time="unit"' in refused(lambda x, t: x + linear(t[:, None]), (2,), T=50).remedy
    down = nn.Conv2d(1, 1, 2, stride=2), nn.ConvTranspose2d(1, 1, 2, stride=2)

    def unet(x: Tensor, t: Tensor) -> Tensor:
        return torch.cat([x, down[1](down[0](x))], 1)[:, :1]

    assert "shape=(1, 8, 8)" in refused(unet, (1, 7, 7), T=50).remedy


def test_a_bound_method_is_that_of_a_copy() -> None:
    class Two(Rows):
        def predict_eps(self, x: Tensor, t: Tensor) -> Tensor:
            return self.forward(x, t)

    net = Two()
    model = quiet(net.predict_eps, (1, 8, 8), T=50)
    assert torch.equal(last_of(model), last_of(quiet(net, (1, 8, 8), T=50))) and net.training


def test_call_and_output_say_what_is_unusual() -> None:
    net = Labelled(3)
    model = quiet(
        net, (2,), T=50, classes=3, time="count",
        call=lambda net, x, t, c: [0, net(y=c, x=x, t=t)], output=lambda out: out[1],
    )  # fmt: skip
    usual = quiet(net, (2,), T=50, classes=3, time="count")
    assert torch.equal(last_of(model), last_of(usual))


def test_it_can_be_read_in_another_way() -> None:
    model = quiet(Rows(), (1, 8, 8), T=50)
    again = model.read_as(predicts="pred_v", range=(0, 1), time="count", clip="dynamic")
    assert again.denoiser.predicts == "v" and again.range == (0, 1) and again.clip == "dynamic"
    assert model.denoiser.predicts == "eps", "the first is as it was"
    shared = {weights.data_ptr() for weights in model.denoiser.network.parameters()}
    assert shared == {weights.data_ptr() for weights in again.denoiser.network.parameters()}
    with pytest.raises(UserError, match="no colour"):
        model.read_as(colour="blue")


class Small(nn.Module):
    """As smalldiffusion has them: called with x_0 + sigma eps and sigma (N, 1, ..., 1)."""

    input_dims = (1, 4, 4)

    def get_loss(self) -> None: ...
    def rand_input(self) -> None: ...
    def predict_eps(self) -> None: ...

    def forward(self, x: Tensor, sigma: Tensor, cond: Tensor | None = None) -> Tensor:
        assert sigma.shape == (len(x), *[1] * (x.ndim - 1))
        return x / (1 + sigma**2)  # of data N(0, 1): E[x0 | x_0 + sigma eps]


class SmallOfPoints(Small):
    input_dims = (2,)


def wrapped(kind: type, how: str) -> type:
    """As PredX0, PredV and Scaled of that library make a class of a class."""
    return type(kind.__name__ + how, (kind,), {})


def test_a_network_of_smalldiffusion_says_all_itself() -> None:
    sigmas = SimpleNamespace(sigmas=torch.logspace(-2, 1, 50))
    for net in (wrapped(Small, "PredX0")(), wrapped(wrapped(SmallOfPoints, "PredX0"), "Scaled")()):
        model = quiet(net, schedule=sigmas)
        assert model.shape == net.input_dims
        assert model.reading is not None
        assert (model.reading.predicts, model.reading.time) == ("x0", "sigma")
        assert "assumed: predicts" not in model.said
        # alpha_bar x_t / sqrt(alpha_bar) is E[x0 | x_t] of data N(0, 1).
        x_t, t = torch.randn(3, *model.shape), torch.tensor([1, 20, 50])
        wide = (-1, *[1] * len(model.shape))
        signal = model.schedule.sqrt_alpha_bar[t].float().reshape(wide)
        assert torch.allclose(model.denoiser(x_t, t), signal * x_t, atol=1e-5)
    assert quiet(wrapped(Small, "PredV")(), schedule=sigmas).reading.predicts == "v"
    assert quiet(Small(), schedule=sigmas).reading.predicts == "eps"
    with pytest.raises(UserError, match="straight path from data to noise"):
        quiet(wrapped(Small, "PredFlow")(), schedule=sigmas)


def test_the_null_class_of_smalldiffusion() -> None:
    net = Small()
    net.cond_embed = nn.Embedding(5, 2)
    net.cond_embed.null_cond = 4
    model = quiet(net, schedule=SimpleNamespace(sigmas=torch.logspace(-2, 1, 50)))
    assert model.reading is not None
    assert (model.num_classes, model.reading.null) == (4, 4)


def test_a_time_that_would_multiply_each_coordinate_is_found() -> None:
    """x * t with x (N, 2) and t (N,) would pass unnoticed if N were 2."""
    with pytest.raises(UserError, match=r"\[:, None\]"):
        quiet(lambda x, t: x * t, (2,), "linear", 50)


def standard_normal(x: Tensor, t: Tensor) -> Tensor:
    """E[eps | x_t] of data N(0, 1), on the schedule of the test below."""
    return NoiseSchedule.cosine(50).sqrt_one_minus_alpha_bar[t + 1].float()[:, None] * x


def test_the_units_of_points_are_those_in_which_the_network_is_better(tmp_path: Path) -> None:
    at, wide = torch.tensor([8.0, -3.0]), torch.tensor([4.0, 0.5])
    points = at + wide * torch.randn(3000, 2, generator=torch.Generator().manual_seed(0))
    np.savetxt(tmp_path / "mine.csv", points.numpy(), delimiter=",")
    data = open_dataset(tmp_path / "mine.csv")

    def as_in_the_file(x: Tensor, t: Tensor) -> Tensor:
        schedule = NoiseSchedule.cosine(50)
        signal = schedule.sqrt_alpha_bar[t + 1].float()[:, None]
        noise = schedule.sqrt_one_minus_alpha_bar[t + 1].float()[:, None]
        return noise * (x - signal * at) / (signal**2 * wide**2 + noise**2)

    def flipped(x: Tensor, t: Tensor) -> Tensor:
        return -as_in_the_file(x, t)

    assert "units of their file" in quiet(flipped, (2,), "cosine", 50, data=data).said
    for net, words in ((as_in_the_file, "units of their file"), (standard_normal, "standardised")):
        model = quiet(net, (2,), "cosine", 50, data=data)
        assert words in model.said
        made = model.scaling.to_data(last_of(model, steps=50, count=2000))
        assert torch.allclose(made.mean(0), at, atol=0.3)
        assert torch.allclose(made.std(0), wide, rtol=0.1)


def test_the_ddpm_of_minidiffusion_is_sampled_as_its_own_sample_does() -> None:
    ddpm = nn.Module()
    ddpm.eps_model = nn.Identity()
    ddpm.eps_model.forward = lambda x, t: x * t[:, None]
    ddpm.alphabar_t = torch.linspace(0.9999, 0.01, 51)
    model = quiet(ddpm, (2,))
    assert (model.variance, model.clip) == ("large", None)


def test_a_network_of_flow_matching_is_read_as_one() -> None:
    """It is told t/T and answers eps - x_0; here the exact answer of one point."""
    point = torch.tensor([0.4, -0.3])

    def net(x: Tensor, u: Tensor) -> Tensor:
        return (x - point) / u[:, None]

    model = wrap(net, (2,), schedule="flow", T=40, predicts="velocity", time="unit", say=None)
    assert model.denoiser.predicts == "velocity"
    for sampler in ("euler", "heun", "ddpm"):
        *_, last = run_chain(model, ChainSettings(sampler=sampler, steps=5, count=3))
        torch.testing.assert_close(last.x_s, point.expand(3, 2), atol=1e-4, rtol=0)
    with pytest.raises(UserError, match="no x0 follows from eps") as error:
        wrap(net, (2,), schedule="flow", T=40, predicts="eps", time="unit", say=None)
    assert error.value.field == "predicts"
    with pytest.raises(UserError, match="sigma is infinite") as error:
        wrap(net, (2,), schedule="flow", T=40, predicts="velocity", time="sigma", say=None)
    assert error.value.field == "time"


def test_where_variance_is_preserved_velocity_is_another_name_of_v() -> None:
    model = wrap(lambda x, t: x, (2,), schedule="cosine", T=40, predicts="velocity", say=None)
    assert model.denoiser.predicts == "v"
