"""Trains and asks a network between wide item layers: tens of thousands of items, hundreds of thousands of users.

What makes training fast: a step touches only the rows of the first layer that its users name; the softmax runs over a
sample of the items, and over all of them in the last epochs; the items' weights are learned by row-wise Adagrad, which
keeps one number a row. It uses a GPU where there is one, shares each step among the processes that torchrun started,
and goes on after an interruption where it was. What makes asking fast: `output_layer`.

NumPy here; torch is imported inside `train`.
"""

from bakeoff.recommenders.base.wide.columns import columns_for
from bakeoff.recommenders.base.wide.fitting import choose, fit
from bakeoff.recommenders.base.wide.model import WideModel
from bakeoff.recommenders.base.wide.output_layer import OutputLayer
from bakeoff.recommenders.base.wide.plan import Network, Plan, Trained
from bakeoff.recommenders.base.wide.rows import Rows
from bakeoff.recommenders.base.wide.training import train

__all__ = ["Network", "OutputLayer", "Plan", "Rows", "Trained", "WideModel", "choose", "columns_for", "fit", "train"]
