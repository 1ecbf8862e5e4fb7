"""``diffvis models``: what there is."""

import typer

from diffvis.cli.output import table
from diffvis.errors import UserError
from diffvis.training.model import shipped_names
from diffvis.training.run import RunFolder, runs_folder


def list_models() -> None:
    """Print the models that come with diffvis, and the runs in the usual folder."""
    rows = [["model", "data", "network", "T", "steps"]]
    rows += [[name, "", "", "", "ready"] for name in shipped_names()]
    runs = runs_folder()
    folders = sorted(path for path in runs.glob("*") if path.is_dir()) if runs.is_dir() else []
    for path in folders:
        try:
            folder = RunFolder.open(path)
        except UserError:
            continue
        config, saved = folder.config, folder.checkpoints()
        reached = f"{int(saved[0].stem.removeprefix('step-')):,}" if saved else "0"
        rows.append(
            [
                str(path),
                config.data,
                config.network,
                str(config.timesteps),
                f"{reached} of {config.steps:,}",
            ]
        )
    if len(rows) == 1:
        typer.echo(f"no models yet: diffvis train swiss-roll --out {runs / 'first'}")
        return
    table(rows)
