"""Exports of chains that do not begin with noise."""

import base64
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffvis.data import Dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.rendering.export import export
from diffvis.rendering.frames import chain_words
from diffvis.rendering.nearest import draw_nearest, nearest_images
from diffvis.rendering.recipe import make_recipe, read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject
from diffvis.sampling.beginning import Beginning, branch_settings, freeze
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

SPEC = ExportSpec(size=(320, 180), frames=4, count=3, seed=2, steps=6, sampler="ddim")
SETTINGS = SPEC.chain_settings(is_points=False)


@pytest.fixture
def beginning(digits: Dataset) -> Beginning:
    return Beginning(digits.x0([4])[0], 17, "sample 5")


@pytest.fixture
def reverse(digits_model: Model, beginning: Beginning) -> Reverse:
    return Reverse(digits_model, beginning)


def test_the_chain_is_that_of_the_noised_sample(
    digits_model: Model, reverse: Reverse, beginning: Beginning
) -> None:
    x = beginning.noised(digits_model.schedule, SETTINGS)
    steps = list(run_chain(digits_model, SETTINGS, x=x, begin=17))
    *_, made = reverse.content("numbers", SPEC.changed(frames=30)).pieces()
    assert made["t"].tolist() == [*(step.t for step in steps), 0]
    assert np.array_equal(made["x_t"][0], x.numpy())
    assert np.array_equal(made["x_t"][-1], steps[-1].x_s.numpy())
    *_, late = reverse.content("numbers", SPEC.changed(view="single", t=25)).pieces()
    assert late["t"].tolist() == [17], "before it begins there is where it begins"


def test_the_caption_says_where_it_begins(digits_model: Model, beginning: Beginning) -> None:
    words = chain_words(SETTINGS, digits_model, beginning)
    assert words == "DDIM η = 0, 6 steps · from sample 5 at t = 17 · seed 2"


def sides(model: Model) -> tuple[ComparedChain, ...]:
    return ComparedChain(model, SETTINGS), ComparedChain(model, SETTINGS.changed(sampler="ddpm"))


@pytest.mark.parametrize("what", ["samples", "strip", "step", "compare"])
def test_its_recipe_makes_it_again(
    tmp_path: Path, digits_model: Model, reverse: Reverse, beginning: Beginning, what: str
) -> None:
    subject: Subject = Compare(sides(digits_model), beginning) if what == "compare" else reverse
    spec = SPEC if what == "compare" else SPEC.changed(view=what)
    path, again = tmp_path / "a.png", tmp_path / "b.png"
    list(export(path, subject, spec))
    made = remake(read_recipe(path))
    assert made.differences == ()
    assert torch.equal(made.subject.beginning.x0, beginning.x0)
    list(export(again, made.subject, made.spec))
    assert again.read_bytes() == path.read_bytes()


def test_a_recipe_with_a_sample_that_does_not_fit_is_not_sound(reverse: Reverse) -> None:
    recipe = make_recipe(reverse, SPEC)
    for change in ({"shape": [1, 4, 4]}, {"x0": "AAAA"}, {"x0": 3}):
        with pytest.raises(UserError, match="not sound"):
            remake({**recipe, "beginning": {**recipe["beginning"], **change}})


@pytest.mark.parametrize("shape", [[0], [], [-1, -8, 8], [2**31, 2**31, 4], [1, 4096, 4096], [1.5]])
def test_a_shape_that_no_sample_has_is_refused_before_it_is_unpacked(shape: list[float]) -> None:
    packed = base64.b64encode(zlib.compress(bytes(96 << 20))).decode()
    tracemalloc.start()
    with pytest.raises((ValueError, TypeError), match=r"no samples of shape|as an integer"):
        Beginning.from_json({"shape": shape, "x0": packed, "t": 1, "title": "a"})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


def states(subject: Compare, t: int) -> list[int]:
    """The times that a still of a comparison shows, read off its frames' captions."""
    shown = []
    draw = Compare._draw

    def seen(self, moments, *rest):
        shown.extend(moment[0] for moment in moments)
        return draw(self, moments, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compare, "_draw", seen)
        list(subject.content("picture", SPEC.changed(t=t)).pieces())
    return shown[:2]


