"""Chains that are walked before anybody asks for them."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.chain import Chain, Plan
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import Model, exact_model
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings


@pytest.fixture(scope="module")
def model() -> Model:
    return exact_model(open_dataset("swiss-roll"), make_schedule("linear", 40), 20)


@pytest.fixture
def chain(qapp: QApplication) -> Iterator[Chain]:
    made = Chain(lambda: 2**30, lambda model: "cpu", qapp)
    yield made
    made.ask_to_stop()
    assert made.wait()
    made.deleteLater()


def settings(seed: int) -> ChainSettings:
    return ChainSettings(steps=40, count=4, seed=seed)


def test_what_was_walked_ahead_is_taken(qtbot: QtBot, chain: Chain, model: Model) -> None:
    ahead = [Recording(model, settings(seed)) for seed in (1, 2)]
    chain.prepare(ahead)
    assert chain.idle, "nobody waits for these"
    qtbot.waitUntil(lambda: chain.prepared)
    chain.run(Plan(model, settings(2)))
    assert chain.main is ahead[1]
    chain.run(Plan(model, settings(3)))
    assert chain.main not in ahead


def test_what_is_on_show_is_walked_first(qtbot: QtBot, chain: Chain, model: Model) -> None:
    chain.run(Plan(model, settings(1)))
    ahead = Recording(model, settings(2))
    chain.prepare([ahead])
    assert ahead.walked == 0
    qtbot.waitUntil(lambda: chain.idle)
    assert chain.main is not None
    assert chain.main.complete
    qtbot.waitUntil(lambda: ahead.complete)


def test_a_chain_that_is_on_its_way_goes_on_from_there(
    qtbot: QtBot, chain: Chain, model: Model
) -> None:
    """The same chain, step for step, as one that was walked without a break."""
    ahead, whole = Recording(model, settings(1)), Recording(model, settings(1))
    for _ in range(7):
        ahead.advance()
    chain.prepare([ahead])
    chain.run(Plan(model, settings(1)))
    assert chain.main is ahead
    qtbot.waitUntil(lambda: chain.idle and ahead.complete)
    while not whole.complete:
        whole.advance()
    for t in range(41):
        assert ahead.x_at(t).equal(whole.x_at(t))


def test_what_nobody_wants_any_more_is_not_walked(qtbot: QtBot, chain: Chain, model: Model) -> None:
    long = exact_model(open_dataset("swiss-roll"), make_schedule("linear", 1_000), 200)
    left = Recording(long, ChainSettings(steps=1_000, count=500, seed=1))
    wanted = Recording(model, settings(2))
    chain.prepare([left])
    chain.prepare([wanted])
    qtbot.waitUntil(lambda: wanted.complete)
    assert not left.complete
