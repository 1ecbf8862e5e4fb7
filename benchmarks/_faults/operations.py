"""What diffvis writes: how to do it, what must be there afterwards, and what must still be."""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks._faults.child import Ended, command, left_over, tell
from benchmarks._faults.specimens import FILMS, STILLS, TRAIN, Specimens, export_words
from benchmarks._faults.tally import LOST, PROMISED, UNCLEAR

Work = Callable[[Path], Callable[[], object]]
Verdict = tuple[str, str]
STEPS = 5


@dataclass(frozen=True)
class Operation:
    """``do(folder)`` is the work of a child; ``judge(folder, ended)`` says how it ended, and tries
    whether it can be done where nothing fails any more.
    """

    name: str
    do: Work
    judge: Callable[[Path, Ended], Verdict]
    prepare: Callable[[Path], None] = lambda folder: None


def operations(made: Specimens, again: Callable[..., Ended]) -> list[Operation]:
    """All of them; ``again(work)`` does some in a child of its own where nothing fails."""
    sample = ("sample", made.run, "--count", 4, "--device", "cpu")
    return [
        training(again),
        *(
            _file(f"export {suffix}", export_words(suffix), f"a{suffix}", again)
            for suffix in (*FILMS, *STILLS, ".csv")
        ),
        *(
            _file(f"sample {suffix}", sample, f"b{suffix}", again, replaces=False)
            for suffix in (".png", ".npz")
        ),
        _schedule(again),
        _model(made, again),
        _preferences(again),
    ]


def sound(ended: Ended, folder: Path) -> Verdict:
    """As it looks from outside: a sentence, and nothing left over."""
    verdict, said = ended.verdict()
    if verdict == PROMISED and left_over([folder]):
        return UNCLEAR, f"left over: {left_over([folder])}"
    return verdict, said


# --- one file -------------------------------------------------------------------------------


def _file(
    name: str,
    words: tuple[object, ...],
    file: str,
    again: Callable[..., Ended],
    replaces: bool = True,
) -> Operation:
    """A command that writes one file, over an older one where it ``replaces`` it."""
    force = ("--force",) if replaces else ()
    wanted: list[bytes] = []

    def do(folder: Path) -> Callable[[], object]:
        return command(*words, "--out", folder / file, *force)

    def prepare(folder: Path) -> None:
        if not wanted:
            ended = again(do(folder))
            if ended.status != 0:
                raise RuntimeError(f"{name}: {ended.err}")
            wanted.append(content(folder / file))
        if replaces:
            _make_old(folder / file, wanted[0])
        else:
            (folder / file).unlink(missing_ok=True)

    def judge(folder: Path, ended: Ended) -> Verdict:
        verdict, said = sound(ended, folder)
        if verdict != PROMISED:
            return verdict, said
        there = content(folder / file) if (folder / file).exists() else b""
        if ended.status == 0:
            return (PROMISED, "") if there == wanted[0] else (LOST, f"it is another file: {said}")
        old = wanted[0] + b"old" if replaces else b""
        if there != old:
            return LOST, f"what was there is gone: {said}"
        retried = again(do(folder))
        if retried.status != 0 or content(folder / file) != wanted[0]:
            return UNCLEAR, f"not possible afterwards: {retried.err}"
        return PROMISED, ""

    return Operation(name, do, judge, prepare)


def _make_old(path: Path, new: bytes) -> None:
    """Something in the place of the file that can be told from the new one."""
    if path.suffix == ".frames":
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        (path / "animate.tex").write_bytes(new + b"old")
    else:
        path.write_bytes(new + b"old")


def content(path: Path) -> bytes:
    """Of a file, or of all files in a folder."""
    if path.is_dir():
        return b"".join(part.read_bytes() for part in sorted(path.iterdir()))
    return path.read_bytes()


# --- a run ----------------------------------------------------------------------------------


def train_words(run: Path, *more: object) -> tuple[object, ...]:
    return ("train", *TRAIN, "--steps", STEPS, "--out", run, *more)


def go_on_words(run: Path) -> tuple[object, ...]:
    return ("train", TRAIN[0], "--out", run, "--resume")


def digest(run: Path) -> dict[str, int] | None:
    """The checksums of all tensors of a run's newest checkpoint, and its step."""
    from diffvis.models.run_files import run_checkpoints
    from diffvis.models.weights import read_checkpoint

    found = run_checkpoints(run)
    if not found:
        return None
    header, _ = read_checkpoint(found[0])
    return {**header["checksum"], "step": header["step"]}


def stop_when_paused(work: Callable[[], object]) -> Callable[[], object]:
    """A person who reads that the disk is full, and stops the run."""

    def do() -> object:
        from diffvis.cli import train

        train.RETRY_SECONDS = 0.0
        asleep = train.time.sleep
        train.time.sleep = lambda _: (os.kill(os.getpid(), signal.SIGTERM), asleep(0.01))
        return work()

    return do


