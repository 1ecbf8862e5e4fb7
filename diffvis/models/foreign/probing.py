"""One look at a network before anything else: whether it can be called, and what it answers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError, is_out_of_memory
from diffvis.models.foreign.calling import ForeignNetwork
from diffvis.models.read_network import ReadNetwork
from diffvis.models.reading import TIMES, Reading, Time

IMAGES, POINTS = 2, 5  # asked of at once: one alone, or as many as numbers, hide a shape of t
MULTIPLES = 4, 8, 16, 32  # of the sides of images that U-Nets take
_ROWS = re.compile(r"dimension 0 with size (\d+)")


@dataclass(frozen=True)
class _Asked:
    """What is tried: a way to tell the time, a shape, a label."""

    reading: Reading
    shape: tuple[int, ...]
    label: int | None

    @property
    def count(self) -> int:
        return POINTS if len(self.shape) == 1 else IMAGES


_FURTHER: tuple[tuple[str, Callable[[Tensor, NoiseSchedule], Tensor]], ...] = (
    ("lambda t, schedule: (t - 1).float()", lambda t, schedule: (t - 1).float()),
    ("lambda t, schedule: (t / schedule.T)[:, None]", lambda t, s: (t / s.T)[:, None]),
    ("lambda t, schedule: (t - 1)[:, None]", lambda t, s: (t - 1)[:, None]),
    (
        "lambda t, schedule: (t / schedule.T)[:, None, None, None]",
        lambda t, s: (t / s.T)[:, None, None, None],
    ),
)
"""What networks are told of the time besides ``TIMES``, as people write it."""


def probe(network: ForeignNetwork, reading: Reading, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Call ``network`` at t = 1 and t = T with noise of ``shape``.

    Returns:
        What a person should know besides, such as that its answer does not depend on t.

    Raises:
        UserError: it fails, or its answer is none of a denoiser; with the line to write.
    """
    label = 0 if reading.classes else None
    asked = _Asked(reading, shape, label)
    answers = [_answer(network, asked, t) for t in (1, reading.T)]
    for t, answer in zip((1, reading.T), answers, strict=True):
        _check(answer, asked, t)
    notes = []
    if not torch.equal(answers[0], _answer(network, asked, 1)):
        notes.append("its answers differ from call to call: is it in train mode?")
    elif reading.T > 1 and torch.equal(*answers) and reading.time != "sigma":
        notes.append("its answer does not depend on t")
    notes += _with_labels(network, asked, answers[0])
    if network.is_shared:
        notes.append("it cannot be copied, so the one that you gave is asked")
    return tuple(notes)


def answers_without_class(
    network: ForeignNetwork, reading: Reading, shape: tuple[int, ...]
) -> bool:
    """Whether labels of None are no error to a network whose ``forward`` has that default: some
    check that they have been given.
    """
    try:
        _call(network, _Asked(reading.with_(classes=(), null=None), shape, None), 1)
    except Exception as error:  # whatever it says to that
        if is_out_of_memory(error):
            raise
        return False
    return True


def _with_labels(network: ForeignNetwork, asked: _Asked, first: Tensor) -> Iterator[str]:
    """Ask for the other classes as well: an embedding may have too few rows."""
    reading = asked.reading
    others = [label for label in (len(reading.classes) - 1, reading.null) if label is not None]
    same = True
    for label in others if reading.classes else ():
        answer = _answer(network, _Asked(reading, asked.shape, label), 1)
        same &= torch.equal(answer, first)
    if reading.classes and others != [0] and same:
        yield "its answer does not depend on the class"


def _answer(network: ForeignNetwork, asked: _Asked, t: int) -> Tensor:
    """What it says of noise at t (asked.count, ...).

    Raises:
        UserError: it fails.
    """
    try:
        return _call(network, asked, t)
    except UserError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise _in_words(network, asked, t, error) from error


def _call(network: ForeignNetwork, asked: _Asked, t: int) -> Tensor:
    weights = next(chain(network.parameters(), network.buffers()), None)
    device = torch.device("cpu") if weights is None else weights.device
    noise = draw_noise(torch.empty(asked.count, *asked.shape), torch.Generator().manual_seed(0))
    labels = None if asked.label is None else torch.full((asked.count,), asked.label, device=device)
    read = ReadNetwork(network, asked.reading).eval()
    answer: Tensor = read(noise.to(device), torch.full((asked.count,), t, device=device), labels)
    return answer


