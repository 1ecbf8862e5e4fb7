"""``python -m diffvis`` is the same as ``diffvis``."""

import sys

from diffvis.cli import main

sys.exit(main())
