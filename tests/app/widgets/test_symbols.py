"""Symbols in text: subscripts, and hats that can be seen."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QRawFont

from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import combo, identify, label
from diffvis.app.widgets.symbols import in_plain, of_report, with_hats, with_subscripts
from diffvis.files import resource


@pytest.mark.parametrize(
    ("plain", "lowered"),
    [
        ("x_0  (data)", "x₀  (data)"),
        ("q(x_{t−1} | x_t)", "q(xₜ₋₁ | xₜ)"),
        ("q(x_s | x_t)", "q(xₛ | xₜ)"),
        ("√ᾱ_t", "√ᾱₜ"),
        ("noise x_T", "noise x_T"),  # Unicode has no T to set lower
        ("L_simple", "L_simple"),
        ("a _ b", "a _ b"),
    ],
)
def test_subscripts_of_plain_text(plain: str, lowered: str) -> None:
    assert in_plain(plain) == lowered


@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_the_bundled_fonts_have_the_subscripts(qapp: object, name: str) -> None:
    font = QRawFont(str(resource(f"fonts/{name}")), 12)
    assert all(font.supportsCharacter(ord(each)) for each in in_plain("x_0 x_9 x_t x_s x_{t−1}"))


def test_what_is_shown_is_lowered_and_what_is_read_out_is_not(qtbot, theme: Theme) -> None:
    box = combo("test.box", "x_t or x_0", [("x_t alone", 1)], "x_t of x_0")
    qtbot.addWidget(box)
    assert box.itemText(0) == "xₜ alone"
    assert box.itemData(0, Qt.ItemDataRole.AccessibleTextRole) == "x_t alone"
    assert box.toolTip() == "xₜ of x₀"
    assert box.accessibleName() == "x_t or x_0"
    text = label("")
    qtbot.addWidget(text)
    assert identify(text, "test.label", "text", "x_0").toolTip() == "x₀"


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("points", [9.2, 10.0, 15.0])
def test_x_wears_its_hat(theme: Theme, bold: bool, points: float) -> None:
    """The ink of the hat lies over that of the letter, within the line of text."""
    font = QFont("DejaVu Sans")
    font.setPointSizeF(points)
    font.setBold(bold)
    bare, hatted = _top("x", font), _top(with_hats("x̂"), font)
    assert 2 <= bare - hatted <= bare - 1


def test_a_report_of_the_core_is_set_in_symbols() -> None:
    said = of_report("x_T keeps alpha_bar_T < 1\nbeta")
    assert said == "x<sub>T</sub> keeps ᾱ<sub>T</sub> &lt; 1<br>beta"


def test_rich_text_has_the_hats_too() -> None:
    assert with_subscripts("x̂_0") == f"{with_hats('x̂')}<sub>0</sub>"


def _top(text: str, font: QFont) -> int:
    """The first row of the line with ink in it."""
    drawn = QImage(120, 60, QImage.Format.Format_Grayscale8)
    drawn.fill(QColor("white"))
    painter = QPainter(drawn)
    painter.setFont(font)
    ascent = painter.fontMetrics().ascent()
    painter.setClipRect(0, 0, 120, painter.fontMetrics().height())
    painter.drawText(10, ascent, text)
    painter.end()
    ink = np.frombuffer(drawn.constBits(), np.uint8).reshape(60, -1)[:, :120] < 128
    return int(np.argmax(ink.any(axis=1)))
