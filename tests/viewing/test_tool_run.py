"""A run of a tool keeps its boards within the memory that it may take."""

from collections.abc import Iterator

import pytest
import torch

from diffvis.bench.board import Board, Exhibit
from diffvis.bench.task import Task
from diffvis.bench.tool import Tool
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.models.model import exact_model
from diffvis.sampling.settings import ChainSettings
from diffvis.viewing.tool_run import ToolRun

EACH = 4_000  # bytes of a board


class Counting(Tool):
    """Boards with their number in them."""

    boards: int = 20
    each: int = 1

    def calls(self, task: Task) -> int:
        return self.boards * self.each

    def walk(self, task: Task) -> Iterator[Board]:
        task.picture()
        return (
            Board(0, ((Exhibit("x", torch.full((1, EACH // 4), float(k))),),), calls=self.each)
            for k in range(self.boards)
        )


@pytest.fixture(scope="module")
def task() -> Task:
    data = open_dataset("digits")
    model = exact_model(data, make_schedule("cosine", 8), 50)
    return Task(model, ChainSettings(sampler="ddim", count=1, clip="none"), data.x0([0])[0])


def numbers(run: ToolRun) -> list[int]:
    return [int(run.board(place).exhibits[0].x[0, 0]) for place in run.places]


def test_all_boards_are_kept_where_there_is_room(task: Task) -> None:
    run = ToolRun(Counting(), task)
    assert (run.reached, run.board(0), run.complete) == (-1, None, False)
    walk = run.walk()
    next(walk)
    assert (run.reached, run.calls, run.all_calls) == (0, 1, 20)
    assert len(list(walk)) == 19 and run.complete
    assert run.places == tuple(range(20)) and numbers(run) == list(range(20))
    assert (run.stride, run.bytes, run.calls) == (1, 20 * EACH, 20)


@pytest.mark.parametrize("each", [1, 2])
def test_how_many_boards_there_will_be_follows_from_the_calls_of_those_there_are(
    task: Task, each: int
) -> None:
    run = ToolRun(Counting(each=each), task)
    told = [run.all_boards for _ in run.walk()]
    assert run.all_calls == 20 * each and run.all_boards == 20
    assert told == [20] * 20


def test_every_second_is_dropped_until_they_fit_and_the_newest_stays(task: Task) -> None:
    run = ToolRun(Counting(), task, limit=6 * EACH)
    for _ in run.walk():
        assert run.bytes <= 6 * EACH
        assert run.places[0] == 0 and run.places[-1] == run.reached
    assert run.places == (0, 4, 8, 12, 16, 19) and run.stride == 4
    assert numbers(run) == list(run.places)
    assert int(run.board(11).exhibits[0].x[0, 0]) == 8, "the last one up to there"


def test_tensors_that_boards_share_with_themselves_count_once(task: Task) -> None:
    class Twice(Counting):
        def walk(self, task: Task) -> Iterator[Board]:
            x = torch.zeros(1, EACH // 4)
            yield Board(0, ((Exhibit("x", x), Exhibit("y", x.expand(9, -1))),), results={"x0": x})

    run = ToolRun(Twice(), task)
    list(run.walk())
    assert run.bytes == EACH


def test_a_sample_is_made_first(task: Task) -> None:
    from diffvis.bench.pictures import own_sample

    run = ToolRun(Counting(), Task(task.model, task.chain), sampled={"x0": 3})
    run.check()  # nothing is known yet
    assert not run.ready
    list(run.walk())
    assert run.ready and torch.equal(run.task.x0, own_sample(task.model, 3))


def test_what_does_not_fit_is_said_before_anything_is_walked(task: Task) -> None:
    run = ToolRun(Counting(), Task(task.model, task.chain))
    with pytest.raises(UserError, match="picture is missing"):
        run.check()
    assert run.reached == -1
