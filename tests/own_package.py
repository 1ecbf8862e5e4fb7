"""A package of one's own, as it lies on a path once it is installed: for tests."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from diffvis.data.registry import OWN_SETS
from diffvis.networks import NETWORKS
from diffvis.sampling.registry import SAMPLERS

NETWORK = """
    from torch import nn

    from diffvis.networks import fits_points, register

    @register("own-net", "One layer of one's own", fits=fits_points)
    class OwnNet(nn.Module):
        def __init__(self, shape, *, T, width=8):
            super().__init__()
            self.layer = nn.Linear(shape[0], shape[0])

        def forward(self, x_t, t, labels=None):
            return self.layer(x_t)
"""

SAMPLER = """
    from diffvis.sampling.sampler import Mean, Sampler, register
    from diffvis.settings import setting

    @register("straight", "Straight", "x̂_0 at once (nobody, 2030)", year=2030)
    class Straight(Sampler):
        push: float = setting(1.0, ge=0, le=2, label="Push", help="How far it goes.")

        def mean(self, schedule, t, s, t_before=None):
            return Mean(x0_hat=self.push)
"""

DATA_SET = """
    import torch

    from diffvis.data import register
    from diffvis.data.cloud import Cloud
    from diffvis.data.points import point_dataset

    @register("own-line", "Line of one's own", "points on a line", "points", options=("n",))
    def open_line(source, *, n=300):
        x = torch.linspace(-1, 1, n)[:, None] * torch.tensor([3.0, 4.0])
        cloud = Cloud(x, None, None)
        return point_dataset(cloud, name="own-line", title="Line of one's own", source=source)
"""

GROUPS = {
    "diffvis.networks": ("net", NETWORK),
    "diffvis.samplers": ("walk", SAMPLER),
    "diffvis.datasets": ("line", DATA_SET),
}


def write_package(folder: Path, name: str, modules: dict[str, tuple[str, str]]) -> None:
    """An installed package: ``modules`` gives for each group of entry points the module that is
    named there, and its text.
    """
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = []
    for group, (module, text) in modules.items():
        (package / f"{module}.py").write_text(dedent(text), encoding="utf-8")
        lines += [f"[{group}]", f"{module} = {name}.{module}", ""]
    (facts / "entry_points.txt").write_text("\n".join(lines))


@contextmanager
def installed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **packages: dict[str, tuple[str, str]]
) -> Iterator[None]:
    """Packages that ``write_package`` writes into the folder join meanwhile."""
    for name, modules in packages.items():
        write_package(folder, name, modules)
    monkeypatch.syspath_prepend(folder)
    with ExitStack() as stack:
        for registry in (NETWORKS, SAMPLERS, OWN_SETS):
            stack.enter_context(registry.for_a_while())
        yield
    for module in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[module]
