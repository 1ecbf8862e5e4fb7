"""What makes an export smaller, by the names of the preview's buttons."""

from diffvis.app.export.form import ExportForm
from diffvis.rendering.spec import IMAGES


def reduce(form: ExportForm, way: str) -> None:
    """Change the one setting that was offered."""
    details = form.details
    if way in ("webp", "mp4"):
        form.set_suffix(f".{way}")
    elif way == "levels":
        details.levels.setCurrentIndex(details.levels.findData(64))
    elif way == "frames":
        details.frames.setValue(max(2, details.frames.value() * 2 // 3))
    elif way == "count":
        details.count.setValue(max(1, (details.count.value() or IMAGES) // 4))
    else:
        details.factor.setValue(max(1, (details.factor.value() or 8) // 2))
