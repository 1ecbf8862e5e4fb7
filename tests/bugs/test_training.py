"""Runs with a bug: the wrong loss beside its formula, and the mark that they bear everywhere."""

import json
from math import sqrt
from pathlib import Path

import pytest
import torch
from torch import Tensor

from diffvis.bugs.catalogue import BUGS
from diffvis.bugs.training import fault_of, with_bug
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.rendering.identity import identify_model
from diffvis.rendering.subjects.training import Training
from diffvis.training.config import FaultyConfig, bug_of, make_config
from diffvis.training.folder import RunFolder
from diffvis.training.pass_on import pass_on
from diffvis.training.run import create_run, train_run
from diffvis.viewing.run_card import run_card

DATA = "swiss-roll?n=300"
T = 20
SCHEDULE = make_schedule("linear", T)
TRAINED = [bug.name for bug in BUGS.values() if bug.training]


def config(**changes):
    values = {
        "data": DATA, "network": "mlp", "timesteps": T, "schedule": "linear", "steps": 6,
        "batch_size": 32, "validate_every": 3, "preview_every": 3, "device": "cpu",
        "precision": "float32",
    }  # fmt: skip
    return make_config({**values, **changes})


class Zero:
    """A denoiser that answers with nothing, so that the loss is that of the target alone."""

    predicts = "eps"

    def __init__(self) -> None:
        self.seen: Tensor | None = None

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        self.seen = x_t
        return torch.zeros_like(x_t)


def made(name: str) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """x_0, eps, t, what the network was shown, and the loss per sample."""
    draw = torch.Generator().manual_seed(3)
    x0, eps = (torch.randn((T, 2), generator=draw) for _ in range(2))
    t, denoiser = torch.arange(1, T + 1), Zero()
    loss = fault_of(with_bug(config(), name)).loss(denoiser, SCHEDULE, x0, t, eps, None)
    return x0, eps, t, denoiser.seen, loss


def numbers(t: int) -> tuple[float, float]:
    """alpha_bar and beta at t, from beta alone."""
    beta = SCHEDULE.beta.tolist()
    kept = 1.0
    for b in beta[1 : t + 1]:
        kept *= 1 - b
    return kept, beta[t]


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("beta-for-alpha-bar", lambda t: (sqrt(1 - numbers(t)[1]), sqrt(numbers(t)[1]), 0)),
        ("sqrt-forgotten", lambda t: (numbers(t)[0], 1 - numbers(t)[0], 0)),
        ("noise-sqrt-forgotten", lambda t: (sqrt(numbers(t)[0]), 1 - numbers(t)[0], 0)),
        (
            "t-off-by-one",
            lambda t: (
                sqrt(numbers(t - 1 or T)[0]), sqrt(1 - numbers(t - 1 or T)[0]), 0,
            ),
        ),
        (
            "data-in-0-1",
            lambda t: (
                sqrt(numbers(t)[0]) / 2, sqrt(1 - numbers(t)[0]), sqrt(numbers(t)[0]) / 2,
            ),
        ),
    ],
)  # fmt: skip
def test_the_network_is_shown_what_the_wrong_formula_says(name: str, factors) -> None:
    x0, eps, t, seen, _ = made(name)
    for k in t.tolist():
        signal, noise, offset = factors(k)
        assert torch.allclose(
            seen[k - 1], signal * x0[k - 1] + noise * eps[k - 1] + offset, atol=1e-5
        )


