"""Draws docs/pictures/bench-MODEL.png: every tool of the Bench at work. From the repository:

python docs/make_bench.py [mnist] [flowers]

The pictures that they work on are samples that came with the models, as those of flowers may not be
passed on.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import diffvis
from diffvis.bench.registry import TOOLS
from diffvis.models.shipped import own_samples
from diffvis.rendering.boards import board_sheet
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.style import DARK
from diffvis.rendering.text import escape, write

SIZE, COLUMNS, EDGE, HEAD = (800, 430), 2, 6, 40  # pixels
STRENGTHS = (0.25, 0.6)  # of T
COMMON = {"steps": 25, "seed": 4}
OWN = {
    "inpaint": {"jump": 5, "resamplings": 4, "mask": "bottom"},
    "anomaly": {"plant": True, "count": 4},
    "anagram": {"guidance": 2.0},
    "hybrid": {"guidance": 2.0, "low": 0, "high": 1, "sigma": 3.0},
    "guide": {"weight": 0.5},
}
OF = {
    "mnist": {"guide": {"wish": "class", "target": 3, "weight": 2.0}},
    "flowers": {"anagram": {"upright": 0, "turned": 3}, "hybrid": {"low": 0, "high": 4}},
}
PICTURES = {"mnist": (15, 8), "flowers": (20, 38)}
"""Numbers of samples that came with the model: of the picture, and of another one."""


def board_of(name: str, tool: str) -> Pixels:
    """The last board of a tool, under its title."""
    model = diffvis.open_model(name)
    samples = own_samples(name)
    x0, other = (model.seen(samples.x0([k])[0], samples.scaling) for k in PICTURES[name])
    settings = {**COMMON, **OWN.get(tool, {}), **OF[name].get(tool, {})}
    if tool == "one-step":
        settings["strengths"] = tuple(round(part * model.schedule.T) for part in STRENGTHS)
    work = getattr(diffvis, tool.replace("-", "_"))(model, x0, other=other, **settings)
    look = DARK.showing(model.range)
    sheet = board_sheet(work.board, SIZE, look, T=model.schedule.T)
    board = np.full((HEAD + SIZE[1] + EDGE, SIZE[0] + EDGE, 3), DARK.border, np.uint8)
    board[:HEAD, :-EDGE] = DARK.panel
    board[HEAD:-EDGE, :-EDGE] = draw_sheet(sheet)
    write(board, escape(work.tool.title), EDGE * 2, HEAD // 2, 20, DARK.text, bold=True)
    return board


def sheet_of(name: str) -> Image.Image:
    """All tools on the model of that name, each as it ends."""
    drawn = [board_of(name, tool) for tool in TOOLS]
    drawn += [np.full_like(drawn[0], DARK.border)] * (-len(drawn) % COLUMNS)
    rows = [np.hstack(drawn[k : k + COLUMNS]) for k in range(0, len(drawn), COLUMNS)]
    return Image.fromarray(np.vstack(rows))


if __name__ == "__main__":
    pictures = Path(__file__).parent / "pictures"
    for wanted in sys.argv[1:] or list(OF):
        sheet_of(wanted).quantize(256).save(pictures / f"bench-{wanted}.png", optimize=True)
