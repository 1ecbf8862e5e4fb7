"""Which function of a student's is which, and what its parameters stand for."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "linear_beta_schedule": (
        "linear_beta_schedule", "linear_schedule", "linear_betas", "get_linear_schedule",
        "make_linear_schedule", "beta_schedule", "get_beta_schedule", "make_beta_schedule",
        "get_betas", "make_betas", "prepare_noise_schedule", "linear_noise_schedule",
    ),
    "cosine_beta_schedule": (
        "cosine_beta_schedule", "cosine_schedule", "cosine_betas", "get_cosine_schedule",
        "make_cosine_schedule", "cosine_noise_schedule",
    ),
    "q_sample": (
        "q_sample", "forward_diffusion", "forward_diffusion_sample", "forward_diffuse", "diffuse",
        "add_noise", "noise_images", "noise_image", "forward_process", "forward_noise",
        "perturb_input", "perturb", "q_xt_x0", "noising", "get_noisy_image", "sample_q",
        "forward_sample", "noisify",
    ),
    "p_sample": (
        "p_sample", "sample_timestep", "denoise_step", "ddpm_step", "reverse_step",
        "remove_noise", "p_sample_step", "denoise_add_noise", "reverse_diffusion_step",
        "ddpm_sample_step", "sample_step", "reverse_sample", "p_xt", "backward_step", "step",
        "sample_prev_timestep", "reverse_diffusion_p",
    ),
    "ddim_step": (
        "ddim_step", "ddim_sample_step", "p_sample_ddim", "ddim_update", "sample_step_ddim",
        "ddim_reverse_step", "ddim_p_sample", "denoise_ddim",
    ),
    "p_losses": (
        "p_losses", "compute_loss", "diffusion_loss", "get_loss", "training_loss",
        "training_losses", "ddpm_loss", "loss_fn", "noise_loss", "loss", "simple_loss",
    ),
    "predict_x0": (
        "predict_x0", "predict_start_from_noise", "predict_xstart_from_eps", "x0_from_eps",
        "pred_x0", "estimate_x0", "predict_x_start", "get_x0", "x0_hat", "predict_x0_from_noise",
        "reconstruct_x0", "predict_xstart",
    ),
    "posterior": (
        "posterior", "q_posterior", "q_posterior_mean_variance", "posterior_mean_variance",
        "posterior_mean_and_variance", "q_posterior_mean",
    ),
    "sample": (
        "p_sample_loop", "sample", "sample_images", "generate", "sample_ddpm", "ddpm_sample",
        "generate_samples", "reverse_process", "reverse_diffusion",
    ),
}  # fmt: skip
"""By the papers' names, and the names of well-known code."""