def test_the_loss_of_other_noise_and_of_uniform_noise() -> None:
    x0, eps, _, seen, loss = made("other-noise-in-loss")
    assert torch.allclose(loss, eps.roll(1, 0).square().mean(1))
    a = torch.tensor([numbers(t)[0] for t in range(1, T + 1)])[:, None]
    assert torch.allclose(seen, a.sqrt() * x0 + (1 - a).sqrt() * eps, atol=1e-5), "which is sound"
    _, eps, _, _, loss = made("uniform-noise")
    share = (1 + torch.erf(eps / sqrt(2))) / 2
    assert torch.allclose(loss, share.square().mean(1), atol=1e-5)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A short run with each bug."""
    home = tmp_path_factory.mktemp("runs")
    found = {}
    for name in TRAINED:
        if name != "data-in-0-1":
            found[name] = home / f"with-{name}"
            train(found[name], with_bug(config(), name))
    return found


def train(path: Path, wanted, resume: bool = False) -> None:
    dataset = open_dataset(DATA)
    folder = RunFolder.open(path) if resume else create_run(path, wanted, dataset)
    run = train_run(wanted, folder, resume=resume, dataset=dataset, fault=fault_of(wanted))
    for _ in run:
        pass
    run.close()


def test_a_run_with_a_bug_says_so_wherever_it_is_seen(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    for name, path in runs.items():
        assert bug_of(RunFolder.open(path).config) == name
        assert json.loads((path / "run.json").read_text())["config"]["bug"] == name
        model = open_model(path)
        assert model.name == f"with-{name} (BUG {name})"
        assert name in identify_model(model)["name"], "and so in recipes"
        assert run_card(path).name == f"with-{name} (BUG {name})"
        training = Training.open(path)
        assert training.name.endswith(f"-bug-{name}")
        assert training.sources()["config"]["bug"] == name
    given = pass_on(runs["no-t"], tmp_path / "given")
    assert "BUG no-t" in (given / "card.md").read_text()
    assert open_model(given).name == "given (BUG no-t)"


def test_a_network_without_t_ignores_it_also_when_it_is_opened_later(runs: dict[str, Path]) -> None:
    x, times = torch.randn(5, 2), (torch.full((5,), t) for t in (1, T))
    first, last = (open_model(runs["no-t"]).denoiser(x, t) for t in times)
    assert torch.equal(first, last)
    times = (torch.full((5,), t) for t in (1, T))
    first, last = (open_model(runs["ema-unused"]).denoiser(x, t) for t in times)
    assert not torch.equal(first, last)


def test_without_an_average_the_last_weights_are_sampled(runs: dict[str, Path]) -> None:
    from diffvis.models.weights import read_checkpoint

    newest = RunFolder.open(runs["ema-unused"]).checkpoints()[0]
    _, tensors = read_checkpoint(newest)
    for name, weights in tensors.items():
        if name.startswith("network."):
            assert torch.equal(weights, tensors[name.replace("network.", "ema.", 1)])


def test_betas_for_a_thousand_steps(runs: dict[str, Path]) -> None:
    beta = open_model(runs["betas-not-rescaled"]).schedule.beta[1:]
    assert torch.allclose(beta, torch.linspace(1e-4, 0.02, T, dtype=torch.float64))


def test_a_run_goes_on_with_its_bug_and_not_without_or_with_another(tmp_path: Path) -> None:
    path = tmp_path / "run"
    train(path, with_bug(config(), "no-t"))
    longer = RunFolder.open(path).config.changed(steps=9)
    assert bug_of(longer) == "no-t"
    train(path, longer, resume=True)
    assert open_model(path).steps == 9
    for other in (with_bug(longer, ""), with_bug(longer, "sqrt-forgotten")):
        with pytest.raises(UserError, match="begun with the bug no-t"):
            train(path, other.changed(steps=12), resume=True)
    with pytest.raises(UserError, match="the run has the bug no-t in its code"):
        train_run(longer, RunFolder.open(path), resume=True, dataset=open_dataset(DATA))


def test_no_setting_makes_a_bug() -> None:
    with pytest.raises(UserError, match="no training setting called bug"):
        config(bug="no-t")
    with pytest.raises(UserError, match="no training setting called bug"):
        config().changed(bug="no-t")
    assert not isinstance(with_bug(config(), ""), FaultyConfig)


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("clip-x-t", {}, "no run can be trained with clip-x-t"),
        ("no-t", {"loss": "min-snr"}, "simple loss"),
        ("betas-not-rescaled", {"timesteps": 1000}, "T = 1,000 needs no other betas"),
    ],
)
def test_what_no_run_can_have_is_refused(name: str, changes: dict, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        with_bug(config(**changes), name)
