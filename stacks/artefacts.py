"""What the stacks ship, staged below ``build/`` at synth: the same source gives the same bytes."""

from pathlib import Path

from bakeoff import shipping, wheels

_BUILD = Path(__file__).parent.parent / "build"


def lambda_folder(folder: str) -> Path:
    """The folder that becomes the zip of ``lambdas/<folder>``."""
    return shipping.stage_lambda(folder, build=_BUILD)


def job_source(job: str) -> Path:
    """The tarball of ``sagemaker_jobs/<job>``."""
    return shipping.stage_job(job, build=_BUILD)


def job_wheels(job: str) -> Path:
    """The tarball of the wheels that the job's container installs."""
    return shipping.stage_wheels(job, wheels.fetched(job), build=_BUILD)


def spark_library(job: str) -> Path:
    """The zip that the job's script for Spark imports from."""
    pure = [wheel for wheel in wheels.fetched(job) if wheels.is_pure(wheel)]
    return shipping.stage_spark_library(job, pure, build=_BUILD)


def spark_script(job: str) -> Path:
    """The job's script for Spark."""
    return shipping.ROOT / "sagemaker_jobs" / job / "prepare_on_spark.py"


def recommender_hashes() -> dict[str, str]:
    """By recommender, the hash of all the source that its models are made with."""
    return shipping.recommender_hashes()
