"""The mutants of ``python -m benchmarks.mutants`` fit the code as it is."""

from benchmarks._mutants import MUTANTS
from benchmarks.mutants import stale


def test_every_mutant_stands_in_its_file_and_names_tests_that_there_are() -> None:
    assert stale(MUTANTS) == []
