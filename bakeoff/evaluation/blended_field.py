"""The blend of a run's contestants: tuned on what they listed for the validation users, made of their test lists."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.blending import Blend, fuse, tune
from bakeoff.evaluation.scoring import LONGEST
from bakeoff.evaluation.validation_lists import ValidationLists

Columns = npt.NDArray[np.int32]


def blend_field(
    ranked: Mapping[str, Columns], validation: Mapping[str, ValidationLists], prepared: Prepared
) -> tuple[Blend, Columns]:
    """How the field is blended, and the blend's recommendable lists.

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
    return blend, fuse(ranked, blend, n=LONGEST, order=order)
