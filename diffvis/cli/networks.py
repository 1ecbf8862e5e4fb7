"""``diffvis networks``: what can learn, what each costs, and the options it has."""

import typer

from diffvis.cli.output import table
from diffvis.networks import NETWORKS, NetworkEntry, Option, network_options, size_of

SHAPES = {
    "points": (2,),
    "8 × 8, grey": (1, 8, 8),
    "28 × 28, grey": (1, 28, 28),
    "32 × 32, colour": (3, 32, 32),
    "64 × 64, colour": (3, 64, 64),
}


def list_networks(data: str | None) -> None:
    """Print each network with its cost for common samples, or for those of one data set.

    Raises:
        UserError: the data cannot be opened.
    """
    shapes = SHAPES
    if data is not None:
        from diffvis.cli.opening import open_with_bar

        dataset = open_with_bar(data)
        shapes = {dataset.title: dataset.shape}
    for entry in NETWORKS.values():
        fitting = {title: shape for title, shape in shapes.items() if entry.fits(shape)}
        if fitting:
            _show(entry, fitting)
    typer.echo("diffvis train DATA --network NAME --set network_options.OPTION=VALUE chooses")


def _show(entry: NetworkEntry, shapes: dict[str, tuple[int, ...]]) -> None:
    typer.echo(f"{entry.name}: {entry.description}")
    defaults = {title: network_options(entry.name, shape, {}) for title, shape in shapes.items()}
    rows = [["  for", "parameters", "MFLOPs per sample", *(o.name for o in entry.options)]]
    for title, shape in shapes.items():
        size = size_of(entry.name, shape)
        chosen = (_written(defaults[title][option.name]) for option in entry.options)
        rows.append([f"  {title}", f"{size.parameters:,}", size.mflops, *chosen])
    table(rows)
    for option in entry.options:
        typer.echo(f"  {option.name}: {option.description}{_range(option)}")
    typer.echo()


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _range(option: Option) -> str:
    if option.low is None or option.high is None:
        return ""
    return f" ({option.low:g} to {option.high:g})"
