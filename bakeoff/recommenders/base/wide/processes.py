"""The processes that train together: started by torchrun, gloo between CPUs, NCCL between GPUs; or one alone."""

import atexit
import os
from dataclasses import dataclass

import torch
import torch.distributed as dist

from bakeoff.recommenders.base.network.training import train_device


@dataclass(frozen=True, kw_only=True)
class Processes:
    """This process among all.

    Args:
        rank: its number, from 0.
        count: of all.
        device: that it computes on.
    """

    rank: int
    count: int
    device: torch.device

    @classmethod
    def join(cls) -> "Processes":
        """Meet the others; alone where torchrun started none."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        device = train_device()
        cuda = device.type == "cuda"
        if cuda:
            torch.cuda.set_device(device)
        if "WORLD_SIZE" in os.environ and not dist.is_initialized():
            dist.init_process_group("nccl" if cuda else "gloo")
            atexit.register(_leave)
        return cls(rank=int(os.environ.get("RANK", "0")), count=count, device=device)

    @property
    def first(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def share(self, n: int) -> slice:
        """The part of `n` users that is this process's: neighbours, as many as the others have or one more or less."""
        return slice(n * self.rank // self.count, n * (self.rank + 1) // self.count)

    def sum(self, tensor: torch.Tensor) -> torch.Tensor:
        """Summed over the processes, in place; a group of one goes the same way."""
        if dist.is_initialized():
            dist.all_reduce(tensor)
        return tensor

    def gather(self, part: torch.Tensor, *, n: int) -> torch.Tensor:
        """The users' rows of all processes, shape (n, size), of which `part` is this one's share."""
        if self.count == 1:
            return part
        whole = part.new_zeros((n, part.shape[1]))
        whole[self.share(n)] = part
        return self.sum(whole)

    def as_first(self, value: float) -> float:
        """The first process's value, so that all decide alike."""
        if self.count == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(told, 0)
        return float(told.item())


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
