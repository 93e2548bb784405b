"""One training in several processes: which trainings gain by them, who starts them on a machine with several GPUs, and
which of them writes."""

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from bakeoff.data.prepared import Prepared
from bakeoff.recommenders import find
from bakeoff.recommenders.base import parse_settings
from bakeoff.training.hyperparameters import Hyperparameters

# One folder a GPU, also where the Python at hand knows none.
_GPUS = Path("/proc/driver/nvidia/gpus")


@runtime_checkable
class MaybeWide(Protocol):
    """Settings of a recommender that has the wide engine, whose processes share each step."""

    def wide_plan(self, n_items: int) -> object | None:
        """How it is trained on so many items; None where another engine trains it."""


def shares_steps(order: Hyperparameters, prepared: Prepared) -> bool:
    """Whether several processes would train one model together; of any other training each would make the same copy.

    Raises:
        ConfigurationError: the settings are wrong; all faults are named.
        ModelError: there is no such recommender.
    """
    known = find(order.recommender).Settings
    settings = parse_settings(known, order.settings, source=f"The settings of {order.contestant}")
    return isinstance(settings, MaybeWide) and settings.wide_plan(prepared.train.n_items) is not None


def share_among_gpus(
    script: Path,
    environment: Mapping[str, str],
    *,
    gpus: Path = _GPUS,
    replace_by: Callable[[str, list[str]], object] = os.execv,
) -> None:
    """Start `script` anew under torchrun, a process for each GPU, in the place of this process.

    Nothing happens where there is one GPU or none, where torchrun has started this process already, and where there is
    no torch, whose models alone use GPUs.

    Args:
        script: of the training job.
        environment: of this process; torchrun names the process's ``RANK`` in it.
        gpus: the folder with one entry a GPU.
        replace_by: takes the program and its arguments.
    """
    n = len(list(gpus.glob("*")))
    if n < 2 or "RANK" in environment or importlib.util.find_spec("torch") is None:
        return
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(n)]
    replace_by(sys.executable, [sys.executable, *torchrun, str(script)])


def writes(environment: Mapping[str, str]) -> bool:
    """Whether this process is the one that writes the model: the first, or the only one."""
    return environment.get("RANK", "0") == "0"
