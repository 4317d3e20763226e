"""Small cells stay hidden: checked against linear algebra and against every table that fits what is shown."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.core.suppression import (
    K,
    ShownTable,
    is_small,
    shown_by_key,
    shown_chain,
    shown_counts,
    shown_parts,
    shown_table,
)

COUNT = st.one_of(st.integers(0, 12), st.integers(0, 200))


def tables(rows: tuple[int, int], columns: tuple[int, int], count: st.SearchStrategy[int]) -> st.SearchStrategy:
    return st.tuples(st.integers(*rows), st.integers(*columns)).flatmap(
        lambda size: st.lists(st.lists(count, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


# an independent check: what follows from the shown figures by adding and subtracting


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss-Jordan."""
    done, column = 0, 0
    width = len(rows[0]) if rows else 0
    while done < len(rows) and column < width:
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is not None:
            rows[done], rows[pivot] = rows[pivot], rows[done]
            rows[done] = [value / rows[done][column] for value in rows[done]]
            for i, row in enumerate(rows):
                if i != done and row[column]:
                    rows[i] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
            done += 1
        column += 1
    return rows


def worked_out(equations: list[dict[object, int]], unknown: set[object]) -> set[object]:
    """The unknowns that have one solution: those alone in a row of the reduced system."""
    order = sorted(unknown, key=repr)
    rows = [[Fraction(equation.get(name, 0)) for name in order] for equation in equations]
    return {order[next(i for i, v in enumerate(row) if v)] for row in _reduced(rows) if sum(bool(v) for v in row) == 1}


def _grid(shown: ShownTable) -> dict[object, int | None]:
    grid: dict[object, int | None] = {(i, j): v for i, row in enumerate(shown.cells) for j, v in enumerate(row)}
    grid |= {("row", i): v for i, v in enumerate(shown.row_totals)}
    grid |= {("column", j): v for j, v in enumerate(shown.column_totals)}
    return {**grid, "total": shown.total}


def _equations(rows: int, columns: int) -> list[dict[object, int]]:
    across = [{("row", i): -1, **{(i, j): 1 for j in range(columns)}} for i in range(rows)]
    down = [{("column", j): -1, **{(i, j): 1 for i in range(rows)}} for j in range(columns)]
    ends = [{"total": -1, **{(name, i): 1 for i in range(n)}} for name, n in (("row", rows), ("column", columns))]
    return [*across, *down, *ends]


@given(tables((1, 5), (1, 5), COUNT), st.booleans())
@settings(max_examples=100, deadline=None)
def test_no_hidden_cell_of_a_table_follows_by_adding_and_subtracting(cells: list[list[int]], zeros: bool) -> None:
    shown = shown_table(cells, zeros_shown=zeros)
    grid = _grid(shown)
    hidden = {name for name, value in grid.items() if value is None}
    assert not worked_out(_equations(len(cells), len(cells[0])), hidden)
    assert not [v for v in grid.values() if v is not None and is_small(v, zeros_shown=zeros)]
    truth = _grid(ShownTable(tuple(map(tuple, cells)), tuple(map(sum, cells)),
                             tuple(sum(c) for c in zip(*cells, strict=True)), sum(map(sum, cells))))  # fmt: skip
    assert all(value in (None, truth[name]) for name, value in grid.items())


def _hidden_sums(shown: ShownTable, cells: list[list[int]]) -> list[int]:
    """What is hidden in a row or column whose total is shown: the total less the shown figures."""
    rows = zip(shown.cells, shown.row_totals, cells, strict=True)
    columns = zip(zip(*shown.cells, strict=True), shown.column_totals, zip(*cells, strict=True), strict=True)
    return [
        sum(v for v, seen in zip(truth, line, strict=True) if seen is None)
        for line, total, truth in [*rows, *columns]
        if total is not None and None in line
    ]


