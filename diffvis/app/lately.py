"""What was opened lately, within a room: an afternoon of opening must not fill the memory."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from diffvis.data.dataset import Dataset
from diffvis.models.model import Model

MOST = 24
ROOM = 64 * 2**20  # bytes of all together; what was used last stays however large it is

Thing = TypeVar("Thing")


class Lately(Mapping[str, Thing], Generic[Thing]):
    """Things by what opens them again, in the order in which they were opened first.

    What was not used for longest goes first. It is on the disk, and can be opened again; what is
    ``lasting`` is not, and stays.
    """

    def __init__(
        self,
        size: Callable[[Thing], int],
        most: int = MOST,
        room: int = ROOM,
        lasting: Callable[[Thing], bool] = lambda _: False,
    ) -> None:
        self._size, self._most, self._room, self._lasting = size, most, room, lasting
        self._things: dict[str, Thing] = {}
        self._used: dict[str, None] = {}  # the last one last

    def use(self, key: str, thing: Thing) -> bool:
        """Remember it as the last one used. Whether that changes what is there."""
        known = self._things.get(key) is thing
        self._things[key] = thing
        self._used.pop(key, None)
        self._used[key] = None
        going = [old for old in self._used if old != key and not self._lasting(self._things[old])]
        while going and (len(self) > self._most or self.bytes > self._room):
            self._forget(going.pop(0))
        return not known

    def rename(self, before: str, now: str, thing: Thing) -> None:
        """It is opened by another name, and says so itself."""
        self._forget(before)
        self.use(now, thing)

    @property
    def bytes(self) -> int:
        return sum(map(self._size, self._things.values()))

    def _forget(self, key: str) -> None:
        del self._things[key], self._used[key]

    def __getitem__(self, key: str) -> Thing:
        return self._things[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)


def data_bytes(data: Dataset) -> int:
    return data.values.nbytes


def is_live(model: Model) -> bool:
    """Whether it came from nowhere that it could be opened from again."""
    return model.path is None


def model_bytes(model: Model) -> int:
    """Of its weights, where it has a network."""
    network = getattr(model.denoiser, "network", None)
    return 0 if network is None else sum(weight.nbytes for weight in network.parameters())
