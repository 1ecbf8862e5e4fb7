"""Pictures in files as a data set: those of a folder, of a list, or the pages of one file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from diffvis.data.cache import cached
from diffvis.data.dataset import Dataset
from diffvis.data.decoding import Decoding, Pixels, Progress, decode_all
from diffvis.data.folders import TEST, TRAIN, VALIDATION
from diffvis.data.frames import is_film
from diffvis.data.images import image_dataset, in_colour
from diffvis.data.inferred import Inferred
from diffvis.data.listing import Listing, list_pictures
from diffvis.data.members import Picture, opened
from diffvis.data.naming import slug, title
from diffvis.data.packed import is_archive, list_archive, stem_of
from diffvis.data.picture_list import SUFFIX, read_list
from diffvis.data.pictures import background_of, bombs_are_errors
from diffvis.data.ranges import about_range, parse_range
from diffvis.data.splits import Split, given_split
from diffvis.errors import UserError

OPTIONS = (
    "size", "colour", "limit", "label", "splits", "loose", "pages", "stride", "background", "range"
)  # fmt: skip
PAGES = ("size", "colour", "pages", "stride", "background", "range")
"""The options of one file of several pages or frames."""
PACKED = ("size", "colour", "limit", "label", "splits", "loose", "background", "range")
"""The options of an archive of pictures."""
DEFAULT_SIZE = 32
_SAMPLED = 32  # pictures looked at to find out what all have in common


def open_folder(
    folder: Path,
    source: str,
    *,
    size: int | None = None,
    colour: str | None = None,
    limit: int | None = None,
    label: str | None = None,
    splits: str | None = None,
    loose: str | None = None,
    pages: str | None = None,
    stride: int = 1,
    background: str | None = None,
    range: str | None = None,
    progress: Progress | None = None,
    crawl: bool = True,
) -> Dataset:
    """Decode a folder's pictures to squares, or take them from the cache if nothing has changed.

    Args:
        folder: or an archive, or a list of pictures.
        size: side in pixels; by default that of the pictures if they share a small one, else 32.
        colour: "grey" or "colour"; by default colour if any picture has some.
        limit: take at most so many files, evenly spread over the folder.
        label, splits, loose: what sub-folders mean, see ``meaning_of``.
        pages: "all" pages and frames of each file, or the "first", which is the default.
        stride: of all pages, every so many.
        background: of transparent places, "white" or "black"; by default that on which most is
            seen.
        range: the values that are black and white, ``0..16``; by default 0 and 255, or, of pictures
            of more than 8 bits, what all of them together seem to have.
        progress: called as progress(done, total) in this thread; what it raises stops the work.
        crawl: whether a large folder with hardly any pictures, such as a disk, is searched.

    Raises:
        UserError: there is no picture that can be used, or they need too much memory.
    """
    every = pages == "all"
    if label not in (None, "none"):
        raise UserError(
            f"label = {label} is not possible", "label=none makes no classes of folders"
        )
    meant = {"label": label, "splits": splits, "loose": loose}
    if is_archive(folder):
        listing = list_archive(folder, limit, **meant)
    elif folder.is_dir():
        listing = list_pictures(folder, limit, films=every, crawl=crawl, **meant)
    else:
        listing = read_list(folder)
    if not listing.paths:
        raise UserError(
            f"{folder} has no pictures that diffvis can read" + _first(listing.skipped),
            "give a folder of PNG or JPEG files, or of IDX files such as MNIST's",
        )
    made, inferred = decoded(listing, folder, size, background, every, stride, range, progress)
    if made.several and pages is None:
        files = "1 file has" if made.several == 1 else f"{made.several:,} files have"
        says = f"{files} several pages or frames, of which the first is taken"
        inferred = (*inferred, Inferred(says, "" if is_archive(folder) else "pages=all"))
    name = _stem(folder)
    named = f"{len(listing.paths)} pictures" if folder.suffix == SUFFIX else name
    about = {"name": slug(name), "title": title(named), "source": source}
    return dataset_of(listing, made, colour, inferred, about)


def dataset_of(
    listing: Listing,
    made: Pixels,
    colour: str | None,
    inferred: tuple[Inferred, ...],
    about: dict[str, str],
) -> Dataset:
    """The pictures of a listing as they were decoded, with the classes and parts that it has."""
    kept = torch.from_numpy(made.kept)
    labels, classes = _present(listing, kept)
    return image_dataset(
        in_colour(torch.from_numpy(made.values), colour),
        **about,
        labels=labels,
        classes=classes,
        split=_split(listing, kept),
        skipped=(*listing.skipped, *made.skipped),
        inferred=(*listing.inferred, *inferred),
        ranged=True,
    )


def open_pages(
    path: Path,
    source: str,
    *,
    size: int | None = None,
    colour: str | None = None,
    pages: str | None = None,
    stride: int = 1,
    background: str | None = None,
    range: str | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """The pages or frames of one file as pictures; see ``open_folder``.

    Raises:
        UserError: none can be used, they need too much memory, or a film needs PyAV.
    """
    made, inferred = decoded(
        Listing((path,)), path, size, background, True, stride, range, progress
    )
    what = "page" if path.suffix.lower() in (".tif", ".tiff") else "frame"
    if pages is None:
        share = "" if stride == 1 else f", one in {stride},"
        says = f"the {len(made.values):,} {what}s of one file{share} are the pictures"
        other = "stride=10" if is_film(path) else "pages=first"
        inferred = (Inferred(says, other), *inferred)
    return image_dataset(
        in_colour(torch.from_numpy(made.values), colour),
        name=slug(path.stem),
        title=title(path.stem),
        source=source,
        skipped=made.skipped,
        inferred=inferred,
        ranged=True,
    )


def decoded(
    listing: Listing,
    place: Path,
    size: int | None,
    background: str | None = None,
    every_page: bool = False,
    stride: int = 1,
    range: str | None = None,
    progress: Progress | None = None,
) -> tuple[Pixels, tuple[Inferred, ...]]:
    """The pixels, and what was inferred for them."""
    paths = listing.paths
    sample = listing.sample or paths[:: max(1, len(paths) // _SAMPLED)]
    side = size or _common_size(sample) or DEFAULT_SIZE
    inferred: tuple[Inferred, ...] = ()
    with bombs_are_errors():
        below = background or background_of(sample)
    if below == "black" and background is None:
        inferred = (Inferred("light on transparent: on black", "background=white"),)
    how = Decoding(side, below, every_page, stride, None if range is None else parse_range(range))
    kept_as = f"{place}?{side}" + (f"&pages={stride}" if every_page else "")
    made = cached(
        listing.key(how), kept_as, lambda: decode_all(paths, how, progress, listing.reader)
    )
    if not len(made.kept):
        of = f"the {len(paths)} pictures in {place}" if len(paths) > 1 else str(place)
        raise UserError(
            f"none of {of} can be used" + _first(made.skipped),
            "give sound PNG or JPEG files",
        )
    other = "" if size else f"size={64 if side != 64 else 32}"
    return made, (*inferred, *made.sizes.inferred(side, other), *_about_depth(made))


def _about_depth(made: Pixels) -> tuple[Inferred, ...]:
    if made.depth is None:
        return ()
    said = about_range(made.depth.extremes, made.depth.span)
    which = "" if made.deep == len(made.kept) else f"{made.deep:,} pictures of more than 8 bits: "
    return (replace(said, says=which + said.says),)


def _present(listing: Listing, kept: Tensor) -> tuple[Tensor | None, tuple[str, ...]]:
    """Labels of the pictures ``kept`` (n,), and the classes that these have, if there are several.

    A class of which nothing could be read, or the limit took nothing, would have nothing to learn.
    """
    if listing.labels is None:
        return None, ()
    present, labels = torch.tensor(listing.labels)[kept].unique(return_inverse=True)
    if len(present) < 2:
        return None, ()
    return labels, tuple(listing.classes[label] for label in present)


def _split(listing: Listing, kept: Tensor) -> Split | None:
    """As the folders say, of the pictures ``kept`` (n,); None where they say nothing."""
    if listing.parts is None:
        return None
    part = torch.tensor(listing.parts)[kept]
    return given_split(*(int((part == each).sum()) for each in (TRAIN, VALIDATION, TEST)))


def _stem(path: Path) -> str:
    """What a folder, a list or an archive is called."""
    if is_archive(path):
        return stem_of(path)
    return path.stem if path.suffix == SUFFIX else path.name


def _common_size(paths: Sequence[Picture]) -> int | None:
    """The side of the pictures if all are squares of one size up to 64 pixels."""
    sizes = set()
    with bombs_are_errors():
        for path in paths:
            try:
                with Image.open(opened(path)) as picture:
                    sizes.add(picture.size)
            except (OSError, ValueError, Image.DecompressionBombError, Warning):
                continue  # decoding will say what is wrong with it
    if len(sizes) != 1:
        return None
    ((width, height),) = sizes
    return width if width == height <= 64 else None


def _first(skipped: Sequence[str]) -> str:
    return f" ({skipped[0]})" if skipped else ""
