"""What the stacks ship, staged below ``build/`` at synth: the same source gives the same bytes."""

from pathlib import Path

from bakeoff import shipping

_BUILD = Path(__file__).parent.parent / "build"


def lambda_folder(folder: str) -> Path:
    """The folder that becomes the zip of ``lambdas/<folder>``."""
    return shipping.stage_lambda(folder, build=_BUILD)


def job_source(job: str) -> Path:
    """The tarball of ``sagemaker_jobs/<job>``."""
    return shipping.stage_job(job, build=_BUILD)


def recommender_hashes() -> dict[str, str]:
    """By recommender, the hash of all the source that its models are made with."""
    return shipping.recommender_hashes()
