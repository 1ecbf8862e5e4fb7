"""Names and paths to data sets: the one place that knows what there is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import Generator, Tensor

from diffvis.data import arrays, tabular
from diffvis.data.cifar import holds_cifar, open_cifar
from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.decoding import Progress
from diffvis.data.digits import DIGITS, open_digits
from diffvis.data.download import fetch
from diffvis.data.folder import OPTIONS as FOLDER
from diffvis.data.folder import PACKED, PAGES, open_folder, open_pages
from diffvis.data.frames import holds_several, is_film
from diffvis.data.homes import PUBLIC, PublicSet
from diffvis.data.idx import OPTIONS as IDX
from diffvis.data.idx import open_idx
from diffvis.data.idx_sets import holds_idx, is_idx
from diffvis.data.ink import open_ink
from diffvis.data.kinds import is_model
from diffvis.data.one_picture import open_picture
from diffvis.data.options import join_source, parse_options, split_source
from diffvis.data.packed import is_archive
from diffvis.data.parquet import OPTIONS as PARQUET
from diffvis.data.parquet import open_parquet
from diffvis.data.parquet_file import is_parquet, parquet_files
from diffvis.data.picture_list import SUFFIX as LIST
from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES, foreign
from diffvis.data.points import TOY_OPTIONS, TOYS, open_toy
from diffvis.data.refusals import refusal
from diffvis.data.registry import OWN_SETS, DatasetEntry
from diffvis.errors import UserError
from diffvis.files import regular

DEFAULT = "swiss-roll"
NAMED_BY_A_FILE = {"download": False, "crawl": False}
"""For ``open_dataset``: nothing is fetched, and no disk is searched, that nobody asked for."""
_ONE_PAGE = ("n", "seed", "ink")  # options of what is made of one page alone


def entries() -> tuple[DatasetEntry, ...]:
    """What can be opened by name, in the order to show it.

    Title and description say so where a set must be downloaded first.
    """
    toys = [
        DatasetEntry(t.name, t.title, t.description, "points", TOY_OPTIONS) for t in TOYS.values()
    ]
    about = "1,797 handwritten digits of 8 × 8 from scikit-learn"
    digits = DatasetEntry(DIGITS, "Digits", about, "images", ("size",))
    own = [each.entry for each in OWN_SETS.values()]
    return (*toys, digits, *map(_public_entry, PUBLIC.values()), *own)


def title_of(source: str) -> str:
    """How people write the name of a data set, which need not be there: ``Swiss roll``."""
    name = split_source(source)[0]
    titles = {DIGITS: "Digits"}
    titles |= {toy.name: toy.title for toy in TOYS.values()}
    titles |= {public.name: public.title for public in PUBLIC.values()}
    titles |= {own: known.entry.title for own, known in OWN_SETS.items()}
    return titles.get(name, Path(name).name)


def _public_entry(public: PublicSet) -> DatasetEntry:
    title, about = public.title, public.description
    download = sum(file.size for file in public.missing(public.folder))
    if download:
        title += " (download)"
        about += f" (a download of {max(1, round(download / 1e6))} MB)"
    return DatasetEntry(public.name, title, about, "images", ("size",), download)


def open_dataset(
    source: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    download: bool = True,
    crawl: bool = True,
    **options: object,
) -> Dataset:
    """Open a data set by its name in the catalogue, or by the path of a folder or file.

    Options can stand in the source as well: ``open_dataset("digits?size=16")`` and
    ``open_dataset("digits", size=16)`` are the same. The source of the result has them all.

    A set that is downloaded is fetched once and kept. Where the program runs in a folder that has
    one of the same name with IDX files or batches in it, that is opened and nothing is fetched.

    Args:
        source: a name, a folder of IDX files, of CIFAR-10's batches or of pictures, an IDX file,
            a ``.zip`` or ``.tar`` of pictures, ``.npy``, ``.npz``, ``.mat``, ``.csv``,
            ``.parquet``, or a picture: its dark pixels become points, or with ``size`` or
            ``colour`` it is a data set of one image.
        progress: called as progress(done, total) while files are downloaded (in bytes) or pictures
            decoded; what it raises stops the work and is raised here.
        download: whether a set that is not on this machine may be fetched.
        crawl: whether a large folder that holds hardly any pictures may be searched for them. Where
            not a person but a file names the data, both are false: see ``NAMED_BY_A_FILE``.
        options: those of the entry, or those of ``diffvis.data.options`` that make sense for the
            path.

    Raises:
        UserError: there is no such set, an option is wrong, a file cannot be used, or a download
            failed.
    """
    text, in_source = _split(source)
    options = {**in_source, **options}
    names = {entry.name: entry for entry in entries()}
    if text in names and not (text in PUBLIC and _holds_public(Path(text))):
        parsed = parse_options(text, options, names[text].options)
        full = join_source(text, parsed)
        if text in OWN_SETS:
            return OWN_SETS[text].open(full, **parsed)
        if text in TOYS:
            return open_toy(TOYS[text], full, **parsed)
        if text in PUBLIC:
            return _open_public(PUBLIC[text], full, progress, download, **parsed)
        return open_digits(full, **parsed)
    if not _exists(text):
        raise UserError(
            f"there is no data set {text}",
            f"give the path of a folder or file that exists, or one of {', '.join(names)}",
        )
    return _open_path(Path(text).expanduser().absolute(), options, progress, crawl)


def must_be_fetched(source: str | os.PathLike[str]) -> bool:
    """Whether ``open_dataset`` would have to download something first.

    Raises:
        UserError: it would not, for an option is wrong.
    """
    name, options = _split(source)
    if name not in PUBLIC or _holds_public(Path(name)):
        return False
    entry = _public_entry(PUBLIC[name])
    parse_options(name, options, entry.options)
    return entry.download > 0


def fresh_points(name: str, n: int, generator: Generator) -> Tensor:
    """``n`` new points (n, 2) of a toy in data units, as ``fresh_cloud`` draws them."""
    return fresh_cloud(name, n, generator).x


def fresh_cloud(name: str, n: int, generator: Generator) -> Cloud:
    """``n`` new points of a toy, with their labels if it has any, for comparison with samples.

    Args:
        name: a toy's name, or the source of a data set made from one.

    Raises:
        UserError: the name is of no toy.
    """
    name, options = split_source(name)
    if name not in TOYS:
        raise UserError(
            f"no fresh points can be drawn from {name}", f"choose one of {', '.join(TOYS)}"
        )
    return TOYS[name].draw(n, generator, parse_options(name, options, TOY_OPTIONS).get("noise"))


def _split(source: str | os.PathLike[str]) -> tuple[str, dict[str, str]]:
    """The name or path, and the options that stand in the source."""
    text = os.fspath(source)
    return (text, {}) if _exists(text) else split_source(text)


def _exists(text: str) -> bool:
    try:
        return text != "" and Path(text).expanduser().exists()
    except (OSError, RuntimeError):  # not a name that a file can have, or no home folder
        return False


def _holds_public(folder: Path) -> bool:
    try:
        return folder.is_dir() and (holds_cifar(folder) or holds_idx(folder))
    except OSError:  # it may not be listed
        return False


def _open_public(
    public: PublicSet, source: str, progress: Progress | None, download: bool, **options: object
) -> Dataset:
    folder = public.folder
    if not download and public.missing(folder):
        raise UserError(
            f"{public.title} is not on this machine",
            f"choose {public.name} to download it, or give the path of a folder that holds it",
        )
    fetch(public, folder, progress)
    with _usable(folder):
        opener = open_cifar if public.unpacked else open_idx
        return opener(folder, source, **options)


def _open_path(
    path: Path, options: dict[str, object], progress: Progress | None, crawl: bool
) -> Dataset:
    if not path.is_dir():
        _require_regular(path)
    if is_model(path):
        raise UserError(f"{path} is a model, not data", "open it as a model, or give data")
    with _usable(path):
        opener, known = _opener(path, options)
        parsed = parse_options(str(path), options, known)
        full = join_source(str(path), parsed)
        if opener is open_folder and path.is_dir():
            return open_folder(path, full, **parsed, progress=progress, crawl=crawl)
        if opener in (open_folder, open_pages, open_parquet):
            return opener(path, full, **parsed, progress=progress)
        return opener(path, full, **parsed)


def _is_set(picture: Path, options: dict[str, object]) -> bool:
    """Whether all pages of a file are wanted, and it has several."""
    one = options.get("pages") == "first" or any(name in options for name in _ONE_PAGE)
    return not one and holds_several(picture)


def _first_page(opener: Callable[..., Dataset]) -> Callable[..., Dataset]:
    """The same, and ``pages`` has been obeyed."""

    def opened(path: Path, source: str, *, pages: str | None = None, **options: object) -> Dataset:
        return opener(path, source, **options)

    return opened


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Says what the machine has against opening a path."""
    try:
        yield
    except PermissionError as error:
        raise UserError(
            f"{error.filename or path} may not be read", "change its permissions"
        ) from error
    except MemoryError as error:
        raise UserError(f"{path} does not fit into memory", "choose a smaller size") from error


