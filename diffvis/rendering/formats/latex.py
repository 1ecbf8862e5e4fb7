r"""What LaTeX needs to show numbered frames: a line to type and its timeline.

Both are for the package ``animate`` (https://ctan.org/pkg/animate). A line of a timeline, as its
manual has it under "The timeline option", is a frame: ``[*]:[frames a second from this one
on]:[number of the picture]``.
"""

from collections.abc import Sequence
from fractions import Fraction

LATEX, TIMELINE = "animate.tex", "animate-timeline.txt"
MOST_PLAYS = 20  # that a timeline lists: LaTeX makes a field of the page of each of its lines


def latex_lines(folder: str, frame_ms: Fraction, count: int, loop: int = 0) -> str:
    """How to show ``count`` frames of ``folder`` that stay so many ms unless the timeline says
    otherwise, ``loop`` times; 0 for ever.
    """
    play = "autoplay" if listed(loop) else "autoplay,loop"
    return (
        "% \\usepackage{animate}\n"
        f"\\animategraphics[{play},timeline={{{folder}/{TIMELINE}}},width=\\linewidth]"
        f"{{{_rate(frame_ms)}}}{{{folder}/frame-}}{{0000}}{{{count - 1:04}}}\n"
        f"% Type this line, or \\input{{{folder}/{LATEX}}}, in a document beside the folder.\n"
        "% The timeline says how long each frame stays; without it all stay equally long.\n"
    )


def timeline(times: Sequence[Fraction], loop: int = 0) -> str:
    """All frames as often as they are to be shown, with the rate where it changes."""
    lines = []
    before = None
    for _ in range(listed(loop) or 1):
        for place, ms in enumerate(times):
            lines.append(f":{'' if ms == before else _rate(ms)}:{place}\n")
            before = ms
    return "".join(lines)


def listed(loop: int) -> int:
    """How often the timeline has all frames; 0 where they are shown for ever, or as good as."""
    return loop if loop <= MOST_PLAYS else 0


def _rate(ms: Fraction) -> str:
    """Frames a second, as LaTeX reads numbers."""
    return f"{float(1000 / ms):.6g}"
