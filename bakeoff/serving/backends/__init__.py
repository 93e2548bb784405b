"""The ways to ask a contestant, by the type that a run record names.

A new one is a file with a class that follows `Backend`, and a line here.
"""

from collections.abc import Mapping
from typing import Any

from bakeoff.errors import RunError
from bakeoff.serving.backends.autopilot_endpoint import AutopilotEndpoint
from bakeoff.serving.backends.base import Answer, Backend, Question
from bakeoff.serving.backends.personalize_campaign import PersonalizeCampaign
from bakeoff.serving.backends.sagemaker_endpoint import SageMakerEndpoint
from bakeoff.serving.backends.stored_lists import StoredLists
from bakeoff.serving.transport import AwsTransport

__all__ = ["BACKENDS", "SERVICES", "Answer", "Backend", "Question", "backend_of"]

BACKENDS: Mapping[str, type[Backend]] = {
    "sagemaker-endpoint": SageMakerEndpoint,
    "personalize-campaign": PersonalizeCampaign,
    "stored-lists": StoredLists,
    "autopilot-endpoint": AutopilotEndpoint,
}
SERVICES = sorted({backend.service for backend in BACKENDS.values()})


def backend_of(record: Mapping[str, Any], transport: AwsTransport) -> Backend:
    """The backend that a run record names, such as ``{"type": "sagemaker-endpoint", "name": "ease-3f2a"}``.

    Raises:
        RunError: the type is unknown here, or the record lacks what the type needs.
    """
    kind = str(record.get("type"))
    if kind not in BACKENDS:
        raise RunError(f"this release knows no backend of type '{kind}', only {', '.join(sorted(BACKENDS))}")
    try:
        return BACKENDS[kind].from_record(record, transport)
    except KeyError as missing:
        raise RunError(f"the run record's backend of type '{kind}' lacks {missing}") from None