def _require_regular(path: Path) -> None:
    try:
        regular(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror})", "give a folder, or a file"
        ) from error


def _opener(
    path: Path, options: dict[str, object]
) -> tuple[Callable[..., Dataset], tuple[str, ...]]:
    """What opens a path, and the options it takes."""
    suffix = path.suffix.lower()
    if path.is_dir():
        if holds_cifar(path):
            return open_cifar, ("size",)
        if holds_idx(path):
            return open_idx, IDX
        return (open_parquet, PARQUET) if parquet_files(path) else (open_folder, FOLDER)
    if is_parquet(path):
        return open_parquet, PARQUET
    if is_archive(path):
        return open_folder, PACKED
    if suffix in arrays.SUFFIXES:
        return arrays.open_arrays, arrays.OPTIONS
    if tabular.is_table(path):
        return tabular.open_table, tabular.OPTIONS
    if suffix == LIST:
        return open_folder, PAGES
    if is_film(path) or (suffix in SUFFIXES and _is_set(path, options)):
        return open_pages, PAGES
    if suffix in SUFFIXES and (options.get("size") or options.get("colour")):
        return _first_page(open_picture), ("size", "colour", "background", "range", "pages")
    if suffix in SUFFIXES:
        return _first_page(open_ink), ("n", "seed", "ink", "pages")
    if is_idx(path) or suffix in (".gz", ".idx") or path.name.endswith("ubyte"):
        return open_idx, IDX
    if suffix in FOREIGN_SUFFIXES:
        raise foreign(path)
    raise refusal(path)
