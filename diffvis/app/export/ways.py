"""What makes an export smaller, by the names of the preview's buttons."""

from diffvis.app.export.form import ExportForm
from diffvis.app.widgets.controls import Number
from diffvis.rendering.spec import IMAGES


def reduce(form: ExportForm, way: str) -> None:
    """Change the one setting that was offered."""
    details = form.details
    numbers = details.form
    if way in ("webp", "mp4"):
        form.set_suffix(f".{way}")
    elif way == "levels":
        details.levels.setCurrentIndex(details.levels.findData(64))
    elif way == "frames":
        _choose(numbers["frames"], max(2, numbers["frames"].value() * 2 // 3))
    elif way == "count":
        _choose(numbers["count"], max(1, (numbers["count"].value() or IMAGES) // 4))
    else:
        _choose(numbers["factor"], max(1, (numbers["factor"].value() or 8) // 2))


def _choose(number: Number, value: int) -> None:
    """As if the person had."""
    number.widget.setValue(value)
