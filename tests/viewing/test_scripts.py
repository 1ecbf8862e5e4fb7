"""The scripts that are copied run, are short, and make the numbers of the program.

A script's ellipses are filled in as a person would; it and the one with diffvis are then run in
namespaces of their own, and what they have made is compared.
"""

import re
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import diffvis
from diffvis.bugs.training import with_bug
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import SCHEDULE_KINDS, Guided, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.models.model import exact_model, open_model
from diffvis.models.sampleable import Model
from diffvis.rendering.origin import choose_samples
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.chain import plan_chain, run_chain
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.loop import train_step
from diffvis.training.state import new_state
from diffvis.viewing import scripts
from diffvis.viewing.scripts.forward import Noised
from diffvis.viewing.scripts.writing import MOST_LINES


def ran(text: str, **filled: Any) -> dict[str, Any]:
    """The namespace after a script whose ``name = ...`` are filled in."""
    space = {"__name__": "__main__", **{f"given_{name}": value for name, value in filled.items()}}
    for name in filled:
        text, count = re.subn(rf"^{name} = \.\.\..*$", f"{name} = given_{name}", text, flags=re.M)
        assert count == 1, f"{name} is not asked for in\n{text}"
    exec(compile(text, "<script>", "exec"), space)
    return space


def plain(text: str) -> str:
    """It needs diffvis for nothing but what nobody has put in."""
    lines = text.splitlines()
    for place in [place for place, line in enumerate(lines) if "import diffvis" in line]:
        assert lines[place - 1].endswith(
            "is ...:  # nothing was put in: what is on screen, by diffvis"
        )
    assert len(text.splitlines()) <= MOST_LINES, f"{len(text.splitlines())} lines:\n{text}"
    return text


def short(text: str) -> str:
    assert len([line for line in text.splitlines() if line]) <= 5, text
    return text


CHAINS: list[dict[str, Any]] = [
    {"sampler": "ddpm"},
    {"sampler": "ddpm", "steps": 9, "variance": "large", "clip": "none"},
    {"sampler": "ddim", "steps": 7, "label": 3, "guidance": 2.5, "seed": 2**40 + 5},
    {"sampler": "ddim", "steps": 12, "eta": 0.7, "label": EVERY_CLASS, "noise": "together"},
    {"sampler": "dpm-solver", "steps": 8, "clip": "dynamic", "shift": 2.0},
    {"sampler": "heun", "steps": 8, "label": EVERY_CLASS},
    {"sampler": "heun", "steps": 8, "slopes": "t", "seed": 4},
    {"sampler": "euler", "steps": 9, "seed": 2},
    {"sampler": "euler-maruyama", "steps": 25, "sde_noise": 0.7},
    {"sampler": "ode", "steps": 3, "tolerance": 1e-2, "count": 2},
    {"sampler": "predictor-corrector", "steps": 6, "corrections": 2},
    {"sampler": "predictor-corrector", "steps": 6, "predictor": "ddim"},
    {"sampler": "langevin", "steps": 6, "updates": 3},
    {"sampler": "langevin", "steps": 3, "level": 40, "noise": "together"},
    {"sampler": "churn", "steps": 12, "gamma": 0.2, "churn_from": 0.1, "churn_to": 20.0},
]


def words(chosen: dict[str, Any]) -> str:
    return " ".join(map(str, chosen.values()))


@pytest.mark.parametrize("chosen", CHAINS, ids=words)
def test_a_chain(chosen: dict[str, Any]) -> None:
    model = open_model("digits")
    settings = ChainSettings(**{"count": 5, "seed": 7, **chosen})
    with_torch = plain(scripts.reverse_script(model, settings))
    made = ran(with_torch, net=model.denoiser.network)["x"]
    with_diffvis = ran(short(scripts.short_reverse_script(model, settings)))["chain"].x0
    *_, last = run_chain(model, settings)
    torch.testing.assert_close(made, last.x_s, rtol=0, atol=2e-4)
    torch.testing.assert_close(with_diffvis, last.x_s, rtol=0, atol=2e-4)


