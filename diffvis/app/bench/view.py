"""The board on show, as it is exported."""

import numpy as np
from PySide6.QtCore import QSize, Slot

from diffvis.app.bench.clock import BenchClock
from diffvis.app.bench.runner import Runner
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import identify
from diffvis.app.widgets.hint import Hint
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_letters
from diffvis.rendering.boards import board_sheet
from diffvis.rendering.pixels import blank
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.bench import Bench

LEAST = QSize(240, 160)
HINT = "Choose a tool and a picture, and press Run: each step is a board here"


class BoardView(RasterView):
    """Draws the board that the clock is at."""

    def __init__(self, theme: Theme, runner: Runner, clock: BenchClock) -> None:
        super().__init__(theme, self._draw_board, self._words, LEAST)
        self._runner, self._clock = runner, clock
        identify(self, "bench.view", "The board: what the tool does, as pictures")
        self._hint = Hint(HINT, self)
        self._hint.setWordWrap(True)
        clock.shown.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self._hint.setVisible(self._clock.board is None)
        self.refresh()

    def _draw_board(self, size: tuple[int, int], style: Style) -> np.ndarray:
        run, board = self._runner.run, self._clock.board
        if run is None or board is None:
            return blank(size, style.panel)
        model = run.task.model
        made_of = "" if style.least else Bench(run.tool, run.task, run.picture).words(run.task)
        sheet = board_sheet(
            board, size, style.showing(model.range), T=model.schedule.T,
            caption=made_of,
        )  # fmt: skip
        return draw_sheet(sheet)

    def _words(self) -> str:
        run, board = self._runner.run, self._clock.board
        if run is None or board is None:
            return f"nothing yet. {HINT}"
        shown = [
            f"{in_letters(each.symbol)} ({each.note})" if each.note else in_letters(each.symbol)
            for each in board.exhibits
        ]
        said = f"{board.words}. " if board.words else ""
        return (
            f"{run.tool.title} at t = {board.t} of {run.task.schedule.T}, board {self._clock.value}"
            f" of {self._clock.last}: {said}{', '.join(shown)}"
        )