X0 = ("x0", "x_0", "x_start", "x_init", "x_zero", "x_clean", "clean", "original", "original_images")
X_T = ("x_t", "xt", "x_i", "x_k", "x_noisy", "noisy", "z_t", "noisy_images", "x_tplus1")
PLAIN = ("x", "img", "image", "images", "imgs", "data", "batch", "sample", "z", "x_batch", "inputs")
ROLES: Mapping[str, tuple[str, ...]] = {
    "t": ("t", "timestep", "time", "step", "ts", "timestep_t", "time_step", "k", "n", "tt"),
    "t_index": ("t_index", "index", "i", "idx", "time_index"),
    "s": ("s", "t_prev", "prev_t", "t_next", "next_t", "t_1", "t_minus_1", "prev_timestep", "tau",
          "t_s", "s_index"),
    "noise": ("noise", "eps", "epsilon", "e", "epsilons", "gaussian_noise", "x_noise"),
    "z": ("z", "fresh_noise", "random_noise"),
    "eps_hat": ("pred_noise", "predicted_noise", "noise_pred", "eps_hat", "eps_pred", "eps_theta",
                "model_output", "pred", "e_t", "epsilon_theta", "et", "predicted", "eps_t"),
    "model": ("model", "net", "network", "denoiser", "denoise_model", "eps_model", "unet",
              "nn_model", "ema_model", "denoise_fn", "epsilon_model", "denoise", "f"),
    "eta": ("eta",),
    "labels": ("c", "y", "labels", "label", "class_labels", "context", "cond", "classes", "y0"),
    "T": ("T", "timesteps", "num_timesteps", "n_timesteps", "steps", "n_steps", "noise_steps",
          "num_steps", "n_T", "num_diffusion_timesteps", "num_train_timesteps", "total_steps",
          "time_steps", "timestep_count", "diffusion_steps"),
    "beta_start": ("beta_start", "beta1", "beta_1", "b1", "start", "beta_min", "min_beta",
                   "start_beta", "low"),
    "beta_end": ("beta_end", "beta2", "beta_2", "b2", "end", "beta_max", "max_beta", "end_beta",
                 "high"),
    "device": ("device", "dev"),
    "shape": ("shape", "size"),
    "count": ("count", "n_samples", "num_samples", "batch_size", "n_sample", "num_images"),
    "image_size": ("image_size", "img_size", "size_px", "width", "height"),
    "channels": ("channels", "n_channels", "in_channels"),
    "betas": ("betas", "beta", "beta_schedule", "beta_t"),
    "alphas": ("alphas", "alpha"),
    "alphas_cumprod": ("alphas_cumprod", "alpha_bar", "alphas_bar", "alpha_bars", "alpha_hat",
                       "alphabar", "alphas_cum", "alpha_cumprod", "abar", "a_bar", "alpha_prod",
                       "alphabar_t", "alphas_hat", "bar_alpha", "alphas_prod", "alpha_cum", "ab"),
    "sqrt_alphas_cumprod": ("sqrt_alphas_cumprod", "sqrt_alpha_bar", "sqrt_alpha_hat",
                            "alphas_bar_sqrt", "sqrtab", "sqrt_ab", "sqrt_alphas_bar",
                            "sqrt_alpha_cumprod"),
    "sqrt_one_minus_alphas_cumprod": (
        "sqrt_one_minus_alphas_cumprod", "sqrt_one_minus_alpha_bar", "one_minus_alphas_bar_sqrt",
        "sqrt_one_minus_alpha_hat", "sqrtmab", "sqrt_one_minus_alphas_bar", "sqrt_1mab",
        "sqrt_one_minus_alpha_cumprod",
    ),
    "posterior_variance": ("posterior_variance", "beta_tilde", "betas_tilde", "posterior_var"),
}  # fmt: skip
"""What the parameters of functions and constructors, and tables, are called."""

MEANT = {"q_sample": "x0", "p_losses": "x0"}
"""What a plain ``x`` is, where it is not x_t."""
OF_ONE_T = ("q_sample", "p_sample", "ddim_step", "p_losses", "predict_x0", "posterior")
MANY = ("timesteps", "steps", "time_steps")
"""What a batch of t may be called as well, in functions of one t."""
COUNTED = {"sample": "count", "linear_beta_schedule": "T", "cosine_beta_schedule": "T"}
"""What a plain ``n`` is, where it is no time."""


def function_of(name: str) -> str | None:
    """The papers' name of a function of this name; None where it is none that can be judged."""
    plain = snake(name)
    return next((paper for paper, names in FUNCTIONS.items() if plain in names), None)


def role_of(parameter: str, function: str = "") -> str | None:
    """What a parameter stands for in a function of this kind; None where that is not known."""
    plain = snake(parameter)
    if parameter == "beta_T":  # the last, and no beta of t
        return "beta_end"
    if parameter in ROLES["T"]:  # where T is not t
        return "t" if function in OF_ONE_T and plain in MANY else "T"
    if plain in ("n", "num") and function in COUNTED:
        return COUNTED[function]
    if plain in X0:
        return "x0"
    if plain in X_T:
        return "x_t"
    if function == "p_sample" and plain in ("noise", "z"):
        return "z"
    if function in ("ddim_step", "predict_x0") and plain in ROLES["noise"]:
        return "eps_hat"
    for role, names in ROLES.items():
        if plain in names and not (role == "z" and plain in PLAIN and function in MEANT):
            return role
    return MEANT.get(function, "x_t") if plain in PLAIN else None


def snake(name: str) -> str:
    """``forwardDiffuse`` and ``_Forward_Diffuse`` as ``forward_diffuse``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def parameters_of(function: Callable[..., object]) -> Sequence[inspect.Parameter]:
    """Those that can be given by position or name."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    wanted = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each for each in found if each.kind not in wanted]
