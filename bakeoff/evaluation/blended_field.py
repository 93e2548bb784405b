"""The blend of a run's contestants: tuned on what they listed for the validation users, made of their test lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.blending import Blend, fuse, tune
from bakeoff.evaluation.scoring import LONGEST
from bakeoff.evaluation.validation_lists import ValidationLists

Columns = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class BlendedField:
    """A blend and what it lists.

    Args:
        blend: members, weights and rank constant.
        ranked: its recommendable lists, shape (n_users, 100).
        left_out: contestants whose validation lists are of other users than the first one's.
    """

    blend: Blend
    ranked: Columns
    left_out: Sequence[str]

    @property
    def notes(self) -> list[str]:
        """What a report says of it."""
        if not self.left_out:
            return [str(self.blend)]
        names = ", ".join(self.left_out)
        return [str(self.blend), f"Could not be members, for their validation lists are of other users: {names}."]


def blend_field(
    ranked: Mapping[str, Columns], validation: Mapping[str, ValidationLists], prepared: Prepared
) -> BlendedField:
    """Tune a blend of the field, and make its lists.

    Members can only be contestants that left validation lists for the same users: managed recipes leave none.

    Args:
        ranked: by contestant, recommendable lists of the test users, shape (n_users, 100).
        validation: by contestant.
        prepared: the split.

    Raises:
        EvaluationError: nobody can be a member.
    """
    there = {name: validation[name] for name in ranked if name in validation}
    if not there:
        raise EvaluationError("There is nothing to blend: no healthy contestant left lists of the validation users.")
    users = next(iter(there.values())).users
    lists = {name: one.ranked for name, one in there.items() if np.array_equal(one.users, users)}
    order = np.argsort(np.argsort(np.array(prepared.items, np.str_)))
    blend = tune(lists, users=users, holdout=prepared.validation_holdout, order=order)
    return BlendedField(
        blend=blend,
        ranked=fuse(ranked, blend, n=LONGEST, order=order),
        left_out=[name for name in there if name not in lists],
    )
