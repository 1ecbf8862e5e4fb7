"""The right reading of a network is found from a wrong one: exact denoisers in foreign conventions,
and a model of our own.
"""

import json
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion import ExactDenoiser, NoiseSchedule, convert, make_schedule
from diffvis.errors import UserError
from diffvis.evaluation.reading_rows import OTHER, RIGHT, UNJUDGED
from diffvis.evaluation.readings import Readings, check
from diffvis.models.model import exact_model, open_model

T = 100


class Foreign(nn.Module):
    """Knows some digits by heart, and says so in a convention of its own: ``told`` makes t in 1..T
    of the time that it is told. As embeddings do, it answers to any time.
    """

    def __init__(
        self, data: Tensor, schedule: NoiseSchedule, predicts: str, told: Any, sign: int = 1
    ) -> None:
        super().__init__()
        self.exact = ExactDenoiser(data, schedule)
        self.schedule, self.predicts, self.told, self.sign = schedule, predicts, told, sign

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        t = self.told(time.float()).round().long().clamp(1, self.schedule.T)
        x0 = self.exact(x, t)
        return self.sign * convert(self.schedule, x, t, x0, "x0", self.predicts)


def by_index(time: Tensor) -> Tensor:
    return time + 1


def by_share(time: Tensor) -> Tensor:
    return time * T


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return open_dataset("digits")


@pytest.fixture(scope="module")
def x0(digits: Dataset) -> Tensor:
    """In [-1, 1]."""
    return digits.x0(digits.train[:200])


WRONG = [
    {"predicts": "x0"},
    {"predicts": "v"},
    {"time": "unit"},
    {"time": "sigma"},
    {"time": "log_snr"},
    {"schedule": "cosine"},
    {"schedule": "linear"},
    {"schedule": "quadratic"},
    {"schedule": "sigmoid-alpha-bar"},
    {"predicts": "x0", "time": "unit"},
    {"predicts": "v", "schedule": "cosine"},
    {"time": "unit", "schedule": "cosine"},
    {"predicts": "v", "time": "unit", "schedule": "linear"},
]
OF_IMAGES = [
    {"range": (0, 1)},
    {"range": (0, 1), "predicts": "v"},
    {"range": (0, 1), "time": "unit", "schedule": "cosine", "predicts": "x0"},
]


def found(readings: Readings) -> tuple[Any, ...]:
    best = readings.best.variant
    read = best.reading
    # One step earlier or later is the same to the eye, and harmless.
    time = "index" if read.time == "count" else read.time
    return read.predicts, time, read.schedule.kind, read.range, best.inverted, best.flipped


EPS_BY_INDEX = {"schedule": "linear-unscaled", "T": T, "predicts": "eps", "time": "index"}
V_BY_SHARE = {"schedule": "cosine", "T": T, "predicts": "v", "time": "unit", "range": (0, 1)}


def test_right_readings_are_right(x0: Tensor) -> None:
    """Of the networks that are read wrongly below."""
    net = Foreign(x0, NoiseSchedule.linear(T, rescale=False), "eps", by_index)
    assert check(net, x0, **EPS_BY_INDEX).status == RIGHT
    seen = (x0 + 1) / 2
    net = Foreign(seen, NoiseSchedule.cosine(T), "v", by_share)
    assert check(net, seen, **V_BY_SHARE).status == RIGHT


@pytest.mark.parametrize("wrong", WRONG + OF_IMAGES, ids=str)
def test_eps_by_index_in_minus_1_to_1_is_found(x0: Tensor, wrong: dict[str, Any]) -> None:
    net = Foreign(x0, NoiseSchedule.linear(T, rescale=False), "eps", by_index)
    data = (x0 + 1) / 2 if "range" in wrong else x0  # as the network would see them
    readings = check(net, data, **{**EPS_BY_INDEX, **wrong})
    assert found(readings) == ("eps", "index", "linear-unscaled", (-1, 1), False, False)
    assert readings.status == OTHER, readings


@pytest.mark.parametrize(
    "wrong",
    [
        {"predicts": "eps"}, {"predicts": "x0"}, {"time": "index"}, {"time": "sigma"},
        {"time": "log_snr"}, {"schedule": "linear"}, {"schedule": "linear-unscaled"},
        {"schedule": "sigmoid-alpha-bar"}, {"range": (-1, 1)}, {"predicts": "eps", "time": "index"},
        {"range": (-1, 1), "predicts": "x0"}, {"range": (-1, 1), "schedule": "linear"},
        {"range": (-1, 1), "schedule": "linear-unscaled", "time": "index", "predicts": "eps"},
    ],
    ids=str,
)  # fmt: skip
def test_v_by_share_of_T_in_0_to_1_is_found(x0: Tensor, wrong: dict[str, Any]) -> None:
    seen = (x0 + 1) / 2
    net = Foreign(seen, NoiseSchedule.cosine(T), "v", by_share)
    how = {**V_BY_SHARE, **wrong}
    data = x0 if how["range"] == (-1, 1) else seen
    readings = check(net, data, **how)
    assert found(readings) == ("v", "unit", "cosine", (0, 1), False, False)
    assert readings.status == OTHER, readings


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"predicts": "eps"}, {"predicts": "x0"}, {"time": "unit"}, {"time": "sigma"},
        {"time": "log_snr"}, {"schedule": "linear"}, {"range": (0, 1)},
        {"predicts": "eps", "time": "unit"}, {"predicts": "eps", "schedule": "linear"},
        {"range": (0, 1), "predicts": "x0"}, {"range": (0, 1), "time": "unit"},
        {"predicts": "x0", "time": "unit", "schedule": "linear"},
    ],
    ids=str,
)  # fmt: skip
def test_a_model_of_our_own_is_found(digits: Dataset, wrong: dict[str, Any]) -> None:
    model = open_model("digits")
    changes = dict(wrong)
    if kind := wrong.get("schedule"):
        changes["schedule"] = make_schedule(kind, model.schedule.T)
    readings = check(model.read_as(**changes), digits)
    assert found(readings) == ("v", "index", "cosine", (-1, 1), False, False)
    assert readings.status == OTHER, readings


