"""Compiling the network of a run, where that is possible."""

import torch

from diffvis.training import loop
from diffvis.training.state import TrainState


def compile_network(state: TrainState) -> str | None:
    """Let the steps go through a compiled network; on a GPU by CUDA graphs, so that Python and the
    launches of single kernels are out of the way.

    It is tried on one batch of zeros, which changes nothing.

    Returns:
        Why it cannot be compiled here, or None. The run then goes on as it was.
    """
    plain = state.forward
    on_gpu = state.device.type == "cuda"
    state.forward = torch.compile(  # type: ignore[assignment]  # a module, of a module
        plain, dynamic=False, mode="reduce-overhead" if on_gpu else "default"
    )
    buffers = [buffer.clone() for buffer in state.network.buffers()]
    try:
        with torch.random.fork_rng(devices=[state.device] if on_gpu else []):
            _try(state)
    except Exception as error:  # noqa: BLE001  (a compiler fails in any way that it likes)
        state.forward = plain
        torch._dynamo.reset()
        return _reason(error)
    finally:
        state.optimizer.zero_grad(set_to_none=True)
        for buffer, before in zip(state.network.buffers(), buffers, strict=True):
            buffer.copy_(before)
    return None


def _try(state: TrainState) -> None:
    shape, device = state.blueprint.shape, state.device
    count = len(range(*state.ranks.part(state.config.batch_size).indices(state.config.batch_size)))
    x0 = loop.laid_out(state, torch.zeros((count, *shape), device=device))
    t = torch.ones(count, dtype=torch.int64)
    labels = torch.zeros_like(t).to(device) if state.blueprint.num_classes else None
    loop.gradients(state, x0, t.to(device), x0.clone(), labels)


def _reason(error: Exception) -> str:
    """One line of what a compiler said."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
