"""Forward's equation in a room that is tall: x_t large, its two terms over each other."""

from itertools import combinations, product

import pytest

from diffvis.rendering import forward
from diffvis.rendering.geometry import Rect
from diffvis.rendering.style import DARK
from diffvis.rendering.terms import TermKind
from diffvis.rendering.text import ink

KINDS = [
    TermKind(1, (1, 28, 28)),
    TermKind(16, (3, 32, 32)),
    TermKind(500, (2,)),
    TermKind(1, (3, 256, 256)),
]
SIZES = [(904, 398), (1544, 680), (2184, 1010), (480, 300), (700, 700), (300, 150), (1500, 220)]


def apart(first: Rect, second: Rect) -> bool:
    return (
        first.right <= second.x
        or second.right <= first.x
        or first.bottom <= second.y
        or second.bottom <= first.y
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_touches_or_leaves_the_frame(kind: TermKind) -> None:
    for size, scale, walked in product(SIZES, (1.0, 1.5, 2.0), (False, True)):
        row = forward.arrange(kind, size, DARK.scaled(scale), False, walked, roomy=True)
        pictures = [rect for _, rect in row.pictures]
        words = []
        for word in [*row.words, *(number for _, number in row.numbers)]:
            made = ink(word.markup, word.size, word.bold)
            top = word.y + round(0.36 * word.size) - made.baseline
            words.append(Rect(word.x - made.width // 2, top, made.width, made.height))
        for rect in (*pictures, *words):
            assert rect.x >= 0 and rect.right <= size[0], (size, scale)
            assert rect.y >= 0 and rect.bottom <= size[1], (size, scale)
        for first, second in combinations(pictures, 2):
            assert apart(first, second), (size, scale)
        for word, picture in product(words, pictures):
            assert apart(word, picture), (size, scale)


@pytest.mark.parametrize(("size", "least"), [((904, 398), 336), ((1544, 680), 560)])
def test_x_t_takes_the_room_there_is(size: tuple[int, int], least: int) -> None:
    kind = TermKind(1, (1, 28, 28))
    row, roomy = (forward.arrange(kind, size, DARK, False, roomy=on) for on in (False, True))
    assert row.rect("x_t").height < least <= roomy.rect("x_t").height


@pytest.mark.parametrize("kind", KINDS)
def test_x_t_is_never_smaller_than_in_a_row(kind: TermKind) -> None:
    for size in SIZES:
        row, roomy = (forward.arrange(kind, size, DARK, False, roomy=on) for on in (False, True))
        assert roomy.rect("x_t").height >= row.rect("x_t").height
