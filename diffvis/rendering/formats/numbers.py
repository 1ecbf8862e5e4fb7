"""Numbers as CSV, for spreadsheets, and as NPZ, for NumPy."""

import csv
import io

import numpy as np

from diffvis.rendering.formats.writer import FileWriter

Columns = dict[str, np.ndarray]


class CsvWriter(FileWriter):
    """Columns of equal length under their names; words stay, NaN is left empty."""

    def _add(self, item: Columns) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(item)
        for row in zip(*item.values(), strict=True):
            writer.writerow(map(_cell, row))
        self._file.write(text.getvalue().encode())


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:.10g}"


class NpzWriter(FileWriter):
    """Arrays by their names; the comment is the array ``meta``."""

    def _add(self, item: dict[str, np.ndarray]) -> None:
        np.savez(self._file, **item, meta=np.array(self._comment))
