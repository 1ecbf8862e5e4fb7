"""What can be chosen about an exported file: the film, the picture, and what each subject shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict

from diffvis.errors import UserError
from diffvis.sampling.settings import MAX_COUNT, SEEDS
from diffvis.settings import Settings, setting

LEVELS = (256, 128, 64, 32, 16, 8, 2)
SIZES = {
    "16:9": (1280, 720),
    "full-hd": (1920, 1080),
    "4:3": (960, 720),
    "square": (720, 720),
    "half-slide": (640, 720),
}
SMALLEST, LARGEST = (160, 90), (7680, 4320)
LONGEST_MS = 655_350  # of a frame: what a GIF can say; what else a format can is in its writer
FINEST_RATE = 1001  # denominator of a rate, as in 24000/1001
MOST_FRAMES = 2_000
LARGEST_NUMBER = 2**31  # of a sample


class Exported(Settings):
    """A part of what an export is told."""

    model_config = ConfigDict(strict=True)
    called: ClassVar[str] = "setting of an export"


class Film(Exported):
    """How a film runs."""

    frames: int = setting(
        50, ge=2, le=MOST_FRAMES, label="Frames", help="How many frames, at times of even change.",
        tip="Chosen so that the picture changes evenly; never more than there are steps",
    )  # fmt: skip
    frame_ms: int = setting(
        60, ge=1, le=LONGEST_MS, label="Each frame",
        help="Milliseconds of a frame; in a GIF a multiple of 10 from 20 on.",
        tip="In milliseconds; in a GIF a multiple of 10", step=10,
    )  # fmt: skip
    fps: float | None = setting(
        None, ge=0.1, le=1000, label="Frames a second",
        none="not set", usual=("24", "25", "30", "60"),
        help="Frames a second, instead of the time of a frame; in a GIF at most 50.",
        tip="Instead of the time of a frame, as films have it: 24, 25, 30, 60",
    )  # fmt: skip
    first_ms: int = setting(
        500, ge=0, le=LONGEST_MS, label="First frame",
        help="Milliseconds of the first frame; 0 as the others.",
        tip="In milliseconds; 0 as the others", step=10,
    )  # fmt: skip
    hold_ms: int = setting(
        2000, ge=1, le=LONGEST_MS, label="Last frame", help="Milliseconds of the last frame.",
        tip="In milliseconds; in a GIF a multiple of 10", step=10,
    )  # fmt: skip
    loop: int = setting(
        0, ge=0, le=65_535, label="Plays",
        help="How often it plays, 0 for ever; of an MP4 the player decides.",
    )  # fmt: skip
    easing: Literal["even", "smooth", "end", "linear"] = setting(
        "end",
        choices={
            "even": "Even change", "smooth": "Slow at both ends", "end": "Slow at the end",
            "linear": "Even in t",
        },
        label="Easing",
        help="Even change, slow at both ends or at the end (half of the frames for the last third "
        "of the change), or even in t.",
        tip="How the frames are spread; slow at the end gives half of them to the last third",
    )  # fmt: skip
    poster: bool = setting(
        False, label="last frame as PNG", help="The last frame as a PNG as well, "
        "NAME-poster.png, for paper: where no film plays, its first frame is shown, which may be "
        "noise.",
        tip="A PNG beside the film, for paper: where no film plays, its first frame is shown,\n"
        "which may be noise",
    )  # fmt: skip
    back: bool = setting(
        False, label="and back", help="Run back to where it began.",
        tip="Run back to where it began; both ends are held",
    )  # fmt: skip

    @property
    def exact_ms(self) -> Fraction:
        """Milliseconds of a frame, by its time or by the rate."""
        if self.fps is None:
            return Fraction(self.frame_ms)
        return 1000 / Fraction(self.fps).limit_denominator(FINEST_RATE)

    def lasts(self, frames: int, held: int) -> float:
        """Milliseconds of so many frames, of which ``held`` stay as long as the last one."""
        each = self.exact_ms
        first = self.first_ms or each if frames > held else 0
        return float(first + max(0, frames - held - 1) * each + held * self.hold_ms)


def poster_of(file: Path) -> Path:
    """Where the last frame of a film stands."""
    return file.with_name(f"{file.stem}-poster.png")


class Picture(Exported):
    """What the pictures of any export look like."""

    size: tuple[int, int] = setting(
        (1280, 720), label="Size", tip="Width × height in pixels",
        help=f"{', '.join(SIZES)}, or width x height in pixels.",
    )  # fmt: skip
    style: Literal["dark", "light"] = setting("dark", label="Theme", help="The colours.")
    transparent: bool = setting(
        False, help="No background.",
        tip="What is below shows through the background; the words have the style's colours",
    )  # fmt: skip
    text_scale: float = setting(
        1.0, ge=0.5, le=4, label="Text", help="Larger or smaller words.",
        tip="Larger words for a large room",
    )  # fmt: skip
    caption: bool = setting(
        True, label="caption", help="The line that says what made it.",
        tip="A line with t and what made the file",
    )  # fmt: skip
    levels: int = setting(
        256, label="Greys", tip="Fewer levels of grey take less space",
        help="Grey levels of pictures, colours of a GIF: 256, 128, 64, 32, 16, 8, 2.",
    )  # fmt: skip
    columns: int | None = setting(
        None, ge=1, le=1_000, label="Columns", none="automatic",
        help="Columns of the grid of samples.",
    )  # fmt: skip
    factor: int | None = setting(
        None, ge=1, le=500, label="Enlarged", none="all that fit",
        help="Pixels for each of a sample's.",
    )  # fmt: skip

    def model_post_init(self, context: Any, /) -> None:
        for name, value, low, high in zip(
            ("width", "height"), self.size, SMALLEST, LARGEST, strict=True
        ):
            if not low <= value <= high:
                raise UserError(
                    f"{name} {value} is not possible", f"choose {low} to {high:,}", field="size"
                )
        if self.levels not in LEVELS:
            words = ", ".join(map(str, LEVELS))
            raise UserError(
                f"levels = {self.levels} is not possible", f"give one of {words}", field="levels"
            )


class Shown(Exported):
    """What any subject is asked to show."""

    view: str = setting("", label="What", help="What is shown; the usual view if not given.")
    t: int | None = setting(
        None, ge=0, none="the most telling one", help="The time that one picture shows."
    )
    times: tuple[int, ...] | None = setting(
        None, none="some of even change", help="The times of a strip, such as 0,20,50,100,300."
    )
    at: tuple[int, ...] | None = setting(
        None, none="some of even change",
        help="The t of each frame of a film, in its order, such as 300,200,100,200; may go back.",
    )  # fmt: skip
    seed: int = setting(0, ge=0, lt=SEEDS, help="The same seed gives the same file.")
    count: int | None = setting(
        None, ge=1, le=MAX_COUNT, label="Samples", none="as many as suit the view",
        help="How many samples.",
    )  # fmt: skip

    def model_post_init(self, context: Any, /) -> None:
        for t in self.times or ():
            if t < 0:
                raise UserError(f"t = {t} is not possible", "choose 0 to T", field="times")
        at = self.at or ()
        if self.at is not None and not 2 <= len(at) <= MOST_FRAMES:
            raise UserError(
                f"a film of {len(at)} frames is not possible", f"give 2 to {MOST_FRAMES:,}",
                field="at",
            )  # fmt: skip
        if at and min(at) < 0:
            raise UserError(f"t = {min(at)} is not possible", "choose 0 to T", field="at")


class OfForward(Exported):
    """Of the forward process alone."""

    first: int = setting(
        0, ge=0, le=LARGEST_NUMBER,
        help="The samples from this number on; else some from all over the data.",
    )  # fmt: skip
    spread: bool = setting(True, help="Samples from all over the data, not those after the first.")
    of_class: int | None = setting(
        None, ge=0, option="class", help="Samples of this class only: name or number."
    )
    chain: bool = setting(False, help="The true Markov chain, not the closed form.")
    roomy: bool = setting(
        False, help="x_t beside its two terms, over each other, where pictures are larger so."
    )
    kernel: int | None = setting(
        None, ge=0, le=LARGEST_NUMBER, help="The point, from 1, whose q(x_t | x_0) is drawn."
    )
    velocity: bool = setting(
        False, help="Of the point --kernel its velocity instead: x_0, eps and an arrow."
    )


class OfPoints(Exported):
    """Of what surrounds points."""

    paths: bool = setting(False, help="Points: the ways of some of them so far.")
    tails: bool = setting(False, help="Points: where each was a moment before, fading.")
    field: Literal["", "eps", "score", "streamlines", "guidance"] = setting(
        "",
        help="Points: eps_hat or the score at every place, as arrows; lines along the score; or "
        "the scores without and with a class, and what guidance makes of them.",
    )  # fmt: skip
    contours: bool = setting(
        False,
        help="Points: contours of the density of the data at the same t; with --field guidance of "
        "its sharpened law.",
    )

    turn: float = setting(
        35.0, ge=-360, le=360, help="Points in space: degrees about the upright axis."
    )
    tilt: float = setting(20.0, ge=-90, le=90, help="Points in space: degrees from above.")

    @property
    def any(self) -> bool:
        """Whether there is anything around the points."""
        return bool(self.paths or self.tails or self.field or self.contours)


class OfSample(Exported):
    """Of views of one sample."""

    selected: int = setting(0, ge=0, le=LARGEST_NUMBER, help="The sample that is shown, from 1.")
    only: int | None = setting(
        None, ge=0, le=LARGEST_NUMBER, none="all",
        help="This sample alone, from 1, exactly as it is among all of --count.",
    )  # fmt: skip


class OfPlot(Exported):
    """Of plots."""

    log: bool = setting(False, help="A logarithmic axis, in plots.")
    marks: bool = setting(
        True, help="Of a loss: the step of the best validation, changes of the learning rate."
    )
    axis: Literal["t", "log", "part"] = setting("t", help="Over t, over log t or over t / T.")


class OfStudy(Exported):
    """Of figures that train models for themselves."""

    sizes: tuple[int, ...] | None = setting(
        None, none="10, 100, 1,000, 10,000 as far as there are",
        help="Of the figure memorisation: how many images each network learns, such as 10,100.",
    )  # fmt: skip
    train_steps: int = setting(
        1_500, ge=1, le=1_000_000, label="Steps of training",
        help="Of the figure memorisation: how many steps each network takes.",
    )  # fmt: skip
    train_preset: str = setting(
        "", label="Preset", none="that of the data",
        help="Of the figure memorisation: the preset of each network, such as mnist-live; that of "
        "the data if not given.",
    )  # fmt: skip


PARTS: tuple[type[Exported], ...] = (
    Film, Picture, Shown, OfForward, OfPoints, OfSample, OfPlot, OfStudy
)  # fmt: skip
