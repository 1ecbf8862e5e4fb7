"""Points in space: where they are seen, and that the nearer ones hide the others."""

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import exact_model
from diffvis.rendering.geometry import Rect
from diffvis.rendering.space import Camera, draw_space, in_time, space_rect
from diffvis.rendering.space_of_chain import chain_space
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse

AXES = np.eye(3)


def test_a_camera_turns_and_does_not_stretch() -> None:
    np.testing.assert_allclose(Camera(0, 0).seen(AXES), AXES, atol=1e-12)
    # Turned by a right angle the first axis points away, or to the eye; from above the second does.
    np.testing.assert_allclose(Camera(90, 0).seen(AXES)[2], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(Camera(0, 90).seen(AXES)[1], [0, 0, 1], atol=1e-12)
    x = np.random.default_rng(0).normal(size=(50, 3))
    seen = Camera(37, -21).seen(x)
    np.testing.assert_allclose(seen @ seen.T, x @ x.T, atol=1e-12)
    moved = Camera(0, 80).moved(40, 100)
    assert moved.turn == 20 and moved.tilt == 89


def test_what_is_nearer_is_larger_and_hides_what_is_behind() -> None:
    camera, rect = Camera(0, 0), Rect(0, 0, 400, 400)
    back, front = camera.placed(np.array([[0, 0, -2.0], [0, 0, 2.0]]), rect, 3.0)
    assert front[2] > 1 > back[2] and front[:2] == pytest.approx(back[:2]) == (200, 200)
    red, green = (220, 20, 20), (20, 220, 20)
    points = np.array([[0, 0, 2.0], [0, 0, -2.0]])
    for colours in ((red, green), (green, red)):
        frame = draw_space(
            points, camera, (400, 400), DARK, extent=3.0, colours=np.array(colours, np.uint8)
        )
        middle = frame[200, 200].astype(int)
        assert middle.argmax() == np.argmax(colours[0])


def test_flat_points_have_time_as_an_axis() -> None:
    schedule = make_schedule("cosine", 10)
    flat = torch.tensor([[1.0, 2.0]])
    scene = chain_space([(10, flat), (5, 2 * flat), (0, 3 * flat)], schedule, 3.0, None, DARK)
    np.testing.assert_allclose(scene.points, [[3.0, 6.0, 3.0]])
    np.testing.assert_allclose(scene.ways[0].places, [[-3, 2, 1], [0, 4, 2], [3, 6, 3]])
    np.testing.assert_allclose(in_time(np.zeros((1, 2)), np.array([10]), 10, 3.0), [[-3, 0, 0]])
    solid = chain_space([(0, torch.ones(1, 3))], schedule, 3.0, None, DARK)
    assert solid.names == ("x", "y", "z")


@pytest.mark.parametrize("name", ["swiss-roll-3d", "moons"])
def test_exports_turn(name: str) -> None:
    data, schedule = open_dataset(name, n=120), make_schedule("cosine", 12)
    spec = ExportSpec(view="space", count=30, steps=3, t=0, size=(320, 240))
    subjects = [Reverse(exact_model(data, schedule))]
    if data.shape == (3,):
        subjects.append(Forward(data, schedule))
    for subject in subjects:
        first, other = (
            [made for made in subject.content("picture", each).pieces() if made is not None]
            for each in (spec, spec.changed(turn=120.0))
        )
        assert len(first) == 1 and first[0].shape == (240, 320, 3)
        assert (first[0] != other[0]).any()
    assert space_rect((320, 240), DARK, False, True).height < 240
