import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffvis.data import open_dataset
from diffvis.models.model import open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run


def test_training_writes_a_run(run_folder: Path) -> None:
    folder = RunFolder.open(run_folder)
    assert (folder.config.steps, folder.config.timesteps, folder.config.batch_size) == (30, 12, 32)
    assert folder.checkpoints()[0].stem == "step-00000030"
    assert open_model(run_folder).steps == 30


def test_training_goes_on(diffvis: Callable, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ["--timesteps", "12", "--batch-size", "16", "--device", "cpu"]
    first = diffvis("train", "swiss-roll?n=200", "--out", run, "--steps", "5", *options)
    assert first.status == 0
    assert "Swiss roll" in first.out
    again = diffvis("train", "swiss-roll?n=200", "--out", run, "--steps", "9")
    assert again.status == 2
    assert "holds a run already" in again.err
    resumed = diffvis("train", "swiss-roll?n=200", "--out", run, "--resume", "--steps", "9")
    assert resumed.status == 0, resumed.err
    assert open_model(run).steps == 9


def test_training_says_why_it_stopped_early(diffvis: Callable, tmp_path: Path) -> None:
    early = ["validate_every=1", "patience=1", "lr=1"]  # at which the first state stays the best
    options = [word for pair in early for word in ("--set", pair)]
    options += ["--timesteps", "4", "--batch-size", "4", "--device", "cpu", "--steps", "50"]
    done = diffvis("train", "moons?n=60", "--out", tmp_path / "run", *options)
    assert done.status == 0, done.err
    assert "stopped early: no better validation loss since step" in done.out
    options = ["--steps", "2", "--device", "cpu"]
    whole = diffvis("train", "moons?n=60", "--out", tmp_path / "whole", *options)
    assert "early" not in whole.out


@pytest.mark.parametrize(
    "command", [["sample", "--out", "{tmp}/a.npz"], ["export", "reverse", "--out", "{tmp}/a.npz"]]
)
def test_an_earlier_state_in_the_place_of_a_damaged_one_is_said(
    diffvis: Callable, tmp_path: Path, run_folder: Path, command: list[str]
) -> None:
    run = shutil.copytree(run_folder, tmp_path / "run")
    newest = RunFolder.open(run).checkpoints()[0]
    newest.write_bytes(newest.read_bytes()[:-1])
    command = [word.format(tmp=tmp_path) for word in command]
    done = diffvis(*command, run, "--count", 2, "--device", "cpu")
    assert done.status == 0, done.err
    assert done.err == f"note: {newest} is damaged: this is the state of step 0\n"


def test_numbers_of_samples_are_those_of_the_seed(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        done = diffvis(
            "sample", run_folder, "--out", tmp_path / f"{name}.npz", "--count", 7, "--seed", seed
        )
        assert done.status == 0, done.err
        assert "7 samples" in done.out
    a, b, c = (np.load(tmp_path / f"{name}.npz") for name in "abc")
    assert a["x0"].shape == (7, 2)
    assert a["x0"].dtype == np.float32
    assert np.array_equal(a["x0"], b["x0"])
    assert not np.array_equal(a["x0"], c["x0"])
    meta = json.loads(str(a["meta"]))
    assert (meta["seed"], meta["sampler"], meta["steps"], meta["T"]) == (4, "ddpm", 12, 12)
    model = open_model(run_folder)
    *_, step = run_chain(model, ChainSettings(count=7, seed=4))
    assert np.array_equal(a["x0"], model.scaling.to_data(step.x_s).numpy())
    assert not torch.equal(initial_noise((2,), 7, 4)[0], step.x_s)


def test_samplers_differ_but_start_from_the_same_noise(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    found = {}
    for name, options in {
        "ddpm": ["--sampler", "ddpm"],
        "ddim": ["--sampler", "ddim", "--steps", "4"],
        "eta": ["--sampler", "ddim", "--steps", "4", "--eta", "0.7"],
        "solver": ["--sampler", "dpm-solver", "--steps", "4"],
        "small": ["--steps", "4", "--variance", "small"],
        "clipped": ["--steps", "4", "--variance", "small", "--clip", "static"],
    }.items():
        path = tmp_path / f"{name}.npz"
        assert diffvis("sample", run_folder, "--out", path, *options).status == 0
        with np.load(path) as file:
            found[name] = file["x0"]
            meta = json.loads(str(file["meta"]))
        assert meta["steps"] == (12 if name == "ddpm" else 4)
        assert (meta["sampler"], meta["label"]) == (
            options[1] if "--sampler" in options else "ddpm",
            None,
        )
    assert len({x0.tobytes() for x0 in found.values()}) == len(found)


def test_classes_are_drawn_in_turn_as_in_the_window_unless_one_is_named(
    diffvis: Callable, tmp_path: Path
) -> None:
    model = open_model("pinwheel")
    found = {}
    for name, label, options in (
        ("each", EVERY_CLASS, []),
        ("none", None, ["--label", "none"]),
        ("third", 2, ["--label", "3"]),
    ):
        path = tmp_path / f"{name}.npz"
        how = ["--count", 12, "--steps", 6, "--seed", 7, *options]
        assert diffvis("sample", "pinwheel", "--out", path, *how).status == 0
        with np.load(path) as file:
            found[name] = file["x0"]
            assert json.loads(str(file["meta"]))["label"] == label
        *_, step = run_chain(model, ChainSettings(count=12, steps=6, seed=7, label=label))
        assert np.array_equal(found[name], model.scaling.to_data(step.x_s).numpy())
    assert not np.array_equal(found["each"], found["none"])


@pytest.mark.parametrize("noise", ["each", "together"])
def test_one_sample_alone_is_that_of_the_grid(
    diffvis: Callable, tmp_path: Path, noise: str
) -> None:
    how = ["--count", 7, "--steps", 5, "--seed", 2**32 + 3, "--noise", noise]
    many, one, again = (tmp_path / f"{name}.npz" for name in ("many", "one", "again"))
    assert diffvis("sample", "digits", "--out", many, *how).status == 0
    done = diffvis("sample", "digits", "--out", one, *how, "--only", 5)
    assert (done.status, "sample 5 of 7" in done.out) == (0, True), done.err
    with np.load(many) as a, np.load(one) as b:
        assert b["x0"].shape == (1, 1, 8, 8)
        assert np.array_equal(a["x0"][4:5], b["x0"])
        meta = json.loads(str(b["meta"]))
    assert (meta["only"], meta["noise"]) == (5, noise)
    picture, again = tmp_path / "one.png", tmp_path / "again.png"
    assert diffvis("sample", "digits", "--out", picture, *how, "--only", 5).status == 0
    assert diffvis("export", "--recipe", picture, "--out", again).status == 0
    with Image.open(picture) as a, Image.open(again) as b:
        assert np.array_equal(np.asarray(a), np.asarray(b))
    for wrong in (8, 100):
        done = diffvis("sample", "digits", "--out", tmp_path / "no.npz", *how, "--only", wrong)
        assert f"there is no sample {wrong}: the chain has 7 samples" in done.problem()


def test_a_picture_of_samples(diffvis: Callable, tmp_path: Path, run_folder: Path) -> None:
    path = tmp_path / "samples.png"
    assert diffvis("sample", run_folder, "--out", path, "--count", "50").status == 0
    with Image.open(path) as image:
        assert image.size == (1024, 1024)
        assert json.loads(image.text["meta"])["model"] == "roll"
        pixels = np.asarray(image)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20
    again = tmp_path / "again.png"
    assert diffvis("export", "--recipe", path, "--out", again).status == 0
    with Image.open(again) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_a_grid_of_images(diffvis: Callable, tmp_path: Path) -> None:
    run = tmp_path / "digits"
    config = preset_for(open_dataset("digits")).changed(
        steps=1, timesteps=3, batch_size=2, validate_every=0, preview_every=0, device="cpu"
    )
    for _ in train_run(config, RunFolder.create(run, config)):
        pass
    path = tmp_path / "grid.png"
    assert diffvis("sample", run, "--out", path, "--count", "9").status == 0
    with Image.open(path) as image:
        assert image.width == image.height
        assert 900 < image.width <= 1024
    path = tmp_path / "x.npz"
    assert diffvis("sample", run, "--out", path, "--count", "2").status == 0
    with np.load(path) as file:
        assert file["x0"].shape == (2, 1, 8, 8)
        assert file["x0"].min() >= 0
        assert file["x0"].max() <= 1


def test_export_forward(diffvis: Callable, tmp_path: Path, run_folder: Path) -> None:
    path = tmp_path / "forward.gif"
    options = ["--frames", "5", "--size", "480x270", "--style", "light", "--count", "40"]
    done = diffvis("export", "forward", run_folder, "--out", path, *options)
    assert done.status == 0, done.err
    assert str(path) in done.out
    with Image.open(path) as film:
        assert (film.size, film.n_frames) == ((480, 270), 5)
        recipe = json.loads(film.info["comment"].decode())
    spec = recipe["spec"]
    assert (recipe["schedule"]["T"], spec["style"], spec["count"]) == (12, "light", 40)
    assert diffvis("export", "forward", run_folder, "--out", path, *options).status == 2
    replaced = diffvis("export", "forward", run_folder, "--out", path, "--force", *options)
    assert replaced.status == 0


def test_what_a_film_becomes_is_said(diffvis: Callable, tmp_path: Path) -> None:
    options = ["--frames", "3", "--size", "160x90", "--fps", "30", "--loop", "1"]
    said = diffvis("export", "forward", "--out", tmp_path / "film.gif", *options).out
    assert "GIF, 30 fps on average, by frames of 30 and 40 ms, once" in said
    said = diffvis("export", "forward", "--out", tmp_path / "film.mp4", *options).out
    assert "MP4, as often as its player says" in said
    more = diffvis("export", "forward", "--out", tmp_path / "b.gif", *options, "--frame-ms", "90")
    assert "--frame-ms changes nothing" in more.err


def test_export_forward_without_a_model(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "forward.png"
    options = ["--data", "digits", "--schedule", "linear", "--timesteps", "40", "--t", "13"]
    done = diffvis("export", "forward", "--out", path, "--count", "4", *options)
    assert done.status == 0, done.err
    with Image.open(path) as image:
        recipe = json.loads(image.text["recipe"])
        assert image.size == (1280, 720)
    assert (recipe["schedule"], recipe["spec"]["t"]) == ({"kind": "linear", "T": 40}, 13)


def test_the_samples_of_an_export_come_from_all_over_the_data(
    diffvis: Callable, tmp_path: Path
) -> None:
    clusters = np.concatenate([np.full((1000, 2), -3.0), np.full((1000, 2), 3.0)])
    np.save(tmp_path / "two.npy", clusters + np.random.default_rng(0).normal(0, 0.1, (2000, 2)))
    file = tmp_path / "a.npz"
    arguments = ["--data", tmp_path / "two.npy", "--count", 500, "--frames", 2, "--out", file]
    said = diffvis("export", "forward", *arguments).out
    assert "500 of 2,000 samples" in said
    with np.load(file) as made:
        assert abs(made["x_0"].mean(0)).max() < 0.02
        assert made["x_0"].std(0) == pytest.approx([1, 1], abs=0.02)
    file.unlink()
    assert diffvis("export", "forward", *arguments, "--first", 7).status == 0
    with np.load(file) as made:
        expected = open_dataset(tmp_path / "two.npy").x0(slice(7, 507))
        assert np.array_equal(made["x_0"], expected.numpy())


def test_export_reverse(diffvis: Callable, tmp_path: Path, run_folder: Path) -> None:
    path = tmp_path / "reverse.gif"
    options = ["--frames", "4", "--size", "480x270", "--sampler", "ddim", "--steps", "6"]
    done = diffvis(
        "export", "reverse", run_folder, "--out", path, "--view", "prediction", "--count", "50",
        "--hold-ms", "900", "--no-caption", *options,
    )  # fmt: skip
    assert done.status == 0, done.err
    with Image.open(path) as film:
        assert film.n_frames == 4
        film.seek(3)
        assert film.info["duration"] == 900


def test_the_exact_denoiser_stands_in_for_a_model(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "reverse.png"
    done = diffvis(
        "export", "reverse", "--data", "swiss-roll?n=100", "--out", path, "--count", "30",
        "--view", "step", "--t", "9", "--selected", "30",
    )  # fmt: skip
    assert done.status == 0, done.err
    with Image.open(path) as image:
        assert json.loads(image.text["recipe"])["model"]["name"] == "Exact denoiser"


def test_evaluation_compares_with_data_and_noise(diffvis: Callable, run_folder: Path) -> None:
    done = diffvis("evaluate", run_folder, "--count", "400", "--json")
    assert done.status == 0, done.err
    found = json.loads(done.out)
    for name in ("sliced_wasserstein", "energy"):
        columns = ("samples", "data", "noise")
        figure = {column: found["figures"][name][column]["mean"] for column in columns}
        assert 0 < figure["data"] < figure["noise"]
        assert figure["samples"] > 0
    table = diffvis("evaluate", run_folder, "--count", "400").out
    assert f"{found['figures']['energy']['samples']['mean']:.4f}" in table


def test_evaluation_has_error_bars_over_seeds(diffvis: Callable, run_folder: Path) -> None:
    options = ["--count", "40", "--sampler", "ddim", "--steps", "4", "--seeds", "2"]
    found = json.loads(diffvis("evaluate", run_folder, *options, "--json").out)
    assert (found["sampler"], found["steps"], found["seeds"]) == ("ddim", 4, 2)
    assert found["figures"]["energy"]["samples"]["sd"] > 0
    assert "±" in diffvis("evaluate", run_folder, *options).out


def test_evaluation_clips_as_it_is_told(diffvis: Callable, run_folder: Path) -> None:
    options = ["--count", "40", "--sampler", "ddim", "--steps", "4", "--json"]
    static, free, usual = (
        json.loads(diffvis("evaluate", run_folder, *options, "--clip", clip).out)
        for clip in ("static", "none", "auto")
    )
    assert (static["clip"], free["clip"]) == ("static", "none")
    assert static["figures"]["energy"] != free["figures"]["energy"]
    assert usual["figures"]["energy"] == free["figures"]["energy"], "points are never clipped"


def test_lists(diffvis: Callable, private_home: Path) -> None:
    listed = diffvis("data").out
    assert "swiss-roll" in listed
    assert "digits" in listed
    assert diffvis("models").status == 0
    run = private_home / "runs" / "mine"
    run.parent.mkdir(parents=True)
    options = ["--steps", "2", "--timesteps", "4", "--batch-size", "4", "--device", "cpu"]
    assert diffvis("train", "swiss-roll?n=100", "--out", run, *options).status == 0
    (private_home / "runs" / "other").mkdir()
    listed = diffvis("models").out
    assert "mine" in listed
    assert "2 of 2" in listed
    assert "other" not in listed


def test_export_compare_schedule_and_training(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    small = ["--size", "480x270", "--frames", "3"]
    path = tmp_path / "both.gif"
    sides = ["--sampler", "ddpm", "--sampler", "ddim", "--steps", "6", "--count", "40"]
    done = diffvis("export", "compare", run_folder, *sides, *small, "--out", path)
    assert done.status == 0, done.err
    with Image.open(path) as film:
        recipe = json.loads(film.info["comment"].decode())
    assert [side["settings"]["sampler"] for side in recipe["sides"]] == ["ddpm", "ddim"]
    plot = tmp_path / "plot.csv"
    kinds = ["cosine", "linear", "--timesteps", "20", "--view", "beta"]
    done = diffvis("export", "schedule", *kinds, "--out", plot)
    assert done.status == 0, done.err
    assert plot.read_text().splitlines()[0] == "t,cosine,linear"
    frames = tmp_path / "both.frames"
    done = diffvis("export", "compare", run_folder, *sides, *small, "--out", frames)
    size = sum(part.stat().st_size for part in frames.iterdir())
    assert f"{round(size / 1e3)} kB" in done.out, "of all the frames"
    loss = tmp_path / "loss.csv"
    done = diffvis("export", "training", run_folder, "--view", "loss", "--out", loss)
    assert done.status == 0, done.err
    assert len(loss.read_text().splitlines()) > 30


def test_an_export_is_made_again_from_itself(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    old, new = tmp_path / "old.gif", tmp_path / "new.gif"
    options = ["--frames", "3", "--size", "480x270", "--count", "30", "--device", "cpu"]
    assert diffvis("export", "reverse", run_folder, "--out", old, *options).status == 0
    assert diffvis("export", "--recipe", old, "--out", new, "--device", "cpu").status == 0
    assert new.read_bytes() == old.read_bytes()
    refused = diffvis("export", "--recipe", old)
    assert refused.status == 2
    assert "--force" in refused.err


@pytest.mark.slow
def test_the_lecture_set_has_a_page_with_all_of_it(
    diffvis: Callable, tmp_path: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffvis.rendering import figures
    from diffvis.rendering.spec import ExportSpec

    small = ExportSpec(size=(320, 180), frames=2, count=30, hold_ms=60)
    monkeypatch.setattr(figures, "ExportSpec", lambda: small)
    folder = tmp_path / "set"
    done = diffvis("export", "--figures", folder, "--model", run_folder, "--device", "cpu")
    assert done.status == 0, done.err
    page = (folder / "index.html").read_text(encoding="utf-8")
    made = {path.name for path in folder.iterdir()} - {"index.html"}
    assert {"forward-strip.pdf", "forward.gif", "reverse.mp4", "schedule.svg", "loss.png"} <= made
    assert all(f'href="{name}"' in page for name in made)
    again = diffvis("export", "--figures", folder, "--model", run_folder)
    assert again.status == 2
    assert "--force" in again.err


def test_points_in_space_are_trained_sampled_and_drawn(diffvis: Callable, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal([100, 200, 300], [1, 2, 3], (200, 3))
    np.savetxt(tmp_path / "a.csv", x, delimiter=",", header="x,y,z", comments="")
    trained = diffvis("train", tmp_path / "a.csv", "--out", tmp_path / "run", "--steps", "20")
    assert trained.status == 0 and "200 points in 3-D" in trained.out + trained.err
    for name in ("s.npz", "s.png"):
        assert diffvis("sample", tmp_path / "run", "--out", tmp_path / name).status == 0
    with np.load(tmp_path / "s.npz") as samples:
        assert samples["x0"].shape[1:] == (3,)
        assert np.abs(samples["x0"].mean(axis=0) - [100, 200, 300]).max() < 10, "in data units"
    frame = tmp_path / "frame.png"
    drawn = diffvis("export", "reverse", tmp_path / "run", "--out", frame, "--field", "score")
    assert drawn.status == 0 and frame.exists()
