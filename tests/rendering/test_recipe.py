"""Export, read the recipe, export again: the same file."""

import json
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.rendering.export import export
from diffvis.rendering.formats.registry import FORMATS
from diffvis.rendering.recipe import carries_recipe, make_recipe, read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject, endings
from diffvis.rendering.subjects.training import Training
from diffvis.sampling.settings import ChainSettings
from diffvis.training.config import TrainConfig
from diffvis.training.folder import RunFolder

SPEC = ExportSpec(size=(320, 180), frames=3, hold_ms=120, count=4, seed=5)


def bytes_of(path: Path) -> bytes:
    if path.is_dir():
        return b"".join(part.read_bytes() for part in sorted(path.iterdir()))
    return path.read_bytes()


def again(path: Path) -> Path:
    """The file made from its own recipe, in another folder under the same name."""
    made = remake(read_recipe(path))
    assert made.differences == ()
    other = path.parent / "again" / path.name
    other.parent.mkdir(exist_ok=True)
    list(export(other, made.subject, made.spec))
    return other


def subject_for(ending: str, digits_model: Model, schedule: NoiseSchedule) -> Subject:
    if FORMATS[ending].kind == "drawing":
        return Schedules((schedule, NoiseSchedule.linear(30)), ("ᾱ (one)", "an\\other)"))
    return Reverse(digits_model)


@pytest.mark.parametrize("ending", [e for e, made in FORMATS.items() if made.recipe])
def test_round_trip(
    tmp_path: Path, digits_model: Model, schedule: NoiseSchedule, ending: str
) -> None:
    path = tmp_path / f"a{ending}"
    subject = subject_for(ending, digits_model, schedule)
    list(export(path, subject, SPEC))
    assert carries_recipe(path)
    assert read_recipe(path) == json.loads(json.dumps(make_recipe(subject, SPEC)))
    assert bytes_of(again(path)) == bytes_of(path)


