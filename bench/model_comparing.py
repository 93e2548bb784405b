"""Asks the archive and the same network in its plain form, in turns, and compares their lists: for `bench.model`.

The plain form: one row of 58,000 numbers times every layer, in float32, all scores exact. Its lists are the truth that
the archive's are compared with.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import recommend, top_n
from bench.model_data import ASKED_USERS

N = 20
# Asked before the clock counts.
WARM = 10


def plain(weights: dict[str, npt.NDArray[Any]], row: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The scores of the items that the network knows."""
    hidden = np.tanh(row @ weights["weights_in"] + weights["bias_in"])
    last = np.tanh(hidden @ weights["weights_down"] + weights["bias_down"])
    scores: npt.NDArray[np.float32] = last @ weights["weights_out"].T + weights["bias_out"]
    return scores


def write_requests(path: Path, weights: dict[str, npt.NDArray[Any]]) -> None:
    """The bodies that `bench.model_serving` answers, of the same users."""
    bounds = weights["asked_indptr"]
    with path.open("w") as file:
        for user in range(ASKED_USERS):
            items = weights["asked_items"][bounds[user] : bounds[user + 1]]
            history = [{"itemId": str(item), "value": 5, "timestamp": at} for at, item in enumerate(items.tolist())]
            file.write(json.dumps({"userId": str(user), "history": history, "n": N}) + "\n")


def main(folder: Path, result: Path) -> None:
    """Milliseconds of both and the share of the plain list's items that the archive's list holds, per user."""
    model = Archive.load(folder / "archive").model
    with np.load(folder / "exact.npz") as arrays:
        weights = {name: np.ascontiguousarray(arrays[name]) for name in arrays.files}
    write_requests(folder / "requests.jsonl", weights)
    columns = weights["columns"]
    positions = np.full(model.known.n_items, -1)  # type: ignore[attr-defined]
    positions[columns] = np.arange(len(columns))
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    shared = []
    for user in range(ASKED_USERS):
        bounds = weights["asked_indptr"][user : user + 2]
        items = weights["asked_items"][bounds[0] : bounds[1]]
        ones = np.full(len(items), 5, np.float32)
        history = Interactions(
            np.array([0, len(items)]), items, ones, np.zeros(len(items), np.int64), model.known.n_items
        )  # type: ignore[attr-defined]
        # Looked up before the clock counts: the plain form pays for its row and its products alone.
        own = positions[items]
        own = own[own >= 0]
        begun = time.perf_counter()
        ours = recommend(model, history, n=[N])[0].columns
        between = time.perf_counter()
        row = np.zeros(len(columns), np.float32)
        row[own] = 1 / np.sqrt(len(own))
        exact = columns[top_n(plain(weights, row), N)]
        ended = time.perf_counter()
        shared.append(len(np.intersect1d(ours, exact)) / N)
        if user >= WARM:
            seconds["ours"].append(between - begun)
            seconds["plain"].append(ended - between)
    times = {name: float(np.median(values)) * 1000 for name, values in seconds.items()}
    result.write_text(json.dumps({**times, "overlap": float(np.mean(shared)), "worst": min(shared)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
