"""What options can be chosen from, where more than one command has them."""

from enum import StrEnum


class Sampler(StrEnum):
    ddpm = "ddpm"
    ddim = "ddim"
