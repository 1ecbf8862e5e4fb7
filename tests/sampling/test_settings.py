"""ChainSettings and run_chain: what the window, the exporter and the command line sample with."""

from dataclasses import replace

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule, q_sample, timesteps
from diffvis.errors import UserError
from diffvis.models.model import exact_model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.idle import idle_settings
from diffvis.sampling.settings import EVERY_CLASS, SAMPLERS, ChainSettings


class ByClass:
    """Predicts an x0 that is the class, or -1 without one."""

    predicts = "x0"

    def __call__(self, x_t, t, labels=None):
        value = torch.full((len(x_t),), -1.0) if labels is None else labels.float()
        return value[:, None].expand_as(x_t)


@pytest.fixture
def model():
    roll = open_dataset("swiss-roll")
    return exact_model(roll, make_schedule("cosine", 40), limit=200)


@pytest.fixture
def classes(model):
    return replace(model, denoiser=ByClass(), num_classes=3)


def last(chain):
    return [step.x_s for step in chain][-1]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_seed_is_a_set_of_samples(model, sampler):
    settings = ChainSettings(sampler=sampler, steps=8, count=5, seed=3)
    first = last(run_chain(model, settings))
    assert torch.equal(first, last(run_chain(model, settings)))
    assert not torch.equal(first, last(run_chain(model, settings.changed(seed=4))))


def test_points_take_the_large_variance_and_images_the_small(model):
    assert ChainSettings().sampler_for(model).variance == "large"
    assert ChainSettings(variance="small").sampler_for(model).variance == "small"
    assert ChainSettings().sampler_for(open_model("digits")).variance == "small"
    steps = {v: next(run_chain(model, ChainSettings(variance=v))) for v in ("small", "large")}
    assert steps["small"].std < steps["large"].std


def test_clipping(model):
    digits = open_model("digits")
    assert ChainSettings().clip_for(digits) == "static"
    assert ChainSettings().clip_for(model) is None
    assert ChainSettings(clip="none").clip_for(digits) is None
    assert ChainSettings(clip="dynamic").clip_for(model) == "dynamic"


def test_a_label_is_the_class_of_all_samples(classes):
    settings = ChainSettings(sampler="ddim", steps=5, count=7, label=2)
    assert torch.equal(last(run_chain(classes, settings)), torch.full((7, 2), 2.0))
    without = last(run_chain(classes, settings.changed(label=None)))
    assert torch.equal(without, torch.full((7, 2), -1.0))
    in_turn = last(run_chain(classes, settings.changed(label=EVERY_CLASS)))
    assert in_turn[:, 0].tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_guidance_pushes_away_from_what_is_said_without_a_class(classes):
    settings = ChainSettings(sampler="ddim", steps=5, count=2, label=2, guidance=3.0)
    # x0 = unconditional + scale (conditional - unconditional) = -1 + 3 (2 + 1)
    assert torch.allclose(last(run_chain(classes, settings)), torch.tensor(8.0))


def test_a_chain_that_begins_in_the_middle_goes_on_as_the_whole_one(model):
    settings = ChainSettings(sampler="ddim", steps=8, count=5)
    whole = list(run_chain(model, settings))
    t, x = whole[3].t, whole[3].x_t
    rest = list(run_chain(model, settings, x=x, begin=t))
    assert [step.t for step in rest] == [step.t for step in whole[3:]]
    assert torch.equal(rest[-1].x_s, whole[-1].x_s)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_shift_moves_the_steps(model, sampler):
    chain = list(run_chain(model, ChainSettings(sampler=sampler, steps=8, count=5, shift=3.0)))
    assert [step.t for step in chain] == timesteps(40, 8, 3.0)[:-1]
    rest = ChainSettings(sampler=sampler, steps=8, shift=3.0).times(40, begin=20)
    assert rest == [20, *(t for t in timesteps(40, 8, 3.0) if t < 20)]


def test_a_spacing_moves_the_steps_and_puts_a_shift_aside(model):
    settings = ChainSettings(steps=8, count=5, spacing="leading")
    assert [step.t for step in run_chain(model, settings)] == [36, 31, 26, 21, 16, 11, 6, 1]
    assert settings.changed(shift=3.0).times(40) == settings.times(40)
    assert settings.changed(steps=None).times(40) == list(range(40, -1, -1))
    assert "spacing" in idle_settings(settings.changed(steps=40), 40)
    assert "shift" in idle_settings(settings.changed(shift=3.0), 40)


def test_a_noised_picture_denoises_from_its_own_t(model):
    x0 = torch.zeros(4, 2)
    x_t = q_sample(model.schedule, x0, 13, torch.randn(4, 2))
    chain = list(run_chain(model, ChainSettings(steps=10, count=4), x=x_t, begin=13))
    assert chain[0].t == 13  # not 12
    assert chain[-1].s == 0
    assert torch.equal(chain[0].x_t, x_t)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sampler": "runge"}, "sampler"),
        ({"variance": "huge"}, "variance"),
        ({"clip": "hard"}, "clip"),
        ({"label": -2}, "label"),
        ({"guidance": -1.0}, "guidance"),
        ({"guidance": float("nan")}, "guidance"),
        ({"shift": 0.0}, "shift"),
        ({"shift": 11.0}, "shift"),
        ({"shift": float("nan")}, "shift"),
        ({"eta": 1.5}, "eta"),
        ({"steps": 0}, "steps"),
        ({"seed": -1}, "seed"),
        ({"count": 0}, "count"),
    ],
)
def test_impossible_settings_are_refused(values, said):
    with pytest.raises(UserError, match=said):
        ChainSettings(**values)


@pytest.mark.parametrize(
    "values", [{"label": 3}, {"steps": 41}, {"variance": "learned"}], ids=lambda v: next(iter(v))
)
def test_settings_that_do_not_fit_the_model_are_refused_at_once(classes, values):
    with pytest.raises(UserError):
        run_chain(classes, ChainSettings(**values))


def test_a_model_without_classes_takes_none(model):
    with pytest.raises(UserError, match="no classes"):
        run_chain(model, ChainSettings(label=0))


@pytest.mark.parametrize("begin", [0, 41])
def test_a_chain_begins_within_the_schedule(model, begin):
    with pytest.raises(UserError, match="begin"):
        run_chain(model, ChainSettings(count=1), x=torch.zeros(1, 2), begin=begin)
