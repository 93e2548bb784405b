"""HRNN: a hierarchical recurrent network; one GRU reads a session's events, another one the user's sessions.

When a session begins, the user-level GRU takes in the last state of the session before, and its state, through one
layer, is what the new session starts from. The variant with metadata adds to every item's vector those of its genres,
directors, actors and years, which also reach items that few have touched. Sources: Quadrana et al., "Personalizing
session-based recommendations with hierarchical recurrent neural networks", RecSys 2017 (the form "HRNN Init"); Cho et
al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014 (the GRU); Hidasi et al., "Parallel
recurrent neural network architectures for feature-rich session-based recommendations", RecSys 2016 (item features).

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


@dataclass(frozen=True, kw_only=True)
class Settings(SequenceSettings):
    """Hyper-parameters, beside those of every sequence model.

    Args:
        session_gap: seconds without an event after which a new session begins.
    """

    learning_rate: float = setting(0.016, above=0)
    unliked_weight: float = setting(0.3, at_least=0, at_most=1)
    session_gap: float = setting(1800.0, above=0)


@dataclass(frozen=True, eq=False)
class Model(SequenceModel):
    """A fitted hierarchical network."""

    def last_states(self, parameters: Parameters, batch: Batch) -> Floats:
        gates = embed(parameters, batch) @ parameters["session_in"] + parameters["session_in_bias"]
        rows, length, _ = gates.shape
        session = np.zeros((rows, self.settings.size), np.float32)
        user = np.zeros_like(session)
        for place in range(length):
            begun = np.flatnonzero(batch.starts[:, place])
            if place and len(begun):
                taken = session[begun] @ parameters["user_in"] + parameters["user_in_bias"]
                user[begun] = _gru(taken, user[begun], parameters, "user")
            session[begun] = np.tanh(user[begun] @ parameters["begin"] + parameters["begin_bias"])
            there = np.flatnonzero(batch.present[:, place])
            session[there] = _gru(gates[there, place], session[there], parameters, "session")
        states: Floats = session @ parameters["out"] + parameters["out_bias"]
        return states


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
    return Data.of(interactions, task=task, session_gap=task.settings.session_gap)


def _model(data: Data, members: list[Parameters], task: Task) -> Model:
    return Model(data.known, task.signal, members, data.reading, task.settings)


def _sigmoid(values: Floats) -> Floats:
    # In this form nothing overflows.
    sigmoid: Floats = 0.5 * (np.tanh(0.5 * values) + 1)
    return sigmoid


def _gru(taken: Floats, state: Floats, parameters: Parameters, name: str) -> Floats:
    """The next state; `taken` holds the input's part of reset gate, update gate and candidate side by side."""
    size = state.shape[1]
    kept = state @ parameters[f"{name}_state"] + parameters[f"{name}_state_bias"]
    reset, update = np.split(_sigmoid(taken[:, : 2 * size] + kept[:, : 2 * size]), 2, axis=1)
    candidate = np.tanh(taken[:, 2 * size :] + reset * kept[:, 2 * size :])
    following: Floats = candidate + update * (state - candidate)
    return following


class _Network:
    """The hierarchical network in torch."""

    def initial(self, settings: Settings, generator: np.random.Generator) -> dict[str, Floats]:
        size = settings.size
        parameters: dict[str, Floats] = {}
        for name in ("session", "user"):
            parameters |= _layer(generator, f"{name}_in", size, 3 * size)
            parameters |= _layer(generator, f"{name}_state", size, 3 * size)
        return parameters | _layer(generator, "begin", size, size) | _layer(generator, "out", size, size)

    def states(
        self, parameters: Mapping[str, Any], events: Any, batch: Batch, *, settings: Settings, training: bool
    ) -> Any:
        import torch
        from torch.nn.functional import dropout

        gates = dropout(events, settings.dropout, training) @ parameters["session_in"] + parameters["session_in_bias"]
        rows, _, size = events.shape
        user = events.new_zeros(rows, size)
        session = torch.tanh(user @ parameters["begin"] + parameters["begin_bias"])
        states = []
        for place, taken in enumerate(gates.unbind(dim=1)):
            begun = np.flatnonzero(batch.starts[:, place])
            if place and len(begun):
                chosen = torch.from_numpy(begun).to(events.device)
                ended = session[chosen] @ parameters["user_in"] + parameters["user_in_bias"]
                begun_user = _torch_gru(ended, user[chosen], parameters, "user")
                user = user.index_copy(0, chosen, begun_user)
                begin = torch.tanh(begun_user @ parameters["begin"] + parameters["begin_bias"])
                session = session.index_copy(0, chosen, begin)
            session = _torch_gru(taken, session, parameters, "session")
            states.append(session)
        hidden = dropout(torch.stack(states, dim=1), settings.dropout, training)
        return hidden @ parameters["out"] + parameters["out_bias"]


def _torch_gru(taken: Any, state: Any, parameters: Mapping[str, Any], name: str) -> Any:
    import torch

    size = state.shape[1]
    kept = torch.addmm(parameters[f"{name}_state_bias"], state, parameters[f"{name}_state"])
    reset, update = torch.sigmoid(taken[:, : 2 * size] + kept[:, : 2 * size]).chunk(2, dim=1)
    candidate = torch.tanh(taken[:, 2 * size :] + reset * kept[:, 2 * size :])
    return torch.lerp(candidate, state, update)


def _layer(generator: np.random.Generator, name: str, inputs: int, outputs: int) -> dict[str, Floats]:
    weights = generator.standard_normal((inputs, outputs), np.float32) / np.float32(math.sqrt(3 * inputs))
    return {name: weights, f"{name}_bias": np.zeros(outputs, np.float32)}
