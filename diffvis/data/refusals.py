"""Files that are not read: what each is, and what makes of it something that is."""

from pathlib import Path

from diffvis.errors import UserError

_NUMPY = "save its arrays with numpy.savez, images beside labels"
_CSV = "save it as CSV"
_UNPACK = "unpack it, and give the folder"
_KINDS = {
    ("h5", "hdf5", "hdf", "he5"): ("an HDF5 file", "read it with h5py, and " + _NUMPY),
    ("pkl", "pickle", "joblib"): (
        "a pickle, which could run a program when it is read",
        "load it where you trust it, and " + _NUMPY,
    ),
    ("tfrecord", "tfrecords"): ("a file of TensorFlow", "read it with tf.data, and " + _NUMPY),
    ("arrow", "feather"): ("a table of Arrow", "save it as Parquet, or as CSV"),
    ("xlsx", "xls", "ods"): ("a spreadsheet", _CSV),
    ("json", "jsonl"): ("JSON", "save two columns of numbers as CSV"),
    ("arff", "sav", "dta", "rds", "rdata"): ("a table of another program", _CSV),
    ("lmdb", "mdb"): ("a database", "save its pictures as PNG"),
    ("rec", "beton"): ("a file of a training library", "save its pictures as PNG"),
    ("7z", "rar", "xz", "bz2", "zst"): ("an archive of a kind that is not opened", _UNPACK),
    ("nii", "dcm", "mha", "nrrd"): ("a medical scan", "save its slices as PNG or with numpy.save"),
    ("npy.gz", "npz.gz"): ("a packed array", "unpack it with gunzip"),
}  # fmt: skip


def refusal(path: Path) -> UserError:
    """Why a file is not opened, by its name."""
    name = path.name.lower()
    for endings, (what, remedy) in _KINDS.items():
        if name.endswith(tuple(f".{ending}" for ending in endings)):
            return UserError(f"{path} is of a kind that diffvis cannot learn from ({what})", remedy)
    return UserError(
        f"{path} is of a kind that diffvis cannot learn from",
        "give a folder or .zip of pictures, IDX files such as MNIST's, .npy, .npz, .mat, .csv, "
        ".parquet, or a picture",
    )