def test_a_chain_that_another_network_guides() -> None:
    model = open_model("digits")
    weak = deepcopy(model.denoiser.network)
    with torch.no_grad():
        for weights in weak.parameters():
            weights.mul_(0.97)
    settings = ChainSettings(
        sampler="ddim", steps=4, count=3, label=2, guidance=1.5, guide_by="digits", clip="none"
    )
    text = plain(scripts.reverse_script(model, settings))
    made = ran(text, net=model.denoiser.network, weak=weak)["x"]
    plan = plan_chain(model, settings)
    denoiser = Guided(model.denoiser, 1.5, replace(model.denoiser, network=weak))
    *_, last = replace(plan, denoiser=denoiser).walk()
    torch.testing.assert_close(made, last.x_s, rtol=0, atol=2e-4)
    *_, own = plan.walk()  # by itself: nothing is pushed
    torch.testing.assert_close(ran(text)["x"], own.x_s, rtol=0, atol=2e-4)
    assert (own.x_s - last.x_s).abs().max() > 0.02


def test_what_nobody_puts_in_is_what_is_on_screen() -> None:
    """The scripts as they are copied."""
    settings = ChainSettings(sampler="ddim", steps=3, count=4)
    for model in (
        open_model("digits"),
        exact_model(open_dataset("moons"), make_schedule("cosine", 9), 50),
    ):
        *_, last = run_chain(model, settings)
        made = ran(scripts.reverse_script(model, settings))["x"]
        torch.testing.assert_close(made, last.x_s, rtol=0, atol=2e-4)
    data, schedule = open_dataset("digits"), make_schedule("cosine", 40)
    noised = Noised(data, [4, 9], schedule, t=17, seed=5)
    made = ran(scripts.forward_script(noised))["x_t"]
    again = ran(scripts.short_forward_script(noised))["x_t"]
    torch.testing.assert_close(made, again, rtol=0, atol=1e-5)


def test_what_is_kept_nowhere_is_asked_for() -> None:
    model = diffvis.wrap(Own(), shape=(1, 4, 4), schedule=torch.linspace(1e-3, 0.1, 20), say=None)
    asks = "net is missing: in place of its three dots, put in your network: net\\(x, t, labels\\)"
    with pytest.raises(SystemExit, match=asks):
        ran(scripts.reverse_script(model, ChainSettings()))
    data = open_dataset("digits")
    config = preset_for(data).changed(conditional=True)
    with pytest.raises(SystemExit, match=r"put in your nn\.Module: net"):  # the data are there
        ran(scripts.training_script(config, data))
    config = config.changed(steps=1, batch_size=4)
    net = new_state(config.changed(device="cpu"), data).network
    made = ran(scripts.training_script(config, data), net=net)
    assert torch.equal(made["data"], data.x0(data.train))
    assert torch.equal(made["classes"], data.labels[data.train])


def test_every_sampler_that_comes_with_it_can_be_copied() -> None:
    model = open_model("digits")
    assert set(SAMPLERS) == {chosen["sampler"] for chosen in CHAINS}
    for name in SAMPLERS:
        assert scripts.reverse_script(model, ChainSettings(sampler=name))


@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_a_chain_of_the_exact_denoiser(sampler: str) -> None:
    data = open_dataset("moons", n=300)
    model = exact_model(data, make_schedule("linear", 30), limit=100)
    settings = ChainSettings(sampler=sampler, count=40, seed=3)
    text = plain(scripts.reverse_script(model, settings))
    made = ran(text, data=model.denoiser.x0)["x"]
    *_, last = run_chain(model, settings)
    torch.testing.assert_close(made, last.x_s, rtol=0, atol=2e-4)
    again = ran(short(scripts.short_reverse_script(model, settings)))["chain"].x0
    torch.testing.assert_close(again, last.x_s, rtol=0, atol=1e-5)


