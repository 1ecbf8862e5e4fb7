"""How soon a run or a chain obeys, when one step of it takes 50 ms.

Measured from the click to the moment the worker has done it: paused, taken up again, a learning
rate changed, its model put into Reverse, stopped. The network computes next to nothing and waits,
so that a step takes 50 ms whatever the machine; a click comes at any moment of a step.
Usage: python -m benchmarks.response [--times N] [--step MS] [--quick]
"""

import argparse
import random
import time

import numpy as np

from benchmarks._window import control, open_window, private_home, wait, wait_until

TARGET_MS = 100.0
SAVED = "its checkpoint written"  # takes what the disk takes; it does not count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--step", type=float, default=50.0, help="milliseconds of a step")
    parser.add_argument("--quick", action="store_true", help="fewer times")
    arguments = parser.parse_args()
    times = 8 if arguments.quick else arguments.times
    register_slow(arguments.step / 1000)
    with private_home(), open_window("swiss-roll", "training") as window:
        found = training_latencies(window, times)
    print(f"a step takes {arguments.step:.0f} ms; milliseconds from the click until it is obeyed")
    print(f"{'':24} {'median':>8} {'95 %':>8} {'worst':>8}")
    everything: list[float] = []
    for name, seconds in found.items():
        ms = 1000 * np.array(seconds)
        everything += ms.tolist() if name != SAVED else []
        print(f"{name:24} {np.median(ms):8.0f} {np.percentile(ms, 95):8.0f} {ms.max():8.0f}")
    under = np.mean(np.array(everything) < TARGET_MS)
    verdict = "reached" if under >= 0.95 else "not reached"
    print(f"{under:.0%} under {TARGET_MS:.0f} ms (target 95 %, {verdict})")


def register_slow(seconds: float) -> None:
    """A network whose step takes so long: it sleeps, as a thread does that waits for a GPU."""
    import torch
    from torch import nn

    from diffvis.networks.registry import fits_points, register

    @register("slow", "Waits; for measuring", fits_points)
    class Slow(nn.Module):
        def __init__(self, shape, *, T, width: int = 8) -> None:
            super().__init__()
            self.layer = nn.Linear(shape[0], shape[0])

        def forward(self, x_t, t, labels=None):
            time.sleep(seconds)
            return self.layer(torch.as_tensor(x_t))


def training_latencies(window, times: int) -> dict[str, list[float]]:
    """Seconds from a click to what it asks for, by what was clicked."""
    training = window.workspaces["training"]
    trainer = training._trainer
    heard: list[float] = []
    trainer.worker.caught_up.connect(lambda: heard.append(time.perf_counter()))
    chance = random.Random(0)
    found: dict[str, list[float]] = {
        name: []
        for name in ("pause", "resume", "learning rate", "use now in Reverse", "stop", SAVED)
    }

    def click(name: str, act, done) -> None:
        wait(0.1 + 0.1 * chance.random())  # at any moment of a step
        heard.clear()
        start = time.perf_counter()
        act()
        wait_until(done, step=0.001)
        found[name].append((heard[0] if heard else time.perf_counter()) - start)

    def begin() -> None:
        choice = control(window, "training.network")
        choice.setCurrentIndex(choice.findData("slow"))
        choice.activated.emit(choice.currentIndex())
        control(window, "training.steps").setValue(100_000)
        for every in ("validate_every", "preview_every"):
            control(window, f"training.{every}").setValue(0)
        control(window, "training.start").click()
        wait_until(lambda: training.record.step > 1)

    begin()
    pause = control(window, "training.pause")
    for number in range(times):
        click("pause", pause.click, lambda: heard)
        held = training.record.step
        click("resume", pause.click, lambda: heard)
        wait_until(lambda held=held: training.record.step > held)
        rate = 1e-3 * (1 + number % 2)
        events = len(training.record.events)
        ask = control(window, "training.lr_now").lineEdit()
        ask.setText(str(rate))
        click(
            "learning rate",
            ask.returnPressed.emit,
            lambda events=events: heard and len(training.record.events) > events,
        )
        before = window.session.model
        click(
            "use now in Reverse",
            control(window, "training.use_now").click,
            lambda before=before: window.session.model is not before,
        )
    for number in range(max(2, times // 4)):
        if number:
            begin()
        wait(0.1 + 0.1 * chance.random())
        heard.clear()
        start = time.perf_counter()
        control(window, "training.stop").click()
        wait_until(lambda: not training.running, step=0.001)
        found["stop"].append(heard[0] - start)
        found[SAVED].append(time.perf_counter() - start)
        wait_until(lambda: window.jobs.idle)
    return found


if __name__ == "__main__":
    main()
