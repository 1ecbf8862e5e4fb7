"""An HTML slide as another reader sees it: Python's parser of HTML, and Pillow."""

import base64
import io
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from PIL import Image

VOID = ("meta", "img", "input", "path", "link", "br")


@dataclass
class Slide(HTMLParser):
    """``frames`` are uint8 (h, w, 4)."""

    path: Path
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """What is in each element, by its id or else its name."""
    inside: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))
        self.close()
        assert self.inside == []
        self.film = json.loads(self.texts["film"])
        self.told = self.film["frames"]
        self.frames = [self._frame(place) for place in range(len(self.told))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        if tag not in VOID:
            self.inside.append((tag, told.get("id") or tag))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.inside.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        name = self.inside[-1][1] if self.inside else ""
        self.texts[name] = self.texts.get(name, "") + data

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        """The attributes of the only such element."""
        (found,) = (
            told for name, told in self.tags
            if name == tag and attributes.items() <= told.items()
        )  # fmt: skip
        return found

    @property
    def ms(self) -> list[float]:
        return [told["ms"] for told in self.told]

    @property
    def moments(self) -> list[str]:
        return [told["now"] for told in self.told]

    def _frame(self, place: int) -> np.ndarray:
        told = self.told[self.told[place].get("as", place)]
        if "webp" not in told:
            start, _, content = (self.one("img")["src"] or "").partition(",")
            assert start == "data:image/webp;base64"
            return _decoded(content)
        if "x" not in told:
            return _decoded(told["webp"])
        whole = Image.fromarray(_decoded(self.told[0]["webp"]))
        part = Image.fromarray(_decoded(told["webp"]))
        whole.alpha_composite(part, (told["x"], told["y"]))
        return np.asarray(whole)


def _decoded(content: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(content, validate=True))) as picture:
        assert picture.format == "WEBP"
        return np.asarray(picture.convert("RGBA"))
