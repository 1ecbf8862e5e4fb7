"""What any file or folder is (a model, data, an export, a schedule), and what to type next."""

from pathlib import Path

from diffvis.data.catalogue import open_dataset
from diffvis.data.facts import told
from diffvis.errors import UserError
from diffvis.files import size_of, size_words
from diffvis.models.foreign.inspecting import Inspection, inspect_model
from diffvis.models.schedule_file import SUFFIX as SCHEDULE
from diffvis.models.schedule_file import load_schedule
from diffvis.rendering.recipe import read_recipe

LARGEST_OPENED = 64 * 2**20  # bytes of data that are opened to describe them


def inspect(path: str | Path) -> Inspection:
    """What a file or folder is, by its contents; nothing in it is executed.

    Raises:
        UserError: it is not there, cannot be read, or is of no kind that is known.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise UserError(f"there is no {path}", "give a file or folder")
    found = _exported(path) or inspect_model(path) or _schedule(path)
    return _data(path) if found is None else found


def _exported(path: Path) -> Inspection | None:
    try:
        recipe = read_recipe(path)
    except UserError:
        return None
    lines = [f"made by {recipe.get('program', 'diffvis')}"]
    lines += [f"{key}: {_name(recipe[key])}" for key in ("model", "data") if key in recipe]
    again = f"diffvis export --recipe {path} --out again{path.suffix or '.gif'}"
    what = f"an export of diffvis ({recipe.get('what')}) that carries its recipe"
    return Inspection(path, what, tuple(lines), (again,), opens=True)


def _name(told: object) -> str:
    if isinstance(told, dict):
        return str(told.get("name") or told.get("source"))
    return str(told)


def _schedule(path: Path) -> Inspection | None:
    if path.suffix != SCHEDULE or not path.is_file():
        return None
    try:
        schedule = load_schedule(path)
    except UserError:
        return None
    line = f"{schedule.kind}, T = {schedule.T}, alpha_bar_T = {schedule.alpha_bar[-1]:.3g}"
    train = f"diffvis train DATA --out RUN --schedule {path} --timesteps {schedule.T}"
    return Inspection(path, "a schedule", (line,), (train,), opens=True)


def _data(path: Path) -> Inspection:
    following = (f"diffvis --data {path}",)
    if path.is_file() and size_of(path) > LARGEST_OPENED:
        size = size_words(size_of(path))
        return Inspection(path, f"a file of {size}, data if anything", (), following, opens=True)
    try:
        dataset = open_dataset(str(path))
    except UserError as error:
        raise UserError(f"{path} is nothing that diffvis knows", error.remedy) from error
    lines = [dataset.description, dataset.split_description]
    lines += [words] if (words := told(dataset)) else []
    return Inspection(path, "data", tuple(lines), following, opens=True)
