"""Small sets in the formats of the well-known ones."""

import gzip
import pickle
import struct
from pathlib import Path

import numpy as np

from diffvis.data.cifar import CLASSES

BATCHES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_set(folder: Path, n_train: int = 12, n_test: int = 5, zipped: bool = True) -> Path:
    """A small set in the manner of MNIST; image i is grey of value i."""
    folder.mkdir()
    for part, first, n in (("train", 0, n_train), ("t10k", 100, n_test)):
        images = np.broadcast_to(np.arange(first, first + n)[:, None, None], (n, 4, 4))
        for what, array in (("images-idx3", images), ("labels-idx1", np.arange(n) % 10)):
            data = idx(array)
            name = f"{part}-{what}-ubyte" + (".gz" if zipped else "")
            (folder / name).write_bytes(gzip.compress(data) if zipped else data)
    return folder


def python2_batch(pixels: np.ndarray, labels: list[int]) -> bytes:
    """What Python 2 and its numpy wrote, opcode for opcode: protocol 2 with strings of bytes."""

    def text(value: bytes) -> bytes:
        return b"T" + len(value).to_bytes(4, "little") + value

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    shape = b"".join(map(number, pixels.shape)) + b"\x86"
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R"
    dtype += b"(K\x03" + text(b"|") + b"NNN" + number(-1) * 2 + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
    array += text(b"b") + b"\x87R(K\x01" + shape + dtype + b"\x89" + text(pixels.tobytes()) + b"tb"
    numbers = b"](" + b"".join(map(number, labels)) + b"e"
    batch = text(b"data") + array + text(b"labels") + numbers
    return b"\x80\x02}(" + batch + text(b"batch_label") + text(b"training batch 1 of 5") + b"u."


def write_cifar(folder: Path, n: int = 4) -> Path:
    """A small set: image i of batch b is of value 10 b + i in its red, and 200 in its blue."""
    folder.mkdir(parents=True)
    for number, name in enumerate(BATCHES):
        pixels = np.zeros((n, 3, 1024), np.uint8)
        pixels[:, 0] = 10 * number + np.arange(n)[:, None]
        pixels[:, 2] = 200
        labels = [(number + i) % 10 for i in range(n)]
        (folder / name).write_bytes(python2_batch(pixels.reshape(n, 3072), labels))
    meta = {b"label_names": [name.encode() for name in CLASSES], b"num_vis": 3072}
    (folder / "batches.meta").write_bytes(pickle.dumps(meta, protocol=2))
    return folder
