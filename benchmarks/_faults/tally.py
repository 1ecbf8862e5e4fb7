"""What was tried, and how it ended: the rows of the table."""

from collections import Counter
from dataclasses import dataclass, field

PROMISED, UNCLEAR, LOST = "as promised", "unclear", "lost"
EXAMPLES = 5  # of what was not as promised, for each row


@dataclass
class Row:
    """One kind of fault in one place."""

    what: str
    counts: Counter = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, verdict: str, example: str = "") -> None:
        self.counts[verdict] += 1
        if verdict != PROMISED and len(self.examples) < EXAMPLES:
            self.examples.append(f"{verdict}: {' '.join(example.split())[:400]}")

    @property
    def tried(self) -> int:
        return sum(self.counts.values())


@dataclass
class Tally:
    """Rows in the order in which they were first tried."""

    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, what: str, verdict: str, example: str = "") -> None:
        self.rows.setdefault(what, Row(what)).add(verdict, example)

    def to_json(self) -> list:
        return [[row.what, dict(row.counts), row.examples] for row in self.rows.values()]

    def take(self, told: list) -> None:
        """The rows of another tally."""
        for what, counts, examples in told:
            row = self.rows.setdefault(what, Row(what))
            row.counts.update(counts)
            row.examples += examples

    @property
    def sound(self) -> bool:
        """Whether everything was as promised."""
        return all(row.counts[PROMISED] == row.tried for row in self.rows.values())

    def show(self) -> None:
        width = max([len(row.what) for row in self.rows.values()] + [5])
        head = f"{'tried':{width}}  {'times':>6}  {PROMISED}  {UNCLEAR}  {LOST}"
        print(f"{head}\n{'-' * len(head)}")
        total = Counter()
        for row in self.rows.values():
            print(_line(row.what, row.counts, width))
            total += row.counts
        print("-" * len(head))
        print(_line("all", total, width))
        for row in self.rows.values():
            for example in row.examples:
                print(f"  {row.what}: {example}")


def _line(what: str, counts: Counter, width: int) -> str:
    numbers = f"{counts[PROMISED]:11,}  {counts[UNCLEAR]:7,}  {counts[LOST]:4,}"
    return f"{what:{width}}  {sum(counts.values()):6,}  {numbers}"
