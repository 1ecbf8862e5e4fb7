"""The factors that the papers have in each function, and those that each bug would have instead.

All take the schedule and a t in 1..T (0 stands for the data), and say the factor of each part.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from diffvis.diffusion.prediction import Prediction
from diffvis.diffusion.schedule import NoiseSchedule

Factors = Mapping[str, float]


@dataclass(frozen=True)
class At:
    """The numbers of a schedule at t, and at the s before it."""

    schedule: NoiseSchedule
    t: int
    s: int

    @property
    def a(self) -> float:
        return float(self.schedule.alpha_bar[self.t])

    @property
    def a_s(self) -> float:
        return float(self.schedule.alpha_bar[self.s])

    @property
    def noise(self) -> float:
        """1 - alpha_bar_t."""
        return float(self.schedule.one_minus_alpha_bar[self.t])

    @property
    def beta(self) -> float:
        return float(self.schedule.beta[self.t])

    @property
    def between(self) -> float:
        """1 - alpha_bar_t / alpha_bar_s."""
        return self.schedule.variance_between(self.t, self.s)

    @property
    def small(self) -> float:
        return self.schedule.posterior(self.t, self.s).variance

    def wrapped(self) -> "At":
        """A list that is indexed with t - 1: at the first t, with its last."""
        t = self.t - 1 or self.schedule.T
        return At(self.schedule, t, t - 1 if self.s == self.t - 1 else max(0, self.s - 1))

    def earlier(self) -> "At":
        """A list that begins with the data and is indexed with t - 1 all the same."""
        return At(self.schedule, self.t - 1, max(0, self.s - 1))


Formula = Callable[[At], Factors]
Bugs = Sequence[tuple[str, Formula]]
"""Of a function: what each bug would make of its factors; one may have more than one form."""


def noising(n: At) -> Factors:
    """Ho et al. 2020, eq. 4."""
    return {"x0": sqrt(n.a), "noise": sqrt(n.noise)}


NOISINGS: Bugs = (
    ("beta-for-alpha-bar", lambda n: {"x0": sqrt(1 - n.beta), "noise": sqrt(n.beta)}),
    ("sqrt-forgotten", lambda n: {"x0": n.a, "noise": n.noise}),
    ("sqrt-forgotten", lambda n: {"x0": n.a, "noise": sqrt(n.noise)}),
    ("noise-sqrt-forgotten", lambda n: {"x0": sqrt(n.a), "noise": n.noise}),
    ("t-off-by-one", lambda n: noising(n.wrapped())),
    ("t-off-by-one", lambda n: noising(n.earlier())),
)


def mean(n: At) -> Factors:
    """Ho et al. 2020, algorithm 2."""
    beta, root = n.beta, sqrt(1 - n.beta)
    return {"x_t": 1 / root, "eps_hat": -beta / sqrt(n.noise) / root}


def small_std(n: At) -> float:
    """Of the variance of q(x_s | x_t, x_0), beta~."""
    return sqrt(n.small)


def large_std(n: At) -> float:
    """Of the variance of q(x_t | x_s), beta."""
    return sqrt(n.beta)


def mean_of_v(n: At) -> Factors:
    """The posterior's mean with eps taken for v."""
    q = n.schedule.posterior(n.t, n.s)
    return {"x_t": q.x_t + q.x0 * sqrt(n.a), "eps_hat": -q.x0 * sqrt(n.noise)}


def mean_of_x0(n: At) -> Factors:
    """The posterior's mean with a network that answers x_0."""
    q = n.schedule.posterior(n.t, n.s)
    return {"x_t": q.x_t, "eps_hat": q.x0}


READ_AS: Mapping[str, Formula] = {"eps": mean, "v": mean_of_v, "x0": mean_of_x0}
"""The mean of a step by what the network predicts; its answer is called eps_hat."""


def mean_of_shifted(n: At) -> Factors:
    """alpha_bar of t - 1 beside the alpha of t: at the first t the last alpha_bar."""
    beta, root = n.beta, sqrt(1 - n.beta)
    return {"x_t": 1 / root, "eps_hat": -beta / sqrt(n.wrapped().noise) / root}


MEANS: Bugs = (
    (
        "alpha-for-its-root",
        lambda n: {
            "x_t": 1 / (1 - n.beta), "eps_hat": -n.beta / sqrt(n.noise) / (1 - n.beta)
        },
    ),
    (
        "eps-without-root",
        lambda n: {
            "x_t": 1 / sqrt(1 - n.beta), "eps_hat": -n.beta / n.noise / sqrt(1 - n.beta)
        },
    ),
    ("t-off-by-one", lambda n: mean(n.wrapped())),
    ("t-off-by-one", mean_of_shifted),
    ("eps-read-as-v", mean_of_v),
)  # fmt: skip


def clean(n: At) -> Factors:
    """x_0 of x_t and eps (Ho et al. 2020, eq. 15)."""
    return {"x_t": 1 / sqrt(n.a), "eps_hat": -sqrt(n.noise / n.a)}


