"""Distances between samples and data, and how good a model is."""

from diffvis.evaluation.distances import energy_distance, sliced_wasserstein, wasserstein
from diffvis.evaluation.evaluate import Plan, Working, evaluate
from diffvis.evaluation.figures import Evaluation, Figure
from diffvis.evaluation.frechet import frechet_distance
from diffvis.evaluation.neighbours import coverage, nearest_distances, precision_and_recall

__all__ = [
    "Evaluation",
    "Figure",
    "Plan",
    "Working",
    "coverage",
    "energy_distance",
    "evaluate",
    "frechet_distance",
    "nearest_distances",
    "precision_and_recall",
    "sliced_wasserstein",
    "wasserstein",
]
