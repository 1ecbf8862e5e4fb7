"""Several processes that train one network together, started by torchrun.

Every process draws the same batch, timesteps and noise, and takes its part of them; PyTorch's
DistributedDataParallel averages the gradients. So K processes take the steps that one would take.
The first one, of rank 0, runs the run: it writes the folder, validates and decides. The others
(``help_run``) wait for its orders, each of which is one step or the end.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from diffvis.errors import UserError

_PATIENCE = timedelta(days=7)  # of the helpers, while the first process is paused
_END, _STEP = 0.0, 1.0


class LostProcessError(UserError):
    """Another process of the training has ended, so that this one cannot go on either."""

    def __init__(self) -> None:
        super().__init__(
            "another process of this training has ended, so this one stops too",
            "go on with --resume, with torchrun or without; what was saved last is not lost",
        )


@dataclass(eq=False)
class Ranks:
    """Which of how many processes this is. One alone has nobody to talk to."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0  # on this machine
    _told: bool = False  # the others know the run and wait for orders
    _in_step: bool = False

    @property
    def alone(self) -> bool:
        return self.size == 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def part(self, count: int) -> slice:
        """What of a batch of ``count`` samples this process takes."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def check(self, batch_size: int) -> None:
        """Whether each process has something of a batch to do.

        Raises:
            UserError: it has not.
        """
        if batch_size < self.size:
            raise UserError(
                f"batch_size = {batch_size} is too little for {self.size} processes",
                "give each process one sample at least",
            )

    def share(self, part: int, whole: int) -> float:
        """What a sum over ``part`` samples is divided by, so that the mean over all processes is
        the mean over the ``whole`` batch.
        """
        return part if self.alone else whole / self.size

    def gathered(self, values: Tensor, count: int) -> Tensor:
        """The values (n,) of each process's part of a batch as those of all (count,)."""
        if self.alone:
            return values
        whole = values.new_zeros(count)
        whole[self.part(count)] = values
        with watched():
            dist.all_reduce(whole)
        return whole

    def wrapped(self, network: nn.Module, device: torch.device) -> nn.Module:
        """What computes as ``network`` does, and averages its gradients over all processes."""
        if self.alone:
            return network
        with watched():
            return nn.parallel.DistributedDataParallel(
                network, device_ids=[device] if device.type == "cuda" else None
            )

    # --- what the first process tells the others ------------------------------------------

    def tell(self, message: dict[str, object] | None, content: bytes = b"") -> None:
        """Begin: with a description of the run and its state, or None if there will be no run."""
        _broadcast_bytes(b"" if message is None else json.dumps(message).encode())
        if message is not None:
            _broadcast_bytes(content)
            self._told = True

    def hear(self) -> tuple[dict[str, Any], bytes] | None:
        """What ``tell`` tells."""
        message = _broadcast_bytes()
        return (json.loads(message), _broadcast_bytes()) if message else None

    @contextlib.contextmanager
    def step(self, lr_factor: float) -> Iterator[None]:
        """Around the step of the first process: let the others take their parts of it.

        Raises:
            LostProcessError: one of them has ended.
        """
        if self.alone:
            yield
            return
        with watched():
            self._in_step = True
            self._order(_STEP, lr_factor)
            yield
            self._in_step = False

    def dismiss(self) -> None:
        """Let the others end: there is no run, or it is over."""
        if self.alone or self._in_step:  # those that wait in a step notice when this one ends
            return
        with contextlib.suppress(LostProcessError):  # who has ended needs no order
            self._order(_END) if self._told else self.tell(None)

    def _order(self, kind: float, value: float = 0.0) -> None:
        with watched():
            dist.broadcast(torch.tensor([kind, value], dtype=torch.float64), 0)

    def next_order(self) -> float | None:
        """The learning rate's factor of the step to take now, or None at the end."""
        order = torch.zeros(2, dtype=torch.float64)
        with watched():
            dist.broadcast(order, 0)
        kind, value = order.tolist()
        return value if kind == _STEP else None


ALONE = Ranks()


@contextlib.contextmanager
def joined() -> Iterator[Ranks]:
    """The processes that torchrun has started with this one; ``ALONE`` where it did not."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1 or "LOCAL_RANK" not in os.environ:
        yield ALONE
        return
    cuda = torch.cuda.is_available() and dist.is_nccl_available()
    dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=_PATIENCE)
    ranks = Ranks(dist.get_rank(), dist.get_world_size(), int(os.environ["LOCAL_RANK"]))
    try:
        yield ranks
    finally:
        if ranks.first:
            ranks.dismiss()
    dist.destroy_process_group()


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Around what talks to other processes.

    Raises:
        LostProcessError: one of them does not answer any more.
    """
    try:
        yield
    except RuntimeError as error:
        if is_lost(error):
            raise LostProcessError from error
        raise


def is_lost(error: RuntimeError) -> bool:
    """Whether an error of PyTorch means that a connection to another process has broken."""
    if isinstance(error, dist.DistError):
        return True
    text = str(error).lower()
    return any(word in text for word in ("gloo", "nccl", "by peer", "connection", "broken pipe"))


def _broadcast_bytes(content: bytes | None = None) -> bytes:
    """Give ``content`` to the others or, with None, receive it."""
    with watched():
        length = torch.tensor([0 if content is None else len(content)])
        dist.broadcast(length, 0)
        if content is None:
            data = torch.zeros(int(length), dtype=torch.uint8)
        else:
            data = torch.frombuffer(bytearray(content or b"\0"), dtype=torch.uint8)[: len(content)]
        if len(data):
            dist.broadcast(data, 0)
    return data.numpy().tobytes()
