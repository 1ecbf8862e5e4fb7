"""Films of points alone: x_t with its paths and kernel, a chain with what surrounds it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import NoiseSchedule, q_path, q_sample
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import Layers, draw_chain_cloud
from diffvis.rendering.chain_layers import data_at, field_of, some_data
from diffvis.rendering.cloud import draw_cloud, draw_large
from diffvis.rendering.export import export
from diffvis.rendering.footer import split
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import reverse_frames
from diffvis.rendering.origin import Origin, choose_samples
from diffvis.rendering.paths import Paths, corner_times, forward_paths, path_colours, some_points
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject, endings
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.sampling.beginning import freeze
from diffvis.sampling.chain import run_chain

SPEC = ExportSpec(size=(640, 360), count=50, caption=False)
SHADED = {"sampler": "ddim", "steps": 5, "paths": True, "field": "score"}


def paths_of(
    schedule: NoiseSchedule, origin: Origin, selected: int | None, walk_seed: int | None = None
) -> Paths:
    index = some_points(len(origin.x0), selected)
    colours = path_colours(index, origin.colours, DARK)
    return forward_paths(schedule, origin, index, colours, walk_seed)


@pytest.mark.parametrize("view", ["cloud", "density"])
@pytest.mark.parametrize("kernel", [None, 7])
def test_points_alone_are_what_the_window_draws(
    roll: Dataset, schedule: NoiseSchedule, view: str, kernel: int | None
) -> None:
    spec = SPEC.changed(view=view, paths=True, kernel=kernel)
    origin = choose_samples(roll, 50, 0, 0, spread=True)
    paths = paths_of(schedule, origin, kernel)
    for t, frame in zip([0, 9, 30], forward_frames(roll, schedule, spec, [0, 9, 30]), strict=True):
        expected = draw_cloud(
            schedule, t, origin.x0, q_sample(schedule, origin.x0, t, origin.eps), (640, 360), DARK,
            colours=origin.colours, extent=origin.extent, density=view == "density",
            selected=kernel, paths=paths,
        )  # fmt: skip
        assert np.array_equal(frame, expected)


def test_the_paths_of_the_true_chain_are_its_own(roll: Dataset, schedule: NoiseSchedule) -> None:
    origin = choose_samples(roll, 50, 0, 4, spread=True)
    walk = list(q_path(schedule, origin.x0, torch.Generator().manual_seed(4)))
    paths = paths_of(schedule, origin, 7, walk_seed=4)
    assert 7 in paths.index
    for row, t in enumerate(paths.times):
        assert np.array_equal(paths.places[row], walk[t][paths.index].numpy())
    spec = SPEC.changed(view="cloud", paths=True, kernel=7, seed=4, chain=True)
    *_, frame = forward_frames(roll, schedule, spec, [0, 9])
    expected = draw_cloud(
        schedule, 9, origin.x0, walk[9], (640, 360), DARK,
        colours=origin.colours, extent=origin.extent, selected=7, paths=paths,
    )  # fmt: skip
    assert np.array_equal(frame, expected)


def test_paths_have_no_more_corners_than_can_be_told_apart() -> None:
    for T in (1, 40, 299, 300, 1000):
        times = corner_times(T)
        assert (times[0], times[-1]) == (0, T)
        assert len(times) == min(T + 1, 300)


def test_a_line_below_leaves_what_is_above_it_whole(
    roll: Dataset, digits: Dataset, schedule: NoiseSchedule
) -> None:
    for data, view in ((roll, "cloud"), (roll, "density"), (digits, "large")):
        spec = SPEC.changed(view=view, count=9, caption=True)
        (frame,) = forward_frames(data, schedule, spec, [9])
        _, footer = split((640, 360), 14, True)
        assert (frame[footer.y :] != DARK.panel).any()
        assert not (frame[footer.y - 3 : footer.y] != DARK.panel).any()
        assert (frame[: footer.y] != DARK.panel).any()


def test_images_alone_are_what_the_window_draws(digits: Dataset, schedule: NoiseSchedule) -> None:
    (frame,) = forward_frames(digits, schedule, SPEC.changed(view="large", count=9), [9])
    origin = choose_samples(digits, 9, 0, 0, spread=True)
    x_t = q_sample(schedule, origin.x0, 9, origin.eps)
    assert np.array_equal(frame, draw_large(schedule, 9, x_t, (640, 360), DARK))


def chain_picture(
    model: Model, spec: ExportSpec, data: Dataset, t: int, field: str | None, paths: bool
) -> Pixels:
    """The chain at ``t`` drawn from all its steps at once."""
    settings = spec.chain_settings(True)
    steps = list(run_chain(model, settings))
    passed = [step.x_t for step in steps if step.t >= t]
    passed += [step.x_s for step in steps if step.s == t == 0]
    layers = Layers(
        data_at(some_data(data), model.schedule, t),
        None if field is None else field_of(model, settings, t, field, "cpu"),
        np.stack([x[:16].numpy() for x in passed]) if paths else None,
    )
    return draw_chain_cloud(
        passed[-1], layers, spec.picture.size, DARK, extent=DEFAULT_EXTENT,
        colours=colour_of_noise(steps[0].x_t),
    )  # fmt: skip


@pytest.mark.parametrize(("field", "paths"), [(None, True), ("eps", False), ("score", True)])
def test_a_chain_has_what_surrounds_it(
    roll: Dataset, roll_model: Model, field: str | None, paths: bool
) -> None:
    spec = SPEC.changed(sampler="ddim", steps=5, paths=paths, field=field or "")
    frames = [f for f in reverse_frames(roll_model, spec, [30, 12, 0], data=roll) if f is not None]
    for t, frame in zip([30, 12, 0], frames, strict=True):
        assert np.array_equal(frame, chain_picture(roll_model, spec, roll, t, field, paths))


def test_the_shade_of_a_class_is_of_its_points() -> None:
    data = open_dataset("pinwheel", n=2_000)
    shade = some_data(data, 2)
    assert len(shade) == int((data.labels[data.train] == 2).sum()) > 0
    own = {tuple(point) for point in data.x0(data.train[data.labels[data.train] == 2]).tolist()}
    assert all(tuple(point) in own for point in shade.tolist())
    assert len(some_data(data)) == len(data.train)


def test_branches_have_one_colour_to_begin_with(roll_model: Model) -> None:
    frozen = freeze(torch.tensor([[0.5, -0.5], [1.0, 1.0]]), 0, 12)
    spec = SPEC.changed(count=30)
    frame = next(reverse_frames(roll_model, spec, [12, 0], beginning=frozen))
    settings = spec.chain_settings(True)
    expected = draw_samples(frozen.noised(roll_model.schedule, settings), (640, 360), DARK)
    assert np.array_equal(frame, expected)


def films(roll: Dataset, roll_model: Model, schedule: NoiseSchedule) -> list[tuple[Subject, dict]]:
    return [
        (Forward(roll, schedule), {"view": "density", "paths": True, "kernel": 3}),
        (Reverse(roll_model, data=roll), {"view": "samples", **SHADED}),
    ]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("style", ["dark", "light"])
def test_a_film_of_few_colours_has_those_that_it_needs(
    roll: Dataset, roll_model: Model, schedule: NoiseSchedule, which: int, style: str
) -> None:
    subject, fields = films(roll, roll_model, schedule)[which]
    spec = SPEC.changed(style=style, **fields)
    content = subject.content("film", spec, "cpu")
    palette = content.palette()
    frames = [frame for frame in content.pieces() if frame is not None]
    assert max(palette.distance(frame) for frame in frames) < 6


@pytest.mark.parametrize("which", [0, 1])
def test_its_recipe_makes_it_again(
    tmp_path: Path, roll: Dataset, roll_model: Model, schedule: NoiseSchedule, which: int
) -> None:
    subject, fields = films(roll, roll_model, schedule)[which]
    list(export(tmp_path / "a.gif", subject, SPEC.changed(frames=3, **fields)))
    made = remake(read_recipe(tmp_path / "a.gif"))
    assert made.differences == ()
    list(export(tmp_path / "b.gif", made.subject, made.spec))
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_what_cannot_be_drawn_is_refused_at_once(
    roll: Dataset, roll_model: Model, digits: Dataset, schedule: NoiseSchedule
) -> None:
    points, images = Forward(roll, schedule), Forward(digits, schedule)
    with pytest.raises(UserError, match="there is no point 51: 50 are shown"):
        points.content("film", SPEC.changed(view="cloud", kernel=50))
    with pytest.raises(UserError, match="no view density: choose one of equation, large, strip"):
        images.content("film", SPEC.changed(view="density"))
    for fields in ({"paths": True}, {"kernel": 3}):
        with pytest.raises(UserError, match="choose cloud or density"):
            points.content("film", SPEC.changed(view="equation", **fields))
    assert ".svg" in endings(Reverse(roll_model), SPEC)
    assert ".svg" in endings(Reverse(roll_model, data=roll), SPEC.changed(field="score"))
    with pytest.raises(UserError, match="a shade is of points"):
        Reverse(roll_model, data=digits)
    with pytest.raises(UserError, match="field"):
        SPEC.changed(field="curl")
