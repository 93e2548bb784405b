"""Makes up what the evaluation's benchmark reads: a prepared folder, and the lists of fifteen contestants.

Seeded, and of the shape of MovieLens: skewed popularity, about a hundred interactions a user. Lists are slices of
orders of the catalogue drawn by popularity, the user's relevant items put forward, more of them by the better
contestants; a part of what they hold is seen. The lists are NumPy arrays, as they are once they are read.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.ranking import Lists
from bakeoff.evaluation.scoring import rank

SEED = 7
USERS, CANDIDATES = 50_000, 20_000
CONTESTANTS = 15
LISTS = "lists.npy"
# One contestant's lists once more: as a job writes them, and with all that metrics need, for rectools too.
ANSWERS, COMPARED = "answers/histories.jsonl.out", "compared.npz"
# A list holds the hundred that are scored and, in its first place or its last, what the user has seen.
LENGTH = 150
ORDERS = 2_000
GENRES, DIRECTORS = 19, 8_000
LIKED = 4.0
SPLIT = "5ynthet1c"
PUT_FORWARD = 6

Columns = npt.NDArray[np.int32]


def make(folder: Path, *, users: int = USERS, candidates: int = CANDIDATES, contestants: int = CONTESTANTS) -> None:
    """Write ``prepared/``, ``lists/<contestant>/lists.npy``, ``run/run.json``, and of the contestant in the middle
    `ANSWERS` and `COMPARED`; the folder is there when all of it is.
    """
    unfinished = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    rng = np.random.default_rng(SEED)
    write_prepared(unfinished / "prepared", rng, users=users, items=candidates)
    prepared = Prepared.open(unfinished / "prepared")
    names = [f"contestant-{number:02}" for number in range(contestants)]
    for number, name in enumerate(names):
        (unfinished / "lists" / name).mkdir(parents=True)
        lists = made_up_lists(prepared, rng, quality=0.1 + 0.8 * number / max(1, contestants - 1))
        np.save(unfinished / "lists" / name / LISTS, lists)
        if number == contestants // 2:
            write_answers(unfinished / ANSWERS, lists, prepared)
            write_compared(unfinished / COMPARED, lists, prepared)
    entries = [{"name": name, "status": "ok", "split": SPLIT, "lists": name, "needsHistory": True} for name in names]
    (unfinished / "run").mkdir()
    run = {"runId": "bench", "split": SPLIT, "contestants": entries}
    (unfinished / "run" / "run.json").write_text(json.dumps(run), encoding="utf-8")
    unfinished.rename(folder)


def write_prepared(folder: Path, rng: np.random.Generator, *, users: int, items: int) -> None:
    """As the preparation writes it, but for the files that the evaluation does not read."""
    drawn = _interactions(rng, users=users, items=items)
    age = np.arange(drawn.n_interactions) - drawn.indptr[drawn.rows]
    newest = age >= drawn.activity[drawn.rows] * 4 // 5
    first_newest = np.flatnonzero(newest & np.concatenate(([True], ~newest[:-1])))
    drawn.values[first_newest] = 5.0  # so that every user has something relevant
    nothing = drawn.where(np.zeros(drawn.n_interactions, np.bool_))
    parts = {"train": drawn.where(~newest), "test": drawn.where(newest)}
    (folder / "matrix").mkdir(parents=True)
    for part in layout.PARTS:
        for name in layout.ARRAYS:
            np.save(folder / layout.array(part, name), getattr(parts.get(part, nothing), name))
    user_ids = [str(user + 1) for user in range(users)]
    item_ids = [str(item + 1) for item in range(items)]
    _write(folder / layout.USERS, json.dumps(user_ids))
    _write(folder / layout.ITEMS, json.dumps(item_ids))
    _write(folder / layout.REQUEST_USERS, "".join(f'{{"userId": "{user}"}}\n' for user in user_ids))
    documents = (json.dumps(_document(item, rng).to_json()) for item in item_ids)
    _write(folder / layout.DOCUMENTS, "".join(f"{line}\n" for line in documents))
    _write(folder / layout.MANIFEST, json.dumps(_manifest()))


def _interactions(rng: np.random.Generator, *, users: int, items: int) -> Interactions:
    activity = np.minimum(20 + rng.lognormal(np.log(45), 1.0, size=users), items // 4).astype(np.int64)
    weights = popularity(items, exponent=1.0)
    rows = np.repeat(np.arange(users), activity)
    columns = np.searchsorted(np.cumsum(weights), rng.random(len(rows)) * weights.sum())
    pairs = np.unique(rows * items + columns)
    return Interactions.from_columns(
        users=pairs // items,
        items=pairs % items,
        values=rng.integers(1, 11, size=len(pairs)) / 2,
        timestamps=1_000_000_000 + rng.integers(0, 500_000_000, size=len(pairs)),
        n_users=users,
        n_items=items,
    )


def popularity(items: int, *, exponent: float) -> npt.NDArray[np.float64]:
    """Weights by rank, shape (items,); the head is flatter than a power law's, as that of films is."""
    weights: npt.NDArray[np.float64] = (np.arange(items) + 30.0) ** -exponent
    return weights


