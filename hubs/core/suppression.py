"""Small cells are hidden so that nobody can work them out (domain.md, Rules that never bend, 5: k = 10).

A hidden figure is None; why it is hidden (small itself, or to protect a small one) is told to nobody. The promise: for
all that is shown together, a hidden small cell may be zero or at least k, and no hidden cell can have one value only.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple, TypeVar

K = 10

Key = TypeVar("Key", bound=Hashable)
Place = tuple[int, int]
Step = tuple[Place, bool]  # a cell that changes, and whether it grows


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """A list of counts that adds up to a total; None is hidden."""

    counts: tuple[int | None, ...]
    total: int | None

    @property
    def hides(self) -> bool:
        return None in self.counts or self.total is None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with the totals of its rows and columns; None is hidden."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None

    @property
    def hides(self) -> bool:
        rows = (*self.cells, self.row_totals, self.column_totals, (self.total,))
        return any(value is None for row in rows for value in row)


class _Cell(NamedTuple):
    """A figure of the table: its value, how many stand behind it, and whether everybody knows that it is zero."""

    value: int
    behind: int
    known: bool

    def is_small(self, k: int) -> bool:
        return not self.known and min(self.value, self.behind) < k


def is_small(value: int, k: int = K, *, behind: int | None = None, zeros_shown: bool = False) -> bool:
    """Whether one figure that stands alone has to be hidden; `behind` is how many companies it is made of."""
    if value == 0 and zeros_shown:
        return False
    return min(value, value if behind is None else behind) < k


def shown_counts(
    counts: Sequence[int],
    *,
    k: int = K,
    behind: Sequence[int] | None = None,
    structural: Collection[int] = (),
    zeros_shown: bool = False,
) -> ShownCounts:
    """A list whose counts add up to its total: the small ones hidden, and others until what is hidden is no small sum.

    `behind`: companies behind each count, when it counts something else (a cell of forty questions by two companies is
    small). `structural`: positions that are zero by definition and may be seen. `zeros_shown`: zeros are no secret.
    Counts that overlap do not add up: use `shown_parts`.
    """
    cells = [
        _Cell(value, value if behind is None else behind[i], not value and (zeros_shown or i in structural))
        for i, value in enumerate(counts)
    ]
    hidden = {i for i, cell in enumerate(cells) if cell.is_small(k)}
    spare = sorted((i for i, cell in enumerate(cells) if not cell.known and i not in hidden), key=lambda i: counts[i])
    while hidden and not _safe_sum([cells[i] for i in hidden], k):
        if not spare:
            return ShownCounts(_without(counts, hidden), None)
        hidden.add(spare.pop(0))
    return ShownCounts(_without(counts, hidden), sum(counts))


def _safe_sum(hidden: list[_Cell], k: int) -> bool:
    """What is hidden can be had as one sum, the total less what is shown: it must be several cells and not small."""
    return len(hidden) > 1 and sum(cell.value for cell in hidden) >= k and sum(cell.behind for cell in hidden) >= k


def _without(values: Sequence[int], hidden: Collection[int]) -> tuple[int | None, ...]:
    return tuple(None if i in hidden else value for i, value in enumerate(values))


def shown_by_key(
    counts: Mapping[Key, int], *, k: int = K, behind: Mapping[Key, int] | None = None, zeros_shown: bool = False
) -> tuple[dict[Key, int | None], int | None]:
    """`shown_counts` for a mapping: the figures by key, and the total."""
    shown = shown_counts(
        list(counts.values()),
        k=k,
        behind=None if behind is None else [behind[key] for key in counts],
        zeros_shown=zeros_shown,
    )
    return dict(zip(counts, shown.counts, strict=True)), shown.total


def shown_chain(values: Sequence[int], *, k: int = K, zeros_shown: bool = False) -> tuple[int | None, ...]:
    """Nested quantities, widest first (questions ⊇ unserved ⊇ unserved for coverage).

    One is shown when it is no small cell and differs from the last shown one by no small number: the difference of two
    shown figures is a figure too. Widest first, so that the widest is kept.
    """
    shown: list[int | None] = []
    last: int | None = None
    for value in values:
        wide = last is None or not is_small(last - value, k, zeros_shown=zeros_shown)
        keep = wide and not is_small(value, k, zeros_shown=zeros_shown)
        shown.append(value if keep else None)
        last = value if keep else last
    return tuple(shown)


def shown_parts(
    whole: int, parts: Mapping[Key, int], *, k: int = K, zeros_shown: bool = False
) -> tuple[int | None, dict[Key, int | None]]:
    """Parts of one whole that may overlap each other: a part is shown when both it and the rest of the whole may be."""
    if is_small(whole, k, zeros_shown=zeros_shown):
        return None, dict.fromkeys(parts)
    pairs = {key: shown_chain((whole, part), k=k, zeros_shown=zeros_shown)[1] for key, part in parts.items()}
    return whole, pairs


def shown_table(
    cells: Sequence[Sequence[int]],
    *,
    k: int = K,
    behind: Sequence[Sequence[int]] | None = None,
    structural: Collection[Place] = (),
    zeros_shown: bool = False,
) -> ShownTable:
    """A table with its row totals, column totals and grand total, small figures hidden and protected.

    Totals that are small are hidden too. Other figures are hidden, as small ones as possible, until every small one
    could be zero or at least k for all that is shown. Arguments as for `shown_counts`.
    """
    if not cells or not cells[0]:
        return ShownTable(tuple(() for _ in cells), tuple(0 for _ in cells), (), 0)
    known = [[(zeros_shown and not value) or (i, j) in structural for j, value in enumerate(row)]
             for i, row in enumerate(cells)]  # fmt: skip
    table = _Table(cells, behind or cells, known, k)
    table.protect_all()
    return table.shown()


class _Table:
    """The table with its margins as a last row and column. With the margins' sign turned, every row and column adds up
    to zero; so a change of one cell that leaves all that is shown as it is runs in circles over rows and columns
    (Gusfield 1988, A graph theoretic approach to statistical data security)."""

    def __init__(
        self, cells: Sequence[Sequence[int]], behind: Sequence[Sequence[int]], known: Sequence[Sequence[bool]], k: int
    ) -> None:
        self.k = k
        self.rows, self.columns = len(cells), len(cells[0])
        values, people = _with_margins(cells), _with_margins(behind)
        fixed = _known_with_margins(known)
        self.cells = [
            [_Cell(value, people[i][j], fixed[i][j]) for j, value in enumerate(row)] for i, row in enumerate(values)
        ]
        self.hidden: set[Place] = set()
        self.steps = self._all_steps()

    def protect_all(self) -> None:
        """Hide the small ones and what protects them; what is hidden for a sum's sake is protected in its turn."""
        wanted = {(i, j) for i, row in enumerate(self.cells) for j, cell in enumerate(row) if cell.is_small(self.k)}
        while wanted:
            self.hidden |= wanted
            for place in sorted(wanted, key=lambda place: (-self._cell(place).value, place)):
                value = self._cell(place).value
                self._protect(place, self.k - value if value < self.k else self.k, up=True)
                self._protect(place, min(value, self.k), up=False)
            wanted = self._missing_in_sums()

    def _protect(self, place: Place, need: int, *, up: bool) -> None:
        """Hide what it takes for `place` to be `need` more (or less) with all that is shown unchanged."""
        used: dict[Step, int] = {}
        while need > 0:
            path = self._cheapest(place, up, used)
            if path is None:  # no way left: nothing may be shown
                self.hidden |= {at for at in self._places() if not self._cell(at).known}
                return
            amount = min(need, *(self._room(*step, used) for step in path))
            for step in path:
                used[step] = used.get(step, 0) + amount
                self.hidden.add(step[0])
            need -= amount

    def _room(self, place: Place, grows: bool, used: Mapping[Step, int]) -> int:
        """How far a cell may still change: down to zero, up without bound (never more than k is asked)."""
        return self.k if grows else self._cell(place).value - used.get((place, False), 0)

    def _cheapest(self, place: Place, up: bool, used: Mapping[Step, int]) -> list[Step] | None:
        """The steps from cell to cell that make up for a change of `place` and hide the least that is shown now.

        Nodes are rows (0, 1, …) and columns (after them); a step over a cell changes it, up or down.
        """
        row, column = place[0], self.rows + 1 + place[1]
        start, goal = (column, row) if up == self._is_plus(place) else (row, column)
        best: dict[int, int] = {start: 0}
        came: dict[int, tuple[int, Step]] = {}
        queue = [(0, start)]
        while queue:
            cost, node = heappop(queue)
            if node == goal:
                break
            if cost > best[node]:
                continue
            for other, step in self.steps[node]:
                total = cost if step[0] in self.hidden else cost + self._cell(step[0]).value + 1
                if total >= best.get(other, total + 1) or step[0] == place or not self._room(*step, used):
                    continue
                best[other], came[other] = total, (node, step)
                heappush(queue, (total, other))
        return _walk_back(came, start, goal)

    def _all_steps(self) -> list[list[tuple[int, Step]]]:
        """From a row over each of its cells to a column (with the margins' sign: it counts more), and back."""
        steps: list[list[tuple[int, Step]]] = [[] for _ in range(self.rows + self.columns + 2)]
        for place in self._places():
            if not self._cell(place).known:
                row, column = place[0], self.rows + 1 + place[1]
                steps[row].append((column, (place, self._is_plus(place))))
                steps[column].append((row, (place, not self._is_plus(place))))
        return steps

    def _is_plus(self, place: Place) -> bool:
        """Cells and the grand total count up, the margins down."""
        return (place[0] == self.rows) == (place[1] == self.columns)

    def _missing_in_sums(self) -> set[Place]:
        """What is hidden in a row or column can be had as one sum; with too few companies behind it, that is small too.

        The cells to hide besides, so that no such sum is small.
        """
        rows = [[(i, j) for j in range(self.columns + 1)] for i in range(self.rows + 1)]
        wanted: set[Place] = set()
        for *line, margin in [*rows, *map(list, zip(*rows, strict=True))]:
            hidden = [place for place in line if place in self.hidden]
            if not hidden or margin in self.hidden:
                continue
            spare = [place for place in line if place not in self.hidden and not self._cell(place).known]
            spare = [*sorted(spare, key=lambda place: self._cell(place).value), margin]
            while sum(self._cell(place).behind for place in hidden) < self.k:
                hidden.append(spare.pop(0))
                wanted.add(hidden[-1])
        return wanted

    def _places(self) -> list[Place]:
        return [(i, j) for i in range(self.rows + 1) for j in range(self.columns + 1)]

    def _cell(self, place: Place) -> _Cell:
        return self.cells[place[0]][place[1]]

    def shown(self) -> ShownTable:
        grid = [
            tuple(None if (i, j) in self.hidden else cell.value for j, cell in enumerate(row))
            for i, row in enumerate(self.cells)
        ]
        return ShownTable(
            cells=tuple(row[:-1] for row in grid[:-1]),
            row_totals=tuple(row[-1] for row in grid[:-1]),
            column_totals=grid[-1][:-1],
            total=grid[-1][-1],
        )


def _with_margins(cells: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in cells]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _known_with_margins(known: Sequence[Sequence[bool]]) -> list[list[bool]]:
    """A total is known to be zero when every cell of its line is."""
    rows = [[*row, all(row)] for row in known]
    return [*rows, [all(column) for column in zip(*rows, strict=True)]]


def _walk_back(came: Mapping[int, tuple[int, Step]], start: int, goal: int) -> list[Step] | None:
    if goal not in came:
        return None
    path = []
    while goal != start:
        goal, step = came[goal]
        path.append(step)
    return path
