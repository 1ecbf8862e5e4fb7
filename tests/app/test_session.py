"""The rules that keep data, model, schedule and t consistent."""

from dataclasses import replace

import pytest

from diffvis.app.session import Session
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule


@pytest.fixture
def heard(session: Session) -> list[str]:
    """Names of the signals in the order in which they came."""
    names: list[str] = []
    for name in ("data", "model", "schedule", "t", "seed", "timeline"):
        getattr(session, f"{name}_changed").connect(lambda *_, name=name: names.append(name))
    return names


def trained(session: Session, T: int = 40, **changes: object) -> object:
    schedule = make_schedule("linear", T)
    return replace(session.model, name="trained", schedule=schedule, steps=100, **changes)


def test_a_setter_that_changes_nothing_emits_nothing(session: Session, heard: list[str]) -> None:
    session.set_data(session.data)
    session.set_model(session.model)
    session.set_schedule(make_schedule(session.schedule.kind, session.schedule.T))
    session.set_t(session.t)
    session.set_seed(session.seed)
    session.set_timeline(session.timeline)
    assert heard == []


def test_t_stays_within_the_schedule(session: Session) -> None:
    session.set_t(10_000)
    assert session.t == session.schedule.T
    session.set_t(-3)
    assert session.t == 0


def test_another_schedule_keeps_the_part_of_the_way(session: Session) -> None:
    session.set_t(session.schedule.T // 2)
    session.set_schedule(make_schedule("cosine", 1000))
    assert session.t == 500
    assert session.timeline.times[-1] == 1000


def test_whoever_hears_of_another_schedule_finds_t_within_it(session: Session) -> None:
    """They may paint at once: a t of 300 steps has no place in a schedule of 40."""
    session.set_schedule(make_schedule("cosine", 300))
    session.set_t(84)
    found: list[tuple[int, int, int]] = []

    def look() -> None:
        found.append((session.t, session.schedule.T, session.timeline.times[-1]))

    for changed in (session.schedule_changed, session.timeline_changed, session.t_changed):
        changed.connect(look)
    session.set_schedule(make_schedule("cosine", 40))
    assert found == [(11, 40, 40)] * 3


def test_a_model_brings_its_schedule(session: Session) -> None:
    session.set_model(trained(session, T=123))
    assert session.schedule.T == 123
    assert not session.model_is_exact


def test_another_schedule_puts_the_exact_denoiser_in_place(session: Session) -> None:
    notices: list[object] = []
    session.noticed.connect(notices.append)
    session.set_model(trained(session))
    session.set_schedule(make_schedule("cosine", 50))
    assert session.model_is_exact
    assert session.model.schedule.T == 50
    assert len(notices) == 1


def test_data_of_another_shape_puts_the_exact_denoiser_in_place(session: Session) -> None:
    session.set_model(trained(session))
    session.set_data(open_dataset("moons"))
    assert not session.model_is_exact, "the same shape: the model stays"
    session.set_data(open_dataset("digits"))
    assert session.model_is_exact
    assert session.model.shape == (1, 8, 8)
    assert session.schedule.T == session.model.schedule.T


def test_the_exact_denoiser_is_that_of_the_data_on_show(session: Session) -> None:
    session.set_data(open_dataset("digits"))
    session.use_exact_denoiser()
    assert session.model.shape == session.data.shape


def test_data_and_model_are_shown_at_once(session: Session, heard: list[str]) -> None:
    """Nobody hears of the exact denoiser that would stand in between, nor is told of it."""
    said: list[object] = []
    session.noticed.connect(said.append)
    session.set_model(trained(session))
    digits = open_dataset("digits")
    schedule = make_schedule("cosine", 300)
    model = replace(session.exact_of(digits, schedule), name="other", steps=100)
    found: list[tuple[object, ...]] = []
    for changed in (session.data_changed, session.schedule_changed, session.model_changed):
        changed.connect(lambda *_: found.append((session.data, session.model, session.schedule.T)))
    heard.clear()
    session.show(digits, model, schedule)
    assert found == [(digits, model, 300)] * 3
    assert [heard.count(name) for name in ("data", "schedule", "model")] == [1, 1, 1]
    assert said == []
    heard.clear()
    session.show(digits, model, schedule)
    assert heard == []


def test_a_model_of_another_schedule_is_not_shown_with_it(session: Session) -> None:
    session.show(session.data, trained(session), make_schedule("cosine", 50))
    assert session.model_is_exact
    assert session.schedule.T == 50