def training(again: Callable[..., Ended]) -> Operation:
    wanted: list[dict[str, int]] = []

    def do(folder: Path) -> Callable[[], object]:
        def work() -> object:
            from diffvis.cli import train

            train.RETRY_SECONDS = 0.0
            return command(*train_words(folder / "run"))()

        return work

    def prepare(folder: Path) -> None:
        if not wanted:
            ended = again(do(folder))
            wanted.append(digest(folder / "run"))
            if ended.status != 0 or wanted[0]["step"] != STEPS:
                raise RuntimeError(f"training: {ended.err}")
            shutil.rmtree(folder / "run")

    def judge(folder: Path, ended: Ended) -> Verdict:
        return judge_run(folder, ended, wanted[0], again)

    return Operation("training", do, judge, prepare)


def judge_run(
    folder: Path, ended: Ended, wanted: dict[str, int], again: Callable[..., Ended]
) -> Verdict:
    """Whether what a run said last is true, and whether it goes on to the same bits."""
    run = folder / "run"
    verdict, said = sound(ended, folder)
    if verdict != PROMISED:
        return verdict, said
    exact = "not enough memory for" not in ended.err  # a smaller part of a batch rounds otherwise
    if ended.status == 0:
        if exact and digest(run) != wanted:
            return LOST, "it was trained to other weights"
        return PROMISED, ""
    if (false := false_sentence(run, ended)) is not None:
        return LOST, f"{false}: {said}"
    resumed = again(
        command(*(go_on_words(run) if (run / "run.json").exists() else train_words(run)))
    )
    if resumed.status != 0:
        return UNCLEAR, f"not possible afterwards: {resumed.err}; before: {said}"
    if exact and digest(run) != wanted:
        return LOST, f"it went on to other weights: {said}"
    if left_over([folder]):
        return UNCLEAR, f"left over: {left_over([folder])}"
    return PROMISED, ""


def false_sentence(run: Path, ended: Ended) -> str | None:
    """What a stopped run said of its newest checkpoint, where that is not so."""
    there = digest(run)
    step = 0 if there is None else there["step"]
    for line in (ended.out + ended.err).splitlines():
        if "holds it" in line and f"step {step:,};" not in line:
            return f"step {step} is there, not: {line}"
        if "steps are lost" in line and not line.endswith(f"resume from step {step:,}"):
            return f"step {step} is there, not: {line}"
    return None


# --- the rest -------------------------------------------------------------------------------


def _schedule(again: Callable[..., Ended]) -> Operation:
    """A drawn schedule, saved by name and among the user's own."""

    def do(folder: Path) -> Callable[[], object]:
        def work() -> int:
            from diffvis.cli.outcome import outcome
            from diffvis.diffusion.schedule import NoiseSchedule
            from diffvis.models.schedule_file import name_of, save_schedule

            os.environ["DIFFVIS_HOME"] = str(folder / "home")
            made = NoiseSchedule.from_betas([0.1, 0.2, 0.3], "own")

            def save() -> None:
                save_schedule(made, folder / "own.json")
                tell(name=name_of(made))

            return outcome(save)

        return work

    def prepare(folder: Path) -> None:
        (folder / "own.json").write_text("old")

    def judge(folder: Path, ended: Ended) -> Verdict:
        from diffvis.models.schedule_file import load_schedule

        verdict, said = sound(ended, folder)
        if verdict == PROMISED and (folder / "own.json").read_text() != "old":
            load_schedule(folder / "own.json")
        if verdict == PROMISED and again(do(folder)).status != 0:
            return UNCLEAR, f"not possible afterwards: {said}"
        return verdict, said

    return Operation("schedule", do, judge, prepare)


def _model(made: Specimens, again: Callable[..., Ended]) -> Operation:
    """A model that is passed on."""

    def do(folder: Path) -> Callable[[], object]:
        def work() -> int:
            from diffvis.cli.outcome import outcome
            from diffvis.training.pass_on import pass_on

            return outcome(lambda: pass_on(made.run, folder / "model"))

        return work

    def judge(folder: Path, ended: Ended) -> Verdict:
        from diffvis.models.weights import read_checkpoint

        verdict, said = sound(ended, folder)
        if verdict == PROMISED and again(do(folder)).status != 0:
            return UNCLEAR, f"not possible afterwards: {said}"
        read_checkpoint(folder / "model" / "model.safetensors")
        return verdict, said

    return Operation("model passed on", do, judge)


def _preferences(again: Callable[..., Ended]) -> Operation:
    """What the window remembers of the person's choices."""

    def do(folder: Path) -> Callable[[], object]:
        def work() -> int:
            os.environ["DIFFVIS_HOME"] = str(folder / "home")
            from diffvis.app.preferences import Preferences

            preferences = Preferences()
            preferences.change(memory_mb=2048)
            preferences.change(marks=(5, 7))
            return 0

        return work

    def prepare(folder: Path) -> None:
        again(do(folder))

    def judge(folder: Path, ended: Ended) -> Verdict:
        verdict, said = sound(ended, folder)

        def read() -> int:
            os.environ["DIFFVIS_HOME"] = str(folder / "home")
            from diffvis.app.preferences import Preferences

            tell(marks=list(Preferences().marks))
            return 0

        found = again(read)
        if found.status != 0 or found.told["marks"] != [5, 7]:
            return LOST, f"they are gone: {said} {found.err}"
        return verdict, said

    return Operation("preferences", do, judge, prepare)
