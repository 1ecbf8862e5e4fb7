"""Distances between samples and data."""

from diffvis.evaluation.distances import energy_distance, sliced_wasserstein, wasserstein

__all__ = ["energy_distance", "sliced_wasserstein", "wasserstein"]
