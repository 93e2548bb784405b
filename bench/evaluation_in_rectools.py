"""rectools' side of the comparison: the same metrics of the same lists, in an environment of its own (.venv-bench).

Run by `bench.evaluation`. rectools reads DataFrames; making them is not timed, merging lists with relevant items is,
for that is how it finds the hits.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from rectools.metrics import (
    MAP,
    MRR,
    NDCG,
    AvgRecPopularity,
    CatalogCoverage,
    HitRate,
    MeanInvUserFreq,
    Precision,
    Recall,
    calc_metrics,
)

CUTOFFS = (10, 100)
K = 10


def chosen() -> dict[str, object]:
    """By our names. Recall and map divide by all relevant items of a user, ours by min(k, those)."""
    metrics: dict[str, object] = {}
    for k in CUTOFFS:
        metrics |= {
            f"ndcg@{k}": NDCG(k=k, divide_by_achievable=True),
            f"recall@{k}": Recall(k=k),
            f"precision@{k}": Precision(k=k),
            f"hit_rate@{k}": HitRate(k=k),
            f"mrr@{k}": MRR(k=k),
            f"map@{k}": MAP(k=k),
        }
    return {
        **metrics,
        f"novelty@{K}": MeanInvUserFreq(k=K),
        f"arp@{K}": AvgRecPopularity(k=K),
        f"coverage@{K}": CatalogCoverage(k=K, normalize=True),
    }


def main(path: Path) -> None:
    """Print seconds, and the means by metric."""
    with np.load(path) as arrays:
        ranked, indptr, indices = (arrays[name] for name in ("ranked", "indptr", "indices"))
        users, items = arrays["users"], arrays["items"]
    rows, ranks = np.nonzero(ranked >= 0)
    reco = pd.DataFrame({"user_id": rows, "item_id": ranked[rows, ranks].astype(np.int64), "rank": ranks + 1})
    relevant = np.repeat(np.arange(len(ranked)), np.diff(indptr))
    interactions = pd.DataFrame({"user_id": relevant, "item_id": indices.astype(np.int64)})
    learnt = pd.DataFrame({"user_id": users.astype(np.int64), "item_id": items.astype(np.int64)})
    catalog = np.unique(items).astype(np.int64)
    begun, used = time.perf_counter(), time.process_time()
    found = calc_metrics(chosen(), reco, interactions, learnt, catalog)
    print(json.dumps({"wall": time.perf_counter() - begun, "cpu": time.process_time() - used, "metrics": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
