"""All functions of a file, one after the other."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from diffvis.grading.calling import CallError
from diffvis.grading.of_loops import check_loop
from diffvis.grading.of_losses import check_p_losses
from diffvis.grading.of_noising import check_posterior, check_predict_x0, check_q_sample
from diffvis.grading.of_schedules import check_cosine, check_linear, check_tables
from diffvis.grading.of_steps import check_ddim_step, check_p_sample
from diffvis.grading.source import read_source
from diffvis.grading.student import Function, Student, open_student
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
        found = [_judged(student, function) for function in student.functions]
        judged = [each.function for each in found if each.status != "unjudged"]
        found += check_tables(student, judged)
    if not found and student.failed:
        found = [Verdict("", path.name, "unjudged", words) for words in student.failed[:5]]
    return found


def _judged(student: Student, function: Function) -> Verdict:
    try:
        return CHECKS[function.paper](student, function, student.source.first_t)
    except CallError as error:
        return Verdict(function.paper, function.called, "unjudged", str(error))
