"""The plain way to train the same network, which the product is measured against: for `bench.training`.

Dense rows of 58,000 numbers, a softmax over all items, Adam on every weight.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from bakeoff.recommenders.base.wide import Plan
from bench.training_data import open_rows

# 116 MB for its rows, and as much again for its scores and for their gradients.
BATCH_SIZE, STEPS = 500, 3


def main(data: Path, result: Path) -> None:
    """Time some steps."""
    rows, plan = open_rows(data), Plan()
    network = torch.nn.Sequential(
        torch.nn.Linear(rows.n_items, plan.hidden),
        torch.nn.Tanh(),
        torch.nn.Linear(plan.hidden, plan.last),
        torch.nn.Tanh(),
        torch.nn.Linear(plan.last, rows.n_items),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=plan.learning_rate, fused=True)
    users = np.random.default_rng(0).permutation(rows.n_users)
    seconds, cpu = [], []
    for step in range(STEPS + 1):
        begun, cpu_begun = time.perf_counter(), time.process_time()
        batch = rows.of_users(users[step * BATCH_SIZE : (step + 1) * BATCH_SIZE])
        row = torch.zeros(BATCH_SIZE, rows.n_items)
        row[torch.from_numpy(batch.rows), torch.from_numpy(batch.indices.astype(np.int64))] = 1
        shown = torch.nn.functional.dropout(torch.nn.functional.normalize(row), plan.dropout)
        loss = -(torch.log_softmax(network(shown), dim=1) * row).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - cpu_begun)
    wall, busy = (BATCH_SIZE / float(np.median(one[1:])) for one in (seconds, cpu))
    result.write_text(json.dumps({"dense": wall, "denseCpu": busy}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
