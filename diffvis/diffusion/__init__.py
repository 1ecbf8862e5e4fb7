"""The mathematics of diffusion models, on torch alone."""

from diffvis.diffusion.clipping import CLIPS, clip_x0, dynamic_threshold
from diffvis.diffusion.estimate import Estimate, estimate
from diffvis.diffusion.forward import q_path, q_posterior, q_sample, q_step
from diffvis.diffusion.guidance import Guided, drop_labels
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.prediction import PREDICTIONS, Denoiser, NetworkDenoiser, convert
from diffvis.diffusion.reverse import VARIANCES, ReverseStep, ancestral, ddim, timesteps
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, Posterior, make_schedule

__all__ = [
    "CLIPS",
    "PREDICTIONS",
    "SCHEDULE_KINDS",
    "VARIANCES",
    "Denoiser",
    "Estimate",
    "ExactDenoiser",
    "Guided",
    "NetworkDenoiser",
    "NoiseSchedule",
    "Posterior",
    "ReverseStep",
    "ancestral",
    "clip_x0",
    "convert",
    "ddim",
    "draw_noise",
    "drop_labels",
    "dynamic_threshold",
    "estimate",
    "make_schedule",
    "q_path",
    "q_posterior",
    "q_sample",
    "q_step",
    "timesteps",
]
