"""A student's file is graded in a process of its own, with limits on time and memory."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import diffvis
from diffvis.errors import UserError
from diffvis.grading.verdict import Verdict

SECONDS = 60
MEMORY = 2 * 2**30
HOME = Path(diffvis.__file__).absolute().parents[1]  # the child stands in another folder
SPARE_S = 30  # beside: PyTorch is loaded first


def grade_apart(
    path: Path,
    names: Mapping[str, str],
    arguments: Mapping[str, Sequence[str]],
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> list[Verdict]:
    """Run and judge a student's file in another process. That is no wall: the code can do what its
    owner can, such as write files, and only its time and memory are limited.

    Raises:
        UserError: the file cannot be read, or its code has ended the process or taken too long.
    """
    with tempfile.TemporaryDirectory(prefix="diffvis-check-") as folder:
        answer = Path(folder) / "answer.json"
        request = {
            "path": str(path.absolute()), "answer": str(answer), "seconds": seconds,
            "memory": memory, "names": dict(names),
            "arguments": {name: list(roles) for name, roles in arguments.items()},
        }  # fmt: skip
        status = _run(json.dumps(request), folder, seconds + SPARE_S)
        try:
            found = json.loads(answer.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise _ended(path, status, seconds, memory) from None
    if "problem" in found:
        raise UserError(found["problem"], found["remedy"])
    return [Verdict(**told) for told in found["verdicts"]]


def _run(request: str, folder: str, limit: float) -> int | None:
    """The exit status of the child; None where it took too long."""
    apart: dict[str, Any] = {} if os.name == "nt" else {"start_new_session": True}
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(HOME), *(str(Path(entry).absolute()) for entry in known if entry)]
    environment = {
        **os.environ, "MPLBACKEND": "Agg", "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(paths),
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "diffvis.grading.child", request],
        cwd=folder, env=environment, **quiet, **apart,
    )  # fmt: skip
    try:
        return child.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the process and what it has begun."""
    if os.name == "nt":
        child.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _ended(path: Path, status: int | None, seconds: int, memory: int) -> UserError:
    too_long = status is None or status == -getattr(signal, "SIGXCPU", 0)
    if too_long:
        return UserError(
            f"{path} took more than {seconds} s", "put what trains under if __name__ == '__main__':"
        )
    return UserError(
        f"the code of {path} ended its process (status {status})",
        f"look for exit() and os._exit, or for arrays of more than {memory / 2**30:.1f} GB",
    )
