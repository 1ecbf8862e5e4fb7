"""Small chains, on one thread."""

from short_runs import one_thread

__all__ = ["one_thread"]  # a fixture
