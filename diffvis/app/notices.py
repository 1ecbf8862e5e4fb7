"""What the window has to say to the person, inline and never in the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, Flag, auto

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.failure import Failure
from diffvis.errors import UserError

WORD = re.compile(r"[^\W\d_]+[,;:]?(\s|$)")


class NoticeKind(Enum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class About(Flag):
    """What a notice is about: when that has changed or gone well, what was said no longer holds."""

    NOTHING = 0
    DATA = auto()
    MODEL = auto()
    SCHEDULE = auto()
    FORWARD = auto()  # what Forward shows
    REVERSE = auto()  # the chain, and what is compared with it
    RUN = auto()  # a training
    EXPORT = auto()
    BENCH = auto()  # a tool at work
    INCOMING = auto()  # what was dropped or pasted
    LECTURE = auto()


@dataclass(frozen=True)
class Notice:
    """One message: what happened, what to do, and the traceback for those who want it."""

    title: str
    hint: str = ""
    kind: NoticeKind = NoticeKind.INFO
    details: str = ""
    action: tuple[str, Callable[[], object]] | None = None
    """Something that the person may want instead: what the button says, and what it does."""
    copied: bool = False
    """Whether it tells of what is on the clipboard, which *Copy* would displace."""
    stays: bool = False
    """Whether it is still there when the action has been done."""
    about: About = About.NOTHING
    """It goes with any of these; one that is about nothing stays until it is dismissed."""

    @classmethod
    def of(cls, failure: Failure, about: About = About.NOTHING, doing: str = "") -> "Notice":
        title = f"{doing}: {failure.title}" if doing else failure.title
        return cls(title, failure.hint, NoticeKind.ERROR, failure.details, about=about)

    @classmethod
    def refusing(cls, error: UserError, about: About) -> "Notice":
        """What a person asked for and cannot have."""
        return cls(error.problem, error.remedy, NoticeKind.ERROR, about=about)


class NoticeBar(QFrame):
    """Shows the newest notice with what else can be done, Details, Copy and Dismiss."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice: Notice | None = None
        self.setObjectName("notice.bar")
        self.setAccessibleName("Notice")
        self._mark = QLabel()
        self._mark.setFixedWidth(22)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QLabel()
        self._text.setObjectName("notice.text")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit()
        self._details.setObjectName("notice.details_text")
        self._details.setReadOnly(True)
        self._details.setFixedHeight(150)
        self._action_button = self._button("", "notice.action")
        self._action_button.setAccessibleName("What the notice offers")
        self._action_button.clicked.connect(self._act)
        self._details_button = self._button("Details", "notice.details", checkable=True)
        self._details_button.toggled.connect(self._details.setVisible)
        self._copy_button = self._button("Copy", "notice.copy")
        self._copy_button.clicked.connect(self._copy)
        dismiss = self._button("Dismiss", "notice.dismiss")
        dismiss.clicked.connect(self.clear)

        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        self._buttons = (self._action_button, self._details_button, self._copy_button, dismiss)
        for button in self._buttons:
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 6)
        layout.addLayout(row)
        layout.addWidget(self._details)
        self.clear()

    @property
    def notice(self) -> Notice | None:
        """The notice on show, if any."""
        return self._notice

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self._notice = notice
        self._mark.setText({"info": "i", "warning": "!", "error": "✕"}[notice.kind.value])
        self._text.setText(
            f"{notice.title}. {_sentence(notice.hint)}" if notice.hint else notice.title
        )
        self._details.setPlainText(notice.details)
        words = notice.action[0] if notice.action else ""
        self._action_button.setText(words)
        self._action_button.setAccessibleName(words)
        self._action_button.setVisible(bool(words))
        self._details_button.setVisible(bool(notice.details))
        self._details_button.setChecked(False)
        self._copy_button.setVisible(not notice.copied)
        self._details.hide()
        self.setProperty("kind", notice.kind.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """As high as the words are at this width; a tool bar would ask how high they are narrow."""
        if self._notice is None:
            return
        shown = [button for button in self._buttons if not button.isHidden()]
        taken = sum(button.sizeHint().width() + 6 for button in shown) + 22 + 30
        self._text.setMinimumHeight(0)  # else it is never less than for the notice before
        self._text.setFixedHeight(self._text.heightForWidth(max(200, self.width() - taken)))
        self.layout().activate()  # so that who asks for the bar's height hears of this one

    @Slot()
    def clear(self) -> None:
        self._notice = None
        self.hide()

    @Slot(object)
    def forget(self, about: About) -> None:
        """Take the notice away if it is about this, which is no longer as it was."""
        if self._notice is not None and self._notice.about & about:
            self.clear()

    @Slot()
    def _act(self) -> None:
        notice = self._notice
        if notice is None or not notice.stays:
            self.clear()
        if notice is not None and notice.action is not None:
            notice.action[1]()

    @Slot()
    def _copy(self) -> None:
        if self._notice is not None:
            parts = (self._notice.title, self._notice.hint, self._notice.details)
            QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))

    @staticmethod
    def _button(text: str, name: str, checkable: bool = False) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setCheckable(checkable)
        button.setFlat(True)
        return button


def _sentence(text: str) -> str:
    """A name or a line of code at the beginning stays as it is."""
    begins = text[:1].upper() + text[1:] if WORD.match(text) else text
    return begins + ("" if text.endswith((".", "?", "!")) else ".")
