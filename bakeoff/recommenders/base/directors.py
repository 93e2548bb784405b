"""Who directed what, and lists in which no director stands too often."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document

Directors = npt.NDArray[np.int32]
NOBODY = -1


def number_directors(documents: Sequence[Document]) -> Directors:
    """Per item its directors, numbered; shape (n_items, most directors of an item), at least one column.

    `NOBODY` where there are no more.
    """
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(name, len(numbers)) for name in document.directors] for document in documents]
    directors = np.full((len(rows), max([1, *map(len, rows)])), NOBODY, np.int32)
    for item, row in enumerate(rows):
        directors[item, : len(row)] = row
    return directors


def fill_page(directors: Directors, *, cap: int, size: int) -> tuple[list[int], list[int]]:
    """Take items from the front on, passing over those whose director has had his share.

    Args:
        directors: of the items in their order, rows of `number_directors`.
        cap: the most items of one director.
        size: the most items; fewer where the cap lets nothing more in.

    Returns:
        Positions of the items taken, and of those left, each in their order.
    """
    count: dict[int, int] = {}
    page: list[int] = []
    left: list[int] = []
    for position, row in enumerate(directors.tolist()):
        if len(page) == size:
            return page, left + list(range(position, len(directors)))
        by = [director for director in row if director != NOBODY]
        if any(count.get(director, 0) >= cap for director in by):
            left.append(position)
            continue
        page.append(position)
        for director in by:
            count[director] = count.get(director, 0) + 1
    return page, left
