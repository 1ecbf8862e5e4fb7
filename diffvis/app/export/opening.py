"""Export dialogs, filled in for a workspace, or as a file was made."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from diffvis.app.export.choices import (
    REMADE,
    choices_again,
    choices_for,
    headline,
    moment_of,
    spec_of,
)
from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.form import ExportForm
from diffvis.app.export.path import last_folder, last_formats
from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.shown import AnyShown
from diffvis.app.theme import Theme
from diffvis.rendering.remake import Remade


def dialog_for(
    session: Session, theme: Theme, shown: AnyShown, parent: QWidget | None = None
) -> ExportDialog:
    """A dialog for what a workspace shows as it is now.

    Raises:
        UserError: there is nothing to export yet.
    """
    choices, t = choices_for(shown, session), moment_of(shown, session)
    form = ExportForm(choices, spec_of(shown), t, theme.style.name)
    made = ExportDialog(shown.title, headline(shown, session), form, session.device, parent)
    form.prefer(last_formats())
    made.suggest(last_folder())
    return made


def dialog_again(
    session: Session, theme: Theme, path: Path, remade: Remade, parent: QWidget | None = None
) -> ExportDialog:
    """A dialog that is filled in as the file ``path`` was made."""
    spec = remade.spec
    form = ExportForm(choices_again(remade), spec, spec.shown.t, theme.style.name)
    made = ExportDialog(REMADE, path.name, form, session.device, parent)
    form.show_spec(spec)
    form.set_suffix(path.suffix.lower())
    made.suggest(path.parent if path.parent.is_dir() else last_folder(), path.stem)
    if remade.differences:
        differences = "; ".join(remade.differences)
        made.say(Notice("Not all is as it was", differences, NoticeKind.WARNING))
    return made
