"""The names of files that are proposed."""

from diffvis.app.export.choices import choices_for, moment_of, spec_of
from diffvis.app.session import Session
from diffvis.app.shown import AnyShown
from diffvis.data.naming import slug
from diffvis.errors import UserError
from diffvis.rendering.naming import stem

WHOLE = ("", "view", "plot")  # roles of what fills a workspace


def stem_of_view(shown: AnyShown, session: Session, name: str) -> str:
    """Of one picture of a workspace, whose object name is ``<workspace>.<role>``."""
    role = name.partition(".")[2]
    try:
        first = choices_for(shown, session)[0]
    except UserError:  # there is nothing that can be exported, and yet something to be seen
        return slug(name)
    spec = spec_of(shown).changed(view=first.view, t=moment_of(shown, session), **first.fields)
    return slug("-".join([stem(first.subject, spec, "picture"), *([role] * (role not in WHOLE))]))
