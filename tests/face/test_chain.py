"""``diffvis.sample``: the chain of the program, as a sequence to look at."""

import inspect

import numpy as np
import pytest
import torch

import diffvis
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings, chain_settings

from .own_networks import Small


@pytest.fixture(scope="module")
def chain() -> diffvis.Chain:
    return diffvis.sample("digits", sampler="ddim", steps=12, count=4, seed=7)


def test_it_is_the_chain_of_the_command_line(chain: diffvis.Chain) -> None:
    settings = ChainSettings(sampler="ddim", steps=12, count=4, seed=7, label=EVERY_CLASS)
    steps = list(run_chain(diffvis.open_model("digits"), settings))
    assert [(step.t, step.s) for step in chain] == [(step.t, step.s) for step in steps]
    for shown, walked in zip(chain, steps, strict=True):
        for name in ("x_t", "x_s", "x0_hat", "eps_hat", "mean"):
            ours, theirs = getattr(shown, name), getattr(walked, name)
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)
    torch.testing.assert_close(chain.x0, steps[-1].x_s, rtol=0, atol=1e-5)
    assert torch.equal(chain.x_T, steps[0].x_t)


def test_steps_by_time_and_by_number(chain: diffvis.Chain) -> None:
    assert len(chain) == len(chain.steps) == 12
    assert chain.times[0] == 300 and chain.times[-1] == 0
    t = chain.times[5]
    assert chain[t].t == t == chain.steps[5].t
    assert torch.equal(chain.at(t), chain[t].x_t)
    assert chain.steps[-1].s == 0 and chain[0] is chain.steps[-1]
    assert [step.t for step in chain.steps[:3]] == chain.times[:3]
    assert chain[t - 1].t == t, "what is shown at a time that was not visited"
    for outside in (-1, 301):
        with pytest.raises(IndexError, match=r"not in 0\.\.300"):
            chain[outside]


def test_samples_are_in_the_units_of_the_data(chain: diffvis.Chain) -> None:
    assert chain.samples.shape == (4, 1, 8, 8)
    assert 0 <= float(chain.samples.min()) < float(chain.samples.max()) <= 1
    torch.testing.assert_close(chain.samples * 2 - 1, chain.x0)
    assert np.asarray(chain.x0).shape == chain.x0.shape


def test_memory_bounds_what_is_kept() -> None:
    whole = diffvis.sample("digits", sampler="ddim", steps=40, count=2, seed=1)
    few = diffvis.sample("digits", sampler="ddim", steps=40, count=2, seed=1, memory=20_000)
    assert len(few) < 20 < len(whole)
    assert torch.equal(few.x0, whole.x0)


def test_a_class_by_name_by_number_or_none() -> None:
    by_name, by_number = (
        diffvis.sample("digits", steps=4, count=2, label=label, seed=2) for label in ("3", 3)
    )
    assert torch.equal(by_name.x0, by_number.x0)
    assert diffvis.sample("digits", steps=4, count=2, label=None).settings.label is None
    with pytest.raises(diffvis.UserError, match="knows no class cat"):
        diffvis.sample("digits", label="cat")


def test_a_network_of_ones_own_with_the_arguments_of_wrap(
    capsys: pytest.CaptureFixture[str],
) -> None:
    how = {"shape": (1, 6, 6), "T": 20, "schedule": "linear-unscaled", "predicts": "v"}
    chain = diffvis.sample(Small(), **how, sampler="ddim", steps=5, count=3)
    assert "read as v" in capsys.readouterr().out
    wrapped = diffvis.wrap(Small(), **how, say=None)
    again = diffvis.sample(wrapped, sampler="ddim", steps=5, count=3)
    assert torch.equal(chain.x0, again.x0)


def test_mistakes_are_said() -> None:
    with pytest.raises(diffvis.UserError, match="stepz is no setting"):
        diffvis.sample("swiss-roll", stepz=5)
    with pytest.raises(diffvis.UserError, match="T = 40"):
        diffvis.sample("swiss-roll", steps=500)
    with pytest.raises(diffvis.UserError, match="there is no model nothing-here"):
        diffvis.sample("nothing-here")


def test_every_setting_of_every_sampler_stands_in_its_signature() -> None:
    named = inspect.signature(diffvis.sample).parameters
    for name, setting in chain_settings().items():
        assert named[name].default == ("each" if name == "label" else setting.default)
        assert f"{name}: {setting.help}" in (diffvis.sample.__doc__ or "")
    for name in ("eta", "variance", "guidance", "shift", "clip"):
        assert name in named