@pytest.mark.parametrize("t", [30, 24, 20, 19, 11, 1, 0])
def test_a_still_of_two_chains_shows_the_times_of_the_window(digits_model: Model, t: int) -> None:
    both = (
        ComparedChain(digits_model, ChainSettings(steps=3, count=3)),  # 30, 20, 10, 0
        ComparedChain(digits_model, ChainSettings(steps=30, count=3)),
    )
    assert states(Compare(both), t) == [-(-t // 10) * 10, t]


def test_a_film_of_two_chains_begins_where_they_do(
    digits_model: Model, beginning: Beginning
) -> None:
    content = Compare(sides(digits_model), beginning).content("film", SPEC)
    frames = [frame for frame in content.pieces() if frame is not None]
    assert len(frames) == SPEC.film.frames
    assert not np.array_equal(frames[0], frames[1]), "it does not stand still until then"


def test_a_chain_of_another_schedule_begins_after_the_same_part_of_it(
    digits: Dataset, digits_model: Model, beginning: Beginning
) -> None:
    longer = exact_model(digits, make_schedule("linear", 61), limit=50)
    both = Compare(
        (ComparedChain(digits_model, SETTINGS), ComparedChain(longer, SETTINGS)), beginning
    )
    assert states(both, 30) == [17, 35]
    whole = Compare(
        (
            ComparedChain(digits_model, ChainSettings(count=3)),
            ComparedChain(longer, ChainSettings(count=3)),
        )
    )
    assert states(whole, 15) == [15, 31], "as in the window, where t is the same part of T"


def test_branches_go_on_from_the_middle_of_a_chain(
    tmp_path: Path, digits_model: Model, digits: Dataset
) -> None:
    settings = SETTINGS.changed(sampler="ddpm", steps=None)
    steps = list(run_chain(digits_model, settings))
    x = next(step.x_t for step in steps if step.t == 12)
    frozen = freeze(x, 1, 12)
    spec = SPEC.changed(sampler="ddpm", steps=None, count=5, seed=3)
    *_, made = Reverse(digits_model, frozen).content("numbers", spec.changed(frames=40)).pieces()
    assert made["t"].tolist() == list(range(12, -1, -1))
    assert np.array_equal(made["x_t"][0], x[1:2].expand(5, -1, -1, -1).numpy())
    many = x[1:2].expand(5, -1, -1, -1).clone()
    *_, last = run_chain(digits_model, spec.chain_settings(False), x=many, begin=12)
    assert np.array_equal(made["x_t"][-1], last.x_s.numpy())
    assert made["x_t"][-2].std(0).max() > 0.01, "other noise, other ways"
    again = Beginning.from_json(frozen.to_json())
    assert again.frozen and (again.t, again.title, again.words) == (
        12, "sample 2", "branches of sample 2 at t = 12",
    )  # fmt: skip
    list(export(tmp_path / "a.gif", Reverse(digits_model, frozen), spec))
    made = remake(read_recipe(tmp_path / "a.gif"))
    list(export(tmp_path / "b.gif", made.subject, made.spec))
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


@pytest.mark.parametrize("label", [None, EVERY_CLASS, 1])
def test_branches_keep_the_class_of_their_sample(label: int | None) -> None:
    model = open_model("pinwheel")
    settings = ChainSettings(label=label, count=10, seed=4)
    made = branch_settings(model, settings, 7, 3, 9)
    expected = {None: None, EVERY_CLASS: 7 % model.num_classes, 1: 1}[label]
    assert made == settings.changed(count=3, seed=9, label=expected)


@pytest.mark.parametrize("t", [None, 0, 10])
def test_a_sample_stands_beside_its_nearest(
    tmp_path: Path, digits_model: Model, digits: Dataset, t: int | None
) -> None:
    spec = SPEC.changed(selected=2, t=t, caption=False)
    list(export(tmp_path / "a.png", Nearest(digits_model, digits), spec))
    steps = list(run_chain(digits_model, SETTINGS))
    x0, symbol = steps[-1].x_s[2], "x_{0}"
    if t:
        step = min((step for step in steps if step.t >= t), key=lambda step: step.t)
        x0, symbol = step.x0_hat[2], rf"\hat{{x}}_{{0}} at t = {step.t}"
    found = nearest_images(x0, digits.values, digits.train)
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(image, draw_nearest(found, (320, 180), spec.look, symbol))
    made = remake(read_recipe(tmp_path / "a.png"))
    list(export(tmp_path / "b.png", made.subject, made.spec))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_has_no_nearest_is_refused(
    digits_model: Model, roll_model: Model, digits: Dataset, roll: Dataset
) -> None:
    with pytest.raises(UserError, match="makes points: choose a model of images"):
        Nearest(roll_model, roll)
    with pytest.raises(UserError, match="Swiss roll has no images of the size"):
        Nearest(digits_model, roll)
    with pytest.raises(UserError, match="there is no sample 4: the chain has 3 samples"):
        Nearest(digits_model, digits).content("picture", SPEC.changed(selected=3))
    with pytest.raises(UserError, match="t = 31 is not possible"):
        Nearest(digits_model, digits).content("picture", SPEC.changed(t=31))
