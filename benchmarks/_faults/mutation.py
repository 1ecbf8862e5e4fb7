"""What becomes of files: bits flip, ends are lost, people write something else into them."""

import json
import random
from collections.abc import Callable
from typing import Any

ODD = (
    None, True, [], {}, "", "ö" * 300, -1, 0, 1e308, -0.0, 10**30, 1_000_000_000, "NaN", [[]],
    float("nan"), float("inf"), 2**63, "../../..", "/dev/zero", "\0", [1] * 1000,
)  # fmt: skip
DEEP = 3000


def mutate(content: bytes, draw: random.Random) -> bytes:
    """The bytes of a file with something wrong in them."""
    ways: tuple[Callable[[bytearray, random.Random], bytes], ...] = (
        _flip, _flip_near_the_start, _cut, _drop, _insert, _repeat, _overwrite, _swap,
    )  # fmt: skip
    if content[:1] in (b"{", b"["):
        ways += 4 * (_json,)
    elif content.count(b",") > 5 and b"\n" in content[:400]:
        ways += 3 * (_cell,)
    return draw.choice(ways)(bytearray(content), draw)


def _flip(content: bytearray, draw: random.Random) -> bytes:
    for _ in range(draw.choice((1, 1, 2, 8))):
        if content:
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return bytes(content)


def _flip_near_the_start(content: bytearray, draw: random.Random) -> bytes:
    if content:
        content[draw.randrange(min(len(content), 64))] ^= 1 << draw.randrange(8)
    return bytes(content)


def _cut(content: bytearray, draw: random.Random) -> bytes:
    return bytes(content[: draw.randrange(len(content) + 1)])


def _drop(content: bytearray, draw: random.Random) -> bytes:
    start = draw.randrange(len(content) + 1)
    del content[start : start + draw.choice((1, 4, 100, 4096))]
    return bytes(content)


def _insert(content: bytearray, draw: random.Random) -> bytes:
    at, size = draw.randrange(len(content) + 1), draw.choice((1, 4, 100))
    content[at:at] = draw.randbytes(size)
    return bytes(content)


def _repeat(content: bytearray, draw: random.Random) -> bytes:
    start = draw.randrange(len(content) + 1)
    part = content[start : start + draw.choice((8, 64, 512))]
    content[start:start] = part * draw.choice((1, 3))
    return bytes(content)


def _overwrite(content: bytearray, draw: random.Random) -> bytes:
    at, fill = draw.randrange(len(content) + 1), draw.choice((b"\0", b"\xff", b" "))
    size = min(draw.choice((1, 2, 4, 8)), len(content) - at)
    content[at : at + size] = fill * size
    return bytes(content)


def _swap(content: bytearray, draw: random.Random) -> bytes:
    middle = draw.randrange(len(content) + 1)
    return bytes(content[middle:] + content[:middle])


def _cell(content: bytearray, draw: random.Random) -> bytes:
    lines = bytes(content).split(b"\n")
    row = draw.randrange(len(lines))
    cells = lines[row].split(b",")
    cells[draw.randrange(len(cells))] = draw.choice(
        (b"", b"x", b"nan", b"inf", b"-1", b"9" * 400, b'"', b"\0", b"1e999", b"7" * 19)
    )
    lines[row] = b",".join(cells)
    return b"\n".join(lines)


def _json(content: bytearray, draw: random.Random) -> bytes:
    """Another value, or none, at a place in JSON; or JSON without a bottom."""
    try:
        value = json.loads(content)
    except ValueError:
        return _flip(content, draw)
    if draw.random() < 0.05:
        return b"[" * DEEP + b"]" * DEEP
    places = list(_places(value))
    if not places:
        return b"null"
    inside, key = draw.choice(places)
    if isinstance(inside, dict) and draw.random() < 0.3:
        del inside[key]
    else:
        inside[key] = draw.choice(ODD)
    return json.dumps(value).encode()


def _places(value: Any, depth: int = 0):
    """Every place of a value within another one; of long lists the first few."""
    if depth > 8:
        return
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:5]
    else:
        return
    for key, inner in items:
        yield value, key
        yield from _places(inner, depth + 1)
