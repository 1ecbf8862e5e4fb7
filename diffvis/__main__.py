"""``python -m diffvis`` is the same as ``diffvis``."""

from diffvis.cli import program

program()
