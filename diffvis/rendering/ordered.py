"""Frames in any order of times, each drawn once: what somebody has looked at, to and fro."""

from collections.abc import Iterable, Iterator, Sequence

from diffvis.rendering.pixels import Pixels
from diffvis.rendering.spool import FrameSpool


def in_order(
    frames: Iterable[Pixels | None], times: Sequence[int], at: Sequence[int]
) -> Iterator[Pixels | None]:
    """``frames``, one for each of the different ``times`` beside None for work without one, given
    at each of ``at``. There is None for each that is taken, and then a frame for each of ``at``.
    """
    place = {t: number for number, t in enumerate(times)}
    with FrameSpool() as spool:
        for frame in frames:
            if frame is not None:
                spool.append(frame)
            yield None
        for t in at:
            yield spool[place[t]]
