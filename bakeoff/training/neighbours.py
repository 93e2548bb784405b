"""Writes which items are alike, as a model answers it, for the evaluation."""

import json
from pathlib import Path

import numpy as np

from bakeoff.evaluation.neighbours import NEIGHBOURS, K
from bakeoff.recommenders.base.archive import Archive

# Items asked about at once.
CHUNK = 1024


def write_neighbours(archive: Archive, folder: Path) -> None:
    """Write ``neighbours.jsonl``: a line for each item that has alike ones, the `K` most alike first.

    Nothing where the model does not answer which items are alike.

    Args:
        archive: the model and the ids of its items.
        folder: is there already.
    """
    if not archive.model.answers_similar:
        return
    ids = archive.items
    unfinished = folder / f"{NEIGHBOURS}.unfinished"
    with unfinished.open("w", encoding="utf-8") as lines:
        for start in range(0, len(ids), CHUNK):
            items = np.arange(start, min(start + CHUNK, len(ids)), dtype=np.int32)
            for item, ranked in zip(items.tolist(), archive.model.similar(items, K), strict=True):
                if not ranked.cold:
                    alike = [{"itemId": ids[column]} for column in ranked.columns.tolist()]
                    lines.write(json.dumps({"itemId": ids[item], "items": alike}, separators=(",", ":")) + "\n")
    unfinished.replace(folder / NEIGHBOURS)
