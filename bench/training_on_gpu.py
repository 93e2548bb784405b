"""Shows the same training on the CPU and on one GPU: `python -m bench.training_on_gpu` on a machine that has one.

Needs torch and NumPy alone. Prints one JSON line per way: ndcg@100 and users a second at the small size on the CPU, on
the GPU, and on the GPU as the one process of a torchrun group, which is NCCL's; then users a second at 280,000 x 58,000
on both. Ends with 1 where a quality is not within 1 % of the CPU's.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PYTHON = [sys.executable, "-m"]
TORCHRUN = [*PYTHON, "torch.distributed.run", "--standalone", "--nproc-per-node", "1", "-m"]
WITHOUT_GPU = {"CUDA_VISIBLE_DEVICES": ""}
SEED = "1"
LARGEST_DIFFERENCE = 0.01


def result(folder: Path, command: list[str], *, way: str, environment: dict[str, str]) -> dict[str, Any]:
    """What a program wrote; printed too."""
    path = folder / "result.json"
    subprocess.run([*command, str(path)], check=True, env={**os.environ, **environment})
    found: dict[str, Any] = {"way": way, **json.loads(path.read_text())}
    print(json.dumps(found), flush=True)
    return found


def main(folder: Path) -> int:
    """The exit code: 0 where the qualities are alike."""
    data = {shape: str(folder / shape) for shape in ("small", "full")}
    for shape, place in data.items():
        subprocess.run([*PYTHON, "bench.training_data", shape, place], check=True)
    quality = ["bench.training_quality", data["small"], "sampled", SEED]
    cpu = result(folder, [*PYTHON, *quality], way="CPU, small", environment=WITHOUT_GPU)
    gpu = result(folder, [*PYTHON, *quality], way="GPU, small", environment={})
    nccl = result(folder, [*TORCHRUN, *quality], way="GPU in a group of one, small", environment={})
    speed = ["bench.training_fast", data["full"]]
    result(folder, [*PYTHON, *speed], way="CPU, full shape", environment=WITHOUT_GPU)
    result(folder, [*PYTHON, *speed], way="GPU, full shape", environment={})
    apart = [abs(one["ndcg"] / cpu["ndcg"] - 1) for one in (gpu, nccl)]
    print(json.dumps({"ndcg apart from the CPU's": apart}), flush=True)
    return int(max(apart) > LARGEST_DIFFERENCE)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
