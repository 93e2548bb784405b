"""Writes the folder of candidates: their order, their rows for each specification, and bodies for live questions."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bakeoff.data.outputs.texts import as_bytes, json_text
from bakeoff.data.prepared import Prepared
from bakeoff.data.writing import FolderWriter, RotatingFile
from bakeoff.reranking import layout
from bakeoff.reranking.candidates import Candidates, choose_candidates
from bakeoff.reranking.pairs import PairColumns

FORMAT = 1
ROWS_PER_FILE = 1_000_000
ROWS_AT_ONCE = 100_000  # with plots of 2 KB they take 200 MB
# An item of DynamoDB holds 400 KB, its other attributes included.
LONGEST_BODY = 300_000  # bytes


def write_candidates(
    prepared: Prepared,
    folder: Path,
    *,
    specifications: Sequence[str],
    live: Sequence[str],
    log: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Choose the candidates and write all that contestants need of them; the manifest, which comes last.

    Args:
        prepared: the split.
        folder: an empty one.
        specifications: feature specifications whose rows are written.
        live: those of them for which each user's rows are written as one body too.
        log: is told what was tried and what begins.

    Raises:
        DataError: the prepared folder lacks something, or nobody can be validated.
        ModelError: there is nothing to learn from.
    """
    candidates = choose_candidates(prepared, log=log)
    writer = FolderWriter(folder)
    writer.json_lines(f"{layout.ORDER}/{layout.LISTS}", _lists(prepared, candidates))
    columns = {}
    for name in specifications:
        log(f"writing the rows of the specification {name}")
        pairs = PairColumns.open(prepared, name)
        columns[name] = list(pairs.columns)
        _write_rows(writer, name, pairs, prepared, candidates)
        if name in live:
            _write_bodies(writer, name, pairs, prepared, candidates)
    manifest = {
        "format": FORMAT,
        "split": prepared.split_hash,
        "users": len(prepared.test_users),
        "candidates": len(candidates.lists.items),
        "heldOut": prepared.test.of_users(prepared.test_users).n_interactions,
        "chosenBy": {"recommender": "ease", "chosen": candidates.chosen},
        "columns": columns,
        "files": dict(sorted(writer.files.items())),
    }
    writer.finish(layout.MANIFEST, manifest)
    return manifest


def _lists(prepared: Prepared, candidates: Candidates) -> Any:
    """One list per test user in the format of batch transform, which the evaluation reads."""
    indptr = candidates.lists.indptr.tolist()
    items, scores = candidates.lists.items.tolist(), candidates.scores.tolist()
    for position, user in enumerate(prepared.test_users.tolist()):
        span = range(indptr[position], indptr[position + 1])
        listed = [{"itemId": prepared.items[items[at]], "score": scores[at]} for at in span]
        yield {"userId": prepared.users[user], "items": listed, "status": "ok" if listed else "cold"}


def _write_rows(
    writer: FolderWriter, name: str, pairs: PairColumns, prepared: Prepared, candidates: Candidates
) -> None:
    held_out = prepared.test.of_users(prepared.test_users)
    for path, rows, items in (
        (layout.CANDIDATE_ROWS, candidates.lists.rows, candidates.lists.items),
        (layout.HELD_OUT_ROWS, held_out.rows, held_out.indices),
    ):
        with ExitStack() as files:
            # The name is filled in here, the number by the file.
            out = RotatingFile(writer, files, path.replace("{}", name, 1), lines_per_part=ROWS_PER_FILE)
            for start in range(0, len(items), ROWS_AT_ONCE):
                span = slice(start, start + ROWS_AT_ONCE)
                out.write_lines(pairs.lines(users=prepared.test_users[rows[span]], items=items[span]))


def _write_bodies(
    writer: FolderWriter, name: str, pairs: PairColumns, prepared: Prepared, candidates: Candidates
) -> None:
    """One line for each user with candidates: ids and rows, as many as fit into an item of a table."""
    indptr, items = candidates.lists.indptr, candidates.lists.items
    for part in range(layout.parts(len(prepared.test_users))):
        first = part * layout.USERS_PER_PART
        users = prepared.test_users[first : first + layout.USERS_PER_PART]
        bounds = indptr[first : first + len(users) + 1]
        of_part = items[bounds[0] : bounds[-1]]
        lines = pairs.lines(users=np.repeat(users, np.diff(bounds)), items=of_part)
        with writer.file(layout.BODIES.format(name, part)) as file:
            for user, (start, end) in zip(users.tolist(), pairwise((bounds - bounds[0]).tolist()), strict=True):
                own = of_part[start:end]
                body, n = _body(lines.slice(start, end - start))
                if n:
                    ids = [prepared.items[column] for column in own[:n].tolist()]
                    row = {"userId": prepared.users[user], "itemIds": ids, "body": body}
                    file.write(f"{json_text(row)}\n".encode())


def _body(lines: pa.Array) -> tuple[str, int]:
    """The first lines that together are no longer than a body may be, and how many they are."""
    lengths = pc.binary_length(lines).to_numpy(zero_copy_only=False)
    n = int((np.cumsum(lengths) <= LONGEST_BODY).sum())
    return bytes(as_bytes(lines.slice(0, n))).decode(), n


def read_order(folder: Path) -> list[tuple[str, list[str]]]:
    """Per test user, in the order of the rows, the user's id and the candidates' ids.

    Args:
        folder: the one called ``order`` among the candidates.
    """
    with (folder / layout.LISTS).open(encoding="utf-8") as lines:
        answers = map(json.loads, lines)
        return [(answer["userId"], [item["itemId"] for item in answer["items"]]) for answer in answers]
