"""Each bug of the catalogue, put into each function in which it can stand, is named."""

from pathlib import Path

import pytest

from diffvis.bugs.catalogue import BUGS
from diffvis.grading.grade import grade

SOUND = """
import math
import torch
import torch.nn.functional as F

T = 400
betas = torch.linspace(1e-4, 0.02, T) * 1000 / T
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)


def at(table, t):
    return table[t].view(-1, 1, 1, 1)


def linear_beta_schedule(timesteps):
    return torch.linspace(1e-4, 0.02, timesteps) * 1000 / timesteps


def cosine_beta_schedule(T):
    f = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
    return torch.tensor([min(1 - b / a, 0.999) for a, b in zip(f, f[1:])])


def q_sample(x0, t):
    eps = torch.randn_like(x0)  # q
    return at(abar, t).sqrt() * x0 + (1 - at(abar, t)).sqrt() * eps  # q


def p_losses(model, x0):
    t = torch.randint(0, T, (len(x0),))
    noise = torch.randn_like(x0)  # l
    x_t = at(abar, t).sqrt() * x0 + (1 - at(abar, t)).sqrt() * noise  # l
    return F.mse_loss(model(x_t, t), noise)  # l


def predict_x0(x_t, t, eps):
    return (x_t - (1 - at(abar, t)).sqrt() * eps) / at(abar, t).sqrt()  # x


def posterior(x0, x_t, t):
    before = torch.where(t > 0, abar[t - 1], torch.ones(())).view(-1, 1, 1, 1)  # r
    b, a = at(betas, t), at(abar, t)
    mean = before.sqrt() * b / (1 - a) * x0 + (1 - b).sqrt() * (1 - before) / (1 - a) * x_t
    return mean, b * (1 - before) / (1 - a)  # r


def p_sample(model, x, t):
    eps = model(x, torch.full((len(x),), t))  # p
    mean = (x - betas[t] / (1 - abar[t]).sqrt() * eps) / alphas[t].sqrt()  # p
    if t > 0:  # p
        mean = mean + betas[t].sqrt() * torch.randn_like(x)  # p
    return mean  # p


def ddim_step(model, x, t, s, eta=0.0):
    a, a_s = abar[t], abar[s]  # d
    eps = model(x, torch.full((len(x),), t))  # d
    x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()  # d
    sigma = eta * ((1 - a_s) / (1 - a) * (1 - a / a_s)).sqrt()
    z = torch.randn_like(x)
    return a_s.sqrt() * x0 + (1 - a_s - sigma**2).sqrt() * eps + sigma * z  # d


def sample(model, shape):
    model.eval()
    x = torch.randn(shape)
    for t in reversed(range(T)):
        x = p_sample(model, x, t)
    return x
"""
ABAR_L = "x_t = at(abar, t).sqrt() * x0 + (1 - at(abar, t)).sqrt() * noise  # l"
ABAR_Q = "at(abar, t).sqrt() * x0 + (1 - at(abar, t)).sqrt() * eps  # q"
MEAN = "mean = (x - betas[t] / (1 - abar[t]).sqrt() * eps) / alphas[t].sqrt()  # p"
LAST = "return a_s.sqrt() * x0 + (1 - a_s - sigma**2).sqrt() * eps + sigma * z  # d"
ASKED_P = "eps = model(x, torch.full((len(x),), t))  # p"
ASKED_D = "eps = model(x, torch.full((len(x),), t))  # d"
PUT: dict[tuple[str, str], tuple[str, str]] = {
    ("beta-for-alpha-bar", "q_sample"): (
        ABAR_Q, "(1 - at(betas, t)).sqrt() * x0 + at(betas, t).sqrt() * eps",
    ),
    ("beta-for-alpha-bar", "p_losses"): (
        ABAR_L, "x_t = (1 - at(betas, t)).sqrt() * x0 + at(betas, t).sqrt() * noise",
    ),
    ("sqrt-forgotten", "q_sample"): (ABAR_Q, "at(abar, t) * x0 + (1 - at(abar, t)) * eps"),
    ("sqrt-forgotten", "p_losses"): (ABAR_L, "x_t = at(abar, t) * x0 + (1 - at(abar, t)) * noise"),
    ("noise-sqrt-forgotten", "q_sample"): (
        ABAR_Q, "at(abar, t).sqrt() * x0 + (1 - at(abar, t)) * eps",
    ),
    ("noise-sqrt-forgotten", "p_losses"): (
        ABAR_L, "x_t = at(abar, t).sqrt() * x0 + (1 - at(abar, t)) * noise",
    ),
    ("no-t", "p_losses"): ("model(x_t, t)", "model(x_t)"),
    ("no-t", "p_sample"): (ASKED_P, "eps = model(x)"),
    ("no-t", "ddim_step"): (ASKED_D, "eps = model(x, torch.zeros(len(x)))"),
    ("t-off-by-one", "q_sample"): (ABAR_Q, ABAR_Q.replace("t)", "t - 1)")),
    ("t-off-by-one", "p_losses"): (ABAR_L, ABAR_L.replace("t)", "t - 1)")),
    ("t-off-by-one", "p_sample"): (MEAN, MEAN.replace("abar[t]", "abar[t - 1]")),
    ("t-off-by-one", "ddim_step"): ("abar[t], abar[s]  # d", "abar[t - 1], abar[s - 1]"),
    ("t-off-by-one", "predict_x0"): ("at(abar, t)).sqrt() * eps) / at(abar, t)",
                                     "at(abar, t - 1)).sqrt() * eps) / at(abar, t - 1)"),
    ("t-off-by-one", "posterior"): (
        "torch.where(t > 0, abar[t - 1], torch.ones(())).view(-1, 1, 1, 1)", "at(abar, t - 1)",
    ),
    ("betas-not-rescaled", "linear_beta_schedule"): (" * 1000 / timesteps", ""),
    ("other-noise-in-loss", "p_losses"): (
        "model(x_t, t), noise)", "model(x_t, t), torch.randn_like(x0))",
    ),
    ("uniform-noise", "q_sample"): ("eps = torch.randn_like(x0)  # q", "eps = torch.rand_like(x0)"),
    ("uniform-noise", "p_losses"): ("torch.randn_like(x0)  # l", "torch.rand(x0.shape)"),
    ("uniform-noise", "p_sample"): ("torch.randn_like(x)  # p", "torch.rand_like(x)"),
    ("cosine-not-clipped", "cosine_beta_schedule"): ("min(1 - b / a, 0.999)", "1 - b / a"),
    ("noise-in-last-step", "p_sample"): ("if t > 0:  # p", "if True:"),
    ("last-step-missing", "sample"): ("reversed(range(T))", "range(T - 1, 0, -1)"),
    ("train-mode", "sample"): ("model.eval()", "model.train()"),
    ("network-told-s", "p_sample"): (ASKED_P, "eps = model(x, torch.full((len(x),), t - 1))"),
    ("network-told-s", "ddim_step"): (ASKED_D, "eps = model(x, torch.full((len(x),), s))"),
    ("variance-for-sigma", "p_sample"): ("betas[t].sqrt() * torch.randn", "betas[t] * torch.randn"),
    ("variance-for-sigma", "ddim_step"): ("sigma * z", "sigma**2 * z"),
    ("beta-for-posterior-variance", "posterior"): ("b * (1 - before) / (1 - a)  # r", "b"),
    ("alpha-for-its-root", "p_sample"): (MEAN, MEAN.replace("alphas[t].sqrt()", "alphas[t]")),
    ("eps-without-root", "p_sample"): (MEAN, MEAN.replace("(1 - abar[t]).sqrt()", "(1 - abar[t])")),
    ("ddim-direction-sigma", "ddim_step"): (
        LAST, LAST.replace("(1 - a_s - sigma**2).sqrt()", "sigma"),
    ),
    ("ddim-sigma-not-subtracted", "ddim_step"): (LAST, LAST.replace(" - sigma**2", "")),
    ("clip-x-t", "p_sample"): ("return mean  # p", "return mean.clamp(-1, 1)"),
    ("clip-x-t", "ddim_step"): (
        LAST, LAST.replace("return ", "return (").replace("  # d", ").clamp(-1, 1)"),
    ),
    ("eps-read-as-v", "predict_x0"): (
        "(x_t - (1 - at(abar, t)).sqrt() * eps) / at(abar, t).sqrt()",
        "at(abar, t).sqrt() * x_t - (1 - at(abar, t)).sqrt() * eps",
    ),
    ("eps-read-as-v", "ddim_step"): (
        "x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()", "x0 = a.sqrt() * x - (1 - a).sqrt() * eps",
    ),
    ("eps-read-as-v", "p_sample"): (
        MEAN,
        "p = abar[t - 1] if t else torch.ones(())"
        "\n    x0 = abar[t].sqrt() * x - (1 - abar[t]).sqrt() * eps"
        "\n    mean = (p.sqrt() * betas[t] * x0 + alphas[t].sqrt() * (1 - p) * x) / (1 - abar[t])",
    ),
}  # fmt: skip


def judged(text: str, folder: Path) -> dict[str, tuple[str, str]]:
    path = folder / "student.py"
    path.write_text(text)
    return {each.function: (each.status, each.bug) for each in grade(path)}


def test_the_sound_file_is_right_in_all_that_it_has(tmp_path: Path) -> None:
    found = judged(SOUND, tmp_path)
    assert set(found.values()) == {("right", "")}
    assert set(found) == {function for _, function in PUT}


def test_the_catalogue_promises_what_is_tried_here() -> None:
    promised = {(bug.name, function) for bug in BUGS.values() for function in bug.functions}
    assert promised == set(PUT)


@pytest.mark.parametrize(("bug", "function"), PUT)
def test_a_bug_that_is_put_into_a_function_is_named(
    bug: str, function: str, tmp_path: Path
) -> None:
    old, new = PUT[bug, function]
    assert SOUND.count(old) == 1
    found = judged(SOUND.replace(old, new), tmp_path)
    assert found.pop(function) == ("differs", bug)
    if function != "p_sample":  # which the loop is made of
        assert set(found.values()) == {("right", "")}, "nothing else is blamed"
