"""Malformed files and options: each is refused in a sentence, or read as if nothing were wrong."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks._faults.child import command, in_child, left_over
from benchmarks._faults.mutation import mutate
from benchmarks._faults.specimens import Specimens
from benchmarks._faults.tally import LOST, PROMISED, UNCLEAR, Tally

Words = tuple[object, ...]
ODD_NUMBERS = (
    "", "x", "nan", "inf", "-inf", "-1", "0", "1e9", "1e400", "0x10", "١", "1_000", " 7 ", "1.5",
    "9" * 30, "9" * 5000, "1000000000", "-" * 50, "1,2", "[]", "null", "\n", "ö" * 400,
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """A file within ``place`` that is damaged ``times`` times, and the command that reads it."""

    name: str
    place: Path
    files: str  # a pattern
    times: int
    words: Callable[[Path, Path], Words]  # of the damaged copy of the place, and a file to write
    exact: bool = False  # whether what is written must be as from the sound file


def subjects(made: Specimens) -> Iterator[Subject]:
    """Everything that is read, with how often."""

    def sample(run: Path, out: Path) -> Words:
        return ("sample", run, "--out", out, "--count", 4, "--device", "cpu")

    def resume(run: Path, _out: Path) -> Words:
        return ("train", "swiss-roll?n=200", "--out", run, "--resume", "--steps", 14)

    def film(run: Path, out: Path) -> Words:
        return ("export", "training", run, "--out", out, "--size", "320x180", "--frames", 2)

    def losses(run: Path, out: Path) -> Words:
        return ("export", "training", run, "--view", "loss", "--out", out.with_suffix(".csv"))

    def again(file: Path, out: Path) -> Words:
        suffix = ".png" if file.suffix == ".json" else file.suffix
        return ("export", "--recipe", file, "--out", out.with_suffix(suffix))

    def data(path: Path, _out: Path) -> Words:
        return ("data", path)

    def data_in(name: str) -> Callable[[Path, Path], Words]:
        return lambda path, _out: ("data", path / name)

    run, checkpoints = made.run, "checkpoints/step-00000012.safetensors"
    one = made.root / "one"
    one.mkdir(exist_ok=True)
    shutil.copy(run / checkpoints, one / "model.safetensors")
    file = lambda folder, out: sample(folder / "model.safetensors", out)  # noqa: E731
    yield Subject("checkpoint", one, "model.safetensors", 130, file, exact=True)
    yield Subject("checkpoint of a run", run, checkpoints, 40, resume)
    yield Subject("run.json, sampled", run, "run.json", 60, sample)
    yield Subject("run.json, resumed", run, "run.json", 80, resume)
    yield Subject("environment.json", run, "environment.json", 30, resume)
    yield Subject("metrics.csv", run, "metrics.csv", 30, losses)
    yield Subject("metrics.csv, resumed", run, "metrics.csv", 30, resume)
    yield Subject("preview", run, "previews/*.npz", 50, film)
    table = lambda folder, out: (  # noqa: E731
        "export", "schedule", folder / "schedule.json", "--out", out.with_suffix(".csv")
    )  # fmt: skip
    yield Subject("schedule", made.root, "schedule.json", 80, table)
    preset = lambda folder, _out: ("settings", "moons?n=50", "--preset", folder / "preset.json")  # noqa: E731
    yield Subject("preset", made.root, "preset.json", 60, preset)
    for suffix in (
        ".json",
        ".gif",
        ".png",
        ".apng",
        ".webp",
        ".html",
        ".mp4",
        ".svg",
        ".pdf",
        ".zip",
        ".npz",
    ):
        name = f"a{suffix}"
        times = 60 if suffix == ".json" else 18
        yield Subject(
            f"recipe in {suffix}", made.root / "exports", name, times,
            lambda folder, out, name=name: again(folder / name, out),
        )  # fmt: skip
    for name in ("idx", "idx-gz"):
        yield Subject(f"data, {name}", made.root / "data" / name, "*", 50, data)
    for name in ("images.npy", "points.npy", "images.npz", "packed.npz", "points.csv"):
        yield Subject(f"data, {name}", made.root / "data", name, 40, data_in(name))
    yield Subject("data, cifar", made.root / "data" / "cifar", "*", 70, data)
    for suffix in ("png", "jpg", "gif", "webp", "bmp", "tiff"):
        yield Subject(
            f"pictures, {suffix}", made.root / "data" / f"pictures-{suffix}", "0.*", 12, data
        )


def malformed_files(made: Specimens, work: Path, seed: int, tally: Tally, share: float) -> None:
    """Damage each subject; ``share`` of the times."""
    for subject in subjects(made):
        draw = random.Random(f"{seed} {subject.name}")
        wanted = _sound(subject, work)
        for _ in range(max(1, round(share * subject.times))):
            copy = _copy(subject, work)
            files = sorted(copy.glob(subject.files))
            target = draw.choice(files)
            sound = target.read_bytes()
            damaged = mutate(sound, draw)
            target.write_bytes(damaged)
            out = work / "out.npz" if subject.exact else work / "out.png"
            ended = in_child(command(*subject.words(copy, out)))
            verdict, said = ended.verdict()
            taken = verdict == PROMISED and ended.status == 0 and subject.exact
            if taken and out.read_bytes() != wanted:
                verdict, said = LOST, "it was taken for sound, and gave something else"
            if verdict == PROMISED and left_over([work]):
                verdict, said = UNCLEAR, f"left over: {left_over([work])}"
            if verdict != PROMISED:
                kept = work.parent / "kept" / f"{subject.name}-{len(damaged)}-{target.name}"
                kept.parent.mkdir(exist_ok=True)
                kept.write_bytes(damaged)
                said = f"{kept}: {said}"
            tally.add(f"malformed: {subject.name}", verdict, said)
            _clear(work)


def odd_options(made: Specimens, work: Path, seed: int, tally: Tally, share: float) -> None:
    """Values of options that are no numbers, or far too many."""
    draw = random.Random(f"{seed} options")
    commands = (
        (("sample", made.run, "--out", work / "a.png"), ("--count", "--steps", "--seed", "--eta")),
        (("export", "forward", "--out", work / "a.png"),
         ("--timesteps", "--t", "--count", "--size")),
        (("train", "moons?n=50", "--out", work / "run", "--steps", 1),
         ("--batch-size", "--lr", "--timesteps", "--set=preview_count", "--set=batch_size")),
        (("data",), ("digits?size", "moons?n", "moons?noise")),
    )  # fmt: skip
    for _ in range(max(1, round(80 * share))):
        words, options = draw.choice(commands)
        option, value = draw.choice(options), draw.choice(ODD_NUMBERS)
        given = (f"{option}={value}",)
        ended = in_child(command(*words, *given))
        verdict, said = ended.verdict()
        tally.add("malformed: options", verdict, f"{words[0]} {given[0][:80]}: {said}")
        _clear(work)


def _sound(subject: Subject, work: Path) -> bytes:
    """What is written where nothing is wrong.

    Raises:
        RuntimeError: not even that can be read.
    """
    out = work / "out.npz" if subject.exact else work / "out.png"
    copy = _copy(subject, work)
    ended = in_child(command(*subject.words(copy, out)))
    if ended.status != 0:
        raise RuntimeError(f"{subject.name}: {ended.err}")
    content = out.read_bytes() if subject.exact else b""
    _clear(work)
    return content


def _copy(subject: Subject, work: Path) -> Path:
    """Of the files that are damaged and those that belong to them."""
    copy = work / "copy"
    single = len(sorted(subject.place.glob(subject.files))) == 1 and subject.place.name != "run"
    if not single:
        shutil.copytree(subject.place, copy)
        return copy
    copy.mkdir()
    for path in subject.place.glob(subject.files):
        shutil.copy(path, copy)
    return copy


def _clear(work: Path) -> None:
    shutil.rmtree(work)
    work.mkdir()
