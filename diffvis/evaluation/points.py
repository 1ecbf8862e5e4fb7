"""The figures of samples of points."""

from torch import Tensor

from diffvis.evaluation.distances import energy_distance, sliced_wasserstein, wasserstein
from diffvis.evaluation.figures import Figures
from diffvis.evaluation.neighbours import coverage, precision_and_recall

EXACT = 1_000
"""Points of the exact distance: its cost grows with the third power."""
NEIGHBOURS = 3_000
"""Points of what looks at neighbours and at all pairs."""


def measure_points(figures: Figures, compared: dict[str, Tensor], reference: Tensor) -> None:
    """Add the figures of one seed.

    Args:
        compared: points (N, 2) in data units by column: ``samples``, ``data`` and ``noise``.
        reference: other points of the data (M, 2), which nothing was trained on.
    """

    def add(key: str, title: str, of, **about) -> None:
        measured = {name: of(x) for name, x in compared.items()}
        figures.add(key, title, measured=measured, **about)

    add(
        "sliced_wasserstein",
        "sliced Wasserstein distance (order 1)",
        lambda x: sliced_wasserstein(x, reference, p=1),
    )
    some = min(EXACT, len(reference), *map(len, compared.values()))
    add(
        "wasserstein",
        f"exact Wasserstein distance (order 1, {some:,} points)",
        lambda x: wasserstein(x[:some], reference[:some], p=1),
    )
    few = reference[:NEIGHBOURS]
    add("energy", "energy distance", lambda x: energy_distance(x[:NEIGHBOURS], few))
    shares = {"unit": "%", "digits": 1, "better": "equal"}
    add("coverage", "coverage (k = 5)", lambda x: coverage(x[:NEIGHBOURS], few), **shares)
    found = {name: precision_and_recall(x[:NEIGHBOURS], few) for name, x in compared.items()}
    for place, name in enumerate(("precision", "recall")):
        measured = {column: pair[place] for column, pair in found.items()}
        figures.add(name, f"{name} (k = 3)", measured=measured, **shares)
