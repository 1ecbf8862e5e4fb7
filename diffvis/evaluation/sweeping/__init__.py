"""Samples of one model under lists of settings, each measured: a grid, and the folder it is in."""
