"""What a network predicts is told by the loss, and the steps are judged as they read it."""

from pathlib import Path

import pytest

from diffvis.grading.grade import grade

FILE = """
import torch
import torch.nn.functional as F

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)


def at(table, t):
    return table[t].view(-1, 1, 1, 1)


def p_losses(model, x0, t):
    noise = torch.randn_like(x0)
    a = at(abar, t)
    v = a.sqrt() * noise - (1 - a).sqrt() * x0
    return F.mse_loss(model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t), TARGET)


def p_sample(model, x, t):
    said = model(x, torch.full((len(x),), t))
    a, p = abar[t], abar[t - 1] if t else torch.ones(())
    x0 = (X0).clamp(-1, 1)
    mean = (p.sqrt() * betas[t] * x0 + alphas[t].sqrt() * (1 - p) * x) / (1 - a)
    return mean if t == 0 else mean + betas[t].sqrt() * torch.randn_like(x)
"""
X0 = {
    "noise": "(x - (1 - a).sqrt() * said) / a.sqrt()",
    "v": "a.sqrt() * x - (1 - a).sqrt() * said",
    "x0": "said",
}


def judged(tmp_path: Path, text: str) -> dict[str, tuple[str, str]]:
    path = tmp_path / "student.py"
    path.write_text(text)
    return {each.function: (each.status, each.bug) for each in grade(path)}


@pytest.mark.parametrize("read", X0)
@pytest.mark.parametrize("target", X0)
def test_a_step_has_to_read_what_the_loss_has_trained(
    tmp_path: Path, target: str, read: str
) -> None:
    found = judged(tmp_path, FILE.replace("TARGET", target).replace("X0", X0[read]))
    assert found["p_losses"] == ("right", "")
    if target == read:
        assert found["p_sample"] == ("right", "")
    else:
        named = "eps-read-as-v" if {target, read} == {"noise", "v"} else ""
        assert found["p_sample"] == ("differs", named)


@pytest.mark.parametrize("read", X0)
def test_without_a_loss_a_step_may_read_any_of_them(tmp_path: Path, read: str) -> None:
    text = FILE.replace("X0", X0[read])
    text = text[: text.index("def p_losses")] + text[text.index("def p_sample") :]
    assert judged(tmp_path, text)["p_sample"] == ("right", "")


def test_a_loss_that_is_weighted_is_not_blamed(tmp_path: Path) -> None:
    text = FILE.replace("TARGET)", "noise) * 0.37").replace("X0", X0["noise"])
    assert judged(tmp_path, text)["p_losses"] == ("unjudged", "")


def test_a_package_that_is_not_here_does_not_take_the_rest_along(tmp_path: Path) -> None:
    text = "import einops_of_nobody\nfrom tqdm_of_nobody import tqdm\n" + FILE
    found = judged(tmp_path, text.replace("TARGET", "noise").replace("X0", X0["noise"]))
    assert set(found.values()) == {("right", "")}
