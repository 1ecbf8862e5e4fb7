"""Whole sampling loops: which times they visit, and in which mode the network is."""

from diffvis.grading.calling import Caller, CallError, Style
from diffvis.grading.judging import of_bug
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict

SHAPE = (4, 1, 8, 8)


def check_loop(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    known = {
        "shape": SHAPE, "count": SHAPE[0], "image_size": SHAPE[2], "channels": SHAPE[1], "eta": 0.0
    }  # fmt: skip
    student.stub.train()
    try:
        answer = caller.call(known, Style(SHAPE, "batch", numpy=False))
    except CallError:
        raise
    except Exception as error:
        raise CallError(f"{type(error).__name__}: {error}") from error
    told = [t for t in answer.told if t is not None]
    if len(told) < 2:
        raise CallError("it asks no network at falling times")
    unit = max(told) <= 1
    last, falls = told[-1] * (student.T if unit else 1), told[0] > told[-1]
    lowest = 0 if hint is None else hint
    if not falls:
        sentence = f"its times rise from {told[0]:g} to {told[-1]:g}, and should fall"
        return of_bug("sample", function.called, "", sentence)
    if round(last) > max(lowest, 0) and hint is not None and round(last) - lowest == 1:
        return of_bug(
            "sample", function.called, "last-step-missing",
            f"the chain ends at t = {last:g} where {lowest} is the last",
            t=last, found=last, expected=float(lowest),
        )  # fmt: skip
    trains = student.source.mentions("backward") or student.source.mentions("train")
    if all(answer.modes) and trains and not student.source.mentions("eval"):
        return of_bug(
            "sample", function.called, "train-mode",
            "the network is in train mode: there is no .eval() before the samples are drawn",
        )  # fmt: skip
    return Verdict("sample", function.called, "right", f"t = {told[0]:g}, ..., {told[-1]:g}")
