"""What is on show as a picture: on the clipboard, or as a file, without a dialog of exports."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtWidgets import QMenu, QWidget

from diffvis.app.actions import Action, Actions
from diffvis.app.asking import ask_save
from diffvis.app.failure import Failure
from diffvis.app.folders import saved_notice
from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.shell.workspaces import Workspaces
from diffvis.app.widgets.images import as_png
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.files import atomic_write, size_words

View = RasterView | CurvePlot
PNG, SVG = "image/png", "image/svg+xml"
CRISP = 2.0  # pixels for each of the window's: a slide is larger than a panel
FILES = "PNG (*.png);;SVG (*.svg)"
MENU = "On show"
"""The group of the actions that a right click offers."""


class OnShow:
    """Which picture of a window is meant: the one that was clicked, under the mouse, or else the
    largest of the workspace in front.
    """

    def __init__(
        self,
        session: Session,
        workspaces: Workspaces,
        in_front: Callable[[], str],
        pictures: Callable[[], QWidget],
        window: QWidget,
    ) -> None:
        self._session, self._workspaces = session, workspaces
        self._in_front, self._pictures, self._window = in_front, pictures, window
        self._clicked: View | None = None

    def view(self) -> View | None:
        return self._clicked or view_of(self._pictures())

    def why_not(self) -> str:
        return "" if self.view() else "there is no picture here"

    def offer(self, view: View, at: QPoint, actions: Actions) -> QMenu:
        """What can be done with the picture that was clicked, in a menu at this place."""
        menu = QMenu(self._window)
        menu.setObjectName("picture.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        for action in actions.actions:
            if action.group == MENU:
                entry = menu.addAction(action.line, self._doing(action, view))
                entry.setObjectName(action.id)
                entry.setEnabled(not action.why_not())
                entry.setToolTip(action.why_not() or action.tip)
        menu.popup(at)
        return menu

    def _doing(self, action: Action, view: View) -> Callable[[], None]:
        def do() -> None:
            self._clicked = view
            try:
                action.run()
            finally:
                self._clicked = None

        return do

    # --- what can be done ----------------------------------------------------------------

    def copy_picture(self) -> None:
        view = self.view()
        assert view is not None
        self._copy(view.picture(CRISP), "The picture is copied")

    def copy_whole(self) -> None:
        self._copy(whole_of(self._pictures()), "The whole view is copied")

    def _copy(self, image: QImage, says: str) -> None:
        mime = QMimeData()
        mime.setData(PNG, as_png(image))
        mime.setImageData(image)
        QGuiApplication.clipboard().setMimeData(mime)
        self._say(says, f"{image.width():,} × {image.height():,} pixels", copied=True)

    def save_whole(self) -> None:
        key = self._in_front()
        name = f"{self._stem_of(key, f'{key}.whole')}.png"
        chosen = ask_save(self._window, "Save the whole view", name, "PNG (*.png)", "export")
        if chosen:
            self.save_whole_to(Path(chosen))

    def save_whole_to(self, path: Path) -> None:
        """Save all of the workspace in front as PNG; and say so, or why not."""
        self._write(as_png(whole_of(self._pictures())), path.with_suffix(".png"))

    def copy_svg(self) -> None:
        view = self.view()
        assert view is not None
        drawn = as_svg(view)
        mime = QMimeData()
        mime.setData(SVG, drawn)
        mime.setText(drawn.decode())
        QGuiApplication.clipboard().setMimeData(mime)
        self._say("The picture is copied as SVG", _of_what(view), copied=True)

    def save(self) -> None:
        view = self.view()
        assert view is not None
        title = "Save this picture"
        chosen = ask_save(self._window, title, f"{self.stem(view)}.png", FILES, "export")
        if chosen:
            self.save_to(view, Path(chosen))

    def save_to(self, view: View, path: Path) -> None:
        """Save a picture as its ending says, PNG where it has none; and say so, or why not."""
        path = path if path.suffix else path.with_suffix(".png")
        vectors = path.suffix.lower() == ".svg"
        made = as_svg(view) if vectors else as_png(view.picture(CRISP))
        self._write(made, path)

    def _write(self, made: bytes, path: Path) -> None:
        try:
            with atomic_write(path) as file:
                file.write(made)
        except OSError as error:
            self._session.notice(Notice.of(Failure.of(error), About.EXPORT, "Not saved"))
            return
        notice, about = self._session.notice, About.EXPORT | About.INCOMING
        title = f"{path.name} is saved, {size_words(len(made))}"
        notice(saved_notice(title, path, notice, about))

    def stem(self, view: View) -> str:
        """The name of a file, which says what is inside."""
        return self._stem_of(view.objectName().partition(".")[0], view.objectName())

    def _stem_of(self, key: str, name: str) -> str:
        from diffvis.app.export.naming import stem_of_view  # what can be exported takes its time

        made = self._workspaces.made
        shown = self._workspaces[key if key in made else self._in_front()].shown()
        return stem_of_view(shown, self._session, name)

    def _say(self, what: str, more: str, copied: bool = False) -> None:
        about = About.EXPORT | About.INCOMING
        self._session.notice(Notice(what, more, copied=copied, about=about))


def views_in(workspace: QWidget) -> list[View]:
    """The pictures and plots that can be seen."""
    views = [*workspace.findChildren(RasterView), *workspace.findChildren(CurvePlot)]
    return [view for view in views if not _seen(view).isEmpty()]


def _seen(view: View) -> QRegion:
    """The part of it that nothing hides. A plot is hidden by its own viewport."""
    return (view.viewport() if isinstance(view, CurvePlot) else view).visibleRegion()


def whole_of(workspace: QWidget) -> QImage:
    """All of a workspace as it is on show; each picture and plot in it is drawn anew."""
    image = QImage((QSizeF(workspace.size()) * CRISP).toSize(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(CRISP)
    image.fill(workspace.palette().window().color())
    workspace.render(image, QPoint())
    painter = QPainter(image)
    for view in views_in(workspace):
        at = view.mapTo(workspace, QPoint())
        painter.setClipRegion(_seen(view).translated(at))
        drawn = view.picture(CRISP)
        drawn.setDevicePixelRatio(CRISP)
        painter.drawImage(at, drawn)
    painter.end()
    image.setDevicePixelRatio(1)
    return image


def view_of(workspace: QWidget) -> View | None:
    """The picture or plot under the mouse, or the largest; None where none is to be seen."""
    shown = views_in(workspace)
    pointed = [view for view in shown if view.underMouse()]
    return max(pointed or shown, key=lambda view: view.width() * view.height(), default=None)


def view_at(inside: QWidget, at: QPoint) -> View | None:
    """The picture or plot at a place of a widget; None where there is none."""
    widget = inside.childAt(at)
    while widget is not None and not isinstance(widget, View):
        widget = widget.parentWidget()
    return widget


def as_svg(view: View) -> bytes:
    """Lines and words; of a picture that is zoomed into its pixels, inside of one as large."""
    if isinstance(view, CurvePlot):
        return view.vectors()
    if view.zoom.whole:
        from diffvis.rendering.vector.svg import write_svg  # fontTools takes its time

        made = io.BytesIO()
        write_svg(view.scene(), made)
        return made.getvalue()
    image = view.picture(CRISP)
    inside = base64.b64encode(as_png(image)).decode()
    size = f'width="{view.width()}" height="{view.height()}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {view.width()} {view.height()}">'
        f'<image {size} href="data:image/png;base64,{inside}"/></svg>\n'
    ).encode()


def _of_what(view: View) -> str:
    return "lines and words" if isinstance(view, CurvePlot) else "its pixels are a PNG inside"
