"""Plots of curves over t or over training steps, in the project's colours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QPoint, QRectF, QSizeF, Qt, QTimer, Slot
from PySide6.QtGui import QImage, QPaintDevice, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from diffvis.app.theme import Theme, colour, in_points
from diffvis.app.widgets.legend import Legend
from diffvis.app.widgets.plot_words import Points, say_plot
from diffvis.app.widgets.spoken import say_values
from diffvis.app.widgets.symbols import with_subscripts
from diffvis.rendering.chart import Curve
from diffvis.rendering.style import Style

pg.setConfigOptions(antialias=False, useOpenGL=False, imageAxisOrder="row-major")

# Longer curves are drawn one pixel wide without smoothing: a wide antialiased pen is slow.
SMOOTH_POINTS = 2_000

BEYOND = 12  # pixels beyond an axis, where the label of its end may reach
TITLE_MARGIN = 28 + BEYOND  # pixels that a title leaves free, both sides together
LEAST_TITLE = 6.0  # points
PROJECTOR = 24  # pixels of the smallest type on a stage where lines are as wide as they are given
LOW = 90  # pixels of height, with type of normal size, that are too few for title and legend both
OVER = 1  # the row of pyqtgraph's layout between the title and the curves: that of the upper axis

DASHES = {
    "solid": Qt.PenStyle.SolidLine,
    "dash": Qt.PenStyle.DashLine,
    "dot": Qt.PenStyle.DotLine,
    "dash-dot": Qt.PenStyle.DashDotLine,
}


@dataclass
class _Plotted:
    """A curve and how it is drawn."""

    item: pg.PlotDataItem
    colour_name: str
    dash: str
    alpha: float
    thin: bool
    look: tuple[bool, float] | None = None
    """Whether it has many points, and the pixels of a point on the screen, when its pen was set."""


class EndAxis(pg.AxisItem):
    """A horizontal axis that also labels its ends.

    pyqtgraph leaves out labels that reach beyond an axis, and with a grid its setting to let them,
    ``hideOverlappingLabels``, does nothing.
    """

    beyond = BEYOND

    def boundingRect(self) -> QRectF:
        return super().boundingRect().adjusted(-self.beyond, 0, self.beyond, 0)


class CurvePlot(pg.PlotWidget):
    """Named curves, an optional cursor at t, bars; restyled when the theme changes.

    A curve's colour is the name of a colour of ``Style`` (``signal``, ``noise``, ``accent1``...),
    so that the same symbol has the same colour in every plot and picture.
    """

    faint = 0.75
    """Opacity of a curve among others like it."""
    _title = ""
    _legend: Legend | None = None
    _drawn_at: float | None = None  # pixels for each of the window's, where it is no screen's

    def __init__(
        self, theme: Theme, title: str, cursor: bool = False, legend: bool = False
    ) -> None:
        super().__init__(enableMenu=False, axisItems={"bottom": EndAxis("bottom")})
        menu = self.getPlotItem().ctrlMenu  # never shown; without a parent it outlives the plot
        menu.setParent(self)
        menu.hide()
        self._theme = theme
        self._title = title
        self._curves: dict[str, _Plotted] = {}
        self._bars: dict[str, tuple[pg.BarGraphItem, str]] = {}
        self._cursor = pg.InfiniteLine(angle=90, movable=False) if cursor else None
        self._at: float | None = None  # of the cursor, in the units of the axis
        self._log_x = self._log_y = False
        self._legend_waits = False
        self.passing: list[QWidget] = []
        """What is over the plot while the mouse is; no part of a picture of it."""
        say_values()
        if legend:
            self._legend = Legend(self, theme)
            self._legend.changed.connect(self._arrange_soon)
            self.getPlotItem().getViewBox().sigResized.connect(self._place_legend)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # arrow keys belong to the transport
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumSize(120, 90)
        item = self.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.showGrid(x=True, y=True, alpha=0.12)
        # Drawn once, not whenever the cursor moves.
        self._keep_axes(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        if self._cursor is not None:
            self.addItem(self._cursor, ignoreBounds=True)
        theme.changed.connect(self._theme_changed)
        self.restyle(theme.style)

    def curve(
        self,
        name: str,
        colour_name: str,
        dash: str = "solid",
        alpha: float = 1.0,
        thin: bool = False,
        says: str = "",
    ) -> None:
        """Add an empty curve; the legend says its ``name``, or what it ``says``.

        A ``thin`` curve is one pixel wide whatever its length: a wide, smooth line that goes up
        and down at every point takes long to draw.
        """
        self._curves[name] = curve = _Plotted(self.plot([], []), colour_name, dash, alpha, thin)
        curve.item.setPen(pen := self._pen(curve, 0))
        if self._legend is not None:
            self._legend.add(name, says or name, pen)

    def show_curve(self, curve: Curve, says: str = "") -> None:
        """Draw a curve as a file has it; what has no place on a logarithmic axis is a gap. The
        legend says its name, or what it ``says``.
        """
        if curve.name not in self._curves:
            alpha = self.faint if curve.faint else 1.0
            self.curve(curve.name, curve.colour, curve.dash, alpha, thin=curve.faint, says=says)
        x, y = (
            np.where(values > 0, values, np.nan) if log else values
            for values, log in ((curve.x, self._log_x), (curve.y, self._log_y))
        )
        self.set_curve(curve.name, x, y)

    def remove_curve(self, name: str) -> None:
        self.removeItem(self._curves.pop(name).item)
        if self._legend is not None:
            self._legend.remove(name)

    @property
    def curve_names(self) -> tuple[str, ...]:
        return tuple(self._curves)

    def set_curve(self, name: str, x: np.ndarray, y: np.ndarray) -> None:
        curve = self._curves[name]
        smooth = len(x) <= SMOOTH_POINTS and not curve.thin
        curve.item.setData(np.asarray(x), np.asarray(y), antialias=smooth)
        look = len(x) > SMOOTH_POINTS, self.devicePixelRatioF()
        if look != curve.look:  # pyqtgraph does the work of setData once more for each pen
            curve.look = look
            curve.item.setPen(self._pen(curve, len(x)))

    def set_legend(self, name: str, text: str) -> None:
        """What the legend says of a curve, where that is not its name."""
        if self._legend is not None:
            self._legend.set_text(name, text)

    def curve_data(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """What ``set_curve`` was given, whatever the axes."""
        x, y = self._curves[name].item.getOriginalDataset()
        empty = np.empty(0)
        return (empty if x is None else x), (empty if y is None else y)

    def set_bars(self, name: str, x: np.ndarray, heights: np.ndarray, colour_name: str) -> None:
        """Draw bars centred at evenly spaced ``x``."""
        width = float(x[1] - x[0]) * 0.9 if len(x) > 1 else 0.8
        if name not in self._bars:
            item = pg.BarGraphItem(x=x, height=heights, width=width)
            self._bars[name] = (item, colour_name)
            self.addItem(item)
            self._style_bars(item, colour_name)
        else:
            self._bars[name][0].setOpts(x=x, height=heights, width=width)

    def bar_heights(self, name: str) -> np.ndarray:
        return np.asarray(self._bars[name][0].opts["height"])

    def set_cursor(self, t: float) -> None:
        if self._cursor is not None:
            self._at = t
            self._cursor.setPos(t)

    def set_title(self, title: str) -> None:
        self._title = title
        self.setAccessibleName(title)
        self.restyle(self.look)

    def set_log(self, x: bool = False, y: bool = False) -> None:
        self._log_x, self._log_y = x, y
        self.getPlotItem().setLogMode(x=x, y=y)

    def set_ticks(self, axis: str, ticks: Sequence[tuple[float, str]] | None) -> None:
        self.getAxis(axis).setTicks(None if ticks is None else [list(ticks)])

    def spoken_value(self) -> str:
        """Each curve at the cursor, or at its end; of bars the highest."""
        at = 10**self._at if self._log_x and self._at is not None else self._at
        return say_plot(*self.drawn(), at)

    def drawn(self) -> tuple[dict[str, Points], dict[str, Points]]:
        """What curves and bars are called, and their points."""
        legend = self._legend
        curves = {
            name if legend is None else legend.text(name): self.curve_data(name)
            for name in self._curves
        }
        opts = {name: item.opts for name, (item, _) in self._bars.items()}
        return curves, {name: (bar["x"], bar["height"]) for name, bar in opts.items()}

    @property
    def look(self) -> Style:
        """In which it is drawn where it stands."""
        return self._theme.style_of(self)

    @Slot()
    def _theme_changed(self) -> None:
        """Where others have come on a stage, or left it, this one looks as before."""
        if self.look != self._styled:
            self.restyle(self.look)

    def showEvent(self, event: QShowEvent) -> None:
        """It may have been made where it did not stand on a stage yet."""
        super().showEvent(event)
        self._theme_changed()

    def restyle(self, style: Style) -> None:
        """Plots do not follow Qt's palette: every colour and size is set again."""
        self._styled = style
        self.setBackground(colour(style.panel))
        item = self.getPlotItem()
        self.show_title()
        beyond, edge = round(BEYOND * style.text_scale), max(1, style.least // 3)
        item.getAxis("bottom").beyond = beyond
        item.layout.setContentsMargins(edge, edge, beyond, 1)
        font = in_points(self.font(), 9, style)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setPen(colour(style.muted))
            axis.setTextPen(colour(style.muted))
            axis.setTickFont(font)
        for name, curve in self._curves.items():
            x, _ = curve.item.getOriginalDataset()
            curve.item.setPen(self._pen(curve, 0 if x is None else len(x)))
            if self._legend is not None:
                self._legend.set_pen(name, self._pen(curve, 0))
        self._arrange_legend()
        for bars, colour_name in self._bars.values():
            self._style_bars(bars, colour_name)
        if self._cursor is not None:
            self._cursor.setPen(pg.mkPen(colour(style.text), width=self.line_width(1, 3)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.plotItem is not None:  # it comes before the plot is made, and after
            if self._title:
                self.show_title()
            self._arrange_legend()

    # --- as a file ----------------------------------------------------------------------------

    def picture(self, scale: float) -> QImage:
        """What is on show, drawn anew with so many pixels for each of the window's."""
        image = QImage((QSizeF(self.size()) * scale).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        self._draw_on(image, scale)
        image.setDevicePixelRatio(1)
        return image

    def vectors(self) -> bytes:
        """What is on show as SVG: curves are lines, and words are words."""
        from PySide6.QtSvg import QSvgGenerator  # few will need it

        written = QBuffer()
        made = QSvgGenerator()
        made.setOutputDevice(written)
        made.setSize(self.size())
        made.setViewBox(self.rect())
        made.setResolution(self.logicalDpiX())
        made.setTitle(self.accessibleName())
        self._draw_on(made, 1)
        return bytes(written.data())

    def _draw_on(self, device: QPaintDevice, scale: float) -> None:
        """Lines are as wide as on the screen, and nothing is a picture that was kept for it."""
        self._drawn_at = scale
        passing = [over for over in self.passing if not over.isHidden()]
        try:
            for over in passing:
                over.hide()
            self._keep_axes(QGraphicsItem.CacheMode.NoCache)
            self.restyle(self.look)
            QWidget.render(self, device, QPoint())  # of the view, what is over the plot is missing
        finally:
            self._drawn_at = None
            self._keep_axes(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            self.restyle(self.look)
            for over in passing:
                over.show()

    def _keep_axes(self, mode: QGraphicsItem.CacheMode) -> None:
        for side in ("left", "bottom"):
            self.getAxis(side).setCacheMode(mode)

    # --- the legend -------------------------------------------------------------------------

    @Slot()
    def _arrange_soon(self) -> None:
        """Once for all the curves that come and go together."""
        if not self._legend_waits:
            self._legend_waits = True
            QTimer.singleShot(0, self, self._arrange_legend)

    @Slot()
    def _arrange_legend(self) -> None:
        self._legend_waits = False
        if self._legend is None:
            return
        layout, high = self.getPlotItem().layout, self._legend.arrange(self.size())
        if high != layout.rowSpacing(OVER):
            layout.setRowSpacing(OVER, high)
            layout.activate()
        self._place_legend()

    @Slot()
    def _place_legend(self) -> None:
        """Right above the curves, and from the axis on where there is room for that."""
        box = self.getPlotItem().getViewBox()
        at = self.mapFromScene(box.sceneBoundingRect()).boundingRect()
        high = round(self.getPlotItem().layout.rowSpacing(OVER))
        x = max(0, min(at.left(), self.width() - self._legend.wide - BEYOND))
        self._legend.setGeometry(x, at.top() - high, self.width() - x, high)

    # --- how it looks -----------------------------------------------------------------------

    def show_title(self) -> None:
        """Over the plot; in smaller type where it would push the axes out of sight, and not where
        it and the legend would leave the curves no room.
        """
        if self._legend is not None and self.height() < LOW * self.look.text_scale:
            self.getPlotItem().setTitle(None)
            return
        wide = self._write_title(self._title, size := 10 * self.look.text_scale)
        room = self.width() - self.getAxis("left").width() - TITLE_MARGIN
        if wide > room > 0:
            least = max(LEAST_TITLE, self.look.least * 72 / self.logicalDpiY())
            small, words = max(least, size * room / wide), self._title.split(" ")
            wide = self._write_title(self._title, small)
            while self.look.least and wide > room and len(words) > 1:
                words = words[:-1]  # rather than in type that the last row cannot read
                wide = self._write_title(" ".join((*words, "…")), small)

    def _write_title(self, words: str, points: float) -> float:
        """Returns how wide it is."""
        item = self.getPlotItem()
        tone = colour(self.look.text)
        item.setTitle(with_subscripts(words), color=tone, size=f"{points:.1f}pt")
        return item.titleLabel.itemRect().width()

    def line_width(self, normal: float, presented: float) -> float:
        """A width for a pen, which counts the pixels of the screen, from one that does not."""
        staged = presented * max(1.0, self.look.least / PROJECTOR)
        wide = staged if self._theme.on_stage(self) else normal
        return wide * (self._drawn_at or self.devicePixelRatioF())

    def _pen(self, curve: _Plotted, points: int) -> object:
        rgb = _named(self.look, curve.colour_name)
        wide = self.line_width(2, 4)
        return pg.mkPen(
            colour(rgb, round(255 * curve.alpha)),
            width=1 if curve.thin or points > SMOOTH_POINTS else wide,
            style=DASHES[curve.dash],
        )

    def _style_bars(self, item: pg.BarGraphItem, colour_name: str) -> None:
        rgb = _named(self.look, colour_name)
        item.setOpts(brush=colour(rgb, 210), pen=pg.mkPen(None))


def _named(style: Style, name: str) -> tuple[int, int, int]:
    if name.startswith("accent"):
        return style.accents[int(name.removeprefix("accent")) - 1]
    return getattr(style, name)
