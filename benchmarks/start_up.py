"""Start-up: until something is painted, until the window can be used, and what --help imports.

Each figure is the median of several processes, from the start of the process, beside its reference:
a bare Qt window, and the imports that no such program can do without.

    python -m benchmarks.start_up [--runs 5] [--quick]
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

PAINT_TARGET_S = 0.7
"""Something is painted at most so much later than by a bare Qt window."""
USABLE_TARGET = 1.15
"""Of the time that the imports take."""
FORBIDDEN = ("torch", "PySide6")
"""What ``diffvis --help`` must not import."""

BARE = """
import sys, time
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget
class Bare(QWidget):
    def paintEvent(self, event):
        QPainter(self).drawText(20, 20, "bare")
        print("painted", time.time(), flush=True)
app = QApplication(sys.argv)
window = Bare()
window.resize(1280, 720)
window.show()
while app.processEvents() is None and not window.isVisible(): pass
app.processEvents()
"""

IMPORTS = """
import time
import torch, PySide6.QtWidgets, pyqtgraph
print("imported", time.time(), flush=True)
"""

# The program as a person starts it; what it does is watched from outside.
DIFFVIS = """
import runpy, sys, time
from PySide6.QtWidgets import QApplication
from diffvis.app.shell import main
show = main._show_splash
def show_and_say(app):
    splash = show(app)
    print("painted", time.time(), flush=True)
    return splash
main._show_splash = show_and_say
def run_until_usable(*_):
    app = QApplication.instance()
    window = next(w for w in app.topLevelWidgets() if hasattr(w, "workspaces"))
    shown = []
    window.workspaces["forward"].painted.connect(lambda: shown.append(time.time()))
    while not shown or not window.jobs.idle:
        app.processEvents()
    print("usable", time.time(), flush=True)
    window.close()
    return 0
QApplication.exec = run_until_usable
sys.argv = ["diffvis"]
runpy.run_module("diffvis", run_name="__main__")
"""

HELP = """
import sys, time
from diffvis.cli import main
main(["--help"])
print()
print("modules", *sorted({name.partition(".")[0] for name in sys.modules}))
print("helped", time.time(), flush=True)
"""


def run(code: str, home: str) -> dict[str, str]:
    """The words that the program printed; times count in seconds from the start of its process."""
    environment = os.environ | {"DIFFVIS_HOME": home}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=environment
    )
    said: dict[str, str] = {}
    for line in done.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word in ("painted", "usable", "imported", "helped"):
            said.setdefault(word, str(float(rest) - started))
        elif word == "modules":
            said["modules"] = rest
    if done.returncode or not said:
        sys.exit(f"start_up: a run failed\n{done.stderr}")
    return said


def medians(runs: int, home: str) -> dict[str, float]:
    """Seconds of each kind; the programs take turns, so that a busy moment hits all of them."""
    found: dict[str, list[float]] = {}
    for turn in range(runs + 1):
        for name, code in (("bare", BARE), ("imports", IMPORTS), ("diffvis", DIFFVIS)):
            for word, seconds in run(code, home).items():
                if turn:  # the first fills the machine's file cache
                    found.setdefault(f"{name} {word}", []).append(float(seconds))
    return {key: statistics.median(values) for key, values in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="processes of each kind")
    parser.add_argument("--quick", action="store_true", help="one process of each kind")
    asked = parser.parse_args()
    runs = 1 if asked.quick else asked.runs
    with tempfile.TemporaryDirectory() as home:
        times = medians(runs, home)
        helped = run(HELP, home)
    bare, painted = times["bare painted"], times["diffvis painted"]
    imported, usable = times["imports imported"], times["diffvis usable"]
    imports = set(helped["modules"].split()) & set(FORBIDDEN)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"median of {runs}, seconds from the start of the process\n")
    print(f"{'bare Qt window painted':38} {bare:6.2f}")
    print(f"{'diffvis painted':38} {painted:6.2f}   {painted - bare:+.2f}"
          f"   target: at most +{PAINT_TARGET_S}")  # fmt: skip
    print(f"{'import torch, PySide6, pyqtgraph':38} {imported:6.2f}")
    print(f"{'diffvis usable':38} {usable:6.2f}   x {usable / imported:.2f}"
          f"   target: at most x {USABLE_TARGET}")  # fmt: skip
    print(f"{'diffvis --help':38} {float(helped['helped']):6.2f}   imports "
          f"{', '.join(sorted(imports)) or 'neither torch nor Qt'}")  # fmt: skip
    reached = painted - bare <= PAINT_TARGET_S and usable <= USABLE_TARGET * imported
    print("reached" if reached and not imports else "missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
