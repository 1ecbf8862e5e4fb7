"""Run the benchmarks, all or by name: ``python -m benchmarks [--list] [NAME ...]``.

Each one is a module of this folder that runs by itself, in a process of its own so that none
measures what another left in memory. They find real data through ``DIFFVIS_TEST_DATA``.
"""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def titles() -> dict[str, str]:
    """The name and the first line of each benchmark, without importing any."""
    found = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem] = text.partition("\n")[0]
    return found


def main() -> int:
    known = titles()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run the benchmarks.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="which ones; all when none is named"
    )
    parser.add_argument(
        "--list", action="store_true", help="say what there is, and measure nothing"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; choose from {', '.join(known)}")
    if asked.list:
        for name, title in known.items():
            print(f"{name:24} {title}")
        return 0
    worst = 0
    for name in asked.names or known:
        print(f"\n## {name}\n", flush=True)
        run = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=FOLDER.parent, check=False
        )
        worst = max(worst, abs(run.returncode))
    return worst


if __name__ == "__main__":
    sys.exit(main())
