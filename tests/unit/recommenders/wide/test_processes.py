"""Two processes that torchrun starts train what one trains: their shares of a step add up to the step."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from bakeoff.recommenders.base.wide import Rows, train
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


@pytest.fixture(scope="module")
def together(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("together")
    (folder / "script.py").write_text(SCRIPT)
    np.savez(folder / "rows.npz", indptr=rows.indptr, indices=rows.indices, n_items=np.array(rows.n_items))
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "script.py"]
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")},
        "PYTHONPATH": str(CHECKOUT),
        "OMP_NUM_THREADS": "1",
        "PLAN": json.dumps(asdict(PLAN)),
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
