"""Fetching a public data set once, from the first of its homes that has it."""

from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import BinaryIO

from diffvis.data.archive import unpack
from diffvis.data.homes import PublicSet, RemoteFile
from diffvis.errors import UserError
from diffvis.files import atomic_write

Progress = Callable[[int, int], None]
_CHUNK = 1 << 16
_TIMEOUT = (6, 30)  # seconds to connect, and between two pieces


class _WrongChecksumError(Exception):
    pass


def fetch(public: PublicSet, folder: Path, progress: Progress | None = None) -> Path:
    """See to it that a folder holds a public set; what is there already is not fetched.

    Args:
        folder: is made if it is not there.
        progress: called as progress(done, total) in bytes; what it raises stops the work, and is
            raised here. Whole files that are there by then stay; parts of files do not.

    Returns:
        The folder.

    Raises:
        UserError: no home could be reached, none has what it should, or nothing can be written.
    """
    missing = public.missing(folder)
    packed = public.unpacked and not all((folder / path).is_file() for path in public.unpacked)
    if not missing and not packed:
        return folder
    meter = _Meter(sum(file.size for file in missing), progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mirrors = list(public.mirrors)
        for file in missing:
            _fetch_file(public, file, folder, mirrors, meter)
        if packed:
            _unpack(public, folder, meter, keep=not missing)
    except OSError as error:
        raise UserError(
            f"{public.title} cannot be written to {folder} ({error.strerror or error})",
            "free space or change permissions there, or set DIFFVIS_HOME to another folder",
        ) from error
    return folder


def _fetch_file(
    public: PublicSet, file: RemoteFile, folder: Path, mirrors: list[str], meter: "_Meter"
) -> None:
    """Try one mirror after the other; the one that worked comes first from then on."""
    from requests import RequestException  # slow to import, and only needed here

    meter.begin(file.size)
    failures = []
    for mirror in mirrors:
        url = mirror + file.name
        try:
            with atomic_write(folder / file.name) as part:
                _download(url, file, part, meter)
        except _WrongChecksumError as error:
            failures.append(f"{url} has the wrong checksum, {error}")
        except RequestException as error:
            failures.append(f"{url} {_reason(error)}")
        else:
            mirrors.remove(mirror)
            mirrors.insert(0, mirror)
            meter.end()
            return
    raise UserError(
        f"{public.title} could not be downloaded ({'; '.join(failures)})",
        f"try again later, download {_listed(public)} by hand to {folder}, "
        "or give the path of a folder that holds the set",
    )


def _download(url: str, file: RemoteFile, part: BinaryIO, meter: "_Meter") -> None:
    """Raises RequestException, or _WrongChecksumError where all has come and is not the file."""
    import requests

    headers = {"Accept-Encoding": "identity", "User-Agent": "diffvis"}  # the bytes as they are kept
    digest = md5(usedforsecurity=False)
    with requests.get(url, stream=True, timeout=_TIMEOUT, headers=headers) as response:
        response.raise_for_status()
        for piece in response.iter_content(_CHUNK):
            part.write(piece)
            digest.update(piece)
            meter.update(len(piece))
    if digest.hexdigest() != file.md5:
        raise _WrongChecksumError(f"{digest.hexdigest()} instead of {file.md5}")


def _unpack(public: PublicSet, folder: Path, meter: "_Meter", *, keep: bool) -> None:
    (file,) = public.files
    archive = folder / file.name
    unpack(archive, public.unpacked, folder, lambda: meter.update(0))
    if not keep:
        archive.unlink()


def _reason(error: Exception) -> str:
    from requests import exceptions

    if isinstance(error, exceptions.HTTPError):
        return f"answers {error.response.status_code}"
    if isinstance(error, exceptions.Timeout):
        return "does not answer"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "breaks off"
    return "cannot be reached"


def _listed(public: PublicSet) -> str:
    names = [file.name for file in public.files]
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


class _Meter:
    """Counts the bytes of several files as one."""

    def __init__(self, whole: int, progress: Progress | None) -> None:
        self._whole = whole
        self._progress = progress
        self._before = 0
        self._done = 0
        self._size = 0

    def begin(self, size: int) -> None:
        self._done, self._size = 0, size
        self._report()

    def end(self) -> None:
        self._before += self._size
        self._done = self._size = 0
        self._report()

    def update(self, count: int) -> None:
        self._done = min(self._done + count, self._size)  # the last piece counts as a whole one
        self._report()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(self._before + self._done, self._whole)
