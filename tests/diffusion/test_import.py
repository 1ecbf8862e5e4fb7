import subprocess
import sys

import pytest

CHECK = """
import sys
import torch
before = set(sys.modules)
import diffvis.diffusion
new = {name.split(".")[0] for name in set(sys.modules) - before} - {"diffvis"}
print(*sorted(new - set(sys.stdlib_module_names)))
"""


@pytest.mark.process
def test_importing_the_mathematics_costs_what_torch_costs() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
