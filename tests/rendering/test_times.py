"""How long frames stay and how often a film plays, as other readers find it in the files."""

import itertools
import re
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.export import export
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from tests.rendering.slides import Slide

SPEC = ExportSpec(size=(160, 90), frames=7, first_ms=0, hold_ms=1500)
RATES = (24, 25, 29.97, 30, 50, 60)


@pytest.fixture(scope="session")
def forward(digits: Dataset, schedule: NoiseSchedule) -> Forward:
    return Forward(digits, schedule)


def made(folder: Path, ending: str, forward: Forward, **values: object) -> Path:
    path = folder / f"film{ending}"
    list(export(path, forward, SPEC.changed(**values)))
    return path


def shown_ms(path: Path) -> list[Fraction]:
    """Of each frame in turn, of all times that it plays."""
    if path.suffix == ".mp4":
        return mp4_ms(path)
    if path.suffix == ".zip":
        return latex_ms(path)
    if path.suffix == ".html":
        return [Fraction(ms).limit_denominator(10_000) for ms in Slide(path).ms]
    with Image.open(path) as film:
        found = []
        for place in range(film.n_frames):
            film.seek(place)
            film.load()
            found.append(Fraction(film.info["duration"]).limit_denominator(10_000))
        return found


def mp4_ms(path: Path) -> list[Fraction]:
    """The pictures of a constant rate, equal ones at the end as one."""
    with av.open(str(path)) as film:
        (stream,) = film.streams
        frames = list(film.decode(stream))
        rate = stream.average_rate
        assert rate == stream.base_rate == stream.guessed_rate
    begins = [frame.pts * frame.time_base for frame in frames]
    assert begins == [place / rate for place in range(len(frames))]
    held = len(frames) - SPEC.film.frames + 1
    each = 1000 / Fraction(rate)
    return [each] * (SPEC.film.frames - 1) + [held * each]


