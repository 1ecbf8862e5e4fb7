"""What may be different when a run goes on, and what may not."""

from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, bug_of, resolved

FIXED = (  # the weights, or the order of the data, depend on these
    "data_options",
    "network",
    "network_options",
    "timesteps",
    "schedule",
    "predict",
    "loss",
    "conditional",
    "batch_size",
    "optimizer",
    "start_from",
    "told_t",
    "times",
    "reflow",
    "reflow_pairs",
    "seed",
)


def changes(begun: TrainConfig, asked: TrainConfig, shape: tuple[int, ...]) -> str:
    """What is different when a run on samples of a shape is resumed, in words.

    Raises:
        UserError: something that has to stay as it was.
    """
    if bug_of(begun) != bug_of(asked):
        raise UserError(
            f"the run was begun with the bug {bug_of(begun) or 'of nobody'}",
            "resume it as it was begun, or start a new run",
        )
    if begun.network == asked.network:  # another one might not even fit the shape
        begun, asked = resolved(begun, shape), resolved(asked, shape)
    found = []
    for name in TrainConfig.model_fields:
        old, new = getattr(begun, name), getattr(asked, name)
        if old != new:
            if name in FIXED:
                raise UserError(
                    f"the run was begun with {name} = {old}, not {new}",
                    "resume it without changing that, or start a new run",
                )
            found.append(f"{name}: {old} -> {new}")
    return "; ".join(found)
