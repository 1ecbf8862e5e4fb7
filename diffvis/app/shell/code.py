"""*Copy as Python*: the code of what the workspace in front shows, on the clipboard."""

from PySide6.QtGui import QGuiApplication

from diffvis.app.notices import About, Notice
from diffvis.app.shell.frame import Frame
from diffvis.app.shown import BenchShown, ForwardShown, ReverseShown, SchedulesShown
from diffvis.data.browse import samples_from
from diffvis.data.catalogue import NAMED_BY_A_FILE, open_dataset
from diffvis.errors import UserError

PLAIN, SHORT = "plain PyTorch", "Python with diffvis"


def copy_code(window: Frame, short: bool = False) -> None:
    """Put it on the clipboard, and say so; or say why there is none."""
    try:
        code = code_of(window, short)
    except UserError as error:
        window.session.notice(Notice.refusing(error, About.EXPORT))
        return
    QGuiApplication.clipboard().setText(code)
    lines = len(code.splitlines())
    what = SHORT if short else PLAIN
    window.session.notice(
        Notice(
            f"Copied: {lines} lines of {what}",
            "paste them into a file or a notebook; they make the same numbers",
            copied=True,
            about=About.EXPORT,
        )
    )


def code_of(window: Frame, short: bool = False) -> str:
    """The script that makes what the workspace in front shows.

    Raises:
        UserError: no script can hold it.
    """
    from diffvis.viewing import scripts
    from diffvis.viewing.scripts.forward import Noised

    session, workspace = window.session, window.workspaces[window.in_front]
    shown = workspace.shown()
    if isinstance(shown, ReverseShown):
        make = scripts.short_reverse_script if short else scripts.reverse_script
        return make(session.model, shown.settings, shown.beginning)
    if isinstance(shown, ForwardShown):
        index = samples_from(session.data, shown.count, shown.first, shown.of_class, shown.spread)
        noised = Noised(
            session.data,
            index.tolist(),
            session.schedule,
            session.t,
            shown.seed,
            shown.chain,
            session.model.range,
        )
        return (scripts.short_forward_script if short else scripts.forward_script)(noised)
    if isinstance(shown, SchedulesShown):
        draw = scripts.short_schedule_script if short else scripts.schedule_script
        return draw(shown.schedules[0])
    if isinstance(shown, BenchShown):
        if shown.tool is None or shown.task is None:
            raise UserError("the Bench has nothing to copy yet", "press Run first")
        if not short:
            return scripts.bench_script(session.model)
        return scripts.short_bench_script(
            shown.tool, shown.task, shown.picture, session.data.source
        )
    config = workspace.config()
    data = session.data
    if data.source != config.data:
        data = open_dataset(config.data, **NAMED_BY_A_FILE)
    return (scripts.short_training_script if short else scripts.training_script)(config, data)
