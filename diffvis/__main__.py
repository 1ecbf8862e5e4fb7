"""``python -m diffvis`` is the same as ``diffvis``."""

import os
import sys

from diffvis.cli import main

status = main()
if "LOCAL_RANK" in os.environ:
    # What PyTorch keeps of a connection, also of one that is closed, may abort while it is torn
    # down, and torchrun would take that for a failure.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
sys.exit(status)
