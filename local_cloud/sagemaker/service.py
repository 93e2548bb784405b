"""The played SageMaker: its operations put together from the parts of this package, and what holds over a restart."""

from typing import Any

from local_cloud.sagemaker.automl import AUTOML, AutoMLJobs, AutoMLRun
from local_cloud.sagemaker.endpoints import Endpoints
from local_cloud.sagemaker.invocations import Invocations
from local_cloud.sagemaker.processing import PROCESSING, ProcessingJobs, ProcessingRun
from local_cloud.sagemaker.tags import Tags
from local_cloud.sagemaker.training import TRAINING, TrainingJobs, TrainingRun
from local_cloud.sagemaker.transform import TRANSFORM, TransformJobs, TransformRun


class SageMaker(TrainingJobs, ProcessingJobs, TransformJobs, AutoMLJobs, Invocations, Endpoints, Tags):
    """Plays SageMaker's jobs, models and endpoints, and the runtime that invokes them.

    `call` may wait for S3, CloudWatch Logs or a model, all reached over HTTP at `place.endpoint`: run it on a worker
    thread, never on the event loop that answers there.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations.html
    """

    def restore(self, state: dict[str, Any]) -> None:
        """Take back a snapshot: jobs that were under way have failed, endpoints get their processes again."""
        super().restore(state)
        self.fail_interrupted(TrainingRun, TRAINING)
        self.fail_interrupted(ProcessingRun, PROCESSING)
        self.fail_interrupted(TransformRun, TRANSFORM)
        self.fail_interrupted(AutoMLRun, AUTOML)
        self.resume_endpoints()

    def close(self) -> None:
        """End every job and every endpoint's process; records keep the status that they had."""
        self.closing.set()
        self.join_jobs()
        self.close_endpoints()
        self.delivery.close()
