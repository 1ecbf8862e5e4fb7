"""The command line. Nothing here imports torch or Qt before a command needs it."""

from diffvis.cli.main import main

__all__ = ["main"]