CLEANS: Bugs = (
    ("eps-read-as-v", lambda n: {"x_t": sqrt(n.a), "eps_hat": -sqrt(n.noise)}),
    ("sqrt-forgotten", lambda n: {"x_t": 1 / n.a, "eps_hat": -n.noise / n.a}),
    ("sqrt-forgotten", lambda n: {"x_t": 1 / n.a, "eps_hat": -sqrt(n.noise) / n.a}),
    ("noise-sqrt-forgotten", lambda n: {"x_t": 1 / sqrt(n.a), "eps_hat": -n.noise / sqrt(n.a)}),
    (
        "beta-for-alpha-bar",
        lambda n: {"x_t": 1 / sqrt(1 - n.beta), "eps_hat": -sqrt(n.beta / (1 - n.beta))},
    ),
    ("t-off-by-one", lambda n: clean(n.wrapped())),
    ("t-off-by-one", lambda n: clean(n.earlier())),
)


def posterior_mean(n: At) -> Factors:
    """Ho et al. 2020, eq. 7."""
    q = n.schedule.posterior(n.t, n.s)
    return {"x0": q.x0, "x_t": q.x_t}


def posterior_of_wrapped(n: At) -> Factors:
    """alpha_bar_{t-1} by an index that is -1 at the first t."""
    a_s = n.a_s if n.t > 1 else float(n.schedule.alpha_bar[-1])
    return {
        "x0": sqrt(a_s) * n.beta / n.noise, "x_t": sqrt(1 - n.beta) * (1 - a_s) / n.noise
    }  # fmt: skip


POSTERIORS: Bugs = (
    ("t-off-by-one", posterior_of_wrapped),
    ("t-off-by-one", lambda n: posterior_mean(n.wrapped())),
    (
        "sqrt-forgotten",
        lambda n: {
            "x0": n.a_s * n.beta / n.noise, "x_t": (1 - n.beta) * (1 - n.a_s) / n.noise
        },
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """A step of DDIM with an eta (Song et al. 2021, eq. 12)."""

    eta: float
    predicts: Prediction = "eps"
    """What the network answers, which is called eps_hat in the factors."""

    def sigma(self, n: At) -> float:
        return self.eta * sqrt(n.small)

    def along(self, n: At) -> float:
        return sqrt(max(0.0, 1 - n.a_s - self.sigma(n) ** 2))

    def right(self, n: At) -> Factors:
        return self._step(n, self.along(n))

    def wrong(self) -> Bugs:
        common: Bugs = (
            ("ddim-direction-sigma", lambda n: self._step(n, self.sigma(n))),
            ("ddim-sigma-not-subtracted", lambda n: self._step(n, sqrt(1 - n.a_s))),
            ("t-off-by-one", self._wrapped),
            ("t-off-by-one", lambda n: self.right(n.wrapped())),
            ("sqrt-forgotten", lambda n: self._step(n, self.along(n) ** 2)),
        )
        if self.predicts != "eps":
            return common
        return (*common, ("sqrt-forgotten", _without_roots), ("eps-read-as-v", self._of_v))

    def _step(self, n: At, direction: float) -> Factors:
        """sqrt(alpha_bar_s) x0_hat + direction eps_hat, by x_t and what the network answers."""
        return self._onto(n, sqrt(n.a_s), direction)

    def _onto(self, n: At, signal: float, direction: float) -> Factors:
        s, noise = sqrt(n.a), sqrt(n.noise)
        if self.predicts == "v":
            x_t, said = signal * s + direction * noise, direction * s - signal * noise
        elif self.predicts == "x0":
            x_t, said = direction / noise, signal - direction * s / noise
        else:
            x_t, said = signal / s, direction - signal * noise / s
        return {"x_t": x_t, "eps_hat": said}

    def _wrapped(self, n: At) -> Factors:
        """alpha_bar_s by an index that is -1 where s is the data: there it is the last."""
        if n.s > 0:
            return self.right(n)
        last = float(n.schedule.alpha_bar[-1])
        return self._onto(n, sqrt(last), sqrt(1 - last))

    def _of_v(self, n: At) -> Factors:
        """x0_hat as of v, and the answer as it is for eps_hat."""
        return {"x_t": sqrt(n.a_s * n.a), "eps_hat": self.along(n) - sqrt(n.a_s * n.noise)}


def _without_roots(n: At) -> Factors:
    return {"x_t": n.a_s / n.a, "eps_hat": 1 - n.a_s - n.noise * n.a_s / n.a}


def chosen_times(T: int, first: int = 1) -> Sequence[int]:
    """The times at which factors are looked at, ascending, from ``first``."""
    wanted = (1, 2, 3, T // 10, T // 4, T // 2, 3 * T // 4, T - 1, T)
    return sorted({max(first, min(T, t)) for t in wanted})
