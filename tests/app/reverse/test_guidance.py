"""Guidance among the fields of Reverse: of models that know classes, over its sharpened law."""

from driving import Find, choose, finder, rounds, walk
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.data.catalogue import open_dataset
from diffvis.models.model import open_model


def test_it_is_offered_where_there_are_classes(
    qtbot: QtBot, reverse: ReverseWorkspace, session: Session
) -> None:
    find: Find = finder(reverse)
    field, density = find("reverse.field"), find("reverse.density")
    assert field.findData("guidance") < 0  # the exact denoiser of the Swiss roll
    session.set_data(open_dataset("pinwheel", n=400))
    session.set_model(open_model("pinwheel"))
    find("reverse.count").setValue(20)
    find("reverse.steps").setValue(6)
    walk(qtbot, reverse)
    choose(field, "guidance")
    rounds()
    assert density.isChecked()
    shown = reverse.shown()
    assert shown.field == "guidance" and shown.contours and shown.data is session.data
    before = find("reverse.view").frame.copy()
    density.click()  # without the sharpened law behind
    rounds()
    assert (find("reverse.view").frame != before).any()
    session.set_model(open_model("swiss-roll"))
    assert field.findData("guidance") < 0
