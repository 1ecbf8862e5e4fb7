"""Lines have no notches where they turn, and dashes lie on their line."""

from itertools import pairwise

import numpy as np
import pytest

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import blank
from diffvis.rendering.strokes import dashes, stroke

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def covered(line: np.ndarray, thickness: float) -> np.ndarray:
    """Where it is black, (120, 120)."""
    frame = blank((120, 120), WHITE)
    stroke(frame, Rect(0, 0, 120, 120), [line], BLACK, thickness)
    return frame[..., 0] < 128


@pytest.mark.parametrize("turn", [20, 40, 90, 150])
def test_all_within_half_the_thickness_is_covered(turn: float) -> None:
    """Of the disc about a corner as well."""
    angle = np.radians(turn)
    corner = np.array([60.0, 60.0])
    ends = corner + 40 * np.array([[-1.0, 0.0], [np.cos(angle), np.sin(angle)]])
    found = covered(np.stack([ends[0], corner, ends[1]]), 10)
    rows, columns = np.mgrid[:120, :120] + 0.5
    near = np.hypot(columns - 60, rows - 60)
    assert found[near < 4.2].all()
    beyond = near > 6
    for end in ends:  # nor more than the line itself
        way = (end - corner) / 40
        along = (columns - 60) * way[0] + (rows - 60) * way[1]
        aside = np.abs((columns - 60) * way[1] - (rows - 60) * way[0])
        beyond &= (aside > 6) | (along < 0)
    assert not found[beyond].any()


def test_dashes_lie_on_their_line_with_gaps_between() -> None:
    angle = np.linspace(0, np.pi, 50)
    line = 30 * np.stack([np.cos(angle), np.sin(angle)], 1)
    made = dashes(line, 6, 4)
    lengths = [np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in made]
    whole = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert len(made) == np.ceil(whole / 10)
    np.testing.assert_allclose(lengths[:-1], 6)
    np.testing.assert_allclose(
        np.hypot(*np.concatenate(made).T), 30, atol=30 * (1 - np.cos(np.pi / 98)) + 1e-9
    )
    gaps = [np.linalg.norm(b[0] - a[-1]) for a, b in pairwise(made)]
    np.testing.assert_allclose(gaps, 4, rtol=0.01)
