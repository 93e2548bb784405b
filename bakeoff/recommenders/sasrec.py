"""SASRec: a causal transformer over a user's events that foretells the next one; the strong sequence reference.

Trained with the full cross-entropy over all items, or with one estimated from a large sample where there are many:
with one negative per target, as it was published, it is far weaker. Sources: Kang and McAuley, "Self-attentive
sequential recommendation", ICDM 2018 (the network); Klenitskiy and Vasilev, "Turning dross into gold loss", RecSys 2023
(the loss); Xiong et al., "On layer normalization in the transformer architecture", ICML 2020 (normalisation first).

Fitted with torch and NumPy alone; answers with NumPy alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base import Choice, Task, Validation, setting
from bakeoff.recommenders.base.sequence import (
    Batch,
    Data,
    Parameters,
    SequenceModel,
    SequenceSettings,
    choose_and_fit,
    embed,
    fit_members,
)

Floats = npt.NDArray[np.float32]
# The same in torch and NumPy; keeps the normalisation of a constant row finite.
EPSILON = 1e-5


@dataclass(frozen=True, kw_only=True)
class Settings(SequenceSettings):
    """Hyper-parameters, beside those of every sequence model.

    Args:
        blocks: of attention and feed-forward layer.
        heads: of each attention; they share `size` evenly.
    """

    max_length: int = setting(100, at_least=2)
    blocks: int = setting(1, at_least=1)
    heads: int = setting(2, at_least=1)

    def faults(self) -> list[str]:
        return [] if self.size % self.heads == 0 else [f"size {self.size} must be a multiple of heads {self.heads}."]


@dataclass(frozen=True, eq=False)
class Model(SequenceModel):
    """A fitted transformer."""

    def last_states(self, parameters: Parameters, batch: Batch) -> Floats:
        settings: Any = self.settings
        length = batch.items.shape[1]
        hidden = embed(parameters, batch) * np.float32(_input_scale(settings.size)) + parameters["positions"][:length]
        for block in range(settings.blocks):
            own = _of_block(parameters, block)
            hidden = hidden + _attend(_normalise(hidden, own, "attention"), own, heads=settings.heads)
            inner = np.maximum(_normalise(hidden, own, "feed") @ own["feed_in"] + own["feed_in_bias"], 0)
            hidden = hidden + inner @ own["feed_out"] + own["feed_out_bias"]
        last = np.maximum(batch.present.sum(axis=1) - 1, 0)
        return _normalise(hidden[np.arange(len(hidden)), last], parameters, "last")


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose the half-life and the epoch by ndcg@100."""
    data = _data(train, task)
    return choose_and_fit(
        data, network=_Network(), model=lambda members: _model(data, members, task), validation=validation, task=task
    )


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Train for the epochs chosen."""
    data = _data(interactions, task)
    return _model(data, fit_members(data, network=_Network(), chosen=chosen, task=task), task)


def _data(interactions: Interactions, task: Task) -> Data:
    # Sessions mean nothing to it: positions in the order of events do.
    return Data.of(interactions, task=task, session_gap=math.inf)


def _model(data: Data, members: list[Parameters], task: Task) -> Model:
    return Model(data.known, task.signal, members, data.reading, task.settings)


def _input_scale(size: int) -> float:
    """Item vectors start short, because they are the output layer as well; as inputs they are lengthened."""
    return math.sqrt(size) / 3


def _of_block(parameters: Mapping[str, Any], block: int) -> dict[str, Any]:
    prefix = f"block_{block}_"
    return {name.removeprefix(prefix): value for name, value in parameters.items() if name.startswith(prefix)}


def _normalise(hidden: Floats, parameters: Parameters, name: str) -> Floats:
    """Each vector with mean 0 and variance 1, then scaled and shifted (layer normalisation)."""
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    deviation = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    normalised: Floats = centred / deviation * parameters[f"{name}_scale"] + parameters[f"{name}_shift"]
    return normalised


def _attend(hidden: Floats, parameters: Parameters, *, heads: int) -> Floats:
    """Each event's mean of the events up to it, weighted by the softmax of the queries' products with the keys."""
    rows, length, size = hidden.shape
    parts = hidden @ parameters["in"] + parameters["in_bias"]
    queries, keys, values = parts.reshape(rows, length, 3, heads, size // heads).transpose(2, 0, 3, 1, 4)
    logits = queries @ keys.swapaxes(-1, -2) / np.float32(math.sqrt(size // heads))
    logits = np.where(np.tri(length, dtype=np.bool_), logits, -np.inf)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mixed = (weights @ values).swapaxes(1, 2).reshape(rows, length, size)
    attended: Floats = mixed @ parameters["out"] + parameters["out_bias"]
    return attended


class _Network:
    """The transformer in torch."""

    def initial(self, settings: Settings, generator: np.random.Generator) -> dict[str, Floats]:
        size = settings.size
        parameters = {
            "positions": _normal(generator, settings.max_length, size, scale=0.02),
            **_unit("last", size),
        }
        for block in range(settings.blocks):
            own = {
                **_unit("attention", size),
                **_unit("feed", size),
                **_layer(generator, "in", size, 3 * size),
                **_layer(generator, "out", size, size),
                **_layer(generator, "feed_in", size, 4 * size),
                **_layer(generator, "feed_out", 4 * size, size),
            }
            parameters |= {f"block_{block}_{name}": array for name, array in own.items()}
        return parameters

    def states(
        self, parameters: Mapping[str, Any], events: Any, batch: Batch, *, settings: Settings, training: bool
    ) -> Any:
        from torch.nn.functional import dropout, layer_norm, relu, scaled_dot_product_attention

        rows, length, size = events.shape
        share = settings.dropout

        def drop(hidden: Any) -> Any:
            return dropout(hidden, share, training)

        def normalise(hidden: Any, own: Mapping[str, Any], name: str) -> Any:
            return layer_norm(hidden, (size,), own[f"{name}_scale"], own[f"{name}_shift"], EPSILON)

        hidden = drop(events * _input_scale(size) + parameters["positions"][:length])
        for block in range(settings.blocks):
            own = _of_block(parameters, block)
            parts = normalise(hidden, own, "attention") @ own["in"] + own["in_bias"]
            heads = parts.view(rows, length, 3, settings.heads, size // settings.heads).permute(2, 0, 3, 1, 4)
            mixed = scaled_dot_product_attention(
                heads[0], heads[1], heads[2], is_causal=True, dropout_p=share if training else 0.0
            )
            mixed = mixed.transpose(1, 2).reshape(rows, length, size)
            hidden = hidden + drop(mixed @ own["out"] + own["out_bias"])
            inner = relu(normalise(hidden, own, "feed") @ own["feed_in"] + own["feed_in_bias"])
            hidden = hidden + drop(inner @ own["feed_out"] + own["feed_out_bias"])
        return normalise(hidden, parameters, "last")


def _normal(generator: np.random.Generator, *shape: int, scale: float) -> Floats:
    array: Floats = generator.standard_normal(shape, np.float32) * np.float32(scale)
    return array


def _unit(name: str, size: int) -> dict[str, Floats]:
    return {f"{name}_scale": np.ones(size, np.float32), f"{name}_shift": np.zeros(size, np.float32)}


def _layer(generator: np.random.Generator, name: str, inputs: int, outputs: int) -> dict[str, Floats]:
    """Weights of a variance that keeps the signal's, and biases of 0."""
    weights = _normal(generator, inputs, outputs, scale=1 / math.sqrt(3 * inputs))
    return {name: weights, f"{name}_bias": np.zeros(outputs, np.float32)}
