"""A tool of the Bench at work: its boards as far as it has come, within a limit of memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from diffvis.bench.board import Board
from diffvis.bench.pictures import own_sample_steps
from diffvis.bench.task import Task
from diffvis.bench.tool import Tool

LIMIT = 64 * 2**20
"""Bytes that the boards of one run may take."""


class ToolRun:
    """One thread walks it, others look: what is kept is replaced whole, never changed.

    Pictures that the model makes itself are made first; ``sampled`` names them, as fields of the
    task, with their seeds. Where the boards take more than the limit, every second is dropped, and
    then every second of those; the newest is always there.
    """

    def __init__(
        self,
        tool: Tool,
        task: Task,
        picture: str = "",
        sampled: Mapping[str, int] | None = None,
        limit: int = LIMIT,
    ) -> None:
        self.tool, self.task, self.picture = tool, task, picture
        self._sampled = dict(sampled or {})
        self._limit = limit
        self._kept: tuple[tuple[int, Board], ...] = ()
        self._bytes: dict[int, int] = {}
        self.stride = 1
        """One in so many boards is kept."""
        self.calls, self.all_calls = 0, 1
        """How often the network has been asked, and will have been."""
        self.complete = False

    @property
    def ready(self) -> bool:
        """Whether the pictures that the model makes are there."""
        return not self._sampled

    @property
    def places(self) -> tuple[int, ...]:
        """The numbers of the boards that are kept, from 0; ascending."""
        return tuple(place for place, _ in self._kept)

    @property
    def reached(self) -> int:
        """The number of the newest board; -1 before there is one."""
        kept = self._kept
        return kept[-1][0] if kept else -1

    @property
    def all_boards(self) -> int:
        """How many there will be, as far as the calls that they have taken tell: RePaint goes
        forward without one, an anagram takes two for each.
        """
        made, calls = self.reached + 1, self.calls
        if self.complete or not calls:
            return made if self.complete else self.all_calls
        return max(made, round(made * self.all_calls / calls))

    @property
    def bytes(self) -> int:
        return sum(list(self._bytes.values()))

    def board(self, place: int) -> Board | None:
        """The last one kept up to there, or the first; None before there is one."""
        kept = self._kept
        earlier = [board for number, board in kept if number <= place]
        if earlier:
            return earlier[-1]
        return kept[0][1] if kept else None

    def check(self) -> None:
        """Nothing is walked, and so nothing lost.

        Raises:
            UserError: what can be known without the pictures that are still to be made: the task or
                a setting does not fit; ``field`` names it.
        """
        if self.ready:
            self.tool.walk(self.task)

    def walk(self) -> Iterator[None]:
        """Each piece is one call of the network, or nearly.

        Raises:
            UserError: the task or a setting does not fit.
        """
        for name, seed in list(self._sampled.items()):
            for x in own_sample_steps(self.task.model, seed):
                made = x
                yield
            self.task = replace(self.task, **{name: made})
            del self._sampled[name]
        boards = self.tool.walk(self.task)
        self.all_calls = max(1, self.tool.calls(self.task))
        for board in boards:
            self._keep(board)
            yield
        self.complete = True

    def _keep(self, board: Board) -> None:
        place = self.reached + 1
        kept = [each for each in self._kept if each[0] % self.stride == 0]
        sizes = {number: self._bytes[number] for number, _ in kept}
        kept.append((place, board))
        sizes[place] = _bytes_of(board)
        while sum(sizes.values()) > self._limit and len(kept) > 2:
            self.stride *= 2
            kept = [each for each in kept if each[0] % self.stride == 0 or each[0] == place]
            sizes = {number: sizes[number] for number, _ in kept}
        self._kept, self._bytes = tuple(kept), sizes
        self.calls += board.calls


def _bytes_of(board: Board) -> int:
    """Of what its pictures and results are kept in, each once."""
    tensors = [*(exhibit.x for exhibit in board.exhibits), *board.results.values()]
    stores = {each.untyped_storage().data_ptr(): each.untyped_storage() for each in tensors}
    return sum(store.nbytes() for store in stores.values())