def test_recipes_from_before_samples_were_spread_show_those_that_follow_each_other(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    spec = SPEC.changed(count=9, first=100, spread=False)
    once, now = tmp_path / "once.png", tmp_path / "now.png"
    list(export(once, Forward(digits, schedule), spec))
    recipe = read_recipe(once)
    del recipe["spec"]["spread"]
    old = tmp_path / "old.json"
    old.write_text(json.dumps(recipe))
    made = remake(read_recipe(old))
    list(export(now, made.subject, made.spec))
    assert np.array_equal(np.array(Image.open(now)), np.array(Image.open(once)))
    list(export(now, Forward(digits, schedule), spec.changed(spread=True)))
    assert not np.array_equal(np.array(Image.open(now)), np.array(Image.open(once)))


@pytest.mark.parametrize("view", ["strip", "single", "samples"])
@pytest.mark.parametrize("ending", [".svg", ".pdf"])
def test_round_trip_of_pages(tmp_path: Path, digits_model: Model, view: str, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    list(export(path, Reverse(digits_model), SPEC.changed(view=view, times=(0, 30))))
    assert bytes_of(again(path)) == bytes_of(path)


def test_round_trip_of_the_forward_process(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    spec = SPEC.changed(chain=True, back=True, easing="smooth", levels=32, transparent=True)
    path = tmp_path / "a.webp"
    list(export(path, Forward(digits, schedule), spec))
    assert bytes_of(again(path)) == bytes_of(path)


def test_round_trip_of_a_comparison(tmp_path: Path, digits_model: Model) -> None:
    sides = (
        ComparedChain(digits_model, ChainSettings(sampler="ddpm", count=4, seed=2)),
        ComparedChain(
            digits_model, ChainSettings(sampler="ddim", steps=5, eta=0.5, count=4, seed=2)
        ),
    )
    path = tmp_path / "a.gif"
    list(export(path, Compare(sides), SPEC))
    assert bytes_of(again(path)) == bytes_of(path)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run of 30 steps that has kept three previews and three losses."""
    folder = RunFolder.create(
        tmp_path / "run", TrainConfig(data="swiss-roll", network="mlp", steps=30)
    )
    for step in (0, 10, 30):
        folder.write_preview(step, torch.randn(40, 2, generator=torch.manual_seed(step)))
    folder.metrics.write_text("step,event,loss\n" + "".join(f"{n},step,0.5\n" for n in (1, 2, 30)))
    return folder


@pytest.mark.parametrize(("view", "ending"), [("samples", ".gif"), ("loss", ".svg")])
def test_a_run_that_has_gone_on_is_shown_as_far_as_it_was(
    tmp_path: Path, run: RunFolder, view: str, ending: str
) -> None:
    path = tmp_path / f"a{ending}"
    list(export(path, Training.open(run.path), SPEC.changed(view=view, count=None)))
    run.write_preview(40, torch.zeros(40, 2))
    with run.metrics.open("a") as file:
        file.write("40,step,0.1\n")
    assert bytes_of(again(path)) == bytes_of(path)


def test_a_run_with_other_samples_is_told(run: RunFolder) -> None:
    recipe = make_recipe(Training.open(run.path), SPEC)
    assert remake(recipe).differences == ()
    run.write_preview(10, torch.zeros(40, 2))
    (words,) = remake(recipe).differences
    assert "not what they were" in words


def test_a_comparison_has_as_many_samples_as_asked_for(digits_model: Model) -> None:
    settings = ChainSettings(sampler="ddim", steps=4, count=9, seed=2)
    fewer = settings.changed(count=4)
    frames = []
    for chain, count in ((settings, 4), (fewer, None), (settings, None)):
        sides = (
            ComparedChain(digits_model, chain),
            ComparedChain(digits_model, chain.changed(steps=2)),
        )
        content = Compare(sides).content("picture", SPEC.changed(count=count))
        frames += [frame for frame in content.pieces() if frame is not None]
    assert np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2])


def test_old_recipes_draw_their_noise_together(digits_model: Model) -> None:
    """Those of before each sample had noise of its own, which do not say so."""
    together = ChainSettings(sampler="ddim", eta=1.0, steps=3, count=4, seed=2, noise="together")
    spec = SPEC.changed(**together.model_dump())
    alone = make_recipe(Reverse(digits_model), spec)
    sides = tuple(ComparedChain(digits_model, together.changed(eta=eta)) for eta in (0.5, 1.0))
    beside = make_recipe(Compare(sides), SPEC)
    for told in (alone["spec"], *(side["settings"] for side in beside["sides"])):
        assert told.pop("noise") == "together"
    assert remake(alone).spec.chain_settings(False) == together
    assert all(side.settings.noise == "together" for side in remake(beside).subject.sides)
    (frame,) = (f for f in remake(alone).subject.content("picture", spec).pieces() if f is not None)
    own = spec.changed(noise="each")
    (other,) = (f for f in Reverse(digits_model).content("picture", own).pieces() if f is not None)
    assert not np.array_equal(frame, other)


def test_chains_that_draw_otherwise_cannot_be_compared(digits_model: Model) -> None:
    sides = tuple(
        ComparedChain(digits_model, ChainSettings(steps=3, noise=noise))
        for noise in ("each", "together")
    )
    with pytest.raises(UserError, match="different noise"):
        Compare(sides)


def test_a_shipped_model_is_found_by_its_name(tmp_path: Path) -> None:
    model = open_model("swiss-roll")
    recipe = make_recipe(Reverse(model), SPEC)
    assert recipe["model"]["source"] == "swiss-roll"
    assert len(recipe["model"]["sha256"]) == 64
    assert remake(recipe).differences == ()


def test_a_model_that_has_changed_is_told(digits: Dataset, schedule: NoiseSchedule) -> None:
    recipe = make_recipe(Reverse(exact_model(digits, schedule, limit=50)), SPEC)
    recipe["model"]["sha256"] = "0" * 64
    (words,) = remake(recipe).differences
    assert "Exact denoiser" in words and "differ" in words


def test_a_model_that_is_missing_is_told(tmp_path: Path) -> None:
    recipe = make_recipe(Reverse(open_model("swiss-roll")), SPEC)
    recipe["model"]["source"] = str(tmp_path / "gone")
    with pytest.raises(UserError, match="the model swiss-roll of the recipe is missing"):
        remake(recipe)
    assert remake(recipe, model="swiss-roll").differences == ()


def two_models() -> Compare:
    settings = ChainSettings(sampler="ddim", steps=2, count=4)
    return Compare(
        tuple(ComparedChain(open_model(name), settings) for name in ("swiss-roll", "checkerboard"))
    )


def names_of(comparison: Subject) -> list[str]:
    return [side.model.name for side in comparison.sides]


def test_another_place_is_that_of_the_side_that_is_missing(tmp_path: Path) -> None:
    recipe = make_recipe(two_models(), SPEC)
    recipe["sides"][1]["model"]["source"] = str(tmp_path / "gone")
    with pytest.raises(UserError, match="the model checkerboard of the recipe is missing"):
        remake(recipe)
    made = remake(recipe, model="checkerboard")
    assert (names_of(made.subject), made.differences) == (["swiss-roll", "checkerboard"], ())
    recipe["sides"][0] = recipe["sides"][1]
    assert names_of(remake(recipe, model="checkerboard").subject) == ["checkerboard"] * 2


def test_another_place_cannot_be_that_of_two_models(tmp_path: Path) -> None:
    recipe = make_recipe(two_models(), SPEC)
    for side in recipe["sides"]:
        side["model"]["source"] = str(tmp_path / "gone")
    with pytest.raises(UserError, match="swiss-roll and checkerboard of the recipe are missing"):
        remake(recipe, model="checkerboard")


def test_another_place_that_nothing_needs_is_told() -> None:
    made = remake(make_recipe(two_models(), SPEC), model="pinwheel")
    assert names_of(made.subject) == ["swiss-roll", "checkerboard"]
    assert made.differences == ("pinwheel is not used: no model of the recipe is missing",)


def test_data_that_has_changed_is_told(tmp_path: Path, schedule: NoiseSchedule) -> None:
    points = np.random.default_rng(0).normal(size=(40, 2))
    np.save(tmp_path / "mine.npy", points)
    recipe = make_recipe(Forward(open_dataset(str(tmp_path / "mine.npy")), schedule), SPEC)
    np.save(tmp_path / "mine.npy", points[::-1])
    (words,) = remake(recipe).differences
    assert "mine.npy" in words


def test_a_file_of_somebody_else_carries_no_recipe(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.gif", comment=b'{"spec": 3}')
    Image.new("RGB", (8, 8)).save(tmp_path / "a.webp")
    np.savez(tmp_path / "a.npz", x0=np.zeros(3))
    np.save(tmp_path / "b.npy", np.zeros(3))
    (tmp_path / "b.npy").rename(tmp_path / "c.npz")
    (tmp_path / "b.npz").touch()
    texts = PngInfo()
    texts.add_text("comment", "by somebody else")
    Image.new("RGB", (8, 8)).save(tmp_path / "b.png", pnginfo=texts)
    (tmp_path / "b.json").write_text("[" * 100_000)
    for name in ("a.mp4", "a.zip", "a.pdf", "a.svg", "a.jpg"):
        (tmp_path / name).write_bytes(b"nothing of ours")
    for path in list(tmp_path.iterdir()):
        assert not carries_recipe(path), path
        with pytest.raises(UserError, match="carries no recipe"):
            read_recipe(path)
    with pytest.raises(UserError, match="there is no file"):
        read_recipe(tmp_path / "b.gif")


ZEROS = b"0" * (96 << 20)


def _write_bomb(path: Path) -> None:
    """Of a small file, 96 MiB where a recipe could be."""
    if path.suffix == ".png":
        texts = PngInfo()
        texts.add_itxt("recipe", ZEROS.decode(), zip=True)
        Image.new("RGB", (8, 8)).save(path, pnginfo=texts)
    elif path.suffix == ".npz":
        np.savez_compressed(path, meta=np.array("0" * (24 << 20)))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/recipe.json", ZEROS)
    else:
        starts = {".svg": b"<dc:description>", ".pdf": b"/Subject (", ".json": b""}
        path.write_bytes(starts[path.suffix] + ZEROS)


def _lie_about_size(path: Path) -> None:
    content, size = path.read_bytes(), struct.pack("<L", len(ZEROS))
    assert content.count(size) == 2, "before the member and in the directory"
    path.write_bytes(content.replace(size, struct.pack("<L", 100)))


@pytest.mark.parametrize(
    "name", ["a.zip", "liar.zip", "a.npz", "a.png", "a.svg", "a.pdf", "a.json"]
)
def test_what_is_too_large_for_a_recipe_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _write_bomb(path)
    if path.stem == "liar":
        _lie_about_size(path)
    tracemalloc.start()
    assert not carries_recipe(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 48 << 20


@pytest.mark.parametrize("name", ["a.svg", "a.pdf", "a.webp"])
def test_many_beginnings_of_a_recipe_do_not_take_for_ever(tmp_path: Path, name: str) -> None:
    start = b"/Subject (" if name == "a.pdf" else b"<dc:description>"
    if name == "a.webp":
        Image.new("RGB", (8, 8)).save(tmp_path / name, xmp=start * 20_000)
    else:
        (tmp_path / name).write_bytes(start * 20_000)
    began = time.perf_counter()
    assert not carries_recipe(tmp_path / name)
    assert time.perf_counter() - began < 2


def test_frames_that_were_packed_again_keep_their_recipe(
    tmp_path: Path, digits_model: Model
) -> None:
    list(export(tmp_path / "a.frames", Reverse(digits_model), SPEC))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (tmp_path / "a.frames").iterdir():
            archive.write(file, f"b/{file.name}")
    assert read_recipe(tmp_path / "b.zip") == read_recipe(tmp_path / "a.frames")


@pytest.mark.parametrize(
    "change",
    [
        {"what": "poem"},
        {"what": "reverse"},
        {"schedule": {"kind": "cosine"}},
        {"schedule": 7},
        {"data": None},
        {"spec": {"size": "large"}},
        {"spec": {"colour": "blue"}},
        {"spec": {"frames": 10**9}},
        {"spec": {"first": 1.5}},
        {"spec": {"size": [320.5, 180]}},
        {"spec": {"times": [1, "x"]}},
        {"what": "schedule", "schedules": [], "names": []},
        {"what": "compare", "sides": []},
    ],
)
def test_a_recipe_that_is_not_sound_is_refused(
    digits: Dataset, schedule: NoiseSchedule, change: dict[str, object]
) -> None:
    recipe = {**make_recipe(Forward(digits, schedule), SPEC), **change}
    with pytest.raises(UserError):
        remake(recipe)


def test_a_chain_of_half_samples_is_not_sound(digits_model: Model) -> None:
    side = ComparedChain(digits_model, ChainSettings(sampler="ddim", steps=2, count=4))
    recipe = make_recipe(Compare((side, side)), SPEC)
    recipe["sides"][0]["settings"]["count"] = 2.5
    with pytest.raises(UserError, match=r"count = 2\.5 is not possible"):
        remake(recipe)


@pytest.mark.parametrize("view", ["loss", "samples"])
def test_a_run_without_losses_names_the_column(tmp_path: Path, run: RunFolder, view: str) -> None:
    run.metrics.write_text("step,event\n1,step\n")
    with pytest.raises(UserError, match=r"metrics.csv has no column loss: bring back"):
        list(export(tmp_path / "a.png", Training.open(run.path), SPEC.changed(view=view)))


def test_a_loss_that_is_no_number_is_left_out(tmp_path: Path, run: RunFolder) -> None:
    run.metrics.write_text("step,event,loss\n1,step,0.5\n2,step,much\n3,step,inf\n4,step,0.25\n")
    spec = SPEC.changed(view="loss")
    list(export(tmp_path / "a.csv", Training.open(run.path), spec))
    table = (tmp_path / "a.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in table[1:] if line and line[0].isdigit()] == ["1", "4"]


def test_a_damaged_preview_is_named(tmp_path: Path, run: RunFolder) -> None:
    training = Training.open(run.path)
    run.previews()[1].write_bytes(b"")
    with pytest.raises(UserError, match=r"step-00000010\.npz is damaged: delete it"):
        list(export(tmp_path / "a.gif", training, SPEC.changed(view="samples")))


def test_a_preview_under_another_name_is_not_shown(tmp_path: Path, run: RunFolder) -> None:
    run.previews()[0].with_stem("step-abc").touch()
    training = Training.open(run.path)
    assert training.until == 30
    list(export(tmp_path / "a.gif", training, SPEC.changed(view="samples")))


def test_every_view_has_formats(digits_model: Model, schedule: NoiseSchedule) -> None:
    for subject in (Reverse(digits_model), Schedules((schedule,))):
        for view in subject.views:
            assert endings(subject, ExportSpec(view=view))
