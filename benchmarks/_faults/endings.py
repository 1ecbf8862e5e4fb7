"""Processes that are killed, told to stop, or whose window is closed, at any moment."""

import importlib.util
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._faults.child import BROKEN, Child, Ended, command, in_child, left_over, tell
from benchmarks._faults.operations import content, digest, false_sentence, go_on_words
from benchmarks._faults.specimens import TRAIN, export_words
from benchmarks._faults.tally import LOST, PROMISED, UNCLEAR, Tally

STEPS = 24  # of a run that is to be ended; it saves after each
KILLS, SIGNALS, CLOSES = 50, 50, 20
IN_A_ROW = 4  # kills of one run, before it may end
KILLED_EXPORTS = (".gif", ".zip", ".frames", ".mp4", ".pdf")


class Run:
    """A run that goes on however often it is ended, and what it must come to."""

    def __init__(self, root: Path) -> None:
        self.path = root / "run"
        started = time.monotonic()
        ended = in_child(self.work())
        self.seconds = time.monotonic() - started
        self.wanted = digest(self.path)
        if ended.status != 0 or self.wanted["step"] != STEPS:
            raise RuntimeError(f"training: {ended.err}")
        self.clear()

    def work(self) -> Callable[[], object]:
        """From its beginning, or from where it was ended."""
        if (self.path / "run.json").exists():
            return command(*go_on_words(self.path))
        return command("train", *TRAIN, "--steps", STEPS, "--out", self.path)

    def finished(self) -> tuple[str, str]:
        """Let it end undisturbed: whether it comes to the same bits, and leaves nothing behind."""
        ended = in_child(self.work(), limit=60 + 10 * self.seconds)
        if ended.status != 0:
            return LOST, f"it does not go on: {ended.status} {ended.out} {ended.err}"
        if digest(self.path) != self.wanted:
            return LOST, "it went on to other weights"
        if left_over([self.path.parent]):
            return UNCLEAR, f"left over: {left_over([self.path.parent])}"
        return PROMISED, ""

    def clear(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _struck(
    work: Callable[[], object], number: signal.Signals, longest: float, draw: random.Random
) -> Ended:
    """What becomes of a child that gets a signal at some moment of so many seconds."""
    child = Child(work, room_mb=None)
    time.sleep(draw.uniform(0, longest))
    child.send(number)
    return child.wait()


def _exports(folder: Path) -> Iterator[tuple[Path, Callable[[], object], float, bytes]]:
    """A file of each kind: what writes it, in how many seconds, and what is in it then."""
    folder.mkdir()
    for suffix in KILLED_EXPORTS:
        path = folder / f"a{suffix}"
        work = command(*export_words(suffix), "--out", path, "--force")
        started = time.monotonic()
        in_child(work)
        yield path, work, time.monotonic() - started, content(path)


def kills(root: Path, seed: int, share: float, tally: Tally) -> None:
    """SIGKILL while it trains, and while it exports."""
    draw = random.Random(f"{seed} kills")
    run, done = Run(root), 0
    while done < round(share * KILLS):
        before = done
        for _ in range(IN_A_ROW):
            ended = _struck(run.work(), signal.SIGKILL, run.seconds, draw)
            if ended.status is not None:  # it was faster
                break
            done += 1
        verdict, said = run.finished()
        for _ in range(done - before):
            tally.add("killed: training", verdict, said)
        run.clear()
    _killed_exports(root / "exports", draw, share, tally)


def _killed_exports(folder: Path, draw: random.Random, share: float, tally: Tally) -> None:
    for path, work, seconds, wanted in _exports(folder):
        for _ in range(max(1, round(share * 4))):
            _struck(work, signal.SIGKILL, seconds, draw)
            kept = not path.exists() or content(path) == wanted
            in_child(work)
            verdict, said = PROMISED, ""
            if not kept or content(path) != wanted:
                verdict, said = LOST, "the file is not what it was"
            elif left_over([folder]):
                verdict, said = UNCLEAR, f"left over: {left_over([folder])}"
            tally.add("killed: exports", verdict, said)


def signals(root: Path, seed: int, share: float, tally: Tally) -> None:
    """Ctrl+C, SIGTERM and, where they are obeyed, hang-ups; while it trains, samples, exports."""
    draw = random.Random(f"{seed} signals")
    obeyed = [signal.SIGINT, signal.SIGTERM]
    if importlib.util.find_spec("diffvis.stopping") is not None:
        obeyed.append(signal.SIGHUP)
    run = Run(root)
    for number in [obeyed[i % len(obeyed)] for i in range(round(share * SIGNALS))]:
        ended = _struck(run.work(), number, run.seconds, draw)
        verdict, said = _stopped(run, ended, number)
        if verdict == PROMISED:
            verdict, said = run.finished()
        tally.add(f"{number.name}: training", verdict, said)
        run.clear()
    _interrupted_exports(root / "exports", draw, share, tally)


def _stopped(run: Run, ended: Ended, number: signal.Signals) -> tuple[str, str]:
    """Whether a run that was told to stop has saved its last step, and said so."""
    said = f"{ended.status} {ended.out} {ended.err}"
    if (
        ended.status is None
    ):  # before it could listen, or when it had said its last: nothing is lost
        begun = digest(run.path) if run.path.is_dir() else None
        step = 0 if begun is None else begun["step"]
        unheard = ended.number == number and (step == 0 or "is trained for" in ended.out)
        return (PROMISED, "") if unheard else (LOST, f"signal {ended.number}: {said}")
    if ended.status not in (0, 128 + number) or ended.verdict()[0] != PROMISED:
        return UNCLEAR, said
    false = false_sentence(run.path, ended)
    return (PROMISED, "") if false is None else (LOST, false)


def _interrupted_exports(folder: Path, draw: random.Random, share: float, tally: Tally) -> None:
    for path, work, seconds, wanted in _exports(folder):
        for _ in range(max(1, round(share * 3))):
            ended = _struck(work, signal.SIGINT, seconds, draw)
            verdict, said = PROMISED, f"{ended.status} {ended.err}"
            early = ended.status in (None, BROKEN) and ended.seconds < 0.2  # before it could listen
            if ended.status not in (0, 130) and not early:
                verdict = UNCLEAR
            if content(path) != wanted:
                verdict, said = LOST, "what was there is gone"
            elif left_over([folder]):
                verdict, said = UNCLEAR, f"left over: {left_over([folder])}"
            tally.add("SIGINT: exports", verdict, said)


def closes(root: Path, seed: int, share: float, tally: Tally) -> None:
    """The cross of a window that trains, and samples beside that."""
    draw = random.Random(f"{seed} closes")
    for _ in range(max(1, round(share * CLOSES))):
        seconds, samples = draw.uniform(0, 2), draw.random() < 0.5
        home = root / "home-of-a-window"
        ended = in_child(_window_that_closes(home, seconds, samples), room_mb=None)
        verdict, said = ended.verdict()
        if verdict == PROMISED:
            verdict, said = _saved(ended)
        tally.add("closed: window that trains", verdict, said)
        shutil.rmtree(home, ignore_errors=True)


def _window_that_closes(home: Path, seconds: float, samples: bool) -> Callable[[], object]:
    def work() -> int:
        os.environ["DIFFVIS_HOME"] = str(home)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from benchmarks._window import control, open_window, wait, wait_until

        with open_window("swiss-roll", "training") as window:
            training = window.workspaces["training"]
            control(window, "training.steps").setValue(100_000)
            control(window, "training.start").click()
            wait_until(lambda: training.record is not None and training.record.step > 0)
            if samples:
                window.show_workspace("reverse")
                control(window, "reverse.run").click()
            wait(seconds)
        record = training.record
        tell(step=record.step, run=str(record.path))
        return 0

    return work


def _saved(ended: Ended) -> tuple[str, str]:
    """Whether the last step that the window took is in the newest checkpoint, and goes on."""
    run, step = Path(ended.told["run"]), ended.told["step"]
    found = digest(run)
    if found is None or found["step"] != step:
        return LOST, f"step {step:,} was taken, {found and found['step']} is saved"
    words = ("train", "swiss-roll", "--out", run, "--resume", "--steps", step + 2)
    resumed = in_child(command(*words))
    if resumed.status != 0 or digest(run)["step"] != step + 2:
        return LOST, f"it does not go on: {resumed.err}"
    return PROMISED, ""
