"""The work of ``diffvis export``: from names and paths to a written file."""

from collections.abc import Iterator
from pathlib import Path

from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import with_bar, wrote
from diffvis.data.catalogue import DEFAULT
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.rendering.export import Progress, check_path, export_forward, export_reverse
from diffvis.rendering.spec import ExportSpec
from diffvis.training.config import preset_for
from diffvis.training.device import resolve_device
from diffvis.training.model import exact_model, open_model


def forward_figure(
    out: Path,
    source: str | None,
    data: str | None,
    kind: str | None,
    timesteps: int | None,
    spec: ExportSpec,
) -> None:
    """Write the noising of ``data`` by the schedule of the model ``source``, or by another."""
    check_path(out)
    model = None if source is None else open_model(source)
    dataset = open_with_bar(data or (DEFAULT if model is None else model.data))
    if model is not None and kind is None and timesteps is None:
        schedule = model.schedule
    else:
        schedule = _schedule(dataset, kind, timesteps)
    _follow(export_forward(out, dataset, schedule, spec), out)


def reverse_figure(
    out: Path, source: str | None, data: str | None, device: str, spec: ExportSpec
) -> None:
    """Write the reverse chain of the model ``source``, or of the exact denoiser of ``data``."""
    check_path(out)
    where = resolve_device(device)
    if source is None:
        dataset = open_with_bar(data or DEFAULT)
        model = exact_model(dataset, _schedule(dataset, None, None))
    elif data is not None:
        raise UserError("--data and a model do not go together", "a model knows its own data")
    else:
        model = open_model(source, where)
    _follow(export_reverse(out, model, spec, where), out)


def _schedule(dataset: Dataset, kind: str | None, timesteps: int | None) -> NoiseSchedule:
    """The schedule that suits the data, or what was asked for instead."""
    preset = preset_for(dataset)
    kind = kind or preset.schedule
    if kind not in SCHEDULE_KINDS:
        raise UserError(f"there is no schedule {kind}", f"choose {', '.join(SCHEDULE_KINDS)}")
    try:
        return make_schedule(kind, preset.timesteps if timesteps is None else timesteps)
    except ValueError as error:
        raise UserError(f"--timesteps {timesteps} is not possible", str(error)) from error


def _follow(work: Iterator[Progress], out: Path) -> None:
    """Do the work behind a bar."""
    pieces = iter(work)
    first = next(pieces)
    for _ in with_bar(pieces, "drawing", first.total, lambda piece: piece.done, lambda _: ""):
        pass
    wrote(out, out.suffix.lstrip(".").upper())
