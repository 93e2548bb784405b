"""Everything that training changes, and its checkpoint: one file of arrays, from which it goes on bit for bit.

Chance needs no place in it: each step's is drawn from the seed and the step's number.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bakeoff.errors import ModelError
from bakeoff.recommenders.base.wide.plan import Network, Plan
from bakeoff.recommenders.base.wide.processes import Processes
from bakeoff.recommenders.base.wide.rows import Rows
from bakeoff.recommenders.base.wide.softmax import Softmax
from bakeoff.recommenders.base.wide.tables import Table

CHECKPOINT = "training.npz"
_PLACE = "place"


@dataclass(kw_only=True)
class Place:
    """Where training is.

    Args:
        epoch: that is under way, from 1.
        step: of this epoch that comes next, from 0.
        loss: summed over the users of this epoch so far.
        best: the epoch over sampled items with the highest quality; 0 where none was measured.
        full_from: the first epoch over all items; None until it is known.
        passed: per epoch passed its mean loss and what was measured after it.
    """

    epoch: int = 1
    step: int = 0
    loss: float = 0.0
    best: int = 0
    full_from: int | None = None
    passed: list[tuple[float, dict[str, float]]] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class State:
    """What training changes.

    Args:
        table_in: the first layer's rows.
        softmax: the last layer.
        middle: the module between.
        optimizer: of the module's parameters.
        place: where training is.
        best: copies of all tensors as they were after `Place.best`, by name, while more epochs over samples are tried.
    """

    table_in: Table
    softmax: Softmax
    middle: torch.nn.Module
    optimizer: torch.optim.Adam
    place: Place
    best: dict[str, torch.Tensor] = field(default_factory=dict)

    @classmethod
    def initial(cls, rows: Rows, middle: torch.nn.Module, *, plan: Plan, seed: int, device: torch.device) -> "State":
        """Glorot-normal weights; biases start at the items' log-share, so that training starts from popularity."""
        generator = np.random.default_rng(seed)

        def weights(size: int) -> torch.Tensor:
            drawn = generator.standard_normal((rows.n_items, size), dtype=np.float32)
            drawn *= np.float32(np.sqrt(2 / (rows.n_items + size)))
            return torch.from_numpy(drawn).to(device)

        shares = np.maximum(rows.item_counts, 1) / max(len(rows.indices), 1)
        bias = torch.from_numpy(np.log(shares).astype(np.float32)[:, None]).to(device)
        middle = middle.to(device)
        return cls(
            table_in=Table.of(weights(plan.hidden)),
            softmax=Softmax(Table.of(weights(plan.last)), Table.of(bias)),
            middle=middle,
            optimizer=torch.optim.Adam(middle.parameters(), lr=plan.learning_rate),
            place=Place(),
        )

    def network(self) -> Network:
        """The weights; on a CPU without a copy."""
        return Network(
            self.table_in.weights.cpu().numpy(),
            {name: tensor.detach().cpu().numpy() for name, tensor in self.middle.state_dict().items()},
            self.softmax.weights.weights.cpu().numpy(),
            self.softmax.bias.weights[:, 0].cpu().numpy(),
        )

    def tensors(self) -> dict[str, torch.Tensor]:
        """All of them by name, as they are."""
        tables = {"in": self.table_in, "out": self.softmax.weights, "bias": self.softmax.bias}
        return {
            **{f"{name}_weights": table.weights for name, table in tables.items()},
            **{f"{name}_squares": table.squares for name, table in tables.items()},
            **{f"middle.{name}": tensor for name, tensor in self.middle.state_dict().items()},
            **{
                f"adam.{number}.{name}": tensor
                for number, of_parameter in self.optimizer.state_dict()["state"].items()
                for name, tensor in of_parameter.items()
            },
        }

    def kept(self) -> dict[str, torch.Tensor]:
        """What a checkpoint holds: all tensors, and those of the best epoch."""
        return {**self.tensors(), **{f"best.{name}": tensor for name, tensor in self.best.items()}}

    def keep_best(self) -> None:
        """Copy all tensors as they are: the epoch under way is the best so far."""
        self.make_room_for_best()
        for name, tensor in self.tensors().items():
            self.best[name].copy_(tensor)
        self.place.best = self.place.epoch

    def make_room_for_best(self) -> None:
        self.best = self.best or {name: torch.empty_like(tensor) for name, tensor in self.tensors().items()}

    def return_to_best(self) -> None:
        """Be again what `keep_best` copied; its copies are given up."""
        for name, tensor in self.tensors().items():
            tensor.copy_(self.best[name])
        self.best = {}

    def start_adam(self) -> None:
        """Let Adam make its moments now, all 0 as before a first step, so that there is something to load into."""
        for parameter in self.middle.parameters():
            self.optimizer.state[parameter] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }


def fingerprint(rows: Rows, *, plan: Plan, seed: int) -> dict[str, Any]:
    """What a checkpoint must have in common with the training that goes on from it."""
    entries = rows.indices
    sample = entries[:: max(1, len(entries) // 1000)].astype(np.int64)
    data = [rows.n_users, rows.n_items, len(entries), int(sample @ np.arange(1, len(sample) + 1))]
    settings = {name: value for name, value in asdict(plan).items() if name != "checkpoint_seconds"}
    return {"data": data, "settings": settings, "seed": seed}


def save(state: State, folder: Path, *, training: Mapping[str, Any]) -> None:
    """Write the checkpoint under a temporary name and rename it: an interruption leaves the former one."""
    folder.mkdir(parents=True, exist_ok=True)
    place = json.dumps({"training": training, **asdict(state.place)})
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in state.kept().items()}
    unfinished = folder / f"{CHECKPOINT}.unfinished"
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_PLACE: np.frombuffer(place.encode(), np.uint8)}, **arrays)
    unfinished.replace(folder / CHECKPOINT)


def load(state: State, folder: Path, *, training: Mapping[str, Any]) -> bool:
    """Bring the state to where the checkpoint in `folder` is; False where there is none.

    Raises:
        ModelError: the checkpoint is of another training.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return False
    with np.load(path, allow_pickle=False) as arrays:
        place = json.loads(arrays[_PLACE].tobytes())
        found = place.pop("training")
        if found != json.loads(json.dumps(training)):
            differing = ", ".join(sorted(name for name in training if found.get(name) != training[name]))
            raise ModelError(
                f"The checkpoint {path} is of another training, with other {differing}; empty the folder to train "
                "from the beginning."
            )
        state.place = Place(**place)
        _expect_best(state)
        for name, tensor in state.kept().items():
            tensor.copy_(torch.from_numpy(arrays[name]))
    return True


def share_from_first(state: State, processes: Processes) -> None:
    """Give every process the first one's state: it alone may have found a checkpoint."""
    if processes.count == 1:
        return
    from torch.distributed import broadcast, broadcast_object_list

    place = [state.place]
    broadcast_object_list(place, 0, device=processes.device)
    state.place = place[0]
    _expect_best(state)
    for tensor in state.kept().values():
        if tensor.device == processes.device:
            broadcast(tensor, 0)
            continue
        moved = tensor.to(processes.device)
        broadcast(moved, 0)
        tensor.copy_(moved)


def _expect_best(state: State) -> None:
    """Where the place is one before the epochs over all items, the best epoch's tensors come with the state."""
    if state.place.best and state.place.full_from is None:
        state.make_room_for_best()
