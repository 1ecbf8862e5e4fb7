"""The code of what is on screen: short scripts of plain PyTorch, and shorter ones with diffvis.

Both make the same numbers. What a script cannot hold, a network or a data set, is an ellipsis with
a comment that says what belongs there.
"""

from diffvis.viewing.scripts.bench import bench_script, short_bench_script
from diffvis.viewing.scripts.forward import forward_script, short_forward_script
from diffvis.viewing.scripts.reverse import reverse_script, short_reverse_script
from diffvis.viewing.scripts.schedule import schedule_script, short_schedule_script
from diffvis.viewing.scripts.training import short_training_script, training_script

__all__ = [
    "bench_script",
    "forward_script",
    "reverse_script",
    "schedule_script",
    "short_bench_script",
    "short_forward_script",
    "short_reverse_script",
    "short_schedule_script",
    "short_training_script",
    "training_script",
]
