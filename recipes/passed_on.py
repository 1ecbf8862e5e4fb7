"""The pictures of its training that travel with a model: what samples are compared with at once."""

import numpy as np
from PIL import Image

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import sampled
from diffvis.files import atomic_write, shipped_models
from diffvis.models.shipped import TRAINING, TRAINING_COLUMNS
from recipes.models import RECIPES

NOTE = "training.txt"  # beside the sheet: whose the pictures are


def pass_on(name: str, data: str | None) -> None:
    """Write a sheet of grey square pictures of the training split, and whose they are."""
    recipe, folder = RECIPES[name], shipped_models() / name
    dataset = open_dataset(data or recipe.data)
    rows = sampled(dataset.train, recipe.passed_on).sort().values
    pictures = dataset.values[rows][:, 0].numpy()
    side = pictures.shape[-1]
    cells = pictures.reshape(-1, TRAINING_COLUMNS, side, side).swapaxes(1, 2)
    sheet = np.ascontiguousarray(cells.reshape(-1, TRAINING_COLUMNS * side))
    with atomic_write(folder / TRAINING) as file:
        Image.fromarray(sheet).save(file, format="png", optimize=True)
    words = (
        f"{TRAINING}: {len(rows):,} of the pictures that this model was trained on, side by side "
        f"and otherwise unchanged.\n{recipe.about}.\nTheir licence is theirs, not that of diffvis: "
        f"{recipe.licence}\n"
    )
    with atomic_write(folder / NOTE) as file:
        file.write(words.encode())
    size = (folder / TRAINING).stat().st_size
    print(f"{len(rows):,} pictures in {folder / TRAINING}, {size / 1e3:.0f} kB")
