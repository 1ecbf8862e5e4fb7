"""The process in which a student's code runs: limits first, then the file, then the verdicts."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from diffvis.errors import UserError

STATM = Path("/proc/self/statm")  # pages: the first number is all of the address space


def main(request: dict[str, Any]) -> dict[str, Any]:
    """What the parent asks, and its answer; both are JSON."""
    import torch

    from diffvis.grading.grade import grade

    torch.set_num_threads(1)
    _limit(int(request["seconds"]), int(request["memory"]))
    try:
        found = grade(Path(request["path"]), request["names"], request["arguments"])
    except UserError as error:
        return {"problem": error.problem, "remedy": error.remedy}
    return {"verdicts": [verdict.to_json() for verdict in found]}


def _limit(seconds: int, memory: int) -> None:
    """Take no more processor time, and no more memory beside what PyTorch has taken; no cores."""
    try:
        import resource
    except ImportError:  # not on Windows: the parent's clock is left
        return
    used = 0
    with suppress(OSError, ValueError):
        used = int(STATM.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    wanted = [(resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)]
    wanted += [(resource.RLIMIT_AS, used + memory)] if used else []
    for kind, most in wanted:
        with suppress(OSError, ValueError):  # a smaller one may hold already
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    answer = json.dumps(main(told))
    place = Path(told["answer"])
    place.write_text(answer, encoding="utf-8")
    os._exit(0)  # whatever the student's code has begun, such as threads
