"""docs/mathematics.md and docs/paths.md name functions that exist, and leave none out."""

import importlib
import re
from pathlib import Path

import pytest

import diffvis.diffusion

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / name for name in ("mathematics.md", "paths.md")]
LINK = re.compile(r"\[`([A-Za-z0-9_.]+)`\]\(\.\./(diffvis/(?:diffusion|sampling)/[\w/]+)\.py\)")


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.stem)
def text(request: pytest.FixtureRequest) -> str:
    return request.param.read_text(encoding="utf-8")


def test_every_function_it_names_is_where_it_says(text: str) -> None:
    links = LINK.findall(text)
    assert len(links) > 25
    for name, path in links:
        found = importlib.import_module(path.replace("/", "."))
        for part in name.split("."):
            found = getattr(found, part)


def test_every_public_function_is_named() -> None:
    named = {name for page in PAGES for name, _ in LINK.findall(page.read_text(encoding="utf-8"))}
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
        assert (PAGES[0].parent / path).exists(), path
