"""The mutants of ``benchmarks.mutants``: what is made wrong, and the tests that should notice."""

from dataclasses import dataclass

STEP = "tests/training/test_independent_step.py"
BY_HAND = f"{STEP}::test_a_step_is_the_one_written_by_hand"
CHAIN = "tests/sampling/test_chain.py"
PAPERS = f"{CHAIN}::test_every_setting_gives_the_chain_of_the_papers"
NOISE = "tests/sampling/test_noise.py"
BOUND = "tests/diffusion/test_likelihood.py"


@dataclass(frozen=True)
class Mutant:
    """``before`` stands once in ``file`` and becomes ``after``; one of ``tests`` should fail."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


def _of(file: str, name: str, before: str, after: str, *tests: str) -> Mutant:
    return Mutant(name, f"diffvis/{file}.py", before, after, tests)


MUTANTS = (
    # training/loop and what it is made of
    _of(
        "training/loop", "labels never reach the network",
        "return loss(denoiser, state.blueprint.schedule, x0, t, eps, labels)",
        "return loss(denoiser, state.blueprint.schedule, x0, t, eps, None)",
        f"{BY_HAND}[simple-eps-labelled]",
    ),
    _of(
        "training/loop", "every loss is simple",
        'loss_of("simple" if ema else state.config.loss, ', 'loss_of("simple", ',
        f"{BY_HAND}[min-snr-eps-unlabelled]",
    ),
    _of(
        "training/times", "t = T is never drawn",
        "torch.randint(1, T + 1, (count,)",
        "torch.randint(1, T, (count,)",
        f"{STEP}::test_t_is_drawn_evenly_from_all_of_1_to_T",
    ),
    _of(
        "training/optimisers", "adam builds AdamW",
        'torch.optim.Adam if config.optimizer == "adam"',
        'torch.optim.AdamW if config.optimizer == "adam"',
        f"{BY_HAND}[simple-x0-unlabelled]",
    ),
    _of(
        "training/optimisers", "weight decay is ignored",
        "lr=config.lr, weight_decay=config.weight_decay", "lr=config.lr, weight_decay=0.0",
        f"{BY_HAND}[simple-v-unlabelled]",
    ),
    _of(
        "sampling/chain", "DPM-Solver never clips",
        "generator, settings.clip_for(model), labels",
        "generator, "
        'None if settings.sampler == "dpm-solver" else settings.clip_for(model), labels',
        f"{PAPERS}[pictures-dpm-solver]",
    ),
    _of(
        "training/loop", "the gradient is not clipped",
        ".clamp(min=1.0) if limit > 0 else None", ".clamp(min=1.0) if limit > 1e9 else None",
        f"{BY_HAND}[simple-eps-unlabelled]",
    ),
    _of(
        "training/loop", "the cosine falls half as fast",
        "math.cos(math.pi * step / config.steps)", "math.cos(math.pi * step / config.steps / 2)",
        f"{BY_HAND}[simple-eps-unlabelled]",
    ),
    _of(
        "training/loop", "the warm-up begins at 0",
        "(step + 1) / (config.warmup + 1)", "step / (config.warmup + 1)",
        f"{BY_HAND}[simple-eps-unlabelled]",
    ),
    _of(
        "training/loop", "a part of a batch weighs as much as the whole",
        "mean = (loss if counts is None else loss * counts[part]).sum() / count",
        "mean = loss.mean()",
        "tests/training/test_loop.py::test_what_does_not_fit_into_memory_goes_through_in_parts",
    ),
    _of(
        "training/loop", "validation is of the training weights",
        "denoiser = state.denoiser if ema else state.blueprint.denoiser(state.forward)",
        "denoiser = state.blueprint.denoiser(state.forward)",
        "tests/training/test_checks.py",
    ),
    _of(
        "training/loop", "a step with an infinite gradient is taken",
        "(loss + norm).abs() < math.inf", "loss.abs() < math.inf",
        "tests/training/test_skipping.py::test_a_step_that_is_not_finite_changes_nothing",
    ),
    _of(
        "training/loop", "targets that are averaged lose what nobody can learn",
        "ranks.gathered(loss + unlearnable, count)", "ranks.gathered(loss, count)",
        "tests/training/test_loop.py::"
        "test_averaged_targets_teach_the_same_and_are_read_on_the_same_scale",
    ),
    _of(
        "training/loop", "a learning rate that was set is forgotten",
        "learning_rate_at(config, state.step) * state.lr_factor",
        "learning_rate_at(config, state.step)",
        "tests/training/test_run.py::test_the_learning_rate_can_change_and_is_written_down",
    ),
    _of(
        "training/loop", "dropout hides the same units at every step",
        "torch.manual_seed(seed + ranks.rank)", "torch.manual_seed(ranks.rank)",
        "tests/training/test_loop.py::test_dropout_hides_other_units_at_each_step",
    ),
    _of(
        "training/ranks", "a process with less of a batch counts as much",
        "whole / self.size", "part",
        "tests/training/test_ranks.py::test_two_processes_give_the_curve_of_one[by_torchrun-0]",
    ),
    _of(
        "training/ema", "the average has no warm-up",
        ".clamp(min=1 - self.decay)", ".clamp(min=1 - self.decay, max=1 - self.decay)",
        "tests/training/test_ema.py",
    ),
    _of(
        "training/ema", "a skipped step counts for the average",
        "self.updates += taken", "self.updates += 1",
        "tests/training/test_skipping.py::test_a_step_that_is_not_finite_changes_nothing",
    ),
    _of(
        "training/checkpoint", "a resumed run draws other noise",
        "generator.set_state(saved)", "generator.manual_seed(generator.initial_seed())",
        "tests/training/test_continuation.py::test_stopping_and_resuming_changes_no_bit",
    ),
    _of(
        "training/checkpoint", "a resumed optimiser has forgotten its moments",
        "state.optimizer.state.get(parameter, {})", "{}",
        "tests/training/test_continuation.py::test_stopping_and_resuming_changes_no_bit",
    ),
    _of(
        "training/checkpoint", "a checkpoint keeps the training weights as the average",
        '_prefixed("ema", state.ema.module.state_dict())',
        '_prefixed("ema", state.network.state_dict())',
        "tests/models/test_model.py::"
        "test_a_run_folder_opens_as_the_ema_of_its_newest_checkpoint",
    ),
    _of(
        "training/checks", "a preview is of the training weights",
        "denoiser: Denoiser = state.denoiser",
        "denoiser: Denoiser = blueprint.denoiser(state.network)",
        "tests/training/test_checks.py",
    ),
    _of(
        "training/checks", "validation never sees t = T",
        "return 1 + torch.div((2 * torch.arange(count) + 1) * T, 2 * count",
        "return 1 + torch.div((2 * torch.arange(count) + 1) * (T - 1), 2 * count",
        "tests/training/test_checks.py",
    ),
    _of(
        "training/state", "the worst validation is kept as the best",
        "if loss < self.best:", "if loss > self.best or self.at == 0:",
        "tests/training/test_run.py::test_training_stops_when_nothing_improves_and_keeps_the_best",
    ),
    # data
    _of(
        "data/batches", "images are turned upside down",
        "x0.flip(-1)", "x0.flip(-2)",
        "tests/data/test_batches.py::test_about_half_of_the_images_are_mirrored",
    ),
    _of(
        "data/batches", "labels are those of other samples",
        "labels[index].to(device)", "labels[index.roll(1)].to(device)",
        "tests/data/test_batches.py::test_samples_and_labels_belong_together",
    ),
    _of(
        "data/batches", "a resumed run sees other data",
        "divmod(start * batch_size, len(dataset.train))", "divmod(start, len(dataset.train))",
        "tests/data/test_batches.py::test_a_resumed_stream_goes_on_as_if_never_stopped",
    ),
    _of(
        "data/batches", "every epoch has the same order",
        "generator = _generator(seed, epoch)", "generator = _generator(seed, 0)",
        "tests/data/test_batches.py",
    ),
    # diffusion
    _of(
        "diffusion/guidance", "labels are never hidden",
        "torch.rand(labels.shape, generator=generator) < probability",
        "torch.rand(labels.shape, generator=generator) < 0",
        f"{BY_HAND}[simple-eps-labelled]",
    ),
    _of(
        "diffusion/guidance", "guidance starts from the class",
        "weak + self.scale * (strong - weak)", "strong + self.scale * (strong - weak)",
        f"{PAPERS}[points-ddim 0]",
    ),
    _of(
        "diffusion/losses", "min-SNR takes the larger",
        "snr.clamp(max=gamma)", "snr.clamp(min=gamma)", f"{BY_HAND}[min-snr-x0-unlabelled]",
    ),
    _of(
        "diffusion/losses", "min-SNR weighs v as eps",
        "return (snr + 1) * power", "return snr * power", f"{BY_HAND}[min-snr-v-unlabelled]",
    ),
    _of(
        "diffusion/losses", "the bound teaches the mean as well",
        "x0, x_t, t, prediction.detach(), v, levels)", "x0, x_t, t, prediction, v)",
        f"{BY_HAND}[hybrid-eps-unlabelled]",
    ),
    _of(
        "diffusion/prediction", "the velocity forgets the data",
        "return signal * x0 + noise * eps", "return noise * eps",
        "tests/diffusion/test_paths.py",
    ),
    _of(
        "diffusion/prediction", "the score has the sign of the noise",
        'return -schedule.at("noise", t, x_t) * score',
        'return schedule.at("noise", t, x_t) * score',
        "tests/diffusion/test_prediction.py",
    ),
    _of(
        "diffusion/coefficients", "a step of a flow adds what preserves variance",
        "return self._noise_variance[t] * one_minus_exp(self._log_snr[t] - self._log_snr[s])",
        "return one_minus_exp(self._log_alpha_bar[t] - self._log_alpha_bar[s])",
        "tests/diffusion/test_paths.py",
    ),
    _of(
        "diffusion/paths", "rescaling leaves the first signal behind",
        "(root - root[-1]) * (root[0] / (root[0] - root[-1]))", "(root - root[-1]) * 1.0",
        "tests/diffusion/test_paths.py",
    ),
    _of(
        "diffusion/true_reverse", "the true step has the variance of the forward one",
        "return TrueReverse(weights, means, between * share)",
        "return TrueReverse(weights, means, between * identity.expand_as(share))",
        "tests/diffusion/test_true_reverse.py",
    ),
    _of(
        "rendering/heat", "the shade over t forgets the noise",
        "signal**2 * variance + noise**2", "signal**2 * variance + 0 * noise**2",
        "tests/rendering/test_heatmap.py",
    ),
    _of(
        "rendering/velocity", "the velocity of a point forgets that the data fade",
        "return signal * self.x0 + noise * self.eps", "return noise * self.eps",
        "tests/rendering/test_velocity.py",
    ),
    _of(
        "rendering/guidance", "the sharpened law keeps all of p(x)",
        "(1 - scale) * np.log(all_points.values + tiny)",
        "scale * np.log(all_points.values + tiny)",
        "tests/rendering/test_guidance.py",
    ),
    _of(
        "sampling/samplers/euler_maruyama", "the score pulls twice",
        "/ (2 * float(schedule.noise[t]))", "/ float(schedule.noise[t])",
        "tests/sampling/test_paths.py",
    ),
    _of(
        "sampling/chain", "a chain always begins with unit noise",
        "noise * model.schedule.prior_std if x is None", "noise if x is None",
        "tests/sampling/test_paths.py",
    ),
    _of(
        "diffusion/prediction", "the target v has the wrong sign",
        "return signal * eps - noise * x0", "return signal * eps + noise * x0",
        f"{BY_HAND}[simple-v-unlabelled]",
    ),
    _of(
        "diffusion/coefficients", "the posterior is that of the step before",
        "log_t, log_s = self._log_alpha_bar[t], self._log_alpha_bar[s]",
        "log_t, log_s = self._log_alpha_bar[t - 1], self._log_alpha_bar[max(s - 1, 0)]",
        f"{PAPERS}[points-ddpm small]",
    ),
    _of(
        "diffusion/coefficients", "the log-variance at t = 1 is that of t = T",
        "small[2] if self.T > 1", "small[-1] if self.T > 1",
        f"{BY_HAND}[hybrid-x0-unlabelled]",
    ),
    _of(
        "diffusion/likelihood", "bits are nats",
        "return nats.flatten(1).mean(1) / math.log(2)", "return nats.flatten(1).mean(1)",
        f"{BY_HAND}[hybrid-v-unlabelled]",
    ),
    _of(
        "models/blueprint", "pixels of all data have 256 levels",
        "return LEVELS if self.levels is None else self.levels", "return LEVELS",
        f"{STEP}::test_a_step_on_images_is_the_one_written_by_hand[hybrid]",
    ),
    _of(
        "diffusion/variance", "the last step has a variance",
        "if s == 0:\n        return 0.0", "if s < 0:\n        return 0.0",
        f"{CHAIN}::test_a_step_says_how_it_was_made",
    ),
    _of(
        "diffusion/variance", "the large variance is the small one",
        'if variance == "large" or v is None:\n        return math.sqrt(large)',
        'if variance == "large" or v is None:\n'
        "        return math.sqrt(schedule.posterior(t, s).variance)",
        f"{PAPERS}[points-ddpm large]",
    ),
    _of(
        "diffusion/estimate", "after clipping eps_hat is the one before",
        "eps_from_x0(schedule, x_t, t, x0_hat), variance",
        "eps_from_x0(schedule, x_t, t, x0_hat_raw), variance",
        f"{PAPERS}[pictures-ddim 0]",
    ),
    _of(
        "diffusion/clipping", "dynamic clipping does not scale",
        "x0_hat.clamp(-limit, limit) / limit", "x0_hat.clamp(-limit, limit)",
        f"{PAPERS}[points-ddpm auto]",
    ),
    _of(
        "diffusion/betas", "the cosine schedule has no offset",
        "offset: float = 0.008", "offset: float = 0.0", f"{BY_HAND}[simple-eps-unlabelled]",
    ),
    # t by importance, noise dealt out
    _of(
        "training/times", "what is drawn more often counts as much",
        "(1 / (T * probability[t - 1])).float()", "torch.ones(count)",
        "tests/training/test_times.py::test_a_loss_counts_as_rarely_as_its_t_is_drawn",
    ),
    _of(
        "training/times", "importance forgets to square",
        "self.losses.square().mean(1).sqrt()", "self.losses.mean(1)",
        "tests/training/test_times.py::test_importance_is_that_of_nichol_and_dhariwal",
    ),
    _of(
        "training/pairing", "noise is dealt out by distance, not by its square",
        "torch.cdist(samples, noise).square()", "torch.cdist(samples, noise)",
        "tests/training/test_times.py",
    ),
    # sampling
    _of(
        "sampling/langevin", "Langevin draws half of its noise",
        "std = 2 * r * noise", "std = r * noise",
        "tests/sampling/test_langevin.py::test_what_stays_at_one_level_is_the_closed_form",
    ),
    _of(
        "sampling/samplers/predictor_corrector", "the corrector works at t, not at s",
        "schedule, x, s, self.corrections", "schedule, x, t, self.corrections",
        "tests/sampling/test_langevin.py",
    ),
    _of(
        "sampling/samplers/churn", "churn goes up without noise",
        "x = keep * x + self.churn_noise", "x = keep * x + 0 * self.churn_noise",
        "tests/sampling/test_churn.py::test_it_takes_the_steps_of_k_diffusion",
    ),
    _of(
        "sampling/flow_field", "between two t the later one counts alone",
        "return here + share * (", "return here + 1 * (",
        "tests/sampling/test_ode.py::test_it_meets_the_exact_solution",
    ),
    _of(
        "sampling/flow_likelihood", "the scale of the straight path is forgotten",
        "size * math.log(scales) + ", "",
        "tests/sampling/test_flow_likelihood.py::test_a_gaussian_to_a_thousandth_of_a_bit",
    ),
    _of(
        "diffusion/reverse", "Karras' spacing is even in log sigma",
        "float(log_sigma[t - 1]) / rho)", "float(log_sigma[t - 1]) / 1e6)",
        "tests/sampling/test_churn.py::test_the_spacing_is_that_of_k_diffusion",
    ),
    _of(
        "sampling/samplers/ddim", "eta counts twice",
        "return self.eta * math.sqrt", "return self.eta**2 * math.sqrt",
        f"{PAPERS}[points-ddim 0.4]",
    ),
    _of(
        "sampling/samplers/ddim", "eta adds noise on top",
        "float(schedule.noise_variance[s]) - std**2", "float(schedule.noise_variance[s])",
        f"{PAPERS}[points-ddim 1]",
    ),
    _of(
        "sampling/samplers/dpm_solver", "DPM-Solver is of first order",
        "ahead = (then - now) / (now - before) / 2", "ahead = 0.0 * (now - before)",
        f"{PAPERS}[points-dpm-solver]",
    ),
    _of(
        "sampling/samplers/heun", "Heun takes the slope at the end of a step",
        "correction=0.5", "correction=1.0", f"{PAPERS}[points-heun]",
    ),
    _of(
        "sampling/settings", "the shift changes nothing",
        "timesteps(T, self.steps or T, self.shift)", "timesteps(T, self.steps or T)",
        f"{PAPERS}[points-ddim 0]",
    ),
    _of(
        "sampling/settings", "a chain that begins in the middle begins a step late",
        "return [begin, *(t for t in whole if t < begin)]",
        "return [begin - 1, *(t for t in whole if t < begin - 1)]",
        f"{PAPERS}[points-ddpm small]",
    ),
    _of(
        "sampling/settings", "every class is the first",
        "torch.arange(self.count) % model.num_classes", "torch.zeros(self.count).long()",
        f"{PAPERS}[points-ddim 0]",
    ),
    _of(
        "sampling/noise", "the seed is forgotten",
        "generator = seeded(seed)", "generator = seeded(0)",
        f"{PAPERS}[points-ddpm small]",
    ),
    # Noise that each sample owns, and seeds
    _of(
        "sampling/noise", "the seed is forgotten where each has its own",
        "OwnNoise(settings.seed)", "OwnNoise(0)",
        f"{PAPERS}[points-ddpm small]",
    ),
    _of(
        "diffusion/noise", "a sample's noise depends on how many there are",
        "first + sample // count, sample % count, seed)",
        "first + sample // count, count - sample % count, seed)",
        f"{NOISE}::test_the_shape_of_draws_may_change_between_them",
    ),
    _of(
        "diffusion/noise", "every draw is the first",
        "first + sample // count, sample % count", "0 * sample, sample % count",
        f"{NOISE}::test_own_noise_is_standard_normal_and_independent",
    ),
    _of(
        "diffusion/seeds", "seeds keep 32 bits",
        "if seed <= _WORD:\n        return seed", "if seed:\n        return seed & _WORD",
        f"{NOISE}::test_more_bits_than_32_decide",
    ),
    _of(
        "diffusion/seeds", "one round of Philox is left out",
        "_ROUNDS = 10", "_ROUNDS = 9",
        f"{NOISE}::test_philox_gives_the_known_answers_of_its_authors",
    ),
    # What bits/dim count
    _of(
        "diffusion/variance", "the large L_0 has beta_1",
        '"large_log_variance" if decoder == "discretised" else "log_beta"', '"log_beta"',
        f"{BOUND}::test_the_bound_of_images_is_that_of_the_papers_code",
    ),
    _of(
        "diffusion/decoder", "values in bytes miss their levels",
        "x0 = ((x0 + 1) / (2 * half)).round() * (2 * half) - 1", "x0 = x0 * 1",
        f"{BOUND}::test_values_rounded_to_bytes_are_at_their_levels",
    ),
    _of(
        "diffusion/betas", "the sigmoid of alpha_bar ends where it began",
        "(high - curve) / (high - low)", "(high - curve) / (high + low)",
        "tests/diffusion/test_schedule.py::test_the_sigmoid_of_jabri",
    ),
)  # fmt: skip
