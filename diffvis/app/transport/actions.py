"""What the transport does. Its keys are taken where the focused widget has left them over, so that
a focused button keeps its Space and a field its arrows.
"""

from diffvis.app.actions import Action, Gesture
from diffvis.app.preferences import Preferences
from diffvis.app.transport.player import Player
from diffvis.sampling.timeline import Repeat

PLAY, TIME, RANGE = "Play", "Time", "Range"


def toggle_repeat(player: Player, repeat: Repeat) -> None:
    """Repeat this way, or play once where it does so already."""
    player.set_repeat(Repeat.ONCE if player.repeat is repeat else repeat)


def _only_t(player: Player) -> str:
    return "" if player.clock is player else "it is t that is played so"


def _no_range(player: Player) -> str:
    everything = "" if player.span is not None else "everything is played already"
    return _only_t(player) or everything


ACTIONS = (
    Action(
        "transport.play", "Play or pause", lambda player: player.clock.toggle(), PLAY, ("Space",),
        yields=True, also="start continue training",
    ),
    Action(
        "transport.play_back", "Play backward", lambda player: player.toggle_direction(-1), PLAY,
        ("Shift+Space",), yields=True, why_not=_only_t,
    ),
    Action(
        "transport.faster", "Faster", lambda player: player.change_speed(1), PLAY, ("+",),
        "A pass takes less time", yields=True, why_not=_only_t,
    ),
    Action(
        "transport.slower", "Slower", lambda player: player.change_speed(-1), PLAY, ("-",),
        "A pass takes more time", yields=True, why_not=_only_t,
    ),
    Action(
        "transport.loop", "Loop", lambda player: toggle_repeat(player, Repeat.LOOP), PLAY, ("L",),
        "Loop: begin again at the end", yields=True, why_not=_only_t, also="repeat",
        checked=lambda player: player.repeat is Repeat.LOOP,
    ),
    Action(
        "transport.ping_pong", "Ping-pong",
        lambda player: toggle_repeat(player, Repeat.PING_PONG), PLAY, ("P",),
        "Ping-pong: play to and fro between the ends", yields=True, why_not=_only_t, also="repeat",
        checked=lambda player: player.repeat is Repeat.PING_PONG,
    ),
    Action(
        "transport.step_back", "One step back", lambda player: player.clock.step(-1), TIME,
        ("Left",), yields=True,
    ),
    Action(
        "transport.step_forward", "One step on", lambda player: player.clock.step(1), TIME,
        ("Right",), yields=True,
    ),
    Action(
        "transport.ten_back", "Ten steps back", lambda player: player.clock.step(-10), TIME,
        ("Shift+Left",), yields=True,
    ),
    Action(
        "transport.ten_forward", "Ten steps on", lambda player: player.clock.step(10), TIME,
        ("Shift+Right",), yields=True,
    ),
    Action(
        "transport.mark_before", "To the marked t before", lambda player: player.clock.to_mark(-1),
        TIME, ("PgUp",), yields=True,
    ),
    Action(
        "transport.mark_after", "To the marked t after", lambda player: player.clock.to_mark(1),
        TIME, ("PgDown",), yields=True,
    ),
    Action(
        "transport.start", "To the start", lambda player: player.clock.to_start(), TIME,
        ("Home",), yields=True,
    ),
    Action(
        "transport.end", "To the end", lambda player: player.clock.to_end(), TIME, ("End",),
        yields=True,
    ),
    Action(
        "transport.range_begin", "Begin the range at this t", Player.begin_span, RANGE, ("I",),
        "Play and loop only from here", yields=True, why_not=_only_t, also="span in",
    ),
    Action(
        "transport.range_end", "End the range at this t", Player.end_span, RANGE, ("O",),
        "Play and loop only up to here", yields=True, why_not=_only_t, also="span out",
    ),
    Action(
        "transport.range_all", "Play everything", Player.clear_span, RANGE, ("X",),
        "No range any more", yields=True, why_not=_no_range, also="clear span",
    ),
)  # fmt: skip
"""Each is done to a ``Player``."""

SNAP = Action(
    "transport.snap", "Catch at marked t", lambda kept: kept.change(snap=not kept.snap), RANGE,
    tip="A dragged t stops at the marks", checked=lambda kept: kept.snap, also="snap",
)  # fmt: skip
"""Done to the ``Preferences``."""

GESTURES = (
    Gesture("0 … 9", "Type t, then Return", TIME),
    Gesture("Wheel", "One step; with Shift ten", TIME),
)

DECLARED = (*ACTIONS, SNAP, *GESTURES)
BY_ID = {action.id: action for action in ACTIONS}


def of_transport(player: Player, preferences: Preferences) -> tuple[Action | Gesture, ...]:
    """All of them, of one transport."""
    return *(action.of(player) for action in ACTIONS), SNAP.of(preferences), *GESTURES
