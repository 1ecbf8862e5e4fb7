"""Draws docs/pictures/bench-MODEL.png: every tool of the Bench at work. From the repository:

python docs/make_bench.py [mnist] [flowers]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import diffvis
from diffvis.bench.registry import TOOLS
from diffvis.rendering.boards import board_sheet
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.style import DARK

SIZE, COLUMNS = (880, 495), 2
COMMON = {"steps": 25, "seed": 4}
OWN = {
    "inpaint": {"jump": 5, "resamplings": 4, "mask": "bottom"},
    "anomaly": {"plant": True, "count": 4},
    "anagram": {"guidance": 2.0},
    "hybrid": {"guidance": 2.0, "low": 0, "high": 1, "sigma": 3.0},
    "guide": {"weight": 0.5},
}
OF = {
    "mnist": {},
    "flowers": {"anagram": {"upright": 0, "turned": 3}, "upscale": {"scale": 4}},
}


def sheet_of(name: str) -> Image.Image:
    """All tools on the model of that name, each as it ends."""
    model = diffvis.open_model(name)
    drawn = []
    for tool in TOOLS:
        settings = {**COMMON, **OWN.get(tool, {}), **OF.get(name, {}).get(tool, {})}
        work = getattr(diffvis, tool.replace("-", "_"))(model, **settings)
        look = DARK.showing(model.range)
        title = work.tool.title
        sheet = board_sheet(work.board, SIZE, look, T=model.schedule.T, caption=title)
        drawn.append(draw_sheet(sheet))
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % COLUMNS)
    rows = [np.hstack(drawn[k : k + COLUMNS]) for k in range(0, len(drawn), COLUMNS)]
    return Image.fromarray(np.vstack(rows))


if __name__ == "__main__":
    pictures = Path(__file__).parent / "pictures"
    for wanted in sys.argv[1:] or list(OF):
        sheet_of(wanted).quantize(256).save(pictures / f"bench-{wanted}.png", optimize=True)