@given(tables((1, 5), (2, 5), st.one_of(st.integers(0, 3), st.integers(10, 60))), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_what_is_hidden_of_a_line_is_no_small_sum(cells: list[list[int]], each: int) -> None:
    assert all(value >= K for value in _hidden_sums(shown_table(cells), cells))
    behind = [[-(-value // each) for value in row] for row in cells]
    assert all(value >= K for value in _hidden_sums(shown_table(cells, behind=behind), behind))


def _fitting_tables(shown: ShownTable, top: int) -> list[tuple[tuple[int, ...], ...]]:
    """Every table of whole numbers up to `top` that agrees with all that is shown."""
    choices = [
        [
            row
            for row in itertools.product(*([v] if v is not None else range(top + 1) for v in cells))
            if shown.row_totals[i] in (None, sum(row))
        ]
        for i, cells in enumerate(shown.cells)
    ]
    return [
        table
        for table in itertools.product(*choices)
        if all(t in (None, sum(c)) for t, c in zip(shown.column_totals, zip(*table, strict=True), strict=True))
        and shown.total in (None, sum(map(sum, table)))
    ]


@given(tables((1, 2), (1, 3), st.integers(0, 3)), st.integers(2, 3))
@settings(max_examples=60, deadline=None)
def test_a_hidden_small_cell_may_be_zero_or_no_small_number(cells: list[list[int]], k: int) -> None:
    """Brute force, k = 2 and 3: also what follows from counts being whole and not below zero stays hidden."""
    shown = shown_table(cells, k=k)
    fitting = _fitting_tables(shown, 3 + k)
    for i, row in enumerate(cells):
        for j, value in enumerate(row):
            possible = {table[i][j] for table in fitting}
            if value < k:
                assert min(possible) == 0 and max(possible) >= k, (i, j, shown)
            elif shown.cells[i][j] is None:
                assert len(possible) > 1, (i, j, shown)


@given(st.lists(COUNT, min_size=1, max_size=8), st.booleans())
@settings(max_examples=100, deadline=None)
def test_what_is_hidden_of_a_list_is_several_counts_and_no_small_sum(counts: list[int], zeros: bool) -> None:
    shown = shown_counts(counts, zeros_shown=zeros)
    hidden = [value for value, seen in zip(counts, shown.counts, strict=True) if seen is None]
    assert all(value in (None, truth) for value, truth in zip(shown.counts, counts, strict=True))
    assert not [v for v in (*shown.counts, shown.total) if v is not None and is_small(v, zeros_shown=zeros)]
    if hidden and shown.total is not None:
        assert len(hidden) > 1 and shown.total - sum(v for v in shown.counts if v is not None) >= K
    if not any(is_small(v, zeros_shown=zeros) for v in counts):
        assert not shown.hides


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_many_questions_of_few_companies_are_a_small_cell(pairs: list[tuple[int, int]]) -> None:
    counts, behind = [count for count, _ in pairs], [min(count, count // each + 1) for count, each in pairs]
    shown = shown_counts(counts, behind=behind)
    hidden = [i for i, value in enumerate(shown.counts) if value is None]
    assert all(behind[i] >= K for i in range(len(counts)) if i not in hidden)
    if hidden and shown.total is not None:
        assert len(hidden) > 1 and sum(behind[i] for i in hidden) >= K
    grid = _grid(shown_table([counts, counts[::-1]], behind=[behind, behind[::-1]]))
    assert not worked_out(_equations(2, len(counts)), {name for name, value in grid.items() if value is None})
    assert all(behind[j] >= K for j in range(len(counts)) if grid[0, j] is not None)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_no_difference_of_two_shown_nested_figures_is_small(steps: list[int], innermost: int) -> None:
    values = list(itertools.accumulate(steps, initial=innermost))[::-1]
    seen = [value for value in shown_chain(values) if value is not None]
    assert all(value >= K for value in seen)
    assert all(a - b >= K for a, b in itertools.combinations(seen, 2))
    assert not seen or seen[0] == values[0]


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ([], (), 0),
        ([50, 60], (50, 60), 110),
        ([3, 50, 60], (None, None, 60), 113),  # one alone would be the total less the rest
        ([2, 3, 50, 60], (None, None, None, 60), 115),  # two and three are five together: small as well
        ([4, 8, 50], (None, None, 50), 62),
        ([0, 50, 60], (None, None, 60), 110),  # a zero says that nobody did
        ([4, 3], (None, None), None),
        ([12], (12,), 12),
    ],
)
def test_lists(counts: list[int], shown: tuple[int | None, ...], total: int | None) -> None:
    found = shown_counts(counts)
    assert (found.counts, found.total) == (shown, total if counts else 0)


def test_zeros_that_are_no_secret_are_shown() -> None:
    assert shown_counts([0, 50], structural={0}).counts == (0, 50)
    assert shown_counts([0, 50], zeros_shown=True).counts == (0, 50)
    assert shown_table([[0, 40], [30, 20]], structural={(0, 0)}).hides is False
    assert shown_table([[0, 40], [30, 20]]).cells == ((None, None), (None, None))


def test_parts_that_overlap_and_figures_by_key() -> None:
    assert shown_parts(100, {"unserved": 95, "late": 40, "repeated": 4}) == (
        100,
        {"unserved": None, "late": 40, "repeated": None},  # served: five
    )
    assert shown_parts(7, {"late": 2}) == (None, {"late": None})
    assert shown_parts(40, {"late": 40}, zeros_shown=True) == (40, {"late": 40})
    assert shown_by_key({"a": 3, "b": 30, "c": 40}) == ({"a": None, "b": None, "c": 40}, 73)
    assert shown_by_key({"a": 33, "b": 30}, behind={"a": 2, "b": 30}) == ({"a": None, "b": None}, 63)
    assert shown_table([]).total == 0
