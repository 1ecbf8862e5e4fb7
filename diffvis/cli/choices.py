"""What options can be chosen from, where more than one command has them."""

from enum import StrEnum


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
