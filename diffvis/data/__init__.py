"""What is learned: 2-D toys, image sets and the user's own files."""

from diffvis.data.batches import batches
from diffvis.data.catalogue import DatasetEntry, entries, fresh_points, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.data.registry import register
from diffvis.data.scaling import Scaling

__all__ = [
    "Dataset",
    "DatasetEntry",
    "Scaling",
    "batches",
    "entries",
    "fresh_points",
    "open_dataset",
    "register",
]