class Own(nn.Module):
    """A network of one's own, told t from 0 on, that predicts v of images in 0..1."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return 0.5 * x / (1 + t[:, None, None, None].float() / 10)


def test_a_chain_of_a_network_of_ones_own() -> None:
    how: dict[str, Any] = {"shape": (1, 4, 4), "schedule": torch.linspace(1e-3, 0.1, 20)}
    model = diffvis.wrap(Own(), **how, predicts="v", range=(0, 1), say=None)
    settings = ChainSettings(sampler="ddpm", count=3, seed=1)
    text = plain(scripts.reverse_script(model, settings))
    assert "net = lambda x, t, labels: mine(x, t - 1)" in text
    mine = Own()
    made = ran(text, net=lambda x, t, labels: mine(x, t - 1))["x"]
    *_, last = run_chain(model, settings)
    torch.testing.assert_close(made, last.x_s, rtol=0, atol=1e-4)
    shorter = short(scripts.short_reverse_script(model, settings))
    space: dict[str, Any] = {"net": Own()}
    exec(shorter, space)
    torch.testing.assert_close(space["chain"].x0, last.x_s, rtol=0, atol=1e-5)


def test_a_learned_variance() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            return torch.cat([0.3 * x, torch.tanh(x)], 1)

    base = open_model("digits")
    denoiser = replace(base.denoiser, network=Two(), learns_variance=True)
    model: Model = replace(base, denoiser=denoiser, num_classes=0, classes=())
    settings = ChainSettings(sampler="ddpm", steps=20, count=4, seed=2, variance="learned")
    made = ran(plain(scripts.reverse_script(model, settings)), net=Two())["x"]
    *_, last = run_chain(model, settings)
    torch.testing.assert_close(made, last.x_s, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", [*SCHEDULE_KINDS, "custom"])
@pytest.mark.parametrize("T", [1, 12, 1000])
def test_a_schedule(kind: str, T: int) -> None:
    own = torch.rand(T, generator=torch.Generator().manual_seed(1)) * 0.05 + 0.001
    schedule = NoiseSchedule.from_betas(own) if kind == "custom" else make_schedule(kind, T)
    made = ran(plain(scripts.schedule_script(schedule)))
    torch.testing.assert_close(made["beta"], schedule.beta, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(made["alpha_bar"], schedule.alpha_bar, rtol=1e-10, atol=0)
    variance = schedule.posterior_variance
    torch.testing.assert_close(made["posterior_variance"], variance, rtol=1e-9, atol=1e-18)
    again = ran(short(scripts.short_schedule_script(schedule)))["schedule"]
    assert torch.equal(again.beta, schedule.beta)


@pytest.mark.parametrize("walks", [False, True], ids=["jump", "walk"])
@pytest.mark.parametrize("source", ["digits", "moons?n=60"])
def test_noising(source: str, walks: bool) -> None:
    data, schedule = open_dataset(source), make_schedule("cosine", 40)
    index = list(range(3, 12)) if walks else [4, 9, 11]
    noised = Noised(data, index, schedule, t=17, seed=5, walks=walks)
    made = ran(plain(scripts.forward_script(noised)), x0=data.x0(index))["x_t"]
    again = ran(short(scripts.short_forward_script(noised)))["x_t"]
    torch.testing.assert_close(made, again, rtol=0, atol=1e-5)
    if not walks:
        origin = choose_samples(data, 3, 4, 5)
        assert torch.equal(origin.eps[0], ran(scripts.short_forward_script(noised))["eps"][0])


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("moons", {"predict": "eps", "warmup": 1, "weight_decay": 0.1}),
    ("moons", {"predict": "v", "loss": "min-snr", "optimizer": "adam", "gradient_clip": 0.0}),
    ("digits", {"predict": "x0", "conditional": True, "lr_schedule": "constant"}),
    ("moons", {"predict": "velocity", "schedule": "flow"}),
    ("moons", {"predict": "v", "zero_snr": True}),
    ("moons", {"predict": "score", "schedule": "ve"}),
]


@pytest.mark.parametrize(("source", "chosen"), STEPS, ids=lambda value: str(value)[:24])
def test_a_training_step(source: str, chosen: dict[str, Any]) -> None:
    """Three steps of the script's function and of the program's loop, with the same noise."""
    data = open_dataset(source)
    config = preset_for(data).changed(
        device="cpu", precision="float32", steps=4, batch_size=16, timesteps=50, ema_decay=0.9,
        **chosen,
    )  # fmt: skip
    state = new_state(config, data)
    given: dict[str, Any] = {"net": state.network, "data": data.x0(data.train)}
    labelled = config.conditional
    if labelled:
        assert data.labels is not None
        given["classes"] = data.labels[data.train]
    text = plain(scripts.training_script(config, data))
    text = text.replace("for number in range(steps):", "for number in range(0):")
    text = text.replace("ema = copy", "net = copy.deepcopy(net); ema = copy")
    made = ran(text, **given)
    for number in range(3):
        x0 = data.x0(data.train[16 * number : 16 * number + 16])
        labels = data.labels[data.train[16 * number : 16 * number + 16]] if labelled else None
        noise = state.generators.noise.clone_state()
        step, seen = watched(state, x0, labels)
        eps = torch.randn(x0.shape, generator=noise)
        arguments = (number, x0, step.t, eps, *([seen] if labelled else []))
        loss = made["train_step"](*arguments)
        assert loss == pytest.approx(float(step.loss), rel=1e-4)
    for ours, theirs in zip(made["net"].parameters(), state.network.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-4)
    for ours, theirs in zip(made["ema"].parameters(), state.ema.module.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-4)


def watched(state: Any, x0: Tensor, labels: Tensor | None) -> tuple[Any, Tensor | None]:
    """A step, and the labels as the network saw them: some are hidden from it."""
    seen: list[Tensor | None] = []
    hook = state.network.register_forward_pre_hook(lambda _net, given: seen.append(given[2]))
    step = train_step(state, x0, labels)
    hook.remove()
    return step, seen[0]


def test_the_script_of_a_run_trains() -> None:
    data = open_dataset("moons")
    config = preset_for(data).changed(steps=3, batch_size=8)
    text = plain(scripts.training_script(config, data))
    net = new_state(config, data).network
    before = [weight.clone() for weight in net.parameters()]
    ran(text, net=net, data=data.x0())
    assert any(not torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))
    shorter = short(scripts.short_training_script(config, data))
    run = ran(shorter.replace("import diffvis", "import diffvis", 1))["run"]
    assert run.step == 3 and run.config.batch_size == 8


@pytest.mark.parametrize(
    "made",
    [torch.linspace(1e-4, 0.02, 1000), torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2],
    ids=["linear", "scaled-linear"],
)
def test_betas_of_other_libraries_are_a_line_not_a_table(made: Tensor) -> None:
    schedule = NoiseSchedule.from_betas(made.double().tolist())
    text = plain(scripts.schedule_script(schedule))
    assert max(map(len, text.splitlines())) < 120
    assert torch.equal(ran(text)["beta"], schedule.beta)


def test_what_no_script_can_hold_is_said() -> None:
    model = open_model("digits")
    beginning = Beginning(torch.zeros(1, 8, 8), 100, "sample 3")
    for make in (scripts.reverse_script, scripts.short_reverse_script):
        with pytest.raises(UserError, match="from sample 3 at t = 100"):
            make(model, ChainSettings(), beginning)
    data = open_dataset("moons")
    with pytest.raises(UserError, match="hybrid takes more than a page"):
        scripts.training_script(preset_for(data).changed(loss="hybrid"), data)
    for make in (scripts.training_script, scripts.short_training_script):
        with pytest.raises(UserError, match="has the bug no-t"):
            make(with_bug(preset_for(data), "no-t"), data)
