"""The probability-flow ODE by a solver that chooses its own steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from diffvis.errors import UserError
from diffvis.sampling.free import EPS_HAT, X0_HAT, Ask, FreeSampler, Here, Moved, Sum
from diffvis.sampling.sampler import register
from diffvis.settings import setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from diffvis.diffusion.schedule import NoiseSchedule

_SOLVERS = {"rk23": "RK23", "rk45": "RK45"}


@register(
    "ode",
    "Adaptive ODE",
    "the probability-flow ODE by SciPy, which chooses its steps (Song et al. 2021, section 4.3)",
    year=2021,
)
class AdaptiveODE(FreeSampler):
    """An adaptive Runge-Kutta method of SciPy on the probability-flow ODE (Song et al. 2021,
    section 4.3, who take RK45 with a tolerance of 1e-5).

    The times of the chain are where one looks, not the steps of the solver: between its own it
    interpolates. It asks as often as the tolerance makes it, twice for a time between two whole t,
    and once more at each time that is shown. What the tolerance bounds is the root mean square over
    all samples, so that a sample depends on the others by as much. It ends at t = 1, from where the
    step is to x0_hat.
    """

    solver: Literal["rk23", "rk45"] = setting(
        "rk45",
        choices=_SOLVERS,
        label="Solver",
        rare=True,
        help="SciPy's method for the ODE: of order 3 or 5.",
        tip="SciPy's Runge-Kutta method: of order 3 (Bogacki & Shampine) or 5 (Dormand & Prince)",
        words=lambda solver: "" if solver == "rk45" else _SOLVERS[solver],
    )
    tolerance: float = setting(
        1e-5,
        ge=1e-8,
        le=0.1,
        usual=("1e-2", "1e-3", "1e-4", "1e-5", "1e-6"),
        label="Tolerance",
        help="Error that the ODE solver allows in a step, relative and absolute.",
        tip="Error that the solver allows itself in each of its steps, relative and absolute:\n"
        "smaller is more exact and asks the network more often",
        words=lambda tolerance: f"tolerance {tolerance:g}",
    )

    def move(self, here: Here) -> Moved:
        found, course = here.ask(here.x_t, here.t), here.carried
        if here.t == 1:
            return Moved(found, found.x0_hat)
        if not (isinstance(course, _Course) and course.left is here.x_t):
            course = _Course(self, here)
        if here.s == 0:
            return Moved(found, here.ask(course.at(here.ask, 1), 1).x0_hat)
        return Moved(found, course.at(here.ask, here.s), carried=course)

    def sums(self, schedule: NoiseSchedule, t: int, s: int) -> tuple[Sum, ...]:
        if t == 1:
            return (Sum("μ", ((1.0, X0_HAT),)),)
        from diffvis.sampling.flow_field import FlowField

        field, end = FlowField(schedule), max(s, 1)
        last = (field.total[s], "y") if s > 0 else (1.0, rf"{X0_HAT} of t = 1")
        way = f"w from {field.w[t]:.3f} to {field.w[end]:.3f}"
        return (
            Sum("y", ((1 / field.total[t], f"x_{{{t}}}"),)),
            Sum("dy/dw", ((1.0, EPS_HAT), (-1.0, X0_HAT)), f", {way}"),
            Sum("μ", (last,)),
        )

    def code(self) -> tuple[str, ...]:
        return (
            "if k == 1:  # with y = x / (signal + noise), dy/dw = eps - x0 (Song et al. 2021)",
            "    from scipy.integrate import solve_ivp",
            "    total = alpha_bar.sqrt() + (1 - alpha_bar).sqrt()",
            "    w = ((1 - alpha_bar).sqrt() / total).tolist()",
            "    def slope(at, y):  # between two t the mean of both",
            "        i = min(max(sum(here <= at for here in w) - 1, 1), T - 1)",
            "        share = (at - w[i]) / (w[i + 1] - w[i])",
            "        y = torch.from_numpy(y).reshape(x.shape)",
            "        low, high = (look((y * total[j]).float(), j) for j in (i, i + 1))",
            "        return torch.lerp(low[1] - low[0], high[1] - high[0], share)"
            ".double().flatten().numpy()",
            "    y = (x.double() / total[t]).flatten().numpy()",
            f"    ode = solve_ivp(slope, (w[t], w[1]), y, {_SOLVERS[self.solver]!r}, "
            f"dense_output=True, rtol={self.tolerance!r}, atol={self.tolerance!r}).sol",
            "i = max(s, 1)",
            "x = (torch.from_numpy(ode(w[i])).reshape(x.shape) * total[i]).float()",
            "x = x if s > 0 else look(x, 1)[0]",
        )


class _Course:
    """The solution from where a step begins, as far as it has been asked for."""

    def __init__(self, chosen: AdaptiveODE, here: Here) -> None:
        import scipy.integrate  # type: ignore[import-untyped]

        from diffvis.sampling.flow_field import FlowField

        self._field, self._ask = FlowField(here.schedule), here.ask
        self.left = here.x_t
        """The x (N, ...) that was asked for last."""
        self._solver: Any = getattr(scipy.integrate, _SOLVERS[chosen.solver])(
            self._slope, self._field.w[here.t], self._flat(here.x_t / self._field.total[here.t]),
            self._field.w[1], rtol=chosen.tolerance, atol=chosen.tolerance,
        )  # fmt: skip
        self._between: Any = None

    def at(self, ask: Ask, s: int) -> Tensor:
        """x_s (N, ...), s at most that of the last call."""
        self._ask = ask
        wanted = self._field.w[s]
        while self._solver.t > wanted:
            failed = self._solver.step()
            if self._solver.status == "failed":
                raise UserError(
                    f"the ODE cannot be solved to t = {s}: {failed[0].lower()}{failed[1:]}"
                    if failed
                    else f"the ODE cannot be solved to t = {s}",
                    "allow a larger tolerance, or choose another sampler",
                    field="tolerance",
                )
            self._between = None
        if self._between is None:
            self._between = self._solver.dense_output()
        self.left = self._shaped(self._between(wanted)) * self._field.total[s]
        return self.left

    def _slope(self, w: float, flat: np.ndarray) -> np.ndarray:
        return self._flat(self._field.slope(self._ask, w, self._shaped(flat)))

    def _flat(self, x: Tensor) -> np.ndarray:
        flat: np.ndarray = x.double().flatten().cpu().numpy()
        return flat

    def _shaped(self, flat: np.ndarray) -> Tensor:
        import torch

        return torch.as_tensor(flat).reshape(self.left.shape).to(self.left)
