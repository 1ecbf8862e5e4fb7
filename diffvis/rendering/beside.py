"""An equation in a tall room: its left side large, the terms of the right side over each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.rendering.equation import (
    Coefficient,
    Fit,
    Operator,
    Row,
    RowBuilder,
    Term,
    width_of,
    words_below,
)
from diffvis.rendering.geometry import Rect

SHARES = tuple(0.02 * k for k in range(10, 26))  # of the width, that a term of the right may take
LEAST = 0.4  # of the left side's height, that a term of the right must have
GAP = 1.0  # em between the rows, and at most between what stands in one

Summand = tuple[Operator, Coefficient, Term]


@dataclass(frozen=True)
class _Sizes:
    whole: tuple[int, int]
    part: tuple[int, int]

    @property
    def area(self) -> int:
        return self.whole[0] * self.whole[1] + 2 * self.part[0] * self.part[1]


def lay_out_beside(
    whole: Term, summands: Sequence[Summand], box: Rect, em: int, fit: Fit
) -> Row | None:
    """Put ``whole`` on the left of ``box`` and a row for each of the ``summands`` on the right of
    it; None where terms would be too small for that.

    The terms on the right have captions unless they are larger without.
    """
    rows = [_lay_out(whole, summands, box, em, fit, captioned) for captioned in (True, False)]
    found = [row for row in rows if row is not None]
    return max(found, key=lambda row: row.area, default=None)


def _lay_out(
    whole: Term, summands: Sequence[Summand], box: Rect, em: int, fit: Fit, captioned: bool
) -> Row | None:
    words, gap = words_below(em, True), round(GAP * em)
    before = max(width_of(sign, em) + width_of(factor, em) for sign, factor, _ in summands)
    n, part_words = len(summands), words_below(em, captioned)
    room = box.width - before - 2 * gap
    tall, part_tall = box.height - words, (box.height - gap * (n - 1)) // n - part_words
    if room < 8 * em or part_tall < 3 * em:
        return None
    tried = [
        _Sizes(fit(room - round(share * room), tall), fit(round(share * room), part_tall))
        for share in SHARES
    ]
    fitting = [
        made for made in tried
        if LEAST * made.whole[1] <= made.part[1] <= part_tall
        and made.whole[0] + made.part[0] <= room and made.whole[1] <= tall
    ]  # fmt: skip
    if not fitting:
        return None
    found = max(fitting, key=lambda made: (made.area, made.whole))
    (wide, high), (part_wide, part_high) = found.whole, found.part

    spare = room - wide - part_wide
    apart = min(gap, spare // 3)
    left = box.x + (box.width - wide - before - part_wide - 2 * apart) // 2
    pitch = max(part_high + part_words + gap, (high + words) // n)
    column = (n - 1) * pitch + part_high + part_words
    if column > box.height:
        return None
    top = box.y + (box.height - high - words) // 2
    first = box.y + (box.height - column) // 2 + part_high // 2
    rows = [RowBuilder(em) for _ in summands]
    rows[-1].add_term(whole, Rect(left, top, wide, high), True)
    signs = left + wide + apart
    for k, (row, (sign, factor, term)) in enumerate(zip(rows, summands, strict=True)):
        at = first + k * pitch
        row.add_operator(sign, signs + width_of(sign, em) // 2, at)
        row.add_coefficient(factor, signs + width_of(sign, em), before - width_of(sign, em), at)
        place = Rect(signs + before + apart, at - part_high // 2, part_wide, part_high)
        row.add_term(term, place, captioned)
    return _together([row.built(box) for row in rows])


def _together(rows: Sequence[Row]) -> Row:
    return Row(
        tuple(each for row in rows for each in row.pictures),
        tuple(each for row in rows for each in row.words),
        tuple(each for row in rows for each in row.numbers),
        tuple(each for row in rows for each in row.symbols),
    )
