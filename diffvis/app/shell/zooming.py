"""Keys that zoom: the picture under the mouse, or the largest of the workspace in front."""

from PySide6.QtWidgets import QWidget

from diffvis.app.widgets.raster import RasterView


def picture_of(workspace: QWidget) -> RasterView | None:
    """Which of its pictures keys are for; None where none is to be seen."""
    shown = [view for view in workspace.findChildren(RasterView) if view.isVisible()]
    pointed = [view for view in shown if view.underMouse()]
    return max(pointed or shown, key=lambda view: view.width() * view.height(), default=None)


def enlarge(workspace: QWidget, by: float) -> None:
    view = picture_of(workspace)
    if view is not None:
        view.enlarge(by)


def show_whole(workspace: QWidget) -> None:
    for view in workspace.findChildren(RasterView):
        view.show_whole()
