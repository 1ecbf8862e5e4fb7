"""What is shown for want of data that nobody has fetched."""

from pathlib import Path

from diffvis.lectures.files import open_lecture
from diffvis.lectures.standing_in import opens_for, stand_ins


def test_samples_of_a_model_stand_in_for_what_was_not_fetched(private_home: Path) -> None:
    assert opens_for("mnist") == "samples-of:mnist"
    for source in ("swiss-roll", "digits", "mnist?size=16", "mnist?dots=1", "./mnist", "kmnist"):
        assert opens_for(source) == source


def test_it_is_said_once_for_each(private_home: Path) -> None:
    (line,) = stand_ins(open_lecture("course-figures").scenes)
    assert line.startswith("MNIST is not on this machine")
