"""The last layer's loss and gradients: minus the log-likelihood of the users' items under a softmax over the columns.

The columns are all items, or a sample drawn without looking at the users. Of a sample the likelihood is that of the
users' items in it, given that they are in it: under a softmax that is again a softmax, over the sample alone, with the
same weights (McFadden, "Modelling the choice of residential location", 1978), so what is learned from samples is what
would be learned from all, without weighting anything by how likely it was to be drawn.

Gradients are written out rather than recorded, and users are taken in blocks, so that no more than one block's scores
exist at a time.
"""

from dataclasses import dataclass

import numpy as np
import torch

from bakeoff.recommenders.base.wide.tables import Entries, Table

# Scores that exist at once: 64 MB.
_SCORES_AT_ONCE = 2**24


@dataclass(frozen=True, eq=False)
class Denominator:
    """What the denominator gives.

    Args:
        loss: summed over the users.
        hidden: gradient of the users' hidden layer, shape (n_users, size).
        weights: gradient of the columns' weights, shape (n_columns, size).
        bias: gradient of the columns' biases, shape (n_columns,).
    """

    loss: torch.Tensor
    hidden: torch.Tensor
    weights: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True, eq=False)
class Softmax:
    """The last layer: the items' weights and biases."""

    weights: Table
    bias: Table

    def denominator(self, hidden: torch.Tensor, *, activity: torch.Tensor, columns: torch.Tensor | None) -> Denominator:
        """Of the logarithm of the denominator, times each user's number of items among the columns.

        Args:
            hidden: shape (n_users, size).
            activity: float32, shape (n_users,).
            columns: ascending; None: all items.
        """
        weights, bias = self.weights.weights, self.bias.weights[:, 0]
        if columns is not None:
            weights, bias = weights[columns], bias[columns]
        found = Denominator(
            hidden.new_zeros(()), torch.empty_like(hidden), torch.zeros_like(weights), torch.zeros_like(bias)
        )
        block = max(1, _SCORES_AT_ONCE // len(weights))
        for start in range(0, len(hidden), block):
            part = slice(start, start + block)
            scores = torch.addmm(bias, hidden[part], weights.T)
            log_sums = scores.logsumexp(dim=1)
            found.loss.add_(log_sums @ activity[part])
            shares = scores.sub_(log_sums[:, None]).exp_().mul_(activity[part, None])
            torch.mm(shares, weights, out=found.hidden[part])
            found.weights.addmm_(shares.T, hidden[part])
            found.bias.add_(shares.sum(dim=0))
        return found

    def numerator(self, hidden: torch.Tensor, *, items: Entries) -> tuple[torch.Tensor, torch.Tensor]:
        """The scores of the users' own items, summed over the users, and the gradient of their hidden layer."""
        sums = items.times(self.weights.weights)
        rows = torch.from_numpy(items.rows).to(hidden.device)
        return (sums * hidden).sum() + self.bias.weights[rows, 0].sum(), sums

    def descend(
        self,
        denominator: Denominator,
        *,
        columns: torch.Tensor | None,
        hidden: torch.Tensor,
        items: Entries,
        rate: float,
    ) -> None:
        """One step along both gradients together.

        Args:
            denominator: its gradients, summed over all users of the step.
            columns: that it was taken over.
            hidden: of all users of the step.
            items: of all users of the step, among the columns.
            rate: the learning rate, the gradients being means over the users.
        """
        rows, gradient = items.transposed_times(hidden)
        counts = torch.from_numpy(np.unique(items.rows, return_counts=True)[1]).to(hidden)
        place = rows if columns is None else torch.searchsorted(columns, rows)
        weights = denominator.weights.index_add_(0, place, gradient, alpha=-1).div_(items.n_users)
        bias = denominator.bias.index_add_(0, place, counts, alpha=-1).div_(items.n_users)
        self.weights.descend(weights, rows=columns, rate=rate)
        self.bias.descend(bias[:, None], rows=columns, rate=rate)
