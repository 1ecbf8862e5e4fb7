"""Where lectures are, and how their files are called; none is read here."""

from pathlib import Path

from diffvis.files import resource

SUFFIX = ".diffvis"


def shipped_lectures() -> dict[str, Path]:
    """Those that come with diffvis, by name."""
    return {path.stem: path for path in sorted(resource("lectures").glob(f"*{SUFFIX}"))}


def is_lecture(path: Path) -> bool:
    """Whether a file is called as one."""
    return path.suffix.lower() == SUFFIX


def find_lecture(source: str) -> Path:
    """The file of a path, or of the name of a lecture that comes with diffvis."""
    return shipped_lectures().get(source, Path(source).expanduser())
