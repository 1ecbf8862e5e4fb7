"""The score as a figure: lines along it, contours of q(x_t), tails of points."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import Layers, draw_chain_cloud, shortened, tails_of
from diffvis.rendering.chain_layers import contours_at, field_of, some_data
from diffvis.rendering.contours import LEVELS, Density, contour_picture, density_at
from diffvis.rendering.export import export
from diffvis.rendering.frames import reverse_frames
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import blank, blend
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.scatter import axes
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.streamlines import SEEDS, streamlines
from diffvis.rendering.strokes import fading
from diffvis.rendering.style import DARK, LIGHT
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.sampling.chain import run_chain

EXTENT = 3.0
SPEC = ExportSpec(size=(480, 360), count=40, caption=False, sampler="ddim", steps=5, frames=4)
FIGURE = {"view": "samples", "field": "streamlines", "contours": True, "tails": True}


def grid(side: int = 32) -> np.ndarray:
    line = (np.arange(side) + 0.5) * (2 * EXTENT / side) - EXTENT
    return np.stack(np.meshgrid(line, line, indexing="ij"), -1)


FIELDS: list[Callable[[np.ndarray], np.ndarray]] = [
    lambda x: -x,  # the score of N(0, I)
    lambda x: np.stack([-x[..., 1], x[..., 0]], -1),
    lambda x: np.stack([np.ones_like(x[..., 0]), 0.4 * np.sin(2 * x[..., 0])], -1),
]


@pytest.mark.parametrize("field", FIELDS)
def test_lines_follow_the_field(field: Callable[[np.ndarray], np.ndarray]) -> None:
    lines = streamlines(field(grid()), EXTENT)
    assert len(lines) > 20
    for line in lines:
        way, middle = np.diff(line, axis=0), (line[1:] + line[:-1]) / 2
        expected = field(middle)
        cosine = (way * expected).sum(1) / np.hypot(*way.T) / np.hypot(*expected.T)
        far = np.hypot(*middle.T) > 0.6  # nearer to a mode directions change within a cell
        assert (cosine[far] > 0.98).all()
        assert (np.abs(line) <= EXTENT).all()


def test_lines_are_evenly_apart() -> None:
    cell = 2 * EXTENT / SEEDS
    passed: set[tuple[int, int]] = set()
    for line in streamlines(-grid(), EXTENT):
        own = {tuple(c) for c in np.floor((line + EXTENT) / cell).astype(int)}
        assert not own & passed, "one line in a cell"
        passed |= own
    covered = len(passed) / SEEDS**2
    assert covered > 0.6


def test_a_field_without_direction_has_no_lines() -> None:
    assert streamlines(np.zeros((16, 16, 2)), EXTENT) == []


@pytest.mark.parametrize("t", [2, 10, 30])
def test_the_density_is_that_of_the_noised_points(schedule: NoiseSchedule, t: int) -> None:
    x0 = torch.tensor([[0.5, -1.0], [1.2, 0.7], [-2.0, 0.1], [2.9, 2.9]])
    found = density_at(x0, schedule, t, EXTENT)
    signal, noise = float(schedule.sqrt_alpha_bar[t]), float(schedule.sqrt_one_minus_alpha_bar[t])
    width = max(noise, 0.022 * EXTENT)
    side = len(found.values)
    line = (np.arange(side) + 0.5) * (2 * EXTENT / side) - EXTENT
    places = np.stack(np.meshgrid(line, line[::-1]), -1)  # rows from the top
    exact = np.mean(
        [multivariate_normal(signal * p.numpy(), width**2).pdf(places) for p in x0.double()], 0
    )
    assert np.abs(found.values - exact).max() < 0.02 * exact.max()


def test_contours_stand_where_the_density_has_halved() -> None:
    side = 128
    line = (np.arange(side) + 0.5) * (2 * EXTENT / side) - EXTENT
    x, y = np.meshgrid(line, line[::-1])
    bell = Density(np.exp(-(x**2 + y**2) / 2), EXTENT)
    size = (600, 600)
    drawn = contour_picture(bell, size, LIGHT).astype(int)
    row = drawn[300, 300:].sum(1)
    dips = [i for i in range(2, 298) if row[i] < row[i - 2] - 8 and row[i] < row[i + 2] - 8]
    radii = [600 / (2 * EXTENT) * (2 * k * np.log(2)) ** 0.5 for k in range(1, LEVELS + 1)]
    radii = [r for r in radii if r < 297]
    for radius in radii:
        assert min(abs(i - radius) for i in dips) <= 1.5
    for dip in dips:
        assert min(abs(dip - radius) for radius in radii) <= 2.5


def test_tails_end_at_the_points_and_are_short() -> None:
    moments = [(t, torch.full((500, 2), float(t))) for t in range(100, 39, -1)]
    tails = tails_of(moments, 100)
    assert tails.shape[1:] == (200, 2)
    assert tails[-1, 0, 0] == 40
    assert 40 < tails[0, 0, 0] <= 55
    assert tails_of(moments[:1], 100) is None
    frame = blank((100, 40), (0, 0, 0))
    places = np.array([[[10.0, 20.0]], [[40.0, 20.0]], [[70.0, 20.0]]])
    fading(frame, Rect(0, 0, 100, 40), places, (255, 255, 255), 2.0)
    older, newer = frame[20, 25].max(), frame[20, 55].max()
    assert 0 < older < newer
    assert not frame[20, 90].any()


def test_a_tail_is_cut_to_a_length() -> None:
    steps = torch.randn(8, 50, 2, generator=torch.Generator().manual_seed(1)).numpy()
    tails = 0.2 * steps.cumsum(0)
    for longest in (0.05, 0.3, 100.0):
        cut = shortened(tails, longest)
        assert np.array_equal(cut[-1], tails[-1])
        long = np.linalg.norm(np.diff(cut, axis=0), axis=2).sum(0)
        whole = np.linalg.norm(np.diff(tails, axis=0), axis=2).sum(0)
        assert long == pytest.approx(np.minimum(whole, longest), rel=1e-4)
    assert np.allclose(cut, tails, atol=1e-5)


def test_masks_of_any_size_are_painted_alike() -> None:
    draw = np.random.default_rng(0)
    mask = (draw.integers(0, 256, (300, 200)) * (draw.random((300, 200)) < 0.2)).astype(np.uint8)
    below = draw.integers(0, 256, (300, 200, 3)).astype(np.uint8)
    whole, pieces = below.copy(), below.copy()
    blend(whole, mask, 0, 0, (10, 200, 99))
    for top in range(0, 300, 50):
        blend(pieces, mask[top : top + 50], 0, top, (10, 200, 99))
    assert np.array_equal(whole, pieces)


def test_an_export_is_what_the_window_draws(roll: Dataset, roll_model: Model) -> None:
    spec = SPEC.changed(**FIGURE)
    times = [30, 12, 0]
    frames = [f for f in reverse_frames(roll_model, spec, times, data=roll) if f is not None]
    settings = spec.chain_settings(True)
    steps = list(run_chain(roll_model, settings))
    for t, frame in zip(times, frames, strict=True):
        moments = [(step.t, step.x_t) for step in steps if step.t >= t]
        moments += [(0, step.x_s) for step in steps if step.s == t == 0]
        layers = Layers(
            field=field_of(roll_model, settings, t, "streamlines", "cpu"),
            density=contours_at(some_data(roll), roll_model.schedule, t),
            tails=tails_of(moments, roll_model.schedule.T),
        )
        expected = draw_chain_cloud(moments[-1][1], layers, (480, 360), DARK, extent=EXTENT)
        assert np.array_equal(frame, expected)
        assert (frame != DARK.panel).any()


def test_its_recipe_makes_it_again_and_older_ones_have_none(
    tmp_path: Path, roll: Dataset, roll_model: Model
) -> None:
    subject = Reverse(roll_model, data=roll)
    list(export(tmp_path / "a.gif", subject, SPEC.changed(**FIGURE)))
    made = remake(read_recipe(tmp_path / "a.gif"))
    assert made.differences == ()
    list(export(tmp_path / "b.gif", made.subject, made.spec))
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    old = SPEC.changed(field="score").to_json()
    for name in ("contours", "tails", "roomy"):
        del old[name]
    points = ExportSpec.from_json(old).points
    assert (points.field, points.contours, points.tails) == ("score", False, False)


def test_contours_without_data_are_refused(roll_model: Model) -> None:
    with pytest.raises(UserError, match="contours are those of the data"):
        Reverse(roll_model).content("film", SPEC.changed(**FIGURE))


def test_the_axes_are_there_without_data(roll_model: Model) -> None:
    field = field_of(roll_model, SPEC.chain_settings(True), 20, "streamlines", "cpu")
    frame = draw_chain_cloud(
        torch.zeros(1, 2), Layers(field=field), (300, 300), DARK, extent=EXTENT
    )
    box = axes((200, 200), EXTENT, DARK)
    assert {tuple(c) for c in box.reshape(-1, 3)} & {tuple(c) for c in frame.reshape(-1, 3)}
