"""What more than one command can be given: choices, and an option."""

from enum import StrEnum
from typing import Annotated

import typer

Shift = Annotated[
    float,
    typer.Option(help="Above 1 the steps lie closer near the noise, below near the data."),
]


class Sampler(StrEnum):
    ddpm = "ddpm"
    ddim = "ddim"
    dpm_solver = "dpm-solver"


class Variance(StrEnum):
    auto = "auto"
    small = "small"
    large = "large"
    learned = "learned"


class Clip(StrEnum):
    auto = "auto"
    none = "none"
    static = "static"
    dynamic = "dynamic"
