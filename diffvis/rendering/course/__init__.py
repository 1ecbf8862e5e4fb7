"""Figures of papers and courses; those that are drawn of the same numbers share a file."""
