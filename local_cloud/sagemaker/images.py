"""Which container images are played, and for what; each is played by the Python that runs the local cloud."""

import re

from local_cloud.errors import NotPlayedError

# Repositories of the deep learning containers and of the scikit-learn container. The PyTorch images serve no models.
# Source: https://aws.github.io/deep-learning-containers/ and https://github.com/aws/sagemaker-scikit-learn-container
JOB_REPOSITORIES = ("pytorch", "pytorch-training", "sagemaker-scikit-learn")
SERVING_REPOSITORIES = ("sagemaker-scikit-learn",)
# What the twin of Autopilot makes is served by these; an algorithm's image brings its own program.
FEATURE_REPOSITORIES = ("sagemaker-sklearn-automl",)
ALGORITHM_REPOSITORIES = ("sagemaker-xgboost", "linear-learner")
_URI = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([a-z0-9._/-]+)(?::[\w.-]+|@sha256:[0-9a-f]{64})"
)


def refuse_unplayed_image(image: str, *, serving: bool) -> None:
    """Check that the container `image` is played.

    Raises:
        NotPlayedError: naming the image.
    """
    found = _URI.fullmatch(image)
    served = (*SERVING_REPOSITORIES, *FEATURE_REPOSITORIES, *ALGORITHM_REPOSITORIES)
    played = served if serving else JOB_REPOSITORIES
    if found is None or found[1] not in played:
        use = "as a model server" if serving else "for a job"
        raise NotPlayedError(f"The image '{image}' {use} (played are the repositories {', '.join(played)})")


def has_a_program(image: str) -> bool:
    """Whether the played container `image` answers without a program named in its environment."""
    found = _URI.fullmatch(image)
    return found is not None and found[1] in ALGORITHM_REPOSITORIES
