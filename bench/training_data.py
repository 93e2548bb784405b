"""Makes up interactions in which there is something to learn, piece by piece: a folder of NumPy arrays.

Users like a few groups of items each, and within a group popular items more; how many items a user has is
log-normal. Written once, opened memory-mapped like a prepared folder.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions

USERS_AT_ONCE = 20_000
GROUPS_OF_A_USER = 4
# Sampled with repetition and then made unique, so more are drawn than are kept.
OVERDRAW = 2.3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How much is made up.

    Args:
        groups: of items.
    """

    users: int
    items: int
    interactions: int
    groups: int
    seed: int = 0


# MovieLens 27M as of 2018 in its outlines.
FULL = Shape(users=280_000, items=58_000, interactions=26_700_000, groups=100)
# All of whose items a softmax can run over in every epoch.
SMALL = Shape(users=8_000, items=4_000, interactions=400_000, groups=40)


def make(folder: Path, shape: Shape) -> Path:
    """Write the folder where it is missing."""
    done = folder / "shape.json"
    if done.is_file() and json.loads(done.read_text()) == asdict(shape):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"Making up {shape.interactions:,} interactions (once) ...", flush=True)
    lengths = []
    with (folder / "indices.bin").open("wb") as file:
        for of_user, items in _pieces(shape):
            items.tofile(file)
            lengths.append(of_user)
    indptr = np.concatenate(([0], np.cumsum(np.concatenate(lengths))))
    np.save(folder / "indptr.npy", indptr)
    np.full(indptr[-1], 5, np.float32).tofile(folder / "values.bin")
    np.zeros(indptr[-1], np.int64).tofile(folder / "timestamps.bin")
    done.write_text(json.dumps(asdict(shape)))
    return folder


def open_rows(folder: Path) -> Interactions:
    """The interactions, read as they are touched."""
    shape = Shape(**json.loads((folder / "shape.json").read_text()))
    return Interactions(
        np.load(folder / "indptr.npy"),
        np.memmap(folder / "indices.bin", np.int32, "r"),
        np.memmap(folder / "values.bin", np.float32, "r"),
        np.memmap(folder / "timestamps.bin", np.int64, "r"),
        shape.items,
    )


def _pieces(shape: Shape) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]]:
    """Per piece the users' numbers of items, and the items, ascending per user."""
    generator = np.random.default_rng(shape.seed)
    popularity = 1 / (np.arange(shape.items) + 20.0) ** 1.2
    group = generator.permutation(shape.items) % shape.groups
    by_group = np.argsort(group, kind="stable")
    cumulated = np.concatenate(([0], np.cumsum(popularity[by_group])))
    edges = cumulated[np.searchsorted(group[by_group], np.arange(shape.groups + 1))]
    wanted = np.exp(generator.normal(0, 1, shape.users))
    wanted = np.maximum(1, wanted / wanted.sum() * shape.interactions * OVERDRAW).astype(np.int64)
    for start in range(0, shape.users, USERS_AT_ONCE):
        drawn = np.minimum(wanted[start : start + USERS_AT_ONCE], shape.items)
        user = np.repeat(np.arange(len(drawn)), drawn)
        favourites = generator.integers(shape.groups, size=(len(drawn), GROUPS_OF_A_USER))
        # The first of the favourites twice as often as the second, and so on.
        rank = np.minimum(generator.geometric(0.5, len(user)) - 1, GROUPS_OF_A_USER - 1)
        liked = favourites[user, rank]
        at = edges[liked] + generator.random(len(user)) * (edges[liked + 1] - edges[liked])
        item = by_group[np.minimum(np.searchsorted(cumulated, at, side="right") - 1, shape.items - 1)]
        unique = np.unique(user * shape.items + item)
        n = min(len(unique), round(shape.interactions * len(drawn) / shape.users))
        kept = np.sort(generator.choice(unique, n, replace=False))
        yield np.bincount(kept // shape.items, minlength=len(drawn)), (kept % shape.items).astype(np.int32)


SHAPES = {"full": FULL, "small": SMALL}


if __name__ == "__main__":
    make(Path(sys.argv[2]), SHAPES[sys.argv[1]])
