"""Which options of a Glue job and of its runs are played, and which parameters are Glue's own; others are refused.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from collections.abc import Mapping
from typing import Any

from local_cloud.errors import NotPlayedError

VERSION = "6.0"
# What StartJobRun takes, beside JobName.
PLAYED_OF_A_RUN: dict[str, tuple[Any, ...] | None] = {
    "Arguments": None,
    "Timeout": None,
    "WorkerType": None,
    "NumberOfWorkers": None,
    "ExecutionClass": ("STANDARD",),
    "JobRunQueuingEnabled": (False,),
}
# What a job's definition may say; None is any value. Empty values say nothing.
PLAYED_OF_A_JOB: dict[str, tuple[Any, ...] | None] = {
    "Name": None,
    "Description": None,
    "Role": None,
    "Command": None,
    "DefaultArguments": None,
    "ExecutionClass": ("STANDARD",),
    "ExecutionProperty": None,
    "GlueVersion": (VERSION,),
    "JobRunQueuingEnabled": (False,),
    "MaxRetries": (0,),
    "NumberOfWorkers": None,
    "Tags": None,
    "Timeout": None,
    "WorkerType": None,
}
# Glue's own parameters: they mean something to Glue and do not reach the script.
PLAYED_PARAMETERS: dict[str, tuple[str, ...] | None] = {
    "--additional-python-modules": None,
    "--custom-logGroup-prefix": None,
    "--extra-py-files": None,
    "--job-bookmark-option": ("job-bookmark-disable",),
    "--job-language": ("python",),
    "--python-modules-installer-option": None,
}
_REFUSED_PARAMETERS = {
    *("--class", "--conf", "--datalake-formats", "--extra-files", "--extra-jars", "--scriptLocation", "--TempDir"),
    *("--user-jars-first", "--use-postgres-driver", "--spark-event-logs-path", "--write-shuffle-files-to-s3"),
    *("--continuous-log-logGroup", "--continuous-log-logStreamPrefix", "--custom-logStream-prefix"),
}


def refuse_unplayed_run(request: Mapping[str, Any]) -> None:
    """Refuse what StartJobRun takes on AWS and not here.

    Raises:
        NotPlayedError: naming the option.
    """
    _refuse(request, {"JobName": None, **PLAYED_OF_A_RUN}, "StartJobRun")


def refuse_unplayed_job(definition: Mapping[str, Any]) -> None:
    """Refuse to run a job whose definition asks for what is not played.

    Raises:
        NotPlayedError: naming the option or the parameter.
    """
    said = {
        name: value
        for name, value in definition.items()
        if value not in (None, "", [], {}) and name not in ("CreatedOn", "LastModifiedOn")
    }
    _refuse(said, PLAYED_OF_A_JOB, "AWS::Glue::Job")
    command = definition["Command"]
    if command.get("Name") != "glueetl" or str(command.get("PythonVersion", "3")) != "3":
        raise NotPlayedError("AWS::Glue::Job with another Command than Name glueetl and PythonVersion 3")


def refuse_unplayed_parameters(arguments: Mapping[str, str]) -> None:
    """Refuse parameters of Glue's own that are not played; what is not Glue's is the script's.

    Raises:
        NotPlayedError: naming the parameter.
    """
    glues = {
        name: value
        for name, value in arguments.items()
        if name in PLAYED_PARAMETERS or name in _REFUSED_PARAMETERS or name.startswith("--enable-")
    }
    _refuse(glues, PLAYED_PARAMETERS, "StartJobRun")


def _refuse(given: Mapping[str, Any], played: Mapping[str, tuple[Any, ...] | None], what: str) -> None:
    for name, value in given.items():
        values = played.get(name, ())
        if values is not None and value not in values:
            raise NotPlayedError(f"{what} with {name}{f'={value}' if values else ''}")
