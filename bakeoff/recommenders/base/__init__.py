"""What recommenders share: the contract, settings, known items, item vectors, ranked lists, archives."""

from bakeoff.recommenders.base.contract import Choice, Epoch, Model, RankedList, Recommender, Report, Task, Validation
from bakeoff.recommenders.base.settings import parse_settings, setting
from bakeoff.recommenders.base.signal import Signal

__all__ = [
    "Choice",
    "Epoch",
    "Model",
    "RankedList",
    "Recommender",
    "Report",
    "Signal",
    "Task",
    "Validation",
    "parse_settings",
    "setting",
]