def test_a_model_of_our_own_fits_as_it_is(digits: Dataset) -> None:
    assert check(open_model("digits"), digits).status == RIGHT


def test_data_inverted_and_the_sign_flipped_are_told(x0: Tensor) -> None:
    schedule = NoiseSchedule.cosine(T)
    how = {"schedule": "cosine", "T": T}
    readings = check(Foreign(-x0, schedule, "eps", by_index), x0, **how)
    assert readings.best.variant.inverted and readings.status == OTHER
    assert "with the data inverted it fits" in readings.sentence
    readings = check(Foreign(x0, schedule, "eps", by_index, sign=-1), x0, **how)
    assert readings.best.variant.flipped and not readings.best.variant.inverted
    assert "read as eps with its sign flipped it fits" in readings.sentence


def test_points_are_found(x0: Tensor) -> None:
    roll = open_dataset("swiss-roll")
    points = roll.x0(roll.train[:300])
    net = Foreign(points, NoiseSchedule.linear(T, rescale=True), "eps", by_index)
    for wrong in ({"predicts": "v"}, {"predicts": "x0"}, {"time": "unit"}, {"schedule": "cosine"}):
        readings = check(net, points, **{"schedule": "linear", "T": T, **wrong})
        assert found(readings)[:3] == ("eps", "index", "linear")
        assert readings.status == OTHER, readings


def test_a_schedule_that_ends_in_the_data_is_found(x0: Tensor) -> None:
    """Betas as published for 1000 steps, with 50: where cosine is nearly noise it never was."""
    roll = open_dataset("swiss-roll")
    points = roll.x0(roll.train[:300])
    schedule = NoiseSchedule.linear(50, rescale=False)
    net = Foreign(points, schedule, "eps", by_index)
    readings = check(net, points, schedule="cosine", T=50, predicts="v", time="sigma")
    assert found(readings)[:3] == ("eps", "index", "linear-unscaled"), readings


def test_what_it_says(x0: Tensor) -> None:
    net = Foreign(x0, NoiseSchedule.cosine(T), "eps", by_index)
    how = {"schedule": "cosine", "T": T}
    readings = check(net, x0, predicts="v", **how)
    assert readings.sentence.startswith("Read as v it is worse than predicting nothing from t = ")
    assert "on; read as eps it fits (" in readings.sentence
    assert readings.times == (1, 5, 20, 35, 50, 80, 100)
    text = str(readings).splitlines()
    assert text[0].split()[:3] == ["read", "t", "="] and text[0].endswith("mean")
    assert "as v (as it is read)" in text[1]
    assert text[2].startswith("as eps, t = 0..T-1, cosine, -1..1")
    said = json.loads(json.dumps(readings.to_json()))
    assert said["status"] == OTHER
    assert [row["given"] for row in said["readings"]].count(True) == 1
    best = next(row for row in said["readings"] if row["best"])
    assert (best["predicts"], best["range"]) == ("eps", [-1, 1])
    assert best["mean"] == pytest.approx(sum(best["loss"]) / 7)


def test_the_losses_are_those_of_the_papers(x0: Tensor) -> None:
    """By hand: |eps - eps_hat|^2 over |eps|^2, for a network that answers x_t at every t."""
    readings = check(lambda x, t: x, x0, schedule="cosine", T=T, predicts="eps")
    row = next(r for r in readings.rows if r.variant.key == readings.given.variant.key)
    schedule = NoiseSchedule.cosine(T)
    power = float(x0.square().mean())
    for t, loss in zip(readings.times, row.losses, strict=True):
        signal, noise = schedule.sqrt_alpha_bar[t], schedule.sqrt_one_minus_alpha_bar[t]
        assert loss == pytest.approx(float((1 - noise) ** 2 + signal**2 * power), abs=0.12)


def test_the_same_seed_gives_the_same_table(x0: Tensor) -> None:
    net = Foreign(x0, NoiseSchedule.cosine(T), "eps", by_index)
    before = torch.get_rng_state()
    first, again, other = (
        check(net, x0, schedule="cosine", T=T, seed=seed).given.losses for seed in (0, 0, 1)
    )
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), before)


def test_a_network_that_has_learned_nothing_is_not_judged(x0: Tensor) -> None:
    readings = check(lambda x, t: 3 * torch.sin(40 * x), x0, schedule="cosine", T=T)
    assert readings.status == UNJUDGED
    assert "has it been trained" in readings.sentence


def test_a_time_that_cannot_be_told_is_one_of_the_wrong_ones(digits: Dataset) -> None:
    roll = open_dataset("swiss-roll")
    readings = check(open_model("swiss-roll").read_as(time="unit"), roll)
    assert readings.status == OTHER
    assert "Read with t / T it cannot be called; read with t = " in readings.sentence
    assert all(loss is None for loss in readings.given.losses)


def test_what_cannot_be_checked_is_said(digits: Dataset, x0: Tensor) -> None:
    with pytest.raises(UserError, match="by heart"):
        check(exact_model(digits, make_schedule("cosine", 10)), digits)
    with pytest.raises(UserError, match="shape"):
        check(open_model("swiss-roll"), digits)
    with pytest.raises(UserError):
        check(lambda x, t: x * float("nan"), x0, schedule="cosine", T=T)
