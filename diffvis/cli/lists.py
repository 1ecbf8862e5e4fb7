"""``diffvis models``: what there is."""

import typer

from diffvis.cli.output import table
from diffvis.errors import UserError
from diffvis.models.run_files import step_of
from diffvis.models.shipped import shipped
from diffvis.training.folder import RunFolder, runs_folder


def list_models() -> None:
    """Print the models that come with diffvis, and the runs in the usual folder."""
    known = shipped()
    if known:
        rows = [["ready-trained", "what it is", "size", "how good it is"]]
        rows += [
            [model.name, model.about, f"{max(0.1, model.size / 1e6):.1f} MB", model.headline]
            for model in known
        ]
        table(rows)
    runs = runs_folder()
    rows = [["run", "data", "network", "T", "steps"], *_runs()]
    if known:
        typer.echo()
    if len(rows) > 1:
        table(rows)
    else:
        typer.echo(f"no runs yet: diffvis train swiss-roll --out {runs / 'first'}")


def _runs() -> list[list[str]]:
    runs = runs_folder()
    rows = []
    for path in sorted(path for path in runs.glob("*") if path.is_dir()) if runs.is_dir() else []:
        try:
            folder = RunFolder.open(path)
        except UserError:
            continue
        config, saved = folder.config, folder.checkpoints()
        reached = f"{step_of(saved[0]):,}" if saved else "0"
        steps = f"{reached} of {config.steps:,}"
        rows.append([str(path), config.data, config.network, str(config.timesteps), steps])
    return rows
