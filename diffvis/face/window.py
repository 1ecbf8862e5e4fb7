"""``diffvis.view``: the window on any network, from a script or a notebook."""

import sys
from typing import TYPE_CHECKING, Any

from diffvis.errors import UserError
from diffvis.face.subjects import AnyData, AnyModel, data_of, model_of
from diffvis.models.sampleable import Model

if TYPE_CHECKING:
    from diffvis.app.shell.window import MainWindow

__all__ = ["View", "view"]


class View:
    """A window that ``diffvis.view`` has opened."""

    def __init__(self, window: "MainWindow", model: Model) -> None:
        self._window: MainWindow | None = window
        self._model = model
        window.closed.connect(self._closed)

    @property
    def model(self) -> Model:
        """The model on show, which may have been changed in the window; the last one afterwards."""
        return self._model if self._window is None else self._window.session.model

    @property
    def is_open(self) -> bool:
        """Whether the window is there."""
        return self._window is not None

    def close(self) -> None:
        """Close the window, which saves what it trains; later calls do nothing."""
        if self._window is not None:
            self._window.close()

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<View of {self.model.name}, {'open' if self.is_open else 'closed'}>"

    def _closed(self) -> None:
        self._model = self.model
        self._window = None


def view(
    model: AnyModel = "swiss-roll",
    *,
    data: AnyData | None = None,
    workspace: str = "reverse",
    t: int | None = None,
    block: bool = True,
    **reading: Any,
) -> View:
    """Open the window on a model, or on any network of your own.

    Args:
        model: a ``Model``, the name or path of one, or an ``nn.Module`` or a function
            (x, t, labels) -> tensor, with the arguments of ``diffvis.wrap``.
        data: what Forward shows, and a network is checked against; None: what the model learned.
        workspace: forward, reverse, schedules or training.
        t: the time to begin at.
        block: whether to return only when the window is closed. False returns at once, and the
            window lives while somebody runs Qt's events: a notebook does so by itself, as after
            ``%gui qt``, Python's prompt too, a script where it calls ``QApplication.exec``.
        reading: ``shape=``, ``schedule=``, ``T=``, ``predicts=``, ... of ``diffvis.wrap``.

    Raises:
        UserError: the model, the data or the workspace cannot be shown, or there is no display.
    """
    if block:
        _refuse_within_loop()
    if data is not None:
        data = data_of(data)
    made = model_of(model, reading, data=data)
    loop = _serve_events(block)
    guest = _qt()
    from diffvis.app.shell.opening import Opening

    window = guest.guests().open(Opening.on(made, data, workspace, t))
    opened = View(window, made)
    if loop is not None:
        guest.guests().nudge(loop)
    if block:
        guest.wait_for(window)
    return opened


def _refuse_within_loop() -> None:
    if "PySide6.QtWidgets" in sys.modules:
        _qt().check_not_within_loop()


def _qt() -> Any:
    """The part of the window that knows Qt.

    Raises:
        UserError: Qt cannot be imported.
    """
    from diffvis.app.shell.display import cannot_import, check_display

    check_display()
    try:
        from diffvis.app.shell import guest
    except ImportError as error:
        raise cannot_import(error) from error
    return guest


def _serve_events(block: bool) -> Any:
    """Have IPython run Qt's events between cells, as ``%gui qt`` does, unless it does already.
    Returns the loop in which a notebook's kernel does so, if it is one.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return None
    _qt()  # which Qt it is to be: that of PySide6
    if not block:
        try:
            shell.enable_gui("qt")
        except Exception as error:
            raise UserError(
                f"IPython cannot run Qt's events ({error})",
                "run %gui qt first, or give block=True",
            ) from error
    kernel = getattr(shell, "kernel", None)
    return getattr(getattr(kernel, "app", None), "qt_event_loop", None)
