from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule, make_schedule, q_path, q_sample
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.forward import draw_forward
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import even_timesteps, reverse_frames
from diffvis.rendering.origin import apparent_noise, choose_samples
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.spec import ExportSpec
from diffvis.sampling.chain import run_chain

SMALL = {"size": (320, 180), "caption": False}


@pytest.mark.parametrize("kind", ["linear", "cosine", "quadratic", "sigmoid", "constant"])
@pytest.mark.parametrize("T", [1, 2, 7, 300])
@pytest.mark.parametrize("n", [2, 3, 50, 400])
def test_timesteps_rise_from_0_to_T(kind: str, T: int, n: int) -> None:
    times = even_timesteps(make_schedule(kind, T), n)
    assert times[0] == 0
    assert times[-1] == T
    assert len(times) == min(n, T + 1)
    assert all(a < b for a, b in pairwise(times))


@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_pictures_change_evenly(kind: str) -> None:
    schedule = make_schedule(kind, 1000)
    x0 = torch.randn(4000, generator=torch.Generator().manual_seed(1))
    eps = torch.randn(4000, generator=torch.Generator().manual_seed(2))

    def changes(times: list[int]) -> np.ndarray:
        moments = [q_sample(schedule, x0[:, None], t, eps[:, None]) for t in times]
        return np.array([float((b - a).pow(2).mean().sqrt()) for a, b in pairwise(moments)])

    even = changes(even_timesteps(schedule, 51))
    assert even.max() < 1.25 * even.min()
    assert even.max() < changes(list(range(0, 1001, 20))).max()


@pytest.mark.parametrize("falling", [False, True])
def test_the_last_third_of_the_change_has_half_of_the_frames(falling: bool) -> None:
    schedule = make_schedule("cosine", 1000)
    times = even_timesteps(schedule, 41, easing="end", falling=falling)
    assert (times[0], times[-1]) == ((1000, 0) if falling else (0, 1000))
    x0 = torch.randn(4000, 1, generator=torch.Generator().manual_seed(1))
    eps = torch.randn(4000, 1, generator=torch.Generator().manual_seed(2))
    moments = [q_sample(schedule, x0, t, eps) for t in times]
    ways = np.cumsum([float((b - a).pow(2).mean().sqrt()) for a, b in pairwise(moments)])
    assert ways[19] / ways[-1] == pytest.approx(2 / 3, abs=0.02), "after half of the frames"
    steps = np.diff(ways)
    assert (np.diff(steps) < 0.1 * steps[0]).all(), "ever slower"


def test_times_fall_as_they_rise_where_the_pace_is_the_same(schedule: NoiseSchedule) -> None:
    for easing in ("even", "smooth", "linear"):
        rising = even_timesteps(schedule, 9, easing=easing)
        assert even_timesteps(schedule, 9, easing=easing, falling=True) == rising[::-1]


def test_times_are_chosen_among_those_that_there_are(schedule: NoiseSchedule) -> None:
    visited = [0, 3, 9, 10, 24, 30]
    for n in range(2, 7):
        chosen = even_timesteps(schedule, n, visited)
        assert set(chosen) <= set(visited)
        assert (chosen[0], chosen[-1], len(chosen)) == (0, 30, n)


def test_forward_frames_are_what_the_window_draws(roll: Dataset, schedule: NoiseSchedule) -> None:
    spec = ExportSpec(count=50, seed=3, first=480, spread=False, style="light", **SMALL)
    frames = list(forward_frames(roll, schedule, spec, [0, 7, 30]))
    origin = choose_samples(roll, 50, 480, 3)
    assert torch.equal(origin.x0[20:], roll.x0(slice(30)))  # goes round at the end
    eps = torch.randn((50, 2), generator=torch.Generator().manual_seed(3))
    for t, frame in zip([0, 7, 30], frames, strict=True):
        x_t = q_sample(schedule, origin.x0, t, eps)
        expected = draw_forward(
            schedule, t, origin.x0, eps, x_t, (320, 180), spec.look,
            colours=origin.colours, extent=origin.extent,
        )  # fmt: skip
        assert np.array_equal(frame, expected)


def test_a_class_without_samples_is_named(roll: Dataset, digits: Dataset) -> None:
    labels = torch.ones(len(roll), dtype=torch.int64)
    points = replace(roll, labels=labels, classes=("inner", "outer"))
    assert len(choose_samples(points, 5, 0, 3, of_class=1).x0) == 5
    for data, of_class, name in ((points, 0, "inner"), (points, 2, "2"), (digits, 10, "10")):
        with pytest.raises(UserError, match=f"{data.title} has no sample of class {name}: choose"):
            choose_samples(data, 5, 0, 3, of_class)


def test_the_true_chain_is_walked(digits: Dataset, schedule: NoiseSchedule) -> None:
    spec = ExportSpec(count=2, chain=True, spread=False, **SMALL)
    pieces = list(forward_frames(digits, schedule, spec, [0, 4, 9]))
    assert len(pieces) == 10
    assert [i for i, frame in enumerate(pieces) if frame is not None] == [0, 4, 9]
    path = list(q_path(schedule, digits.x0(slice(2)), torch.Generator().manual_seed(0)))
    eps = apparent_noise(schedule, path[0], path[9], 9)
    assert torch.allclose(q_sample(schedule, path[0], 9, eps), path[9], atol=1e-5)
    expected = draw_forward(schedule, 9, path[0], eps, path[9], (320, 180), spec.look, walked=True)
    assert np.array_equal(pieces[9], expected)


@pytest.mark.parametrize("view", ["samples", "prediction", "step"])
def test_reverse_frames_come_at_their_times(
    digits_model: Model, roll_model: Model, view: str
) -> None:
    for model in (digits_model, roll_model):
        spec = ExportSpec(count=3, view=view, **SMALL)
        times = [30, 12, 1] if view == "step" else [30, 12, 1, 0]
        pieces = list(reverse_frames(model, spec, times))
        assert sum(frame is not None for frame in pieces) == len(times)
        assert len(pieces) == 30 + (view != "step")  # a frame at 1 and one where it arrives


def test_the_last_frame_shows_the_samples_of_the_seed(digits_model: Model) -> None:
    spec = ExportSpec(count=3, seed=5, sampler="ddim", steps=6, **SMALL)
    *_, last = reverse_frames(digits_model, spec, [30, 0])
    *_, step = run_chain(digits_model, spec.chain_settings(is_points=False))
    assert np.array_equal(last, draw_samples(step.x_s, (320, 180), spec.look))
    assert to_uint8(step.x_s).std() > 20


def test_a_chain_stops_where_no_frame_follows(digits_model: Model) -> None:
    spec = ExportSpec(count=1, **SMALL)
    assert len(list(reverse_frames(digits_model, spec, [25]))) == 6


def test_caller_keeps_its_gradients(digits_model: Model) -> None:
    frames = reverse_frames(digits_model, ExportSpec(count=1, **SMALL), [30, 0])
    next(frames)
    assert torch.is_grad_enabled()
    frames.close()
