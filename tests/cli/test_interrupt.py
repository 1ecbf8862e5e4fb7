"""Ctrl+C while a model trains."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffvis.models.model import open_model


def start(run: Path) -> subprocess.Popen[str]:
    arguments = ["train", "swiss-roll?n=300", "--out", str(run), "--steps", "1000000"]
    program = "import sys; from diffvis.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments, "--device", "cpu"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    limit = time.monotonic() + 60
    while not (run / "metrics.csv").is_file() or len((run / "metrics.csv").read_text()) < 500:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit
        time.sleep(0.05)
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_is_saved(tmp_path: Path, number: int, status: int) -> None:
    run = tmp_path / "run"
    process = start(run)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert err == ""
    model = open_model(run)
    assert model.steps > 0
    assert f"stopped at step {model.steps:,}" in out
