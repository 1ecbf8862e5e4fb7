import numpy as np
import pytest

from diffvis.rendering.empty import draw_empty
from diffvis.rendering.style import DARK, SMALLEST, TYPE, Style

WORDS = "Run the chain, then go to the t from which it is to branch"


def ink_rows(frame: np.ndarray) -> np.ndarray:
    """The rows that have anything on them."""
    return np.flatnonzero((frame != frame[0, 0]).any((1, 2)))


@pytest.mark.parametrize("style", [DARK, DARK.scaled(1.5)], ids=["normal", "large"])
@pytest.mark.parametrize("size", [(600, 300), (200, 80), (90, 300)])
def test_the_words_are_whole_and_in_the_middle(size: tuple[int, int], style: Style) -> None:
    frame = draw_empty(WORDS, size, style)
    assert frame.shape == (size[1], size[0], 3)
    inked = (frame != np.array(style.panel)).any(2)
    assert inked.any()
    edges = inked[0].any() or inked[-1].any() or inked[:, 0].any() or inked[:, -1].any()
    assert not edges, "cut off"
    rows = np.flatnonzero(inked.any(1))
    assert abs((rows[0] + rows[-1]) / 2 - size[1] / 2) <= 0.1 * size[1] + 4


def test_lines_are_broken_before_the_type_gets_smaller() -> None:
    one_line = ink_rows(draw_empty("words " * 6, (2000, 400), DARK))
    broken = ink_rows(draw_empty("words " * 6, (120, 400), DARK))
    assert len(broken) == 3 * len(one_line)
    low = ink_rows(draw_empty("words " * 6, (120, 24), DARK))
    assert len(low) < len(broken) and SMALLEST < TYPE, "only where there is no room"
