"""What was opened lately is remembered, within a room."""

from dataclasses import replace

from diffvis.app.lately import ROOM, Lately
from diffvis.app.session import Session
from diffvis.data.catalogue import open_dataset


def test_what_was_not_used_for_longest_goes_first() -> None:
    lately = Lately(len, most=3)
    for name in "abc":
        assert lately.use(name, name)
    assert not lately.use("a", lately["a"]), "nothing is new"
    lately.use("d", "d")
    assert list(lately) == ["a", "c", "d"], "b was used before all others"
    assert lately.use("a", "another"), "of the same name"
    lately.rename("a", "e", "renamed")
    assert dict(lately) == {"c": "c", "d": "d", "e": "renamed"}


def test_all_together_stay_within_the_room() -> None:
    lately = Lately(len, most=99, room=10)
    for name in ("1111", "2222", "3333"):
        lately.use(name, name)
        assert lately.bytes <= 10
    assert list(lately) == ["2222", "3333"]
    lately.use("large", "x" * 50)
    assert list(lately) == ["large"], "what is on show stays, and nothing else has room"


def test_an_afternoon_of_opening_does_not_fill_the_memory(session: Session) -> None:
    digits = open_dataset("digits")
    size = digits.values.nbytes
    for number in range(60):
        session.set_data(replace(digits, source=f"digits?number={number}"))
    kept = session.datasets
    assert session.data.source in kept
    assert 2 <= len(kept) < 60 and len(kept) * size <= ROOM
