"""What the pen on the pad makes of the movements of a hand."""

import pytest

from diffvis.viewing.pen import USUAL_WIDTHS, Pen


def test_a_scribble_is_where_the_pen_went_while_it_was_down() -> None:
    pen = Pen()
    pen.to((0.5, 0.5))
    assert pen.stroke is None
    pen.down((0.0, 0.0))
    pen.to((0.1, 0.0))
    pen.to((0.1, 0.001))  # the hand trembles
    pen.to((0.2, 0.1))
    stroke = pen.up()
    assert stroke.path == ((0.0, 0.0), (0.1, 0.0), (0.2, 0.1))
    assert (stroke.tool, stroke.of_class, stroke.width) == ("scribble", 1, USUAL_WIDTHS["scribble"])
    assert not pen.is_down
    assert pen.up() is None


def test_a_line_is_straight_however_the_hand_goes_and_has_corners() -> None:
    pen = Pen()
    pen.take("line")
    pen.down((0.0, 0.0))
    for at in ((0.3, 0.4), (0.9, 0.1), (1.0, 0.0)):
        pen.to(at)
    assert pen.stroke.path == ((0.0, 0.0), (1.0, 0.0))
    pen.corner()
    pen.to((0.5, 0.7))
    pen.to((1.0, 1.0))
    assert pen.up().path == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize("tool", ["scribble", "line", "spray"])
def test_what_does_not_move_is_a_dot(tool: str) -> None:
    pen = Pen()
    pen.take(tool)
    pen.down((0.2, 0.2))
    pen.to((0.2, 0.2))
    assert pen.up().path == ((0.2, 0.2),)


def test_each_tool_has_its_own_width() -> None:
    pen = Pen()
    pen.width = 0.1
    pen.take("eraser")
    assert pen.width == USUAL_WIDTHS["eraser"]
    pen.width = 5.0
    assert pen.width == 1.0
    pen.take("scribble")
    assert pen.width == 0.1


def test_the_other_end_of_the_pen_erases_and_the_tool_stays() -> None:
    pen = Pen()
    pen.down((0.0, 0.0), erases=True)
    pen.to((0.5, 0.0))
    stroke = pen.up()
    assert (stroke.tool, stroke.width) == ("eraser", USUAL_WIDTHS["eraser"])
    assert pen.tool == "scribble"


def test_what_is_cancelled_is_not_drawn() -> None:
    pen = Pen()
    pen.down((0.0, 0.0))
    pen.to((0.5, 0.0))
    pen.cancel()
    assert pen.up() is None