def _check(answer: Tensor, asked: _Asked, t: int) -> None:
    """Raises UserError unless the answer can be that of a denoiser."""
    shape, reading = asked.shape, asked.reading
    twice = (asked.count, 2 * shape[0], *shape[1:])
    wanted = twice if reading.learns_variance else (asked.count, *shape)
    found = tuple(answer.shape)
    if found != wanted:
        problem = f"your network answers {found} for x {(asked.count, *shape)}"
        if found == twice:
            remedy = (
                "write learns_variance=True if the second half is the variance, or "
                f"output=lambda out: out[:, :{shape[0]}]"
            )
        elif reading.learns_variance and found == (asked.count, *shape):
            remedy = "write learns_variance=False"
        elif answer.numel() == asked.count * torch.Size(shape).numel():
            sizes = ", ".join(map(str, shape))
            remedy = f"write output=lambda out: out.reshape(-1, {sizes})"
        else:
            remedy = f"a prediction has the shape of x: see shape={shape}, or write output=..."
        raise UserError(problem, remedy, field="shape")
    if not answer.is_floating_point():
        raise UserError(
            f"your network answers with {answer.dtype}".replace("torch.", ""),
            "write output=lambda out: out.float()",
            field="output",
        )
    if not answer.isfinite().all():
        raise UserError(
            f"your network answers numbers that are not finite at t = {t}",
            "are its weights sound, and is t told as it was in training? see time=",
            field="time",
        )


def _in_words(network: ForeignNetwork, asked: _Asked, t: int, error: Exception) -> UserError:
    """What to say of a call that failed, with the first line that would make it work."""
    first = (str(error).strip().splitlines() or [""])[0][:200]
    rows = _rows(network, error)
    if rows is not None:
        return _too_few_rows(network, asked, t, rows)
    called = f"x {(asked.count, *asked.shape)} at t = {t}"
    problem = f"your network fails on {called} ({type(error).__name__}: {first})"
    if isinstance(error, TypeError) and "argument" in first:
        return UserError(
            problem, "say how it is called: call=lambda net, x, t, c: ...", field="call"
        )
    if "same device" in first:
        return UserError(
            problem, "give the network itself, or a function that computes where x is", field="net"
        )
    works = _what_works(network, asked)
    if works is None:
        return UserError(
            problem, "say how it is called: call=lambda net, x, t, c: ...", field="call"
        )
    field, line = works
    return UserError(problem, f"with {line} it can be called", field=field)


def _rows(network: ForeignNetwork, error: Exception) -> int | None:
    """The rows of the table that was asked for one too many; None where that is not the fault."""
    text = str(error)
    if not isinstance(error, IndexError) or "out of" not in text:
        return None
    if found := _ROWS.search(text):
        return int(found[1])
    tables = [m.num_embeddings for m in network.modules() if isinstance(m, nn.Embedding)]
    return min(tables, default=0)


def _too_few_rows(network: ForeignNetwork, asked: _Asked, t: int, rows: int) -> UserError:
    reading = asked.reading
    tables = {m.num_embeddings for m in network.modules() if isinstance(m, nn.Embedding)}
    label = asked.label
    if label is not None and _works(network, _Asked(reading, asked.shape, 0), t):
        rows = next((n for n in sorted(tables) if n <= label), rows)
        asked_for, field = f"the label {label}", "null" if label == reading.null else "classes"
        remedy = (
            "leave null= out, or give the label that means no class"
            if field == "null"
            else f"write classes={rows}"
        )
        return UserError(f"embedding has {rows} rows, {asked_for} was asked", remedy, field=field)
    told = t - 1 if reading.time == "index" else t
    rows = next((n for n in sorted(tables) if n <= told), rows)
    problem = f"embedding has {rows:d} rows, t = {told} was asked"
    if rows == told and reading.time == "count":
        return UserError(problem, "time='index'", field="time")
    return UserError(problem, f"T={rows}, or time= as it was told in training", field="T")


def _what_works(network: ForeignNetwork, asked: _Asked) -> tuple[str, str] | None:
    """The first change that lets it be called: (argument, the line to write)."""
    reading = asked.reading
    times: list[tuple[str, Time]] = [(f'time="{time}"', time) for time in TIMES]
    times += [(f"time={line}", time) for line, time in _FURTHER]
    tries: list[tuple[str, str, _Asked]] = [
        ("time", line, _Asked(reading.with_(time=time), asked.shape, asked.label))
        for line, time in times
        if time != reading.time
    ]
    tries += [
        ("shape", f"shape={shape}", _Asked(reading, shape, asked.label))
        for shape in _other_shapes(network, asked.shape)
    ]
    for field, line, other in tries:
        if all(_works(network, other, t) for t in (1, reading.T)):
            return field, line
    return None


def _works(network: ForeignNetwork, asked: _Asked, t: int) -> bool:
    try:
        _check(_call(network, asked, t), asked, t)
    except Exception:  # noqa: BLE001  (a network fails in any way that it likes)
        return False
    return True


def _other_shapes(network: ForeignNetwork, shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Those that its first layer and the halving of a U-Net would like better."""
    if len(shape) == 1:
        linear = next((m for m in network.modules() if isinstance(m, nn.Linear)), None)
        if linear is not None and linear.in_features in (1, 2, 3):
            yield (linear.in_features,)
        return
    first = next((m for m in network.modules() if isinstance(m, nn.Conv2d)), None)
    channels = {shape[0]} | ({first.in_channels} if first is not None else {1, 3})
    sides = [shape[1:], *(tuple(-(-side // n) * n for side in shape[1:]) for n in MULTIPLES)]
    for side in dict.fromkeys(sides):
        for count in sorted(channels):
            if count in (1, 3) and (count, *side) != shape:
                yield (count, *side)
