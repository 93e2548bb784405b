"""Passes epochs: reads the users of a step, computes this process's share of it, and changes the weights."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from bakeoff.recommenders.base.wide import state as states
from bakeoff.recommenders.base.wide.columns import ColumnSampler
from bakeoff.recommenders.base.wide.middle import MakeMiddle, Middle
from bakeoff.recommenders.base.wide.plan import Plan
from bakeoff.recommenders.base.wide.processes import Processes
from bakeoff.recommenders.base.wide.rows import Rows
from bakeoff.recommenders.base.wide.tables import Entries

# What the numbers drawn are for; each use has its own sequence.
_ORDER, _STEP = 1, 2


@dataclass(frozen=True, eq=False)
class Batch:
    """The users of one step, all processes together.

    Args:
        shown: what the network sees of them, each user's row scaled to length 1 and the hidden part made up for.
        items: what it is to find.
        activity: items to find per user.
    """

    shown: Entries
    items: Entries
    activity: npt.NDArray[np.float32]


class Trainer:
    """One training on its way. Arguments as those of `train`."""

    def __init__(
        self,
        rows: Rows,
        *,
        plan: Plan,
        seed: int,
        make_middle: MakeMiddle | None = None,
        checkpoints: Path | None = None,
    ) -> None:
        self.processes = Processes.join()
        self._rows, self.plan, self._seed, self._checkpoints = rows, plan, seed, checkpoints
        self._users = np.flatnonzero(rows.activity)
        self._sampler = (
            ColumnSampler.of_counts(rows.item_counts, n=plan.columns_per_step) if plan.columns_per_step else None
        )
        torch.manual_seed(seed)
        middle = (make_middle or Middle)(plan.hidden, plan.last)
        self.state = states.State.initial(rows, middle, plan=plan, seed=seed, device=self.processes.device)
        self._training = states.fingerprint(rows, plan=plan, seed=seed)
        self._take_up()
        self._saved_at = time.monotonic()

    def _take_up(self) -> None:
        self.state.start_adam()
        if self._checkpoints is not None and self.processes.first:
            states.load(self.state, self._checkpoints, training=self._training)
        states.share_from_first(self.state, self.processes)

    def save(self) -> None:
        """Write a checkpoint, where there is a place for it; the first process alone."""
        if self._checkpoints is not None and self.processes.first:
            states.save(self.state, self._checkpoints, training=self._training)
        self._saved_at = time.monotonic()

    def pass_epoch(self) -> float:
        """The rest of the epoch that is under way; its mean loss per user."""
        place, size = self.state.place, self.plan.batch_size
        users = np.random.default_rng((self._seed, _ORDER, place.epoch)).permutation(self._users)
        n_steps = -(-len(users) // size)
        for step in range(place.step, n_steps):
            place.loss += self.pass_step(users[step * size : (step + 1) * size], step=step)
            place.step = step + 1
            if place.step < n_steps and time.monotonic() - self._saved_at >= self.plan.checkpoint_seconds:
                self.save()
        return place.loss / len(users)

    def pass_step(self, users: npt.NDArray[np.int64], *, step: int) -> float:
        """One step on `users`; their summed loss."""
        place, plan, state = self.state.place, self.plan, self.state
        generator = np.random.default_rng((self._seed, _STEP, place.epoch, step))
        torch.manual_seed(int(generator.integers(2**62)) + self.processes.rank)
        full = place.full_from is not None or self._sampler is None
        factor = plan.full_learning_rate_factor if place.full_from is not None else 1.0
        columns = None if full or self._sampler is None else self._sampler.draw(generator)
        batch = self._read(users, generator, columns=columns)
        drawn = None if columns is None else torch.from_numpy(columns).to(self.processes.device)
        mine, n = self.processes.share(len(users)), len(users)
        activity = torch.from_numpy(batch.activity[mine]).to(self.processes.device)

        hidden_in = batch.shown.of_users(mine).times(state.table_in.weights).requires_grad_()
        hidden_out, regulariser = state.middle(hidden_in)
        with torch.no_grad():
            own = batch.items.of_users(mine)
            denominator = state.softmax.denominator(hidden_out, activity=activity, columns=drawn)
            scores, sums = state.softmax.numerator(hidden_out, items=own)
            gradient = (denominator.hidden - sums) / n
            loss = denominator.loss - scores + regulariser
        self._descend_middle(hidden_out, gradient, regulariser / n, rate=plan.learning_rate * factor)
        with torch.no_grad():
            rate = plan.row_learning_rate * factor
            change_in = torch.zeros_like(hidden_in) if hidden_in.grad is None else hidden_in.grad
            rows, changes = batch.shown.transposed_times(self.processes.gather(change_in, n=n))
            state.table_in.descend(changes, rows=rows, rate=rate)
            for summed in (denominator.weights, denominator.bias):
                self.processes.sum(summed)
            hidden = self.processes.gather(hidden_out.detach(), n=n)
            state.softmax.descend(denominator, columns=drawn, hidden=hidden, items=batch.items, rate=rate)
            return float(self.processes.sum(loss).item())

    def _descend_middle(
        self, hidden_out: torch.Tensor, gradient: torch.Tensor, regulariser: torch.Tensor, *, rate: float
    ) -> None:
        optimizer = self.state.optimizer
        optimizer.zero_grad()
        found, gradients = [hidden_out], [gradient]
        if regulariser.requires_grad:
            found, gradients = [hidden_out, regulariser], [gradient, torch.ones_like(regulariser)]
        torch.autograd.backward(found, gradients)
        for parameter in self.state.middle.parameters():
            if parameter.grad is not None:
                self.processes.sum(parameter.grad)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()

    def _read(
        self,
        users: npt.NDArray[np.int64],
        generator: np.random.Generator,
        *,
        columns: npt.NDArray[np.int64] | None,
    ) -> Batch:
        """What is shown of the users is drawn from all their items, what is to be found are those among the columns."""
        rows, dropout, device = self._rows.of_users(users), self.plan.dropout, self.processes.device
        items = rows.indices.astype(np.int64)
        user = np.repeat(np.arange(len(users)), rows.activity)
        shown = generator.random(len(items), dtype=np.float32) >= dropout
        weights = (1 / (np.sqrt(rows.activity) * (1 - dropout))).astype(np.float32)
        to_find = slice(None) if columns is None else _is_in(columns, rows.n_items)[items]
        found_user, found = user[to_find], items[to_find]
        return Batch(
            Entries(user[shown], items[shown], weights[user[shown]], len(users), device),
            Entries(found_user, found, np.ones(len(found), np.float32), len(users), device),
            np.bincount(found_user, minlength=len(users)).astype(np.float32),
        )


def _is_in(columns: npt.NDArray[np.int64], n_items: int) -> npt.NDArray[np.bool_]:
    among = np.zeros(n_items, np.bool_)
    among[columns] = True
    return among
