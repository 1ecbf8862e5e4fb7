"""Ctrl+C while a model trains."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from programs import DIFFVIS, begin, wait_for

from diffvis.models.model import open_model


def start(run: Path) -> Any:
    process = begin(
        DIFFVIS, "train", "swiss-roll?n=300", "--out", run, "--steps", 1_000_000, "--device", "cpu"
    )
    metrics = run / "metrics.csv"

    def under_way() -> bool:
        return metrics.is_file() and len(metrics.read_text()) > 500

    wait_for(lambda: under_way() or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return process


@pytest.mark.process
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
