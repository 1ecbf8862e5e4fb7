"""``diffvis.view`` in a notebook's kernel: it lives between cells, and the kernel ends well."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")

pytestmark = [pytest.mark.process, pytest.mark.slow]

LIMIT_S = 240


class Kernel:
    """One that runs, and what its cells have said."""

    def __init__(self) -> None:
        self.manager, self._client = jupyter_client.manager.start_new_kernel(kernel_name="python3")
        self.process = self.manager.provisioner.process

    def run(self, source: str) -> str:
        """What a cell prints; it must not fail."""
        said: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])

        reply = self._client.execute_interactive(source, timeout=LIMIT_S, output_hook=hear)
        content = reply["content"]
        assert content["status"] == "ok", "\n".join(content.get("traceback", ()))
        return "".join(said)

    def end(self) -> int:
        """Its exit status after a person has shut it down."""
        self._client.shutdown()
        end = time.monotonic() + LIMIT_S
        while (status := self.process.poll()) is None:
            assert time.monotonic() < end, "the kernel does not end"
            time.sleep(0.05)
        self.close()
        return int(status)

    def close(self) -> None:
        self._client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    yield made
    made.close()


def test_a_window_lives_between_the_cells(kernel: Kernel) -> None:
    assert (
        kernel.run(
            "import diffvis\nopened = diffvis.view('swiss-roll', block=False)\nprint(opened)"
        )
        == "<View of swiss-roll, open>\n"
    )
    kernel.run("window = opened._window\nwindow.workspaces['training']")
    kernel.run("window.findChild(object, 'training.start').click()")
    end = time.monotonic() + LIMIT_S
    while kernel.run("print(getattr(window.workspaces['training'].record, 'step', 0))") == "0\n":
        assert time.monotonic() < end, "nobody runs Qt's events between the cells"
    kernel.run("path = window.workspaces['training'].record.path")
    assert kernel.end() == 0


def test_a_window_that_blocks_is_closed_by_the_stop_button(kernel: Kernel) -> None:
    """As ``%gui qt`` leaves it: the loop between the cells does not run within one."""
    assert (
        kernel.run(
            "%gui qt\n"
            "import diffvis, os, signal\n"
            "from PySide6.QtCore import QTimer\n"
            "QTimer.singleShot(1500, lambda: os.kill(os.getpid(), signal.SIGINT))\n"
            "try:\n"
            "    diffvis.view('swiss-roll')\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        == "interrupted\n"
    )
    assert kernel.run("print(diffvis.view('swiss-roll', block=False).is_open)") == "True\n"
    assert kernel.end() == 0
