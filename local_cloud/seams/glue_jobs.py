"""The seam for Glue's job definitions: MiniStack keeps them, with all that a stack says of a job; runs are played.

MiniStack drops the properties that it has no use for, such as how many runs may be under way at once.
"""

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import glue
from ministack.services.cloudformation import provisioners

from local_cloud import environment
from local_cloud.seams.resource_properties import as_parameters
from local_cloud.service import service_model

_TYPE = "AWS::Glue::Job"


def mount() -> None:
    """Wrap MiniStack's creation and update of the stack resource."""
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    if not hasattr(handlers["create"], "__wrapped__"):
        handlers["create"] = _whole(handlers["create"], properties_at=1)
        handlers["update"] = _whole(handlers["update"], properties_at=2)


def definition(name: str) -> dict[str, Any] | None:
    """The definition of the job `name`, in the members of CreateJob; None where there is none."""
    found: dict[str, Any] | None = glue._jobs.get_scoped(environment.ACCOUNT, environment.REGION, name)
    return None if found is None else dict(found)


def _whole(handler: Callable[..., Any], *, properties_at: int) -> Callable[..., Any]:
    @functools.wraps(handler)
    def whole(*arguments: Any, **options: Any) -> Any:
        answer = handler(*arguments, **options)
        shape: Any = service_model("glue").operation_model("CreateJob").input_shape
        properties = {name: value for name, value in arguments[properties_at].items() if name != "Tags"}
        glue._jobs[answer[0]].update(as_parameters(properties, shape))
        return answer

    return whole
