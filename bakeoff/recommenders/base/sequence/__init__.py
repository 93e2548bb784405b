"""What sequence models share: events in windows, item features, the loss, the training, the NumPy model."""

from bakeoff.recommenders.base.sequence.choosing import choose_and_fit, fit_members
from bakeoff.recommenders.base.sequence.events import Batch
from bakeoff.recommenders.base.sequence.model import Parameters, SequenceModel, embed
from bakeoff.recommenders.base.sequence.settings import SequenceSettings
from bakeoff.recommenders.base.sequence.training import Data

__all__ = [
    "Batch",
    "Data",
    "Parameters",
    "SequenceModel",
    "SequenceSettings",
    "choose_and_fit",
    "embed",
    "fit_members",
]
