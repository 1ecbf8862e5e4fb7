"""What a person can prefer, declared once: what is kept, and what the dialog shows, follow."""

from diffvis.settings import Setting

AUTOMATIC = "auto"  # the GPU when there is one
MARKS = (20, 50, 100, 300)  # those of the course figure, of T = 300


def _devices() -> dict[str, str]:
    """What this machine has to compute on."""
    import torch

    found = {AUTOMATIC: "Automatic (a GPU if there is one)", "cpu": "CPU"}
    for n in range(torch.cuda.device_count()):
        found[f"cuda:{n}"] = f"{torch.cuda.get_device_name(n)} (cuda:{n})"
    if torch.backends.mps.is_available():
        found["mps"] = "Apple GPU (mps)"
    return found


THEME = Setting(
    "theme",
    str,
    "system",
    choices=lambda: {"system": "As the system", "dark": "Dark", "light": "Light"},
    tip="Dark suits a dimmed room",
)
PREFERENCES = (
    Setting(
        "marks",
        tuple,
        MARKS,
        low=1,
        high=1_000_000,
        optional=True,
        none=", ".join(map(str, MARKS)),
        label="Marked timesteps",
        tip="Shown on the slider and as the film strip of Forward. On a schedule with fewer steps"
        " they keep their proportions.",
    ),
    Setting(
        "snap",
        bool,
        True,
        group="Marked timesteps",
        label="a dragged t catches at them",
        spoken="Catch at marked timesteps",
        tip="Alt lets go",
    ),
    Setting(
        "memory_mb",
        int,
        1024,
        low=64,
        high=65_536,
        step=64,
        unit="MB",
        label="Recordings take at most",
        spoken="Memory limit of recordings in MB",
        tip="Of a chain that would take more, every second step is kept, or every third, and so on;"
        " it is walked all the same",
    ),
    Setting("device", str, AUTOMATIC, choices=_devices, tip="Where models compute"),
    Setting(
        "reopen_layout",
        bool,
        True,
        group="Window",
        label="open as it was left: layout, data, model, t",
        spoken="Open as it was left",
    ),
)
