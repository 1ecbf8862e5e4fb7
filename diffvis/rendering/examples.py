"""Examples of a data set: what is learned, on one picture."""

from collections.abc import Sequence

import torch
from torch import Tensor

from diffvis.data.browse import members, spread_places
from diffvis.data.dataset import Dataset, sampled
from diffvis.rendering.geometry import largest_grid
from diffvis.rendering.pixels import Pixels, blank, mosaic, paste, to_uint8
from diffvis.rendering.scatter import colour_of_origin, scatter
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape, line_height, text_width, write

COLUMNS = 10  # of images, or as near to it as whole rows of classes come
TYPE = 13  # pixels, of words below
EXTENT = 2.2  # of points in standard deviations, at least


def draw_examples(dataset: Dataset, size: tuple[int, int], style: Style, count: int) -> Pixels:
    """About ``count`` images of the training split, each class in columns of its own; or points,
    coloured by class or else by where they come from.

    Points fill ``size`` (width, height); images are enlarged as often as they fit.
    """
    if dataset.is_points:
        return _points(dataset, size, style, count)
    columns = _columns(dataset)
    index = examples(dataset, max(1, count // columns) * columns)
    pictures = to_uint8(dataset.x0(index))
    grid = largest_grid(len(pictures), columns, dataset.shape[1:], *size)
    return mosaic(pictures, grid, style.panel)


def captioned(picture: Pixels, lines: Sequence[str], style: Style) -> Pixels:
    """A picture (h, w, 3) over lines of words, which are broken where it is no wider."""
    size = TYPE
    words = [part for line in lines for part in _broken(line, picture.shape[1] - size, size)]
    room = len(words) * line_height(size) + size
    page = blank((picture.shape[1], picture.shape[0] + room), style.panel)
    paste(page, picture, 0, 0)
    for row, line in enumerate(words):
        y = picture.shape[0] + size // 2 + row * line_height(size) + line_height(size) // 2
        write(page, escape(line), size // 2, y, size, style.text if row == 0 else style.muted)
    return page


def _broken(line: str, width: int, size: int) -> list[str]:
    """The words of a line in as many lines as they need."""
    made = [""]
    for word in line.split():
        longer = f"{made[-1]} {word}".strip()
        if made[-1] and text_width(escape(longer), size) > width:
            made.append(word)
        else:
            made[-1] = longer
    return made


def number_drawn(dataset: Dataset, count: int) -> int:
    """How many samples ``draw_examples`` draws."""
    if not dataset.is_points:
        columns = _columns(dataset)
        count = max(1, count // columns) * columns
    return min(count, len(dataset.train))


def _columns(dataset: Dataset) -> int:
    classes = dataset.num_classes
    return max(1, COLUMNS // classes) * classes if 1 < classes <= 2 * COLUMNS else COLUMNS


def examples(dataset: Dataset, count: int) -> Tensor:
    """The numbers of ``count`` samples of the training split, of all classes in turn; int64.

    They are spread evenly over the split. Where there are fewer, all of them.
    """
    train = dataset.train
    if dataset.num_classes < 2:
        return _spread(train, count)
    trained = torch.zeros(len(dataset), dtype=torch.bool)
    trained[train] = True
    rows = -(-count // dataset.num_classes)
    found = []
    for label in range(dataset.num_classes):
        inside = members(dataset, label)
        found.append(_spread(inside[trained[inside]], rows))
    return torch.cat([column[row : row + 1] for row in range(rows) for column in found])[:count]


def _spread(index: Tensor, count: int) -> Tensor:
    """``count`` of the entries, all where there are fewer."""
    return index[spread_places(len(index), count)]


def _points(dataset: Dataset, size: tuple[int, int], style: Style, count: int) -> Pixels:
    index = sampled(dataset.train, count)
    x0, colours = dataset.x0(index), None
    if dataset.labels is not None:
        colours = colour_of_origin(dataset.labels[index] / max(1, dataset.num_classes - 1))
    elif dataset.colour is not None:
        colours = colour_of_origin(dataset.colour[index])
    side = min(size)
    frame = blank(size, style.panel)
    cloud = scatter(x0, colours, (side, side), max(EXTENT, 1.05 * float(x0.abs().max())), style)
    paste(frame, cloud, (size[0] - side) // 2, (size[1] - side) // 2)
    return frame
