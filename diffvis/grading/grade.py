"""All functions of a file, one after the other."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from diffvis.grading.calling import CallError
from diffvis.grading.names import function_of
from diffvis.grading.of_ddim import check_ddim_step
from diffvis.grading.of_loops import check_loop
from diffvis.grading.of_losses import check_p_losses
from diffvis.grading.of_noising import check_posterior, check_predict_x0, check_q_sample
from diffvis.grading.of_schedules import check_cosine, check_linear, check_tables
from diffvis.grading.of_steps import check_p_sample
from diffvis.grading.source import Source, read_source
from diffvis.grading.student import FORWARD, Function, Student, open_student
from diffvis.grading.verdict import Verdict

CHECKS: Mapping[str, Callable[[Student, Function, int | None], Verdict]] = {
    "linear_beta_schedule": check_linear,
    "cosine_beta_schedule": check_cosine,
    "q_sample": check_q_sample,
    "p_sample": check_p_sample,
    "ddim_step": check_ddim_step,
    "p_losses": check_p_losses,
    "predict_x0": check_predict_x0,
    "posterior": check_posterior,
    "sample": check_loop,
}


def grade(
    path: Path,
    names: Mapping[str, str] | None = None,
    arguments: Mapping[str, Sequence[str]] | None = None,
) -> list[Verdict]:
    """Run a student's file and judge what is found in it. Runs the file in this very process.

    Raises:
        UserError: it cannot be read.
    """
    source = read_source(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the student's
        student = open_student(source, names, arguments)
        found = [
            verdict
            for function in _in_order(student.functions)
            if not _is_guess(verdict := _judged(student, function))
        ]
        found.sort(key=lambda each: [*CHECKS].index(each.function))
        judged = [each.function for each in found if each.status != "unjudged"]
        found += check_tables(student, judged)
    return found + _left(source, student, found)


def _in_order(functions: Sequence[Function]) -> list[Function]:
    """The loss first: it tells what the network predicts that the steps read."""
    return sorted(functions, key=lambda each: each.paper != "p_losses")


def _is_guess(verdict: Verdict) -> bool:
    """Whether a ``forward`` was taken for a loss, and is none."""
    sure = verdict.status == "right" or verdict.bug
    return verdict.called == FORWARD and not sure


def _left(source: Source, student: Student, found: Sequence[Verdict]) -> list[Verdict]:
    """The functions that stand in the file and could not be had, with what failed."""
    papers = {each.function for each in found}
    why = "; ".join(student.failed[-2:]) or "its class or module could not be made"
    missing = {paper: name for name in source.functions if (paper := function_of(name))}
    return [
        Verdict(paper, name, "unjudged", why)
        for paper, name in missing.items()
        if paper not in papers
    ]


def _judged(student: Student, function: Function) -> Verdict:
    try:
        return CHECKS[function.paper](student, function, student.source.first_t)
    except CallError as error:
        return Verdict(function.paper, function.called, "unjudged", str(error))
