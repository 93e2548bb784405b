"""Amazon SageMaker on the laptop: jobs and endpoints are child processes in `/opt/ml`-shaped folders."""

from local_cloud.sagemaker.service import SageMaker

__all__ = ["SageMaker"]
