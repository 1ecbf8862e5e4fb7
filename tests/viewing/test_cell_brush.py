"""A brush on a grid: strokes without gaps, edges that cut it off."""

import numpy as np

from diffvis.viewing.cell_brush import MOST, CellBrush


def test_a_stroke_has_no_gaps_however_far_the_hand_went() -> None:
    brush = CellBrush(20, 30, size=1)
    brush.at = 1, 2
    brush.draw_to((15, 27), marked=True)
    rows, columns = np.nonzero(brush.marks)
    assert (rows[0], columns[0]) == (1, 2) and brush.at == (15, 27)
    assert sorted(set(columns.tolist())) == list(range(2, 28)), "every column is touched"
    assert all(abs(int(a) - int(b)) <= 1 for a, b in zip(rows[1:], rows[:-1], strict=True))


def test_the_brush_is_cut_off_at_the_edges() -> None:
    brush = CellBrush(8, 8, size=3)
    brush.move(-20, -20)
    assert brush.at == (0, 0)
    brush.stamp(True)
    assert brush.marks.sum() == 4 and brush.marks[:2, :2].all()
    brush.move(20, 20)
    brush.stamp(True)
    assert brush.at == (7, 7) and brush.marks[6:, 6:].all() and brush.marks.sum() == 8


def test_toggling_clears_what_is_marked() -> None:
    brush = CellBrush(8, 8, size=2)
    assert brush.toggle() and brush.marks.sum() == 4
    assert not brush.toggle() and not brush.marks.any()


def test_the_brush_stays_within_its_sizes() -> None:
    brush = CellBrush(8, 8)
    for size, wanted in ((0, 1), (100, MOST), (4, 4)):
        brush.size = size
        assert brush.size == wanted
