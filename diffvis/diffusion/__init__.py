"""The mathematics of diffusion models, on torch alone."""

from diffvis.diffusion.averaging import averaged_pair
from diffvis.diffusion.clipping import CLIPS, Clipping, clip_x0, dynamic_threshold
from diffvis.diffusion.coefficients import Posterior
from diffvis.diffusion.decoder import (
    DECODERS,
    discretised_log_likelihood,
    gaussian_log_likelihood,
)
from diffvis.diffusion.estimate import Estimate, estimate
from diffvis.diffusion.floor import loss_floor
from diffvis.diffusion.forward import q_path, q_posterior, q_sample, q_step
from diffvis.diffusion.guidance import Guided, drop_labels
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.inversion import ddim_inversion
from diffvis.diffusion.likelihood import BoundTerm, bound_terms, normal_kl, prior_bits
from diffvis.diffusion.losses import LOSSES, bound_loss, hybrid_loss, min_snr_loss, simple_loss
from diffvis.diffusion.mixture import GaussianMixtureDenoiser
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.prediction import (
    PREDICTIONS,
    Denoiser,
    NetworkDenoiser,
    check_path,
    convert,
    training_target,
)
from diffvis.diffusion.reverse import ReverseStep, timesteps
from diffvis.diffusion.schedule import (
    SCHEDULE_KINDS,
    VARIANCE_PRESERVING,
    NoiseSchedule,
    make_schedule,
)
from diffvis.diffusion.true_reverse import TrueReverse, true_reverse
from diffvis.diffusion.variance import VARIANCES

__all__ = [
    "CLIPS",
    "DECODERS",
    "LOSSES",
    "PREDICTIONS",
    "SCHEDULE_KINDS",
    "VARIANCES",
    "VARIANCE_PRESERVING",
    "BoundTerm",
    "Clipping",
    "Denoiser",
    "Estimate",
    "ExactDenoiser",
    "GaussianMixtureDenoiser",
    "Guided",
    "NetworkDenoiser",
    "NoiseSchedule",
    "Posterior",
    "ReverseStep",
    "TrueReverse",
    "averaged_pair",
    "bound_loss",
    "bound_terms",
    "check_path",
    "clip_x0",
    "convert",
    "ddim_inversion",
    "discretised_log_likelihood",
    "draw_noise",
    "drop_labels",
    "dynamic_threshold",
    "estimate",
    "gaussian_log_likelihood",
    "hybrid_loss",
    "loss_floor",
    "make_schedule",
    "min_snr_loss",
    "normal_kl",
    "prior_bits",
    "q_path",
    "q_posterior",
    "q_sample",
    "q_step",
    "simple_loss",
    "timesteps",
    "training_target",
    "true_reverse",
]
