"""Files as students write them, right and wrong, in many styles."""

import sys
from pathlib import Path

import pytest

from diffvis.grading.grade import grade
from diffvis.grading.verdict import exit_status

HOME = Path(__file__).parent / "students"
RIGHT = {
    "right_annotated.py": "linear_beta_schedule cosine_beta_schedule q_sample p_sample p_losses "
    "sample",
    "right_betas_only.py": "cosine_beta_schedule",
    "right_camel.py": "q_sample p_sample p_losses betas",
    "right_class.py": "linear_beta_schedule q_sample p_sample sample",
    "right_ddim.py": "ddim_step betas",
    "right_lucid.py": "q_sample p_sample p_losses predict_x0 posterior betas",
    "right_module.py": "p_sample p_losses betas",
    "right_notebook.ipynb": "q_sample betas",
    "right_numpy.py": "q_sample p_sample predict_x0 betas",
    "right_points.py": "q_sample p_sample p_losses sample betas",
    "right_tables_given.py": "q_sample p_sample predict_x0",
    "right_v.py": "q_sample p_losses betas",
}
WRONG = {
    "wrong_beta_for_alpha_bar.py": {"q_sample": "beta-for-alpha-bar", "p_losses": "no-t"},
    "wrong_clip.py": {"p_sample": "clip-x-t"},
    "wrong_ddim.py": {"ddim_step": "ddim-direction-sigma"},
    "wrong_ddim_eta.py": {"ddim_step": "ddim-sigma-not-subtracted"},
    "wrong_index.py": {"q_sample": "t-off-by-one"},
    "wrong_last_step.py": {"p_sample": "noise-in-last-step"},
    "wrong_loop.py": {"sample": "last-step-missing"},
    "wrong_loss.py": {"p_losses": "other-noise-in-loss"},
    "wrong_means.py": {"p_sample": ""},
    "wrong_no_roots.py": {"q_sample": "sqrt-forgotten"},
    "wrong_noise_root.py": {"q_sample": "noise-sqrt-forgotten"},
    "wrong_posterior.py": {"posterior": "beta-for-posterior-variance"},
    "wrong_rand.py": {"q_sample": "uniform-noise", "predict_x0": "eps-read-as-v"},
    "wrong_short_schedule.py": {"linear_beta_schedule": "betas-not-rescaled"},
    "wrong_sigma.py": {"p_sample": "variance-for-sigma"},
}


def test_every_file_is_judged_by_a_test() -> None:
    files = {path.name for path in HOME.iterdir() if path.is_file()}
    assert files == {*RIGHT, *WRONG, "unjudged_names.py"}
    assert len(files) > 20


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_found_and_called_right(name: str) -> None:
    found = grade(HOME / name)
    assert {each.function: each.status for each in found} == dict.fromkeys(
        RIGHT[name].split(), "right"
    )
    assert exit_status(found) == 0


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_and_the_rest_is_not_blamed(name: str) -> None:
    found = grade(HOME / name)
    wrong = {each.function: each.bug for each in found if each.status == "differs"}
    assert wrong == WRONG[name]
    assert exit_status(found) == 1


def test_a_person_can_say_which_function_is_which_and_what_its_parameters_are() -> None:
    path = HOME / "unjudged_names.py"
    assert [each.function for each in grade(path)] == ["betas"]
    (unknown, _) = grade(path, {"q_sample": "blend"})
    assert unknown.status == "unjudged" and "--args q_sample=" in unknown.sentence
    (told, _) = grade(path, {"q_sample": "blend"}, {"q_sample": ["x0", "t", "noise"]})
    assert told.status == "right"
    (turned, _) = grade(path, {"q_sample": "blend"}, {"q_sample": ["noise", "t", "x0"]})
    assert turned.status == "differs"


def test_the_numbers_of_a_wrong_coefficient_are_those_of_the_papers() -> None:
    wrong = next(v for v in grade(HOME / "wrong_posterior.py") if v.status == "differs")
    beta = [1e-4 + (0.02 - 1e-4) * k / 999 for k in range(2)]
    a = 1 - beta[0]
    small = beta[1] * (1 - a) / (1 - a * (1 - beta[1]))
    assert wrong.numbers["t"] == 1, "which counts from 0"
    assert wrong.numbers["ratio"] == pytest.approx(beta[1] / small, rel=1e-3)
    assert f"ratio {beta[1] / small:.3g} at t = 1" in wrong.sentence


def test_a_students_own_file_beside_it_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "my_tables.py").write_text(
        "import torch\nbetas = torch.linspace(1e-4, 0.02, 1000)\n"
    )
    (tmp_path / "main.py").write_text(
        "from my_tables import betas\nabar = (1 - betas).cumprod(0)\n"
        "def q_sample(x0, t, noise):\n    a = abar[t].view(-1, 1, 1, 1)\n"
        "    return a.sqrt() * x0 + (1 - a).sqrt() * noise\n"
    )
    try:
        assert exit_status(grade(tmp_path / "main.py")) == 0
    finally:
        sys.modules.pop("my_tables", None)
