"""A real browser without a window, told what to do over a pipe (the DevTools protocol)."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 120.0  # seconds until a browser has done what it was told; machines are busy
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
KEYS = {
    "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, " ": 32, "PageDown": 34, "Escape": 27,
}  # fmt: skip


def installed() -> str | None:
    """The program, where there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser(folder: Path) -> Iterator["Page"]:
    """A page of a browser that keeps what it keeps in ``folder``."""
    program = installed()
    assert program is not None
    (ours_out, theirs_in), (theirs_out, ours_in) = os.pipe()[::-1], os.pipe()[::-1]
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out)]
    os.close(theirs_in)
    os.close(theirs_out)

    def joined() -> None:  # the browser reads commands from 3 and answers to 4
        os.dup2(ends[0], 3)
        os.dup2(ends[1], 4)

    words = [
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}",
        "--allow-file-access-from-files", "about:blank",
    ]  # fmt: skip
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False,
            preexec_fn=joined,
        )  # fmt: skip
    for end in ends:
        os.close(end)
    try:
        yield Page(ours_in, ours_out)
    finally:
        os.close(ours_out)  # which ends it
        try:
            process.wait(PATIENCE)
        finally:
            os.close(ours_in)


class Page:
    """One page; what goes wrong in it is in ``errors``, what it asked for in ``asked``."""

    def __init__(self, answers: int, commands: int) -> None:
        self._answers, self._commands = answers, commands
        self._number, self._buffer, self._session = 0, b"", ""
        self.errors: list[str] = []
        self.asked: list[str] = []
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **values: Any) -> dict[str, Any]:
        """A command of the protocol, and its answer."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": values}
        if self._session:
            told["sessionId"] = self._session
        content = json.dumps(told).encode() + b"\0"
        while content:
            content = content[os.write(self._commands, content) :]
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard["error"]
                return heard["result"]
            self._note(heard)

    def open(self, address: str) -> None:
        self.tell("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression, or of what it promises."""
        made = self.tell(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True,
            userGesture=True,
        )  # fmt: skip
        assert "exceptionDetails" not in made, made["exceptionDetails"]
        return made["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until an expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.run(condition):
            assert time.monotonic() < until, condition

    def press(self, key: str, *, shift: bool = False) -> None:
        """A key, as from a keyboard."""
        told = {
            "key": key, "code": "Space" if key == " " else key,
            "windowsVirtualKeyCode": KEYS[key], "modifiers": 8 * shift,
        }  # fmt: skip
        self.tell("Input.dispatchKeyEvent", type="rawKeyDown", **told)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **told)

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.tell(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )  # fmt: skip

    def resize(self, width: int, height: int) -> None:
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def picture(self) -> bytes:
        """What is on the page, as PNG."""
        made = self.tell("Page.captureScreenshot", format="png")
        return base64.b64decode(made["data"])

    def prefer(self, **features: str) -> None:
        """What a reader prefers: ``prefers_reduced_motion="reduce"``."""
        told = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.tell("Emulation.setEmulatedMedia", features=told)

    def _note(self, heard: dict[str, Any]) -> None:
        told = heard.get("params", {})
        if heard.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"]))
        if heard.get("method") == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.errors.append(told["entry"]["text"])
        if heard.get("method") == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            assert ready, "the browser does not answer"
            read = os.read(self._answers, 1 << 20)
            assert read, "the browser has ended"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)