def made_up_lists(prepared: Prepared, rng: np.random.Generator, *, quality: float) -> Columns:
    """One contestant's lists, shape (n_users, LENGTH), no item twice; the better, the more is put forward."""
    n_users, n_items = len(prepared.users), len(prepared.items)
    # Drawn by popularity without replacement: the first to arrive, where arrivals have the weights as their rates.
    weights = popularity(n_items, exponent=0.4 + 0.6 * quality).astype(np.float32)
    length = min(LENGTH, n_items)
    orders = np.empty((ORDERS, length), np.int32)
    for place in range(ORDERS):
        arrivals = rng.standard_exponential(n_items, dtype=np.float32) / weights
        first = np.argpartition(arrivals, length - 1)[:length]
        orders[place] = first[np.argsort(arrivals[first])]
    ranked = orders[rng.integers(ORDERS, size=n_users)]
    relevant = prepared.test_holdout.relevant
    for number in range(PUT_FORWARD):
        some = np.flatnonzero((relevant.activity > number) & (rng.random(n_users) < 0.5 * quality))
        item = relevant.indices[relevant.indptr[some] + number]
        to = np.minimum(rng.geometric(0.05, size=len(some)) - 1, length - 1)
        _put(ranked, rows=some, items=item, to=to)
    return ranked


def _put(ranked: Columns, *, rows: npt.NDArray[np.int64], items: Columns, to: npt.NDArray[np.int64]) -> None:
    """Each row's item to its rank; it changes places with what stands there, if the row holds it, or replaces that."""
    held = ranked[rows] == items[:, None]
    has, place = held.any(axis=1), held.argmax(axis=1)
    ranked[rows[has], place[has]] = ranked[rows[has], to[has]]
    ranked[rows, to] = items


def write_answers(path: Path, lists: Columns, prepared: Prepared) -> None:
    """The lists as batch transform leaves them, one JSON line per user."""
    path.parent.mkdir(parents=True)
    scores = np.sort(np.random.default_rng(SEED).random(lists.shape), axis=1)[:, ::-1]
    with path.open("w", encoding="utf-8") as lines:
        for user, row, scored in zip(prepared.users, lists.tolist(), scores, strict=True):
            pairs = zip(row, scored.tolist(), strict=True)
            items = [{"itemId": prepared.items[column], "score": score} for column, score in pairs]
            lines.write(f"{json.dumps({'userId': user, 'items': items, 'status': 'ok'})}\n")


def write_compared(path: Path, lists: Columns, prepared: Prepared) -> None:
    """Recommendable lists, the users' relevant items, and who interacted with what; columns and rows, no ids."""
    holdout, learnt = prepared.test_holdout, prepared.train_and_validation
    relevant = holdout.relevant.of_users(prepared.test_users)
    np.savez(
        path,
        ranked=rank(Lists.from_matrix(lists), users=prepared.test_users, holdout=holdout),
        indptr=relevant.indptr,
        indices=relevant.indices,
        users=learnt.rows,
        items=learnt.indices,
        n_users=learnt.n_users,
        n_items=learnt.n_items,
    )


def _document(item: str, rng: np.random.Generator) -> Document:
    genres = tuple(f"genre {number}" for number in np.unique(rng.integers(GENRES, size=rng.integers(1, 4))))
    directors = tuple(f"director {number}" for number in np.unique(rng.integers(DIRECTORS, size=rng.integers(1, 3))))
    return Document(
        item_id=item, title=item, year=None, genres=genres, directors=directors, writers=(), actors=(), plot=""
    )


def _manifest() -> dict[str, Any]:
    parameters = {"seed": SEED, "testFraction": 0.2}
    return {
        "format": layout.FORMAT,
        "dataset": "made up for the benchmark",
        "likedThreshold": LIKED,
        "maxHistory": 200,
        "split": {"strategy": "per_user_last_fraction", "parameters": parameters, "hash": SPLIT},
        "files": {name: {} for name in (layout.USERS, layout.ITEMS, layout.REQUEST_USERS, layout.DOCUMENTS)},
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