def latex_ms(path: Path) -> list[Fraction]:
    """By the grammar in the manual of animate: ``[*]:[rate]:[transparencies][:JavaScript]``, one
    line a frame; a rate holds from its frame on; ``7x2`` would show the seventh in two frames.
    """
    with zipfile.ZipFile(path) as archive:
        line = archive.read("film/animate.tex").decode()
        told = re.search(r"\\animategraphics\[(.*)\]\{(.*?)\}\{(.*?)\}\{(\d+)\}\{(\d+)\}", line)
        assert told is not None
        options, rate, base, first, last = told.groups()
        for number in range(int(first), int(last) + 1):
            assert f"{base}{number:04}.png" in archive.namelist()
        named = re.search(r"timeline=\{(.*?)\}", options)
        assert named is not None
        lines = archive.read(named[1]).decode().splitlines()
    assert "autoplay" in options.split(",")
    found, order = [], []
    for line in lines:
        if not line.strip() or line.startswith("%"):
            continue
        pause, change, shown = line.split(":")
        assert pause == ""
        rate = change or rate
        order.append(int(shown))
        found.append(1000 / Fraction(rate))
    count = int(last) + 1
    assert order == list(range(count)) * (len(order) // count)
    return found


def plays(path: Path) -> int:
    """How often players show it, 0 for ever."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            line = archive.read("film/animate.tex").decode()
        return 0 if "autoplay,loop," in line else len(latex_ms(path)) // SPEC.film.frames
    if path.suffix == ".html":
        return Slide(path).film["loop"]
    with Image.open(path) as film:
        loop = film.info.get("loop")
    if path.suffix != ".gif":
        return loop
    block = re.search(rb"\x21\xff\x0bNETSCAPE2\.0\x03\x01(..)\x00", path.read_bytes(), re.DOTALL)
    if block is None:
        assert loop is None
        return 1
    assert loop == int.from_bytes(block[1], "little")
    return 0 if loop == 0 else loop + 1  # the times that it begins again


@pytest.mark.parametrize(
    ("ending", "fps"), [*itertools.product((".mp4", ".apng", ".zip", ".html"), RATES)]
)
def test_a_rate_is_exact(tmp_path: Path, forward: Forward, ending: str, fps: float) -> None:
    found = shown_ms(made(tmp_path, ending, forward, fps=fps))
    each = 1000 / Fraction(str(fps))
    assert len(found) == 7
    near = Fraction(1, 1000)  # six digits of a rate in LaTeX, four bytes of a delay in APNG
    assert all(abs(ms - each) < near for ms in found[:-1])
    if ending == ".mp4":
        assert set(found[:-1]) == {each}
        assert abs(found[-1] - 1500) <= each / 2
    else:
        assert abs(found[-1] - 1500) < near


@pytest.mark.parametrize(
    ("ending", "fps"), [*itertools.product((".webp",), RATES), *((".gif", r) for r in RATES[:-1])]
)
def test_a_rate_that_does_not_fit_is_kept_on_average(
    tmp_path: Path, forward: Forward, ending: str, fps: float
) -> None:
    """No frame begins more than half a step early or late."""
    step = 10 if ending == ".gif" else 1
    found = shown_ms(made(tmp_path, ending, forward, fps=fps))
    assert all(ms % step == 0 and ms >= 2 * step for ms in found)
    for place, begin in enumerate(itertools.accumulate(found[:-1], initial=Fraction(0))):
        assert abs(begin - place * 1000 / Fraction(str(fps))) <= Fraction(step, 2)
    assert abs(found[-1] - 1500) <= step


@pytest.mark.parametrize("ms", [17, 33, 60])
@pytest.mark.parametrize("ending", [".mp4", ".apng", ".webp", ".zip", ".html"])
def test_a_time_need_not_be_that_of_a_gif(
    tmp_path: Path, forward: Forward, ending: str, ms: int
) -> None:
    found = shown_ms(made(tmp_path, ending, forward, frame_ms=ms))
    assert all(abs(each - ms) < Fraction(1, 1000) for each in found[:-1])
    assert abs(found[-1] - 1500) <= (ms / 2 if ending == ".mp4" else Fraction(1, 1000))


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng", ".zip", ".html"])
@pytest.mark.parametrize("back", [False, True])
def test_the_first_frame_is_held_as_told(
    tmp_path: Path, forward: Forward, ending: str, back: bool
) -> None:
    path = made(tmp_path, ending, forward, frame_ms=80, first_ms=500, frames=4, back=back)
    there = [500, 80, 80, 1500]
    near = Fraction(1, 1000)
    for ms, wanted in zip(shown_ms(path), [*there, 80, 80, 1500] if back else there, strict=True):
        assert abs(ms - wanted) < near


def test_the_first_frame_of_an_mp4_is_repeated(tmp_path: Path, forward: Forward) -> None:
    path = made(tmp_path, ".mp4", forward, fps=20, first_ms=500, frames=4)
    with av.open(str(path)) as film:
        frames = [f.to_ndarray(format="gray").astype(int) for f in film.decode(video=0)]
    assert len(frames) == 10 + 2 + 30
    changes = [np.abs(b - a).mean() for a, b in itertools.pairwise(frames)]
    assert sorted(np.argsort(changes)[-3:]) == [9, 10, 11], "after half a second it begins to move"


def test_a_film_holds_its_first_frame_unless_told_otherwise(
    tmp_path: Path, forward: Forward
) -> None:
    path = tmp_path / "film.gif"
    list(export(path, forward, ExportSpec(size=(160, 90), frames=3)))
    assert shown_ms(path) == [500, 60, 2000]


@pytest.mark.parametrize("loop", [0, 1, 2, 5])
@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng", ".zip", ".html"])
def test_a_film_plays_as_often_as_asked_in_every_format(
    tmp_path: Path, forward: Forward, ending: str, loop: int
) -> None:
    path = made(tmp_path, ending, forward, loop=loop)
    assert plays(path) == loop
    if ending == ".zip":
        times = latex_ms(path)
        assert all(abs(ms - 1500) < 1 for ms in times[6::7]), "held each time"


def test_latex_plays_very_often_as_for_ever(tmp_path: Path, forward: Forward) -> None:
    path = made(tmp_path, ".zip", forward, loop=1000)
    assert plays(path) == 0
    assert len(latex_ms(path)) == 7


@pytest.mark.parametrize(
    ("ending", "values", "words"),
    [
        (".gif", {"frame_ms": 15}, "frame_ms = 15 .* a multiple of 10 from 20"),
        (".gif", {"frame_ms": 10}, "frame_ms = 10 .* a multiple of 10 from 20.* MP4"),
        (".gif", {"first_ms": 505}, "first_ms = 505 .* WebP, APNG or MP4"),
        (".gif", {"hold_ms": 1005}, "hold_ms = 1005 .* WebP, APNG or MP4"),
        (".gif", {"fps": 60}, "fps = 60 .* at most 50, or choose WebP, APNG or MP4"),
        (".webp", {"fps": 120}, "fps = 120 .* at most 90, or choose MP4"),
        (".apng", {"frame_ms": 10}, "frame_ms = 10 .* 11 to"),
    ],
)
def test_what_players_would_change_is_refused(
    tmp_path: Path, forward: Forward, ending: str, values: dict[str, float], words: str
) -> None:
    with pytest.raises(UserError, match=words) as caught:
        export(tmp_path / f"film{ending}", forward, SPEC.changed(**values))
    assert [caught.value.field] == list(values)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_film_has_no_times(tmp_path: Path, forward: Forward) -> None:
    assert made(tmp_path, ".png", forward, frame_ms=15, fps=60).is_file()


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng", ".mp4", ".zip", ".html"])
def test_recipes_from_before_there_were_rates_give_the_same_film(
    tmp_path: Path, forward: Forward, ending: str
) -> None:
    recipe = read_recipe(made(tmp_path, ending, forward, frame_ms=80))
    for name in ("fps", "first_ms"):
        del recipe["spec"][name]
    again = remake(recipe)
    (tmp_path / "again").mkdir()
    path = tmp_path / "again" / f"film{ending}"
    list(export(path, again.subject, again.spec))
    assert shown_ms(path) == shown_ms(tmp_path / f"film{ending}")
    assert abs(shown_ms(path)[0] - 80) < Fraction(1, 1000)
