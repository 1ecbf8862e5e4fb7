"""What the processes beside the first one do: take their part of each step that it orders."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training.checkpoint import restore
from diffvis.training.compiling import compile_network
from diffvis.training.config import make_config
from diffvis.training.loop import train
from diffvis.training.ranks import Ranks, watched
from diffvis.training.state import TrainState, new_state


def begin(state: TrainState, dataset: Dataset, checkpoint: Path) -> None:
    """In the first process: let the others begin at the same state, which is in ``checkpoint``."""
    if state.ranks.alone:
        return
    message: dict[str, object] = {
        "config": state.config.model_dump(mode="json"),
        "fingerprint": dataset.fingerprint,
    }
    state.ranks.tell(message, checkpoint.read_bytes())
    state.forward = state.ranks.wrapped(state.network, state.device)


def help_run(ranks: Ranks, open_data: Callable[..., Dataset] = open_dataset) -> int:
    """In every other process: help until the first one says that it is over.

    Returns:
        The step that was reached.

    Raises:
        UserError: the data is not the same here, or the first process has ended.
    """
    told = ranks.hear()
    if told is None:
        return 0
    message, checkpoint = told
    config = make_config(message["config"])
    dataset = open_data(config.data, **config.data_options)
    if dataset.fingerprint != message["fingerprint"]:
        raise UserError(
            f"the data {config.data} is not the same for process {ranks.rank}",
            "give all processes the same data",
        )
    state = new_state(config, dataset, ranks)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "state.safetensors"
        file.write_bytes(checkpoint)
        restore(state, file)
    state.forward = ranks.wrapped(state.network, state.device)
    if config.compile and state.step < config.steps:
        compile_network(state)
    steps = train(state, dataset)
    while (lr_factor := ranks.next_order()) is not None:
        state.lr_factor = lr_factor
        with watched():
            next(steps)
    return state.step
