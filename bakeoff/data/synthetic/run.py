"""Writes a synthetic data set: films first, then the ratings chunk by chunk, what is in them last."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bakeoff.data.rejects import OLDER_DUPLICATE
from bakeoff.data.synthetic import bad_rows
from bakeoff.data.synthetic.catalogue_files import write_catalogue
from bakeoff.data.synthetic.companions import find_companions
from bakeoff.data.synthetic.eras import make_eras
from bakeoff.data.synthetic.interactions import make_rows
from bakeoff.data.synthetic.ratings import HEADER, RatingsText
from bakeoff.data.synthetic.sessions import make_sessions
from bakeoff.data.synthetic.shapes import BAD_SHARE, MOST_BAD_SHARE, Shape
from bakeoff.data.synthetic.streams import Purpose, stream
from bakeoff.data.synthetic.users import chunks, make_activity, make_users
from bakeoff.data.synthetic.world import World, make_world, unknown_ids
from bakeoff.data.synthetic.writing import NewFolder
from bakeoff.errors import DataError

RATINGS = "ratings.csv"
FACTS = "SYNTHETIC.json"
FORMAT = 1

Progress = Callable[[int, int], None]


def synthesize(
    folder: Path,
    shape: Shape,
    *,
    name: str,
    seed: int = 0,
    bad_share: float = BAD_SHARE,
    progress: Progress = lambda done, total: None,
) -> None:
    """Write a data set of `shape` into `folder`: the four CSV files, and SYNTHETIC.json with what is in them.

    The same shape, seed and share give the same bytes. Memory does not grow with the ratings.

    Args:
        folder: not there yet, or empty.
        shape: how large.
        name: of the shape, for SYNTHETIC.json.
        seed: not negative.
        bad_share: share of the ratings' rows that are bad, all kinds together; see `bad_rows.RATING_KINDS`.
        progress: told the rows of ratings.csv written so far, and all.

    Raises:
        DataError: the folder holds something; a seed or share that cannot be.
    """
    if seed < 0:
        raise DataError(f"The seed {seed} is negative; give 0 or more.")
    if not 0 <= bad_share <= MOST_BAD_SHARE:
        raise DataError(f"{bad_share} is no share of bad rows; give 0 to {MOST_BAD_SHARE}.")
    with NewFolder(folder) as new:
        progress(0, shape.ratings)
        world = make_world(shape, seed)
        bad_movies = bad_rows.movie_counts(shape, bad_share)
        catalogue_rows = write_catalogue(new, world, bad_movies, seed=seed)
        bad_ratings = bad_rows.rating_counts(shape, bad_share)
        rated = _write_ratings(new, world, shape, bad_ratings, seed=seed, progress=progress)
        facts = {
            "format": FORMAT,
            "shape": name,
            "seed": seed,
            "badShare": bad_share,
            "users": shape.users,
            "items": shape.items,
            "itemsWithUsableRatings": rated,
            "usableRatings": shape.ratings - sum(bad_ratings.values()),
            "rows": {RATINGS: shape.ratings, **catalogue_rows},
            "badRows": {RATINGS: bad_ratings, "movies.csv": bad_movies},
            "files": new.files,
        }
        with new.file(FACTS) as file:
            file.write(json.dumps(facts, indent=2).encode() + b"\n")


def _write_ratings(
    new: NewFolder, world: World, shape: Shape, bad: dict[str, int], *, seed: int, progress: Progress
) -> int:
    """Write ratings.csv; how many items have a usable row."""
    eras, companions = make_eras(world, seed), find_companions(world)
    n_pairs = shape.ratings - bad[OLDER_DUPLICATE]
    activity = make_activity(shape, n_pairs, seed)
    text = RatingsText(world, unknown_ids(world))
    rated = np.zeros(world.n_items, np.bool_)
    pairs = written = 0
    before = bad_rows.counts_until(bad, 0, of=n_pairs)
    with new.file(RATINGS) as file:
        file.write(HEADER)
        for chunk, (first, end) in enumerate(chunks(activity)):
            users = make_users(world, activity[first:end], first=first, chunk=chunk, seed=seed)
            sessions = make_sessions(world, eras, users, chunk=chunk, seed=seed)
            rows = make_rows(world, eras, companions, users, sessions, chunk=chunk, seed=seed)
            pairs += len(rows.user)
            until = bad_rows.counts_until(bad, pairs, of=n_pairs)
            generator = stream(seed, Purpose.BAD_ROWS, chunk)
            marked = bad_rows.mark(rows, {kind: until[kind] - before[kind] for kind in bad}, generator)
            before = until
            rated[marked.usable_items()] = True
            file.write(text.lines(marked, generator))
            written += len(marked.rows.user)
            progress(written, shape.ratings)
    return int(rated.sum())
