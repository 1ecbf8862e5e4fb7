"""Factors that were found, beside those of the papers and of each bug."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.bugs.catalogue import BUGS
from diffvis.grading.expected import At, Bugs, Factors, Formula
from diffvis.grading.verdict import Verdict

SAME = 4e-3  # relatively; float32 and betas that were rounded
LEAST = 2e-3  # absolutely, of factors of data of size 1


@dataclass(frozen=True)
class Found:
    """The factors of a function at one t (1..T)."""

    at: At
    factors: Factors


def alike(found: Factors, expected: Factors) -> bool:
    return all(_same(found[name], value) for name, value in expected.items())


def _same(found: float, expected: float) -> bool:
    return abs(found - expected) <= max(SAME * abs(expected), LEAST * min(1.0, abs(expected) + 0.1))


def all_alike(found: Sequence[Found], formula: Formula) -> bool:
    return all(alike(each.factors, formula(each.at)) for each in found)


def which_bug(found: Sequence[Found], bugs: Bugs) -> str:
    """The first whose factors these are at every t; "" where it is none."""
    return next((name for name, formula in bugs if all_alike(found, formula)), "")


def difference(
    paper: str,
    called: str,
    found: Sequence[Found],
    formula: Formula,
    bugs: Bugs,
    first: int = 1,
) -> Verdict:
    """What to say of factors that are not those of the papers; t counts from ``first``."""
    bug = which_bug(found, bugs)
    wrong = [
        (abs(value - each.factors[name]), each, name, value)
        for each in found
        for name, value in formula(each.at).items()
        if not _same(each.factors[name], value)
    ]
    _, worst, name, value = max(wrong, key=lambda row: row[0])
    actual, t = worst.factors[name], worst.at.t - 1 + first
    ratio = actual / value if value else float("inf")
    sentence = (
        f"the factor of {name} is {actual:.4g} where {value:.4g} is expected: "
        f"ratio {ratio:.3g} at t = {t}"
    )
    if bug:
        sentence = f"{in_sentence(BUGS[bug].title)}; {sentence}"
    numbers = {"t": float(t), "found": actual, "expected": value, "ratio": ratio}
    return Verdict(paper, called, "differs", sentence, bug, numbers)


def in_sentence(title: str) -> str:
    """A title that begins a sentence, or a name, within one."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def of_bug(paper: str, called: str, bug: str, sentence: str, **numbers: float) -> Verdict:
    return Verdict(paper, called, "differs", sentence, bug, numbers)
