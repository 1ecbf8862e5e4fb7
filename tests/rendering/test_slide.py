"""The HTML slide as a file: its frames, its words, and that nothing in it leads outside."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diffvis
from diffvis.cli import main
from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.estimate import estimate
from diffvis.rendering.export import export
from diffvis.rendering.formats import slide
from diffvis.rendering.formats.slide import SlideWriter
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import even_timesteps
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.sampling.settings import ChainSettings
from diffvis.viewing.inspecting import inspect
from tests.rendering.slides import Slide

SPEC = ExportSpec(size=(480, 270), frames=5, frame_ms=80, hold_ms=1200, count=4)


def drawn(digits: Dataset, schedule: NoiseSchedule, spec: ExportSpec) -> list[np.ndarray]:
    times = even_timesteps(schedule, spec.film.frames, easing=spec.film.easing)
    return [f for f in forward_frames(digits, schedule, spec, times) if f is not None]


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("back", [False, True])
def test_every_frame_is_that_of_the_film(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, transparent: bool, back: bool
) -> None:
    spec = SPEC.changed(transparent=transparent, back=back)
    path = tmp_path / "film.html"
    list(export(path, Forward(digits, schedule), spec))
    found = Slide(path)
    own = drawn(digits, schedule, spec)
    own += own[-2::-1] if back else []
    for shown, frame in zip(found.frames, own, strict=True):
        wanted = frame if transparent else np.dstack([frame, np.full(frame.shape[:2], 255)])
        assert np.array_equal(shown, wanted)
    there = [500, 80, 80, 80, 1200]
    assert found.ms == ([*there, 80, 80, 80, 1200] if back else there)
    stored = [told for told in found.told if "webp" in told]
    assert len(stored) == (5 if back else 4), "none twice, and the last is the picture of the page"


def test_grey_frames(tmp_path: Path) -> None:
    frames = [np.full((90, 160), level, np.uint8) for level in (0, 90, 90)]
    frames[1][3, 4] = 17
    with SlideWriter(tmp_path / "film.html") as writer:
        for frame in frames:
            writer.add(frame)
    for shown, frame in zip(Slide(tmp_path / "film.html").frames, frames, strict=True):
        assert np.array_equal(shown[..., 0], frame)


def test_the_slider_has_the_real_t_of_each_frame(
    tmp_path: Path, digits: Dataset, digits_model: Model, schedule: NoiseSchedule
) -> None:
    """As the recording of the same film has it, and as its own footers do."""
    film, numbers = tmp_path / "film.html", tmp_path / "film.npz"
    for subject, spec in (
        (Forward(digits, schedule), SPEC),
        (Reverse(digits_model), SPEC.changed(sampler="ddim", steps=9)),
    ):
        for path in (film, numbers):
            list(export(path, subject, spec))
        with np.load(numbers) as arrays:
            assert Slide(film).moments == [f"t = {t}" for t in arrays["t"]]
        assert Slide(film).film["whole"] == "of 30"
    at = SPEC.changed(at=(20, 3, 20, 30), loop=2)
    list(export(film, Forward(digits, schedule), at))
    found = Slide(film)
    assert found.moments == ["t = 20", "t = 3", "t = 20", "t = 30"]
    assert found.told[2]["as"] == 0
    assert found.film["loop"] == 2


def test_chains_side_by_side_have_a_t_each(tmp_path: Path, digits_model: Model) -> None:
    """The second walks 30, 15, 0: it shows the last of these at or above the t of the film."""
    few = ChainSettings(sampler="ddim", steps=2, count=4)
    sides = (ComparedChain(digits_model, few.changed(steps=30)), ComparedChain(digits_model, few))
    path = tmp_path / "film.html"
    list(export(path, Compare(sides), SPEC.changed(frames=4, easing="linear")))
    found = Slide(path)
    assert found.moments == ["t = 30", "t = 20 | 30", "t = 10 | 15", "t = 0"]
    assert "DDIM η = 0, 2 steps" in found.texts["title"]


def test_the_page_says_in_words_what_it_shows(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    path = tmp_path / "film.html"
    named = replace(digits, title="</title><script>my_set & 'more'")
    list(export(path, Forward(named, schedule), SPEC.changed(caption=False)))
    found = Slide(path)
    title = f"Forward process · {named.title} · 4 of 1,797 · cosine schedule · seed 0"
    assert found.texts["title"] == found.texts["words"] == title
    assert found.one("img")["alt"] == title.replace(" · ", ", ") + ", t = 30 of 30"
    for tag, name in (("button", "Play"), ("input", "Moment"), ("select", "Speed")):
        assert found.one(tag)["aria-label"] == name
    assert found.one("canvas")["role"] == "img"
    assert found.one("html")["lang"] == "en"


@pytest.mark.parametrize("style", ["dark", "light"])
def test_nothing_leads_outside(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, style: str
) -> None:
    path = tmp_path / "film.html"
    list(export(path, Forward(digits, schedule), SPEC.changed(style=style)))
    found = Slide(path)
    for tag, told in found.tags:
        assert tag not in ("link", "base", "iframe", "object", "embed", "a", "form")
        assert not {"href", "srcset", "action", "style", "onclick"} & set(told)
        assert (told.get("src") or "data:").startswith("data:")
    words = re.sub(r"[A-Za-z0-9+/=]{60,}", "", path.read_text(encoding="utf-8"))
    assert not re.search(r"https?:|//\w|@import|url\(|fetch\(|XMLHttp|WebSocket|sendBeacon", words)
    policy = found.one("meta", **{"http-equiv": "Content-Security-Policy"})["content"] or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    (script,) = re.findall(r"<script>(.*?)</script>", path.read_text(encoding="utf-8"), re.DOTALL)
    for rule, content in (("script-src", script), ("style-src", found.texts["style"])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert f"color-scheme: only {style}" in found.texts["style"]


def test_the_same_pixels_as_a_gif_from_its_recipe(tmp_path: Path) -> None:
    page, again, direct = (tmp_path / name for name in ("x.html", "y.gif", "z.gif"))
    film = ["--timesteps", "20", "--frames", "3", "--size", "320x180", "--count", "4"]
    assert main(["export", "forward", *film, "--out", str(page)]) == 0
    assert main(["export", "forward", *film, "--out", str(direct)]) == 0
    assert main(["export", "--recipe", str(page), "--out", str(again)]) == 0
    assert again.read_bytes() == direct.read_bytes()
    found = inspect(page)
    assert "export of diffvis (forward)" in found.what
    assert f"diffvis export --recipe {page} --out again.html" in found.next


def test_from_python(tmp_path: Path, digits: Dataset) -> None:
    path = diffvis.export(digits, tmp_path / "film.html", frames=2, size=(160, 90), count=1)
    assert len(Slide(path).frames) == 2


def test_a_film_that_is_too_large_is_refused_and_leaves_nothing(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slide, "MOST_BYTES", 30_000)
    with pytest.raises(UserError, match=r"too large for one page \(30 kB") as caught:
        list(export(tmp_path / "film.html", Forward(digits, schedule), SPEC.changed(frames=30)))
    assert "fewer frames" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_its_size_is_told_beforehand(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    spec, subject = SPEC.changed(frames=20), Forward(digits, schedule)
    told = [made for made in estimate(".html", subject, spec) if made is not None][-1]
    list(export(tmp_path / "film.html", subject, spec))
    assert told.size == pytest.approx((tmp_path / "film.html").stat().st_size, rel=0.25)


def test_what_does_not_change_is_not_stored_again(tmp_path: Path) -> None:
    """A picture of noise beside one that stays: the page grows by what changes alone."""
    rng = np.random.default_rng(0)
    still = rng.integers(0, 256, (128, 512, 3), dtype=np.uint8)

    def size(moving: int, frames: int) -> int:
        path = tmp_path / f"film-{moving}-{frames}.html"
        with SlideWriter(path) as writer:
            for _ in range(frames):
                frame = still.copy()
                frame[:, :moving] = rng.integers(0, 256, (128, moving, 3), dtype=np.uint8)
                writer.add(frame)
        assert Image.fromarray(Slide(path).frames[-1]).size == (512, 128)
        return path.stat().st_size

    few, all_of_it = (size(moving, 6) - size(moving, 2) for moving in (64, 512))
    assert few < 0.2 * all_of_it
