"""Who directed what, and lists in which no director stands too often."""

from collections import Counter
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


def paginate(directors: Directors, *, cap: int, size: int) -> list[int]:
    """The order in which items stand on pages: each on the first page that has room and lets its directors in.

    Args:
        directors: of the items in their order, rows of `number_directors`.
        cap: the most items of one director on a page.
        size: the most items of a page.

    Returns:
        Positions of the items, page after page.
    """
    pages: list[list[int]] = []
    shares: list[Counter[int]] = []  # by page, how many items each director has on it
    open_from = 0  # all pages before are full
    admits_from: dict[int, int] = {}  # by director; all pages before have his share
    for position, row in enumerate(directors.tolist()):
        by = [director for director in row if director != NOBODY]
        number = max([open_from, *(admits_from.get(director, 0) for director in by)])
        while number < len(pages) and not (
            len(pages[number]) < size and all(shares[number][director] < cap for director in by)
        ):
            number += 1
        if number == len(pages):
            pages.append([])
            shares.append(Counter())
        pages[number].append(position)
        shares[number].update(by)
        while open_from < len(pages) and len(pages[open_from]) == size:
            open_from += 1
        for director in by:
            while (first := admits_from.get(director, 0)) < len(pages) and shares[first][director] >= cap:
                admits_from[director] = first + 1
    return [position for page in pages for position in page]
