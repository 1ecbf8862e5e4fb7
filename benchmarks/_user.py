"""What the random user does to the window: press, type, drag, choose, turn and resize."""

import random
from collections import Counter

BUSY_EVERY = 60  # actions after which a run and a chain are started again if none is under way
AVOIDED = ("quit", "close", "paste", "preferences.reset")
TRAINING = ("training.start", "training.resume")  # what begins a run
MOST = {  # what a control may be given; others at most ANY
    "training.steps": 400,
    "training.timesteps": 60,
    "schedules.T": 200,
    "training.batch_size": 128,
    "training.preview_count": 64,
    "training.validation_count": 256,
    "training.preview_steps": 20,
    "reverse.count": 16,
    "reverse.steps": 60,
}
ANY = 64
WORDS = ("", "1e-3", "0.5", "-1", "fast", "32, 32", "7", "nan", "a name", "x" * 40)
NETWORK_OPTIONS = {"width": 32, "depth": 4, "blocks": 2, "patch": 2}


class RandomUser:
    """Does one thing after another to a window. All choices come from one seed."""

    def __init__(self, window, seed: int, trains: bool = True) -> None:
        """``trains``: whether a run is kept going; without, none is ever begun."""
        from diffvis.data.catalogue import entries

        self.window = window
        self.done: Counter[str] = Counter()
        self.actions = 0
        self._avoided = AVOIDED if trains else AVOIDED + TRAINING
        self._random = random.Random(seed)
        self._elsewhere = {entry.title for entry in entries() if entry.download}

    def act(self) -> str:
        """Do something, and return what it was."""
        from PySide6.QtWidgets import QApplication

        self.actions += 1
        if self.actions % BUSY_EVERY == 1:
            return self._say(self._keep_busy())
        modal = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if modal is not None and (self._random.random() < 0.3 or "FileDialog" in _kind(modal)):
            modal.close()
            return self._say("close a dialog")
        chance = self._random.random()
        if modal is None and chance < 0.12:
            return self._say(self._press_a_key())
        if modal is None and chance < 0.15:
            return self._say(self._change_the_window())
        found = self._controls(modal or self.window)
        if not found:
            return self._say("nothing")
        # First which name, so that a form with many fields gets no more than its share.
        place = self._random.choice(sorted({name.split(".")[0] for name, _ in found}))
        name, control = self._random.choice([f for f in found if f[0].split(".")[0] == place])
        return self._say(self._use(name, control))

    def _say(self, what: str) -> str:
        self.done[what] += 1
        return what

    def _controls(self, root) -> list:
        """Named controls that a person could reach now."""
        from PySide6.QtCore import QRegularExpression
        from PySide6.QtWidgets import QWidget

        # Only those: each of Qt's own inner widgets that Python has seen costs memory for good.
        named = QRegularExpression(r"\.")
        return sorted(
            (
                (w.objectName(), w)
                for w in root.findChildren(QWidget, named)
                if w.isVisible() and w.isEnabled() and _usable(w)
                if not any(part in w.objectName() for part in self._avoided)
            ),
            key=lambda found: found[0],
        )

    def _use(self, name: str, control) -> str:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import (
            QAbstractButton,
            QAbstractSlider,
            QComboBox,
            QDoubleSpinBox,
            QLineEdit,
            QListWidget,
            QSpinBox,
        )

        choice = self._random
        if isinstance(control, QAbstractButton):
            menu = getattr(control, "menu", lambda: None)()
            if menu is not None:
                return self._use_menu(menu)
            QTest.mouseClick(control, Qt.MouseButton.LeftButton)
        elif isinstance(control, QComboBox):
            self._use_combo(control)
        elif isinstance(control, QSpinBox | QDoubleSpinBox):
            most = MOST.get(name, NETWORK_OPTIONS.get(name.split("option_")[-1], ANY))
            low, high = control.minimum(), max(control.minimum(), min(control.maximum(), most))
            value = choice.choice((low, high, low + (high - low) * choice.random()))
            control.setValue(value if isinstance(control, QDoubleSpinBox) else round(value))
        elif isinstance(control, QAbstractSlider):
            control.setValue(choice.randint(control.minimum(), control.maximum()))
        elif isinstance(control, QLineEdit):
            control.setFocus()
            control.selectAll()
            QTest.keyClicks(control, choice.choice(WORDS))
            QTest.keyClick(control, Qt.Key.Key_Return)
        elif isinstance(control, QListWidget):
            self._use_list(control)
        else:
            self._point_at(control)
        return name

    def _use_combo(self, box) -> None:
        places = [
            place
            for place in range(box.count())
            if box.itemText(place)
            and box.itemText(place) not in self._elsewhere
            and not box.itemText(place).endswith("…")
        ]
        if box.isEditable() and self._random.random() < 0.3:
            box.setEditText(self._random.choice(WORDS))
            box.lineEdit().textEdited.emit(box.currentText())
            box.lineEdit().returnPressed.emit()
        elif places:
            place = self._random.choice(places)
            box.setCurrentIndex(place)
            box.activated.emit(place)

    def _use_list(self, box) -> None:
        from PySide6.QtCore import Qt

        if box.count() == 0:
            return
        item = box.item(self._random.randrange(box.count()))
        if item.flags() & Qt.ItemFlag.ItemIsUserCheckable and self._random.random() < 0.5:
            on = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        else:
            box.setCurrentItem(item)
            box.itemClicked.emit(item)

    def _use_menu(self, menu) -> str:
        menu.aboutToShow.emit()
        actions = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
        while actions:
            action = self._random.choice(actions)
            inner = action.menu()
            if inner is None:
                text = action.text().split("\t")[0]
                if text.endswith("…") or any(word in text.lower() for word in AVOIDED):
                    return "look at the menu"
                action.trigger()
                return f"menu: {text[:30]}"
            inner.aboutToShow.emit()
            actions = [a for a in inner.actions() if a.isEnabled() and not a.isSeparator()]
        return "look at the menu"

    def _point_at(self, view) -> None:
        """Move, press, drag and turn the wheel over a picture or a plot."""
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        target = view.viewport() if hasattr(view, "viewport") else view

        def somewhere() -> QPoint:
            width, height = max(1, target.width()), max(1, target.height())
            return QPoint(self._random.randrange(width), self._random.randrange(height))

        at, left = somewhere(), Qt.MouseButton.LeftButton
        what = self._random.randrange(5)
        if what == 0:
            QTest.mouseClick(target, left, pos=at)
        elif what == 1:
            QTest.mouseDClick(target, left, pos=at)
        elif what == 2:
            QTest.mousePress(target, left, pos=at)
            QTest.mouseMove(target, somewhere())
            QTest.mouseRelease(target, left, pos=somewhere())
        elif what == 3:
            turned = self._random.choice((-240, -120, 120, 240))
            event = QWheelEvent(
                QPointF(at), QPointF(target.mapToGlobal(at)), QPoint(), QPoint(0, turned),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(target, event)
        else:
            QTest.mouseMove(target, at)

    def _press_a_key(self) -> str:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        key = self._random.choice(
            ("Space", "Left", "Right", "Home", "End", "Escape", "Up", "Down", "PageUp", "PageDown")
        )
        modifier = self._random.choice(("NoModifier", "ShiftModifier"))
        QTest.keyClick(
            self.window, getattr(Qt.Key, f"Key_{key}"), getattr(Qt.KeyboardModifier, modifier)
        )
        return f"key {key}"

    def _change_the_window(self) -> str:
        what = self._random.choice(("size", "theme", "presentation", "workspace", "side by side"))
        window = self.window
        if what == "size":
            window.resize(*self._random.choice(((1280, 720), (1920, 1080), (1100, 700))))
        elif what == "theme":
            window.theme.set_name(self._random.choice(("dark", "light")))
        elif what == "presentation":
            window.stage.toggle()
        elif what == "workspace":
            window.show_workspace(self._random.choice(tuple(window.workspaces)))
        else:
            left, right = self._random.sample(tuple(window.workspaces), 2)
            if self._random.random() < 0.5:
                window.docks.side_by_side(left, right)
            else:
                window.reset_layout()
        return f"change the {what}"

    def _keep_busy(self) -> str:
        """Let a run train and a chain sample again."""
        from PySide6.QtWidgets import QWidget

        for name in ("training.start", "reverse.run"):
            if name in self._avoided:
                continue
            button = self.window.findChild(QWidget, name)
            if button is not None and button.isEnabled():
                button.click()
        return "keep it busy"


def _usable(widget) -> bool:
    """Whether a person can do anything with it but look at it."""
    from pyqtgraph import PlotWidget
    from PySide6.QtWidgets import (
        QAbstractButton,
        QAbstractSlider,
        QComboBox,
        QDoubleSpinBox,
        QLineEdit,
        QListWidget,
        QScrollBar,
        QSpinBox,
    )

    from diffvis.app.widgets.raster import RasterView

    kinds = (
        QAbstractButton, QAbstractSlider, QComboBox, QDoubleSpinBox, QLineEdit, QListWidget,
        QSpinBox, PlotWidget, RasterView,
    )  # fmt: skip
    return isinstance(widget, kinds) and not isinstance(widget, QScrollBar)


def _kind(widget) -> str:
    return type(widget).__name__
