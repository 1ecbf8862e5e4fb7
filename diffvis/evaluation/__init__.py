"""Distances between samples and data."""
