"""The loss of a run, as an equation."""

from diffvis.app.widgets.symbols import with_subscripts
from diffvis.training.config import TrainConfig

NORMS = {
    "eps": "‖ε − ε_θ(x_t, t)‖²",
    "x0": "‖x_0 − x_θ(x_t, t)‖²",
    "v": "‖v − v_θ(x_t, t)‖²,  v = √ᾱ_t ε − √(1−ᾱ_t) x_0",
}
LOSSES = {"simple": "L_simple = E", "min-snr": "L = E w_t ", "hybrid": "L_hybrid = λ L_vlb + E"}


def loss_equation(config: TrainConfig | None) -> str:
    """What a run makes small; without one, L_simple of Ho et al. 2020, eq. 14."""
    loss, predict = ("simple", "eps") if config is None else (config.loss, config.predict)
    return with_subscripts(LOSSES[loss] + NORMS[predict])
