"""Bakeoff's side of the comparison with rectools: every user's values and their means, of one contestant's lists.

Run by `bench.evaluation`. Imports, loading and the sparse rows that the evaluation holds anyway are not timed; finding
the hits is.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.metrics import average_precision, coverage, hit_rate, mrr, ndcg, precision, recall
from bakeoff.evaluation.popularity import average_popularity, novelty
from bakeoff.evaluation.ranking import contains

CUTOFFS = (10, 100)
K = 10
PER_USER = {
    "ndcg": ndcg, "recall": recall, "precision": precision, "hit_rate": hit_rate, "mrr": mrr, "map": average_precision,
}  # fmt: skip


def means(
    ranked: np.ndarray, relevant: Interactions, item_counts: np.ndarray, n_users: int, n_candidates: int
) -> dict[str, float]:
    """By metric, the mean of the users' values; coverage as it is."""
    rows = np.repeat(np.arange(len(ranked)), ranked.shape[1])
    hits = contains(relevant, rows=rows, columns=ranked.ravel()).reshape(ranked.shape)
    values = {f"{name}@{k}": one(hits, relevant.activity, k=k) for name, one in PER_USER.items() for k in CUTOFFS}
    values[f"novelty@{K}"] = novelty(ranked, popularity=item_counts / n_users, k=K)
    values[f"arp@{K}"] = average_popularity(ranked, popularity=item_counts.astype(np.float64), k=K)
    found = {name: float(one.mean()) for name, one in values.items()}
    return {**found, f"coverage@{K}": coverage(ranked, n_candidates=n_candidates, k=K)}


def main(path: Path) -> None:
    """Print seconds, and the means by metric."""
    with np.load(path) as arrays:
        ranked, indptr, indices = (arrays[name] for name in ("ranked", "indptr", "indices"))
        items, n_users, n_items = arrays["items"], int(arrays["n_users"]), int(arrays["n_items"])
    nothing = np.zeros(len(indices))
    relevant = Interactions(indptr, indices, nothing.astype(np.float32), nothing.astype(np.int64), n_items)
    item_counts = np.bincount(items, minlength=n_items)
    n_candidates = int((item_counts > 0).sum())
    begun, used = time.perf_counter(), time.process_time()
    found = means(ranked, relevant, item_counts, n_users, n_candidates)
    print(json.dumps({"wall": time.perf_counter() - begun, "cpu": time.process_time() - used, "metrics": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
