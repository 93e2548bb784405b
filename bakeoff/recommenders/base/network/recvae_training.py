"""Trains RecVAE's network: encoder and decoder in turns, held to a composite prior that remembers the last encoder.

A round is `encoder_epochs` epochs of the encoder, with items hidden from its rows, then one epoch of the decoder, with
whole rows. The prior mixes a standard normal, the distribution that the encoder of the round before gave to the same
user, and a wide normal; the mixture's weights are those of the paper's code. The paper trains for a fixed number of
rounds; who calls decides here. Source: Shenbin et al., WSDM 2020 (`recvae`).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import layer_norm, silu

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.network.recvae import EPSILON, ONLY_TRAINED, Plan, RecVAE, initial_parameters
from bakeoff.recommenders.base.network.sparse import sum_of_rows, targets
from bakeoff.recommenders.base.network.training import AfterEpoch, Weigh, batches, train_device

# Weight and log-variance of the standard normal, of the former encoder's own distribution, and of the wide normal.
STANDARD, FORMER, WIDE = 3 / 20, 3 / 4, 1 / 10
WIDE_LOG_VARIANCE = 10.0
Tensors = dict[str, Any]


def train(
    rows: Interactions, *, plan: Plan, weigh: Weigh, seed: int, rounds: int, after_round: AfterEpoch[RecVAE]
) -> RecVAE:
    """Train for at most `rounds`; `after_round` may end it.

    All chance comes from one NumPy generator: on a CPU the same seed gives the same weights.

    Args:
        rows: what each user's row is to be rebuilt to: one for each of its items.
        plan: sizes and rates.
        weigh: what the rows of a batch hold for the encoder.
        seed: of weights, order, hidden items and noise.
        rounds: the most.
        after_round: is told the round, the mean loss of its last encoder epoch and how to get the network.
    """
    training = _Training(rows, plan=plan, weigh=weigh, seed=seed)
    for number in range(1, rounds + 1):
        for _ in range(plan.encoder_epochs):
            loss = training.epoch("encoder")
        training.remember()
        training.epoch("decoder")
        if after_round(number, loss, training.network):
            break
    return training.network()


class _Training:
    def __init__(self, rows: Interactions, *, plan: Plan, weigh: Weigh, seed: int) -> None:
        self._rows, self._plan, self._weigh = rows, plan, weigh
        self._generator = np.random.default_rng(seed)
        device = train_device()
        initial = initial_parameters(rows, plan, self._generator)
        self._tensors = {name: torch.from_numpy(array).to(device) for name, array in initial.items()}
        of_decoder = ("output_weights", "output_biases")
        self._parts = {
            "encoder": [tensor for name, tensor in self._tensors.items() if name not in of_decoder],
            "decoder": [self._tensors[name] for name in of_decoder],
        }
        self._optimizers = {
            part: torch.optim.Adam(tensors, lr=plan.learning_rate, fused=True) for part, tensors in self._parts.items()
        }
        self._users = np.flatnonzero(rows.activity)
        self.remember()

    def remember(self) -> None:
        """The prior's former encoder becomes the present one."""
        self._former = {name: tensor.detach().clone() for name, tensor in self._tensors.items()}

    def network(self) -> RecVAE:
        arrays = {name: tensor.detach().cpu().numpy().copy() for name, tensor in self._tensors.items()}
        return RecVAE({name: array for name, array in arrays.items() if name not in ONLY_TRAINED})

    def epoch(self, part: str) -> float:
        """Train one part on every user once while the other is held; returns the mean loss."""
        for name, tensors in self._parts.items():
            for tensor in tensors:
                tensor.requires_grad_(name == part)
        total = 0.0
        for users in batches(self._generator.permutation(self._users), self._plan.batch_size):
            batch = self._rows.of_users(users)
            loss = self._encoder_loss(batch) if part == "encoder" else self._decoder_loss(batch)
            self._optimizers[part].zero_grad()
            loss.backward()
            self._optimizers[part].step()
            total += loss.item() * len(users)
        return total / len(self._users)

    def _encoder_loss(self, batch: Interactions) -> Any:
        """Minus the log-likelihood of the whole row, seen in part, and the divergence from the prior; per user."""
        weights = self._weigh(batch)
        shown = self._generator.random(batch.n_interactions) >= self._plan.dropout
        seen = (weights[shown] / np.float32(1 - self._plan.dropout)).astype(np.float32)
        mean, log_variance = encode(self._tensors, batch.where(shown), seen)
        latent = mean + self._noise(mean) * (0.5 * log_variance).exp()
        with torch.no_grad():
            former = encode(self._former, batch, weights)
        activity = torch.from_numpy(batch.activity.astype(np.float32)).to(mean.device)
        divergence = log_normal(latent, mean, log_variance) - log_prior(latent, *former)
        penalty = self._plan.regularisation * (divergence.sum(dim=1) @ activity) / batch.n_users
        return self._loss(batch, latent) + penalty

    def _decoder_loss(self, batch: Interactions) -> Any:
        with torch.no_grad():
            mean, log_variance = encode(self._tensors, batch, self._weigh(batch))
            latent = mean + self._noise(mean) * (0.5 * log_variance).exp()
        return self._loss(batch, latent)

    def _loss(self, batch: Interactions, latent: Any) -> Any:
        logits = latent @ self._tensors["output_weights"] + self._tensors["output_biases"]
        users, items = targets(batch, logits.device)
        activity = torch.from_numpy(batch.activity.astype(np.float32)).to(logits.device)
        return (logits.logsumexp(dim=1) @ activity - logits[users, items].sum()) / batch.n_users

    def _noise(self, like: Any) -> Any:
        return torch.from_numpy(self._generator.standard_normal(tuple(like.shape), dtype=np.float32)).to(like.device)


def encode(tensors: Tensors, rows: Interactions, weights: npt.NDArray[np.float32]) -> tuple[Any, Any]:
    """Mean and log-variance of every user's latent distribution, both of shape (n_users, latent)."""

    def normalised(layer: Any, number: int) -> Any:
        scale, shift = tensors[f"scales_{number}"], tensors[f"shifts_{number}"]
        return layer_norm(layer, layer.shape[1:], scale, shift, eps=EPSILON)

    layer = normalised(silu(sum_of_rows(rows, weights, tensors["input_weights"]) + tensors["input_biases"]), 0)
    total = layer
    for number in range(1, sum(name.startswith("dense_weights_") for name in tensors) + 1):
        read = layer @ tensors[f"dense_weights_{number}"] + tensors[f"dense_biases_{number}"]
        layer = normalised(silu(read + total), number)
        total = total + layer
    mean = layer @ tensors["mean_weights"] + tensors["mean_biases"]
    return mean, layer @ tensors["variance_weights"] + tensors["variance_biases"]


def log_normal(value: Any, mean: Any, log_variance: Any) -> Any:
    """Log-density of independent normals, element by element."""
    return -0.5 * (log_variance + float(np.log(2 * np.pi)) + (value - mean).square() / log_variance.exp())


def log_prior(latent: Any, mean: Any, log_variance: Any) -> Any:
    """Log-density of the composite prior, element by element; `mean` and `log_variance` are the former encoder's."""
    zero = torch.zeros_like(latent)
    parts = (
        log_normal(latent, zero, zero) + float(np.log(STANDARD)),
        log_normal(latent, mean, log_variance) + float(np.log(FORMER)),
        log_normal(latent, zero, zero + WIDE_LOG_VARIANCE) + float(np.log(WIDE)),
    )
    return torch.stack(parts).logsumexp(dim=0)
