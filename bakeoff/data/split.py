"""The split: which interaction is train, validation or test, and the hash that names the result.

The definition uses nothing but sorting and MD5, so that any engine gives the same split and hash for the same rows.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data import layout
from bakeoff.data.cleaning import Usable
from bakeoff.data.interactions import Interactions
from bakeoff.data.settings import SplitSettings

TRAIN, VALIDATION, TEST = range(3)
HASHED_ROWS_AT_ONCE = 1_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """A frozen split.

    Args:
        interactions: all of them, each user's ordered by time, equal timestamps by the seeded shuffle.
        part: int8, shape (n_interactions,): 0 train, 1 validation, 2 test; never decreasing inside a user's row.
        hash: sha256 over the rows and the settings, in hex.
    """

    interactions: Interactions
    part: npt.NDArray[np.int8]
    hash: str

    def select(self, part: int) -> Interactions:
        """The interactions of one part."""
        return self.interactions.where(self.part == part)


def split(usable: Usable, settings: SplitSettings) -> Split:
    """Split per user: the newest share is test, the share before it validation, the rest train.

    Of a user with n >= min_activity interactions, max(1, floor(test_fraction * n)) are test and
    max(1, floor(validation_fraction * n)) validation; users with fewer stay wholly in train.
    """
    order = _order(usable, seed=settings.seed)
    interactions = Interactions.from_columns(
        users=usable.user[order],
        items=usable.item[order],
        values=usable.value[order],
        timestamps=usable.timestamp[order],
        n_users=len(usable.users),
        n_items=len(usable.items),
    )
    part = _parts(interactions, settings)
    return Split(
        interactions=interactions,
        part=part,
        hash=split_hash(interactions, part, users=usable.users, items=usable.items, settings=settings),
    )


def seeded_key(seed: int, *ids: str) -> int:
    """A number that shuffles: the first 8 bytes of MD5 over the seed and the ids, one a line."""
    text = "\n".join([str(seed), *ids])
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8], "big")


def split_hash(
    interactions: Interactions,
    part: npt.NDArray[np.int8],
    *,
    users: Sequence[str],
    items: Sequence[str],
    settings: SplitSettings,
) -> str:
    """sha256, in hex, over the settings as JSON and one line per interaction, sorted by user id and item id as text.

    A line is user id, item id, value (shortest decimal of the float32), timestamp and part's name, tab-separated.
    """
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode() + b"\n")
    order = np.lexsort((_text_ranks(items)[interactions.indices], _text_ranks(users)[interactions.rows]))
    for start in range(0, len(order), HASHED_ROWS_AT_ONCE):
        here = order[start : start + HASHED_ROWS_AT_ONCE]
        columns = zip(
            interactions.rows[here].tolist(),
            interactions.indices[here].tolist(),
            interactions.values[here].astype(str).tolist(),
            interactions.timestamps[here].tolist(),
            part[here].tolist(),
            strict=True,
        )
        lines = [f"{users[u]}\t{items[i]}\t{value}\t{time}\t{layout.PARTS[p]}\n" for u, i, value, time, p in columns]
        digest.update("".join(lines).encode())
    return digest.hexdigest()


def _order(usable: Usable, *, seed: int) -> npt.NDArray[np.int64]:
    """Each user's interactions by time; only those that share user and timestamp need a shuffling key."""
    by_time = np.lexsort((usable.timestamp, usable.user))
    same = (np.diff(usable.user[by_time]) == 0) & (np.diff(usable.timestamp[by_time]) == 0)
    is_tied = np.zeros(len(by_time), np.bool_)
    is_tied[1:] |= same
    is_tied[:-1] |= same
    tied = by_time[is_tied]
    key = np.zeros(len(by_time), np.uint64)
    key[tied] = [seeded_key(seed, usable.users[usable.user[row]], usable.items[usable.item[row]]) for row in tied]
    return np.lexsort((key, usable.timestamp, usable.user))


def _parts(interactions: Interactions, settings: SplitSettings) -> npt.NDArray[np.int8]:
    n = interactions.activity
    split_users = n >= settings.min_activity
    n_test = np.where(split_users, _share(n, settings.test_fraction), 0)
    n_validation = np.where(split_users, _share(n, settings.validation_fraction), 0)
    # 1 for a user's newest interaction, 2 for the one before it ...
    age = np.repeat(interactions.indptr[1:], n) - np.arange(interactions.n_interactions)
    is_test = age <= np.repeat(n_test, n)
    is_held_out = age <= np.repeat(n_test + n_validation, n)
    return np.where(is_test, TEST, np.where(is_held_out, VALIDATION, TRAIN)).astype(np.int8)


def _share(n: npt.NDArray[np.int64], fraction: float) -> npt.NDArray[np.int64]:
    # 0.1 * 30 is a little more or less than 3 in binary; a share that is whole on paper must not lose one to that.
    share: npt.NDArray[np.int64] = np.maximum(1, np.floor(n * fraction + 1e-9)).astype(np.int64)
    return share


def _text_ranks(ids: Sequence[str]) -> npt.NDArray[np.int64]:
    ranks = np.empty(len(ids), np.int64)
    ranks[np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)] = np.arange(len(ids))
    return ranks
