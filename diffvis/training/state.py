"""All that training changes: saved in a checkpoint, it continues to the same bits."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import nn

from diffvis.data.dataset import Dataset
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.diffusion.seeds import fold_seed
from diffvis.models.blueprint import Blueprint
from diffvis.networks.layout import with_image_layout
from diffvis.training.asked import blueprint_of
from diffvis.training.device import autocast_dtype, resolve_device
from diffvis.training.ema import EMA
from diffvis.training.fault import Fault
from diffvis.training.memory import check_memory
from diffvis.training.optimisers import make_optimizer
from diffvis.training.ranks import ALONE, Ranks

if TYPE_CHECKING:  # it needs pydantic, which only a configuration is worth
    from diffvis.training.config import TrainConfig

# Streams of random numbers, each with a seed of its own derived from the run's.
STREAMS = ("init", "data", "time", "noise")


@dataclass
class Generators:
    """One owned generator for each use, so that no use disturbs another."""

    data: torch.Generator  # CPU: the order of the samples, and their flips
    time: torch.Generator  # CPU: timesteps, hidden labels, seeds of dropout
    noise: torch.Generator  # on the run's device: eps

    @classmethod
    def seeded(cls, seed: int, device: torch.device) -> "Generators":
        return cls(
            data=seeded_generator(seed, "data"),
            time=seeded_generator(seed, "time"),
            noise=seeded_generator(seed, "noise", device),
        )


@dataclass
class Validated:
    """What the validations so far decided."""

    at: int = -1  # step of the last one
    best: float = math.inf
    best_step: int = 0
    without_best: int = 0  # validations since the best

    def add(self, step: int, loss: float) -> bool:
        """Count a validation; returns whether it is the best so far."""
        self.at = step
        if loss < self.best:
            self.best, self.best_step, self.without_best = loss, step, 0
            return True
        self.without_best += 1
        return False


@dataclass
class TrainState:
    """A run between two optimiser steps."""

    config: "TrainConfig"
    blueprint: Blueprint
    device: torch.device
    network: nn.Module
    forward: nn.Module  # the network as the steps call it: compiled, or one of several processes'
    ema: EMA
    optimizer: torch.optim.Optimizer
    generators: Generators
    autocast: torch.dtype | None
    micro_batch: int  # samples that go through the network at once
    scaler: torch.amp.GradScaler | None = None  # for float16
    ranks: Ranks = ALONE
    fault: Fault | None = None
    lr_factor: float = 1.0  # set by the user while it runs
    step: int = 0
    seconds: float = 0.0  # spent in steps
    validated: Validated = field(default_factory=Validated)

    def __post_init__(self) -> None:
        self.parameters = list(self.network.parameters())
        self.has_dropout = any(
            isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0
            for module in self.network.modules()
        )

    @property
    def denoiser(self) -> NetworkDenoiser:
        """The EMA copy as a denoiser; it changes as training goes on."""
        return self.blueprint.denoiser(self.ema.module)


def seeded_generator(seed: int, stream: str, device: torch.device | str = "cpu") -> torch.Generator:
    """The generator of one stream of a run's seed."""
    mixed = (fold_seed(seed) * len(STREAMS) + STREAMS.index(stream)) * 0x9E3779B97F4A7C15 % 2**63
    return torch.Generator(device).manual_seed(mixed)


def new_state(
    config: "TrainConfig", dataset: Dataset, ranks: Ranks = ALONE, fault: Fault | None = None
) -> TrainState:
    """A run before its first step; the same seed gives the same weights on every device.

    Raises:
        UserError: the device is not there, or cannot compute in that precision; there are more
            processes than samples in a batch; or it would need more memory than there is.
    """
    ranks.check(config.batch_size)
    check_memory(config, dataset.shape)
    device = resolve_device(config.device, ranks.local_rank)
    blueprint = blueprint_of(config, dataset)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeded_generator(config.seed, "init").initial_seed())
        network = blueprint.make_network()
    if fault is not None:
        fault.prepare(network)
    if not blueprint.is_points:
        network = with_image_layout(network, device)
    network = network.to(device).train()
    return TrainState(
        config=config,
        blueprint=blueprint,
        device=device,
        network=network,
        forward=network,
        ema=EMA(network, config.ema_decay),
        optimizer=make_optimizer(config, network),
        generators=Generators.seeded(config.seed, device),
        autocast=autocast_dtype(config.precision, device, blueprint.is_points),
        micro_batch=config.batch_size,
        scaler=torch.amp.GradScaler(device.type) if config.precision == "float16" else None,
        ranks=ranks,
        fault=fault,
    )
