"""What is written below A, B and their difference."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from diffvis.rendering import comparison
from diffvis.rendering.comparison import ComparedSamples, draw_comparison
from diffvis.rendering.style import DARK
from diffvis.rendering.text import text_width
from tests.standing import drawn_parts

WORDS = "a model with a name · DPM-Solver++, 250 steps"


@pytest.mark.parametrize("size", [(1000, 300), (760, 150), (600, 320), (420, 130)])
def test_captions_never_run_into_each_other(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[int, int, str, int]] = []

    def note(frame, words, x, y, em, *_, **__) -> None:
        written.append((x, y, words, em))

    monkeypatch.setattr(comparison, "write", note)
    a, b = (ComparedSamples(torch.zeros(16, 1, 8, 8), WORDS, symbol) for symbol in ("A", "B"))
    draw_comparison(a, b, size, DARK)
    assert len(written) == 3
    assert any("DPM-Solver++" in words for _, _, words, _ in written) or size[0] < 500
    spans = sorted(
        (y, x - text_width(w, em) / 2, x + text_width(w, em) / 2) for x, y, w, em in written
    )
    for (y, _, end), (y_next, begin, _) in pairwise(spans):
        assert y != y_next or end < begin


def test_captions_of_small_pictures_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The places between the pictures are the captions' as well; the name goes before the size."""
    written: list[tuple[str, int]] = []
    monkeypatch.setattr(
        comparison, "write", lambda frame, words, x, y, em, *_, **__: written.append((words, em))
    )
    x = torch.zeros(16, 3, 32, 32)
    for width, whole in ((920, True), (560, False)):
        written.clear()
        draw_comparison(
            ComparedSamples(x, WORDS, "x_{0}"),
            ComparedSamples(x, WORDS, "x_{0}"),
            (width, 260),
            DARK,
        )
        (words, em), *_ = written
        assert words == (WORDS if whole else WORDS.rpartition(" · ")[2])
        assert em >= 10


def test_pictures_take_the_room_there_is() -> None:
    """As on Reverse's page of a window of 1280 x 720; what is below them is inside the frame."""
    size = 928, 309
    side = ComparedSamples(torch.full((16, 1, 28, 28), -1.0), WORDS, "A")
    frame, parts = drawn_parts(lambda: draw_comparison(side, side, size, DARK))
    assert {part.rect.height for part in parts.values()} == {2 * 4 * 28 + 3 * 4}
    below = frame[parts["a"].rect.bottom + 2 :]
    written = np.flatnonzero((below != DARK.panel).any((1, 2)))
    assert len(written) and written[-1] < len(below) - 2
