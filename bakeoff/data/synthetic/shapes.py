"""How large a synthetic data set is: named shapes, all but the smallest with one and the same catalogue."""

from dataclasses import dataclass

from bakeoff.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A size.

    Args:
        users: users with at least one row.
        items: films in movies.csv, its bad rows not counted.
        metadata_rows: rows of the IMDb table; more than `items`, because it knows films that MovieLens lacks.
        ratings: rows of ratings.csv, bad rows included.
    """

    users: int
    items: int
    metadata_rows: int
    ratings: int


# What movielens-27m has: the "ml-latest" of 2018 (27,753,444 ratings, 283,228 users, 58,098 films) in round numbers,
# with Kaggle's "IMDb movies extensive" (85,855 rows). The smaller two keep the catalogue and the ratings per user, so
# that a cost per added million ratings can be read off their difference.
SHAPES = {
    "tiny": Shape(users=800, items=1_000, metadata_rows=1_500, ratings=36_000),
    "movielens-1m": Shape(users=10_400, items=58_000, metadata_rows=85_000, ratings=1_000_000),
    "movielens-5m": Shape(users=52_000, items=58_000, metadata_rows=85_000, ratings=5_000_000),
    "movielens-27m": Shape(users=280_000, items=58_000, metadata_rows=85_000, ratings=27_000_000),
}


# Share of the rows of ratings.csv that are bad: by default, and at most.
BAD_SHARE = 0.001
MOST_BAD_SHARE = 0.2


def shape_named(name: str) -> Shape:
    """The shape of that name.

    Raises:
        DataError: there is none; with those that there are.
    """
    if name not in SHAPES:
        raise DataError(f"'{name}' is no shape of a synthetic data set; choose one of {', '.join(SHAPES)}.")
    return SHAPES[name]
