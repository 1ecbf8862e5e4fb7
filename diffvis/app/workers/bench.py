"""Walks a tool of the Bench, one board a tick."""

import math
import time
from collections.abc import Iterator

from diffvis.app.workers.worker import Worker
from diffvis.training.threads import Threads, using_threads
from diffvis.viewing.tool_run import ToolRun

SMALL = 3 * 16 * 16
"""Values in a picture up to which one thread walks: others gain little."""


class BenchWorker(Worker):
    """The window looks at the run to see how far it has got."""

    def __init__(self) -> None:
        super().__init__("bench")

    def job(self, request: ToolRun) -> Iterator[object]:
        threads = Threads(small=math.prod(request.task.model.shape) <= SMALL)
        walk = request.walk()

        def pieces() -> Iterator[object]:
            try:
                while True:
                    begun, count = time.perf_counter(), threads.count
                    with using_threads(count):
                        try:
                            next(walk)
                        except StopIteration:
                            return
                    threads.took(count, time.perf_counter() - begun)
                    yield request
            finally:
                walk.close()

        return pieces()
