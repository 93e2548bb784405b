"""Two processes that torchrun starts train what one trains: their shares of a step add up to the step."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from bakeoff.recommenders.base.wide import Plan, Rows, train
from tests.unit.recommenders.wide.conftest import PLAN

CHECKOUT = Path(__file__).parents[4]
SCRIPT = """
import json, os
import numpy as np
from bakeoff.recommenders.base.wide import Plan, Rows, train
arrays = np.load("rows.npz")
rows = Rows(arrays["indptr"], arrays["indices"], int(arrays["n_items"]))
network = train(rows, plan=Plan(**json.loads(os.environ["PLAN"])), seed=3).network
rank = os.environ["RANK"]
np.savez(f"found-{rank}.npz", weights_in=network.weights_in, weights_out=network.weights_out, **network.middle)
"""

# Interrupted after three epochs of which the second is the best; the first process alone finds the checkpoint then.
INTERRUPTED = """
import json, os
from pathlib import Path
import numpy as np
from bakeoff.recommenders.base.wide import Plan, Rows, train
arrays = np.load("rows.npz")
rows = Rows(arrays["indptr"], arrays["indices"], int(arrays["n_items"]))
rank = os.environ["RANK"]

def train_measured(*qualities):
    values = iter(qualities)
    # What one process measures differs from what another one does, as rounding may have it.
    measure = lambda network: {"ndcg@100": next(values) + 1e-3 * int(rank)}
    return train(rows, plan=Plan(**json.loads(os.environ["PLAN"])), seed=3, measure=measure, checkpoints=Path(rank))

try:
    train_measured(0.1, 0.3, 0.2995)
except StopIteration:
    pass
trained = train_measured(0.2, 0.1, 0.1)
network = trained.network
counts = np.array([trained.sampled_epochs, trained.full_epochs])
np.savez(f"found-{rank}.npz", counts=counts, weights_in=network.weights_in, weights_out=network.weights_out)
"""


@pytest.fixture(scope="module")
def together(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, np.ndarray]]:
    return run_together(SCRIPT, rows, PLAN, tmp_path_factory.mktemp("together"))


def run_together(script: str, rows: Rows, plan: Plan, folder: Path) -> list[dict[str, np.ndarray]]:
    (folder / "script.py").write_text(script)
    np.savez(folder / "rows.npz", indptr=rows.indptr, indices=rows.indices, n_items=np.array(rows.n_items))
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "script.py"]
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")},
        "PYTHONPATH": str(CHECKOUT),
        "OMP_NUM_THREADS": "1",
        "PLAN": json.dumps(asdict(plan)),
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = []
    for rank in (0, 1):
        with np.load(folder / f"found-{rank}.npz") as arrays:
            found.append(dict(arrays))
    return found


def test_both_have_the_same_network(together: list[dict[str, np.ndarray]]) -> None:
    for name, array in together[0].items():
        np.testing.assert_array_equal(array, together[1][name], err_msg=name)


def test_it_is_that_of_one_process_but_for_rounding(rows: Rows, together: list[dict[str, np.ndarray]]) -> None:
    alone = train(rows, plan=PLAN, seed=3).network
    np.testing.assert_allclose(together[0]["weights_in"], alone.weights_in, atol=0.01)
    np.testing.assert_allclose(together[0]["weights_out"], alone.weights_out, atol=0.01)
    assert np.abs(alone.weights_out).mean() > 0.1


def test_after_an_interruption_both_go_on_from_the_best_epoch_that_the_first_one_kept(
    rows: Rows, tmp_path: Path
) -> None:
    plan = replace(PLAN, sampled_epochs=9, patience=3, full_epochs=1)
    first, second = run_together(INTERRUPTED, rows, plan, tmp_path)
    assert first["counts"].tolist() == second["counts"].tolist() == [2, 1]
    np.testing.assert_array_equal(first["weights_in"], second["weights_in"])
    qualities = iter((0.1, 0.3, 0.2995, 0.2, 0.1, 0.1))
    alone = train(rows, plan=plan, seed=3, measure=lambda network: {"ndcg@100": next(qualities)}).network
    np.testing.assert_allclose(first["weights_in"], alone.weights_in, atol=0.01)
    np.testing.assert_allclose(first["weights_out"], alone.weights_out, atol=0.01)
