"""The picture is the equation: each symbol is a picture, each number stands where it multiplies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import Colour, Style
from diffvis.rendering.text import line_height, text_width, write

SMALL = 5  # em: a picture that is smaller takes the room of its caption
WIDEST_NUMBER = "0.000"  # DejaVu's digits are all as wide: numbers change, nothing moves


@dataclass(frozen=True)
class Sizes:
    """Of type and of what is around it, in em."""

    symbol: float = 1.15
    caption: float = 1.0
    coefficient: float = 1.2
    number: float = 1.35
    operator: float = 1.55
    smallest: float = 0.7
    """To which captions shrink before some of them are left out."""
    around: float = 0.7
    """Between an equation and the edge of its frame."""
    times: bool = True
    """Whether a sign of multiplication stands after each factor."""

    def below(self, em: int) -> tuple[int, int]:
        """From the lower edge of a picture to the middles of its symbol and of its caption."""
        larger = 0.6 * (self.symbol - 1.15)
        return round((0.95 + larger) * em), round((2.35 + 2 * larger) * em)


USUAL = Sizes()
STAGED = Sizes(
    symbol=1.5, coefficient=1.0, number=1.0, operator=1.2, smallest=1.0, around=0.2, times=False
)
"""Everything is large: the pictures have the room between them."""


def sizes_of(style: Style) -> Sizes:
    return STAGED if style.least else USUAL


@dataclass(frozen=True)
class Term:
    """A picture with its symbol and a few words below it; "" for a symbol that changes."""

    name: str
    symbol: str
    caption: str


@dataclass(frozen=True)
class Operator:
    """A sign between pictures: =, +, →."""

    sign: str


@dataclass(frozen=True)
class Coefficient:
    """A symbol over the number it has now, and the sign of multiplication."""

    name: str
    symbol: str
    tone: str  # "signal" or "noise": the field of Style that has its colour


Item = Term | Operator | Coefficient
Fit = Callable[[int, int], tuple[int, int]]  # the (width, height) of a picture within a space


@dataclass(frozen=True)
class Word:
    """One line of text at its place; ``y`` is its middle."""

    markup: str
    x: int
    y: int
    size: int
    tone: str
    bold: bool = False


@dataclass(frozen=True)
class Row:
    """An equation laid out: where pictures stand, what is written, and where numbers go."""

    pictures: tuple[tuple[str, Rect], ...]
    words: tuple[Word, ...]
    numbers: tuple[tuple[str, Word], ...]
    symbols: tuple[tuple[str, Word], ...]
    """Where the symbols stand that change: those of terms without one of their own."""

    def rect(self, name: str) -> Rect:
        return dict(self.pictures)[name]

    @property
    def area(self) -> int:
        """Pixels of its pictures."""
        return sum(rect.width * rect.height for _, rect in self.pictures)

    def write_words(self, frame: Pixels, style: Style) -> None:
        for word in self.words:
            _write(frame, word, word.markup, style)

    def write_symbols(self, frame: Pixels, markups: Mapping[str, str], style: Style) -> None:
        """Write the symbols that change, such as x_{62}."""
        for name, word in self.symbols:
            _write(frame, word, markups[name], style)

    def write_numbers(self, frame: Pixels, values: Mapping[str, str], style: Style) -> None:
        """Write the number of each coefficient in its colour."""
        for name, word in self.numbers:
            _write(frame, word, values[name], style)


def type_size(size: tuple[int, int], style: Style, columns: int = 38) -> int:
    """One em in pixels: grows with the frame, and with the style's text scale, but never so far
    that words leave too little room for pictures. At least ``columns`` em stand side by side.
    """
    width, height = size
    natural = (width * height) ** 0.5 / (55 * style.text_scale)
    em = style.text_scale * min(24.0, max(13.0, natural))
    return style.legible(min(em, width / columns, height / 13))


def lay_out(
    items: Sequence[Item],
    box: Rect,
    em: int,
    fit: Fit,
    widest: float = 1.0,
    sizes: Sizes = USUAL,
    leads: float = 1.0,
) -> Row:
    """Put ``items`` side by side into ``box``, the pictures as large as there is room for.

    Where pictures and words do not both fit, the captions go first. Between two items there are at
    most ``widest`` em. The first picture is about ``leads`` times as large as the others.
    """
    terms = [item for item in items if isinstance(item, Term)]
    fixed = sum(width_of(item, em, sizes) for item in items if not isinstance(item, Term))
    room = max(1, int((box.width - fixed) / (len(terms) - 1 + leads)))
    tall, captioned = max(1, box.height - words_below(em, True, sizes)), True
    width, height = fit(room, tall)
    if height < SMALL * em:  # rather a larger picture than its caption
        larger = fit(room, max(1, box.height - words_below(em, False, sizes)))
        if larger[1] > height:
            captioned, (width, height) = False, larger
    first = width, height
    if leads > 1:
        first = fit(max(1, box.width - fixed - width * (len(terms) - 1)), tall)

    # The space that integer enlargement leaves over goes between the items.
    over = box.width - fixed - width * (len(terms) - 1) - first[0]
    gap = min(max(0, over) // (len(items) + 1), round(widest * em))
    left = box.x + over // 2 - gap * (len(items) - 1) // 2
    high = max(height, first[1])
    middle = box.y + max(0, (box.height - high - words_below(em, captioned, sizes)) // 2)
    middle += high // 2

    row = RowBuilder(em, sizes)
    for item in items:
        if isinstance(item, Term):
            wide, high = first if item is terms[0] else (width, height)
            row.add_term(item, Rect(left, middle - high // 2, wide, high), captioned)
            left += wide + gap
            continue
        space = width_of(item, em, sizes)
        if isinstance(item, Operator):
            row.add_operator(item, left + space // 2, middle)
        else:
            row.add_coefficient(item, left, space, middle)
        left += space + gap
    return row.built(box)


class RowBuilder:
    """Collects what a row consists of, item by item."""

    def __init__(self, em: int, sizes: Sizes = USUAL) -> None:
        self._em, self._sizes = em, sizes
        self._pictures: list[tuple[str, Rect]] = []
        self._words: list[Word] = []
        self._numbers: list[tuple[str, Word]] = []
        self._symbols: list[tuple[str, Word]] = []
        self._captions: list[Word] = []

    def add_term(self, item: Term, rect: Rect, captioned: bool) -> None:
        """A picture with its symbol below, and below that its caption."""
        em = self._em
        self._pictures.append((item.name, rect))
        first, second = self._sizes.below(em)
        size = round(self._sizes.symbol * em)
        symbol = Word(item.symbol, rect.centre[0], rect.bottom + first, size, "text", True)
        if item.symbol:
            self._words.append(symbol)
        else:
            self._symbols.append((item.name, symbol))
        if captioned and item.caption:
            y, small = rect.bottom + second, round(self._sizes.caption * em)
            self._captions.append(Word(item.caption, rect.centre[0], y, small, "muted"))

    def add_operator(self, item: Operator, centre: int, middle: int) -> None:
        if item.sign:
            sign = round(self._sizes.operator * self._em)
            self._words.append(Word(item.sign, centre, middle, sign, "text"))

    def add_coefficient(self, item: Coefficient, left: int, space: int, middle: int) -> None:
        """A symbol above its number, and a sign of multiplication after both."""
        em, sizes = self._em, self._sizes
        centre = left + (space - round(1.5 * em * sizes.times)) // 2
        above, below = middle - round(0.85 * em), middle + round(0.75 * em)
        self._words.append(
            Word(item.symbol, centre, above, round(sizes.coefficient * em), item.tone)
        )
        if sizes.times:
            times = left + space - round(0.8 * em)
            self._words.append(Word("×", times, middle, round(sizes.operator * em), "text"))
        number = Word(WIDEST_NUMBER, centre, below, round(sizes.number * em), item.tone, True)
        self._numbers.append((item.name, number))

    def built(self, box: Rect) -> Row:
        words = (*self._words, *_beside(self._captions, box, self._em, self._sizes))
        return Row(tuple(self._pictures), words, tuple(self._numbers), tuple(self._symbols))


def _beside(captions: list[Word], box: Rect, em: int, sizes: Sizes) -> list[Word]:
    """Captions in the largest type, down to the smallest, in which all of them have room; as many
    as do not touch each other where that is not enough.
    """
    own = sizes.caption * em
    for size in range(round(own), round(sizes.smallest * own) - 1, -1):
        kept = _without_collisions([_inside(replace(w, size=size), box) for w in captions], em)
        if len(kept) == len(captions):
            return kept
    return _without_collisions([_inside(word, box) for word in captions], em)


def _inside(word: Word, box: Rect) -> Word:
    """A caption moved inwards where it would leave the box."""
    half = text_width(word.markup, word.size) // 2 + 1
    return replace(word, x=min(max(word.x, box.x + half), max(box.x + half, box.right - half)))


def _without_collisions(captions: list[Word], em: int) -> list[Word]:
    """As many captions as do not touch each other; the last go first."""
    kept: list[Word] = []
    for word in captions:
        half = text_width(word.markup, word.size) // 2
        if kept:
            last = kept[-1]
            if word.x - half < last.x + text_width(last.markup, last.size) // 2 + em // 2:
                continue
        kept.append(word)
    return kept


def words_below(em: int, captioned: bool, sizes: Sizes = USUAL) -> int:
    """What symbol and caption take below a picture."""
    lines = line_height(round(sizes.symbol * em)) + round(0.3 * em)
    return lines + (line_height(round(sizes.caption * em)) if captioned else 0)


def width_of(item: Item, em: int, sizes: Sizes = USUAL) -> int:
    if isinstance(item, Operator):
        return round((1.7 if sizes.times else 1.4) * em)
    assert isinstance(item, Coefficient)
    symbol = text_width(item.symbol, round(sizes.coefficient * em))
    number = text_width(WIDEST_NUMBER, round(sizes.number * em), bold=True)
    return max(symbol, number) + round((1.85 if sizes.times else 0.5) * em)


def _write(frame: Pixels, word: Word, markup: str, style: Style) -> None:
    colour: Colour = getattr(style, word.tone)
    write(frame, markup, word.x, word.y, word.size, colour, bold=word.bold, align="centre")
