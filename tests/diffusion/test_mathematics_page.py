"""docs/mathematics.md names functions that exist, and leaves none out."""

import importlib
import re
from pathlib import Path

import pytest

import diffvis.diffusion

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mathematics.md"
LINK = re.compile(r"\[`([A-Za-z0-9_.]+)`\]\(\.\./(diffvis/(?:diffusion|sampling)/[\w/]+)\.py\)")


@pytest.fixture(scope="module")
def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_function_it_names_is_where_it_says(text: str) -> None:
    links = LINK.findall(text)
    assert len(links) > 40
    for name, path in links:
        found = importlib.import_module(path.replace("/", "."))
        for part in name.split("."):
            found = getattr(found, part)


def test_every_public_function_is_named(text: str) -> None:
    named = {name for name, _ in LINK.findall(text)}
    tuples = {name for name in diffvis.diffusion.__all__ if name.isupper()}
    missing = set(diffvis.diffusion.__all__) - named - tuples - {"make_schedule"}
    assert missing == set()


def test_every_formula_is_closed(text: str) -> None:
    blocks = re.findall(r"^```(\w*)$", text, flags=re.MULTILINE)
    assert blocks[::2] == ["math"] * (len(blocks) // 2)
    prose = re.sub(r"^```math$.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for paragraph in prose.split("\n\n"):
        assert paragraph.count("$") % 2 == 0, paragraph
    for formula in re.findall(r"\$([^$]+)\$", prose) + re.findall(
        r"^```math$(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL
    ):
        bare = formula.replace(r"\{", "").replace(r"\}", "")
        assert bare.count("{") == bare.count("}"), formula
        assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula))


def test_its_own_links_lead_somewhere(text: str) -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for anchor in re.findall(r"\]\(#([\w-]+)\)", text):
        assert anchor in headings
    for path in re.findall(r"\]\((\.\./[^)#]+)\)", text):
        assert (PAGE.parent / path).exists(), path
