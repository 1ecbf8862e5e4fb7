"""The loss of a run, as an equation."""

from diffvis.app.widgets.symbols import with_subscripts
from diffvis.diffusion.paths import FACTORS
from diffvis.training.config import TrainConfig

TARGETS = {"eps": "ε", "x0": "x_0", "v": "v", "velocity": "dx_t/du", "score": "−ε/σ_t"}
ANSWERS = {
    "eps": "ε_θ(x_t, t)", "x0": "x_θ(x_t, t)", "v": "v_θ(x_t, t)", "velocity": "u_θ(x_t, t)",
    "score": "s_θ(x_t, t)",
}  # fmt: skip
VELOCITY = ",  v = √ᾱ_t ε − √(1−ᾱ_t) x_0"
VELOCITY_ELSEWHERE = ",  v = s_t ε − σ_t x_0"  # where variance is not preserved
LOSSES = {"simple": "L_simple = E", "min-snr": "L = E w_t ", "hybrid": "L_hybrid = λ L_vlb + E"}


def loss_equation(config: TrainConfig | None) -> str:
    """What a run makes small; without one, L_simple of Ho et al. 2020, eq. 14."""
    loss, predict, references = "simple", "eps", 0
    if config is not None:
        loss, predict, references = config.loss, config.predict, config.references
    target = f"E[{TARGETS[predict]} | x_t]" if references else TARGETS[predict]
    norm = f"‖{target} − {ANSWERS[predict]}‖²"
    other = config is not None and config.schedule in FACTORS
    velocity = VELOCITY_ELSEWHERE if other else VELOCITY
    return with_subscripts(LOSSES[loss] + norm + (velocity if predict == "v" else ""))
