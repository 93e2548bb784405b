"""Mounts the played services in MiniStack: their HTTP interface, their place in state machines and in stacks.

Import this module only in the process that is to be the local cloud, after its environment stands: MiniStack reads
its settings when it is imported.
"""

import importlib
from typing import NamedTuple

from local_cloud.seams import (
    cloud_formation,
    fast_copies,
    glue_jobs,
    http,
    nested_executions,
    s3_objects,
    step_functions,
    task_attempts,
)
from local_cloud.service import Place, PlayedService


class Played(NamedTuple):
    """The played services of one local cloud."""

    sagemaker: PlayedService
    personalize: PlayedService
    glue: PlayedService


def played_services(place: Place) -> Played:
    """Make the played services; each keeps its files below the place's folder."""
    sagemaker: PlayedService = importlib.import_module("local_cloud.sagemaker").SageMaker(place)
    personalize: PlayedService = importlib.import_module("local_cloud.personalize").Personalize(place)
    glue: PlayedService = importlib.import_module("local_cloud.glue").Glue(place, definitions=glue_jobs.definition)
    return Played(sagemaker=sagemaker, personalize=personalize, glue=glue)


def mount(played: Played) -> None:
    """Let `played` into this process's MiniStack."""
    http.mount("sagemaker", played.sagemaker)
    http.mount("personalize", played.personalize)
    http.mount_beside("glue", played.glue)
    glue_jobs.mount()
    fast_copies.mount()
    task_attempts.mount()
    nested_executions.mount()
    s3_objects.mount()
    step_functions.mount_names()
    step_functions.mount_sdk("sagemaker", played.sagemaker, error_prefix="SageMaker")
    step_functions.mount_sdk("personalize", played.personalize, error_prefix="Personalize")
    step_functions.mount_sagemaker(played.sagemaker)
    step_functions.mount_glue(played.glue)
    cloud_formation.mount(
        played.personalize,
        cloud_formation.PERSONALIZE,
        prefix="AWS::Personalize",
        lifecycle=cloud_formation.PersonalizeLifecycle,
    )
    cloud_formation.mount(
        played.sagemaker,
        cloud_formation.SAGEMAKER,
        prefix="AWS::SageMaker",
        lifecycle=cloud_formation.SageMakerLifecycle,
    )
