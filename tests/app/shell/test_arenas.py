"""However many threads there are, they share the heaps that the C library may have."""

import ctypes
import os
import sys
from pathlib import Path

import pytest
from programs import run

from diffvis.app.shell.arenas import MOST

THREADS = 6
COUNT = """
import ctypes, re, sys, threading
from diffvis.app.shell.arenas import share_arenas

libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p

def heaps():
    file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    return len(re.findall("<heap nr=", open(sys.argv[1]).read()))

share_arenas()
before, all_there = heaps(), threading.Barrier(int(sys.argv[2]))
def allocate():
    libc.malloc(1000)
    all_there.wait()  # what one has had, another would take over
threads = [threading.Thread(target=allocate) for _ in range(int(sys.argv[2]))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(before, heaps())
"""


@pytest.mark.process
@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="glibc alone"
)
@pytest.mark.parametrize("chosen", [False, True])
def test_threads_share_two_heaps_unless_the_user_has_chosen(tmp_path: Path, chosen: bool) -> None:
    env = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    if chosen:
        env["MALLOC_ARENA_MAX"] = str(THREADS)
    done = run(COUNT, tmp_path / "heaps.xml", THREADS, env=env)
    assert done.returncode == 0, done.stderr
    before, after = map(int, done.stdout.split())
    if chosen:
        assert after > max(before, MOST)
    else:
        assert after == max(before, MOST)
