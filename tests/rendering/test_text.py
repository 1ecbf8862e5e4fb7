import numpy as np
import pytest

from diffvis.rendering.markup import parse
from diffvis.rendering.pixels import blank
from diffvis.rendering.text import escape, ink, text_width, write


def test_an_index_stands_lower_and_smaller() -> None:
    plain, indexed = ink("x", 40), ink("x_{t}", 40)
    added = indexed.mask[:, plain.width :]
    rows = np.flatnonzero(added.any(1)) - indexed.baseline
    letter_rows = np.flatnonzero(ink("t", 40).mask.any(1)) - ink("t", 40).baseline
    assert rows.max() > letter_rows.max() + 4
    assert len(rows) < 0.8 * len(letter_rows)


def test_upper_and_lower_index_share_their_place() -> None:
    assert text_width("x_{t}^{2}", 40) < text_width("x_{t}", 40) + text_width("^{2}", 40) / 2


@pytest.mark.parametrize("accent", ["bar", "hat", "tilde"])
def test_accents_stand_above_their_letter(accent: str) -> None:
    plain, accented = ink("α", 40), ink(rf"\{accent}{{α}}", 40)
    top = np.flatnonzero(plain.mask.any(1)).min() - plain.baseline
    extra = accented.mask[: accented.baseline + top]
    assert extra.any()
    assert not extra[-1].any()  # a gap between letter and accent
    assert accented.width == plain.width


def test_a_root_covers_all_that_is_under_it() -> None:
    for inside in ("2", r"1−\bar{α}_{t}"):
        root, bare = ink(rf"\sqrt{{{inside}}}", 40), ink(inside, 40)
        assert root.width > bare.width
        roof = np.flatnonzero(root.mask.sum(1) > 200 * bare.width)
        assert roof.min() < root.baseline - (bare.baseline - np.flatnonzero(bare.mask.any(1)).min())


def test_nothing_is_cut_off() -> None:
    for markup in (r"\sqrt{1−\bar{α}_{t}}", r"\hat{x}_{0}", "g_{j}", r"\tilde{β}_{t}^{2}", "Éy"):
        for size in (9, 13, 40):
            for bold in (False, True):
                mask = ink(markup, size, bold).mask
                assert not mask[0].any()
                assert not mask[-1].any()


def test_escaped_marks_stand_as_they_are() -> None:
    words = r"my_run^2 {x} \hat"
    assert "".join(piece.text for piece in parse(escape(words))) == words
    assert [piece.kind for piece in parse("my_run")] == ["text", "sub", "text"]


@pytest.mark.parametrize("markup", ["x_", "x_{t", r"\hat{x"])
def test_markup_that_is_not_finished_is_an_error(markup: str) -> None:
    with pytest.raises(ValueError, match=r"mark|brace"):
        parse(markup)


def test_alignment() -> None:
    for align, column in (("left", 50), ("right", 150), ("centre", 100)):
        frame = blank((200, 40), (0, 0, 0))
        width = write(frame, "HHH", column, 20, 20, (255, 255, 255), align=align)
        columns = np.flatnonzero(frame.any((0, 2)))
        middle = {"left": 50 + width / 2, "right": 150 - width / 2, "centre": 100}[align]
        assert abs(columns.mean() - middle) < 2
        assert abs(np.flatnonzero(frame.any((1, 2))).mean() - 20) < 1.5


def test_digits_are_equally_wide() -> None:
    assert len({text_width(f"0.{digit}{digit}{digit}", 19, True) for digit in range(10)}) == 1


def test_words_are_drawn_once() -> None:
    assert ink("cached", 17) is ink("cached", 17)
    with pytest.raises(ValueError, match="read-only"):
        ink("cached", 17).mask[0, 0] = 1
