"""Short runs, on one thread."""

from short_runs import config, one_thread, roll, start

__all__ = ["config", "one_thread", "roll", "start"]  # fixtures
