"""The samplers of ``diffusers`` take the same steps, run side by side by the benchmark."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "deviation_from_diffusers.py"


@pytest.fixture(scope="module")
def comparison() -> ModuleType:
    pytest.importorskip("diffusers")
    spec = importlib.util.spec_from_file_location("deviation_from_diffusers", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


SCHEDULES = ("linear", "quadratic", "cosine", "sigmoid")
SAMPLERS = (
    "ddpm small",
    "ddpm large",
    "ddpm learned",
    "ddim 0",
    "ddim 0.5",
    "ddim 1",
    "dpm-solver++ 2m",
)
PREDICTIONS = ("eps", "x0", "v")


def test_every_combination_is_tried(comparison: ModuleType) -> None:
    tried = {(case.schedule, case.sampler, case.predicts) for case in comparison.cases()}
    chains = {(a, b, c) for a in SCHEDULES for b in SAMPLERS for c in PREDICTIONS}
    tables = {
        (a, *b) for a in SCHEDULES for b in (("betas", "eps"), ("noise", "eps"), ("noise", "v"))
    }
    assert tried == chains | tables


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_betas_noised_and_v(comparison: ModuleType, schedule: str) -> None:
    case = comparison.Case(schedule, "betas", "eps", None, "every t", ())
    assert comparison.deviation(case) < 1e-6
    for predicts in ("eps", "v"):
        case = comparison.Case(schedule, "noise", predicts, None, "every t", ())
        assert comparison.deviation(case) < 1e-5


@pytest.mark.parametrize("predicts", PREDICTIONS)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_strided_chains(comparison: ModuleType, schedule: str, sampler: str, predicts: str) -> None:
    """Two of the six clips and spacings each, in turn; the benchmark runs all of them."""
    wanted = (schedule, sampler, predicts)
    turn = SCHEDULES.index(schedule) + SAMPLERS.index(sampler) + PREDICTIONS.index(predicts)
    cases = [
        case
        for case in comparison.cases()
        if (case.schedule, case.sampler, case.predicts) == wanted and len(case.times) < 60
    ]
    assert len(cases) == 6
    for case in cases[turn % 3 :: 3]:
        assert comparison.deviation(case) < 1e-5, str(case)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_all_thousand_steps(comparison: ModuleType, sampler: str) -> None:
    index = SAMPLERS.index(sampler)
    schedule, predicts = SCHEDULES[index % 4], PREDICTIONS[index % 3]
    clip = (None, "static", "dynamic")[index % 3]
    case = comparison.Case(
        schedule, sampler, predicts, clip, "all steps", tuple(range(1000, -1, -1))
    )
    assert case in set(comparison.cases())
    assert comparison.deviation(case) < 1e-5


def test_in_float32_they_differ_by_rounding_only(comparison: ModuleType) -> None:
    """Their float32 tables hold the first steps' 1 - alpha_bar to three digits."""
    for case in comparison.cases():
        if case.schedule == "linear" and case.predicts == "x0" and case.spacing == "leading":
            assert comparison.deviation(case, torch.float32) < 1e-3, str(case)
