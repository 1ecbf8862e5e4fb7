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
    """
    words, gap = words_below(em, True), round(GAP * em)
    before = max(width_of(sign, em) + width_of(factor, em) for sign, factor, _ in summands)
    n = len(summands)
    room = box.width - before - 2 * gap
    tall, part_tall = box.height - words, (box.height - gap * (n - 1)) // n - words
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
    pitch = max(part_high + words + gap, (high + words) // n)
    top = box.y + max(0, (box.height - max(high + words, n * pitch - gap)) // 2)
    rows = [RowBuilder(em) for _ in summands]
    middle = top + max(high, n * pitch - gap - words) // 2
    rows[-1].add_term(whole, Rect(left, middle - high // 2, wide, high), True)
    signs = left + wide + apart
    first = middle - ((n - 1) * pitch) // 2
    for k, (row, (sign, factor, term)) in enumerate(zip(rows, summands, strict=True)):
        at = first + k * pitch
        row.add_operator(sign, signs + width_of(sign, em) // 2, at)
        row.add_coefficient(factor, signs + width_of(sign, em), before - width_of(sign, em), at)
        place = Rect(signs + before + apart, at - part_high // 2, part_wide, part_high)
        row.add_term(term, place, True)
    return _together([row.built(box) for row in rows])


def _together(rows: Sequence[Row]) -> Row:
    return Row(
        tuple(each for row in rows for each in row.pictures),
        tuple(each for row in rows for each in row.words),
        tuple(each for row in rows for each in row.numbers),
        tuple(each for row in rows for each in row.symbols),
    )
