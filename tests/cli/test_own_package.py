"""A package of one's own that is installed beside diffvis joins it; a broken one ends nothing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_package import GROUPS, installed

from diffvis.networks import NETWORKS

Call = Callable[..., Any]
BROKEN = dict.fromkeys(GROUPS, ("bad", r"raise RuntimeError('no such\nthing')"))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(tmp_path / "site", monkeypatch, own_ways=GROUPS):
        yield


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(tmp_path / "site", monkeypatch, bad_ways=BROKEN):
        yield


def test_its_network_sampler_and_data_set_serve_a_run(
    own: None, diffvis: Call, tmp_path: Path
) -> None:
    assert "own-net: One layer of one's own" in diffvis("networks").out
    assert "own-line" in diffvis("data").out
    shown = diffvis("data", "own-line?n=120")
    assert (shown.status, shown.err) == (0, "") and "120 points" in shown.out
    run, out = tmp_path / "run", tmp_path / "x.npz"
    few = ["--steps", "4", "--timesteps", "6", "--batch-size", "16", "--device", "cpu"]
    trained = diffvis("train", "own-line?n=120", "--network", "own-net", "--out", run, *few)
    assert trained.status == 0, trained.err
    written = (run / "run.json").read_text(encoding="utf-8")
    assert '"own-net"' in written and '"own-line?n=120"' in written

    def sample(push: float) -> np.ndarray:
        chosen = ["--sampler", "straight", "--push", push, "--count", "5", "--steps", "2"]
        made = diffvis("sample", run, "--out", out, "--device", "cpu", "--force", *chosen)
        assert made.status == 0, made.err
        with np.load(out) as file:
            assert json.loads(str(file["meta"]))["sampler"] == "straight"
            return file["x0"]

    np.testing.assert_allclose(sample(0.0), 0.0, atol=1e-5)  # the mean of the line, to which 0 goes
    assert np.abs(sample(1.0)).max() > 0.01


def test_without_it_its_names_are_not_known(diffvis: Call, tmp_path: Path) -> None:
    assert "own-line" in diffvis("data", "own-line").problem()
    assert "own-net" not in diffvis("networks").out
    sampled = diffvis("sample", "swiss-roll", "--out", tmp_path / "a.npz", "--sampler", "straight")
    assert "straight" in sampled.problem()


@pytest.mark.parametrize(
    ("command", "group"),
    [
        (["networks"], "diffvis.networks"),
        (["data"], "diffvis.datasets"),
        (["sample", "--help"], "diffvis.samplers"),
    ],
)
def test_a_broken_one_is_one_warning_that_names_it(
    broken: None, diffvis: Call, command: list[str], group: str
) -> None:
    for times in (1, 0):  # said once
        done = diffvis(*command)
        assert done.status == 0 and done.out
        said = f"note: the package bad_ways cannot join {group}: RuntimeError: no such thing"
        assert done.err.splitlines() == [said] * times


def test_a_broken_one_keeps_no_other_from_joining(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, diffvis: Call
) -> None:
    exits = {"diffvis.networks": ("bad", "raise SystemExit(3)")}
    taken = "from diffvis.data import register\nregister('digits', '', '', 'images')"
    packages = {
        "a_bad": exits | {"diffvis.datasets": ("taken", taken)},
        "own_ways": GROUPS,
        "z_bad": {"diffvis.networks": ("bad", "import nowhere_to_be_found")},
    }
    with installed(tmp_path / "site", monkeypatch, **packages):
        listed = diffvis("networks")
        assert "own-net" in listed.out and len(listed.err.splitlines()) == 2
        assert "a_bad" in listed.err and "z_bad" in listed.err
        opened = diffvis("data", "digits")
        assert "1,797" in opened.out and "there is a data set digits already" in opened.err
        assert diffvis("data", "own-line").status == 0


def test_nothing_is_imported_before_it_is_asked_for(
    broken: None, diffvis: Call, caplog: pytest.LogCaptureFixture
) -> None:
    assert diffvis("--version").err == "" and not caplog.records
    assert "mlp" in NETWORKS and "bad_ways" in caplog.text
