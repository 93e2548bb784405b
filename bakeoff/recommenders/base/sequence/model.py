"""A fitted sequence model: history in, scores out, computed with NumPy from the arrays that torch trained."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems
from bakeoff.recommenders.base.sequence.events import Batch, Reading, Windows
from bakeoff.recommenders.base.sequence.settings import SequenceSettings
from bakeoff.recommenders.base.signal import Signal

Floats = npt.NDArray[np.float32]
# By name; the same names in torch and in the archive.
Parameters = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class SequenceModel(ModelOfKnownItems):
    """A fitted model.

    Args:
        members: the parameters of each of its networks.
        reading: how events are read.
        settings: of the recommender.
    """

    members: list[Parameters]
    reading: Reading
    settings: SequenceSettings

    @abstractmethod
    def last_states(self, parameters: Parameters, batch: Batch) -> Floats:
        """The hidden state after each window's last event, shape (windows, size)."""

    def scores(self, histories: Interactions) -> Floats:
        """The mean of the members' log-probabilities that an item comes next; 0 where nothing is known of a user."""
        rows = self.rows(histories)
        windows = Windows.to_answer(rows, length=self.settings.max_length, reading=self.reading)
        known = np.flatnonzero(rows.activity)
        batch = windows.batch(known)
        scores = np.zeros((rows.n_users, len(self.known.columns)), np.float32)
        for parameters in self.members:
            logits = self.last_states(parameters, batch) @ parameters["items"].T + parameters["item_bias"]
            logits -= logits.max(axis=1, keepdims=True)
            logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
            scores[known] += logits / np.float32(len(self.members))
        return self.known.widen(scores)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        named = {
            f"member_{number}_{name}": array
            for number, parameters in enumerate(self.members)
            for name, array in parameters.items()
        }
        return {
            **self.known.arrays(),
            "values": np.array([self.reading.mean, self.reading.deviation]),
            "knots": self.reading.knots,
            "session_gap": np.array(self.reading.session_gap),
            **named,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Any, signal: Signal) -> Self:
        mean, deviation = arrays["values"].tolist()
        reading = Reading(
            mean=mean,
            deviation=deviation,
            knots=np.array(arrays["knots"]),
            liked_threshold=signal.liked_threshold,
            session_gap=float(arrays["session_gap"]),
        )
        members: list[Parameters] = []
        for number in range(settings.members):
            prefix = f"member_{number}_"
            named = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            # Looked up by name, so that an archive that lacks them says which.
            members.append({**named, "items": arrays[f"{prefix}items"], "item_bias": arrays[f"{prefix}item_bias"]})
        return cls(KnownItems.from_arrays(arrays), signal, members, reading, settings)


def embed(parameters: Parameters, batch: Batch) -> Floats:
    """The vectors of a batch's events, shape (windows, length, size): the item's and what its value and time add."""
    events: Floats = parameters["items"][batch.items] + batch.features @ parameters["event_weights"]
    return events
