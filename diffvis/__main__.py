"""``python -m diffvis`` is the same as ``diffvis``."""

import os
import sys

from diffvis.cli import main

status = main()
if status and "LOCAL_RANK" in os.environ:
    # A connection to a process that died may make PyTorch abort while it is torn down.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
sys.exit(status)
