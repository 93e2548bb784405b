"""The machine that trains one contestant of kind `sagemaker` and writes its lists; run as a child of the run."""

from typing import Any

from bakeoff.config import Config, TrainJob
from stacks.workflow.asl import (
    State,
    assign,
    caught,
    choice,
    expression,
    fail,
    machine,
    or_null,
    reason_of,
    sequence,
    task,
)
from stacks.workflow.jobs import cluster, start_script
from stacks.workflow.resources import Resources

# What the training script prints, taken over into the job's description.
METRICS = {
    "validation:ndcg@10": r"validation:ndcg@10=([0-9.]+)",
    "validation:ndcg@10:low": r"validation:ndcg@10=[0-9.]+ low=([0-9.]+)",
    "validation:ndcg@10:high": r"validation:ndcg@10=[0-9.]+ low=[0-9.]+ high=([0-9.]+)",
    "validation:n": r"validation:ndcg@10=[0-9.]+ low=[0-9.]+ high=[0-9.]+ n=([0-9]+)",
}

# Below the bucket: what interrupted trainings left.
CHECKPOINTS = "checkpoints"

# A job's own limit does not count the time in which SageMaker finds instances, pulls the image and moves data.
_AROUND_JOBS_SECONDS = 3600


def sagemaker_contestant(resources: Resources) -> dict[str, Any]:
    """Looks for the trained model, trains it, makes it a model, writes its lists; each step only if it is missing.

    A contestant that is only asked is taken as it is: where its model is gone, the execution fails and says so.
    """
    config = resources.config
    return machine(
        "Train one contestant on SageMaker and write its lists for the test users.",
        sequence(
            ("Take the order", assign(spec="$states.input", listsSeconds="null")),
            ("Only asked?", choice(("$spec.asked != null", "Take what serves"), otherwise="Look for a trained model")),
            (
                "Take what serves",
                {**assign(trainingJob="$spec.asked.modelVersion", training="{}"), "Next": "Look for the model"},
            ),
            ("Look for a trained model", _look_for_training()),
            ("Trained already?", choice(("$trainingJob != null", "Look for its archive"), otherwise="Train")),
            ("Look for its archive", _look_for_archive(resources)),
            ("Archive there?", choice(("$states.input.there", "Describe the training"), otherwise="Train")),
            ("Train", caught(_train(resources), following="Explain the failed training", variable="problem")),
            ("Note the training", assign(trainingJob="$spec.jobName")),
            ("Describe the training", _describe_training()),
            ("Look for the model", _look_for_model()),
            (
                "Model there?",
                choice(
                    ("$states.input.there", "Look for lists"),
                    ("$spec.asked != null", "Model gone"),
                    otherwise="Create the model",
                ),
            ),
            ("Create the model", _create_model(resources)),
            ("Look for lists", _look_for_lists(resources)),
            ("Lists there?", choice(("$states.input.there", "Look for the transform job"), otherwise="Write lists")),
            ("Write lists", caught(_write_lists(resources), following="Explain the failed lists", variable="problem")),
            ("Look for the transform job", _look_for_lists_job()),
            ("Transform job known?", choice(("$listsJob = null", "Report"), otherwise="Describe the transform job")),
            ("Describe the transform job", _describe_lists_job()),
            ("Report", _report()),
            (
                "Model gone",
                fail("Bakeoff.ModelGone", expression("'The model ' & $spec.resourceName & ' is no longer there.'")),
            ),
            ("Explain the failed training", _explain("$spec.jobName", "TrainingJob")),
            ("Training failed", fail("Bakeoff.TrainingFailed", expression("$states.input.reason"))),
            ("Explain the failed lists", _explain("$spec.jobName", "TransformJob")),
            ("Lists failed", fail("Bakeoff.ListsFailed", expression("$states.input.reason"))),
        ),
        timeout_seconds=config.jobs.train.longest_seconds
        + config.jobs.write_lists.max_runtime_seconds
        + _AROUND_JOBS_SECONDS,
    )


def _look_for_training() -> State:
    found = "$states.result.TrainingJobSummaries"
    return task(
        "aws-sdk:sagemaker:listTrainingJobs",
        {
            "NameContains": expression("$spec.resourceName"),
            "StatusEquals": "Completed",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 1,
        },
        Assign={"trainingJob": expression(f"$count({found}) > 0 ? {found}[0].TrainingJobName : null")},
    )


def _look_for_archive(resources: Resources) -> State:
    """A training job cannot be deleted: it is still listed when its archive went with a destroyed environment."""
    return task(
        "aws-sdk:s3:listObjectsV2",
        {
            "Bucket": resources.bucket,
            "Prefix": expression("'models/' & $trainingJob & '/output/model.tar.gz'"),
            "MaxKeys": 1,
        },
        Output={"there": expression("$states.result.KeyCount > 0")},
    )


def _train(resources: Resources) -> State:
    config = resources.config
    return task(
        "sagemaker:createTrainingJob.sync",
        {
            "TrainingJobName": expression("$spec.jobName"),
            "RoleArn": resources.train.role_arn,
            "AlgorithmSpecification": {
                "TrainingImage": expression("$spec.imageUri"),
                "TrainingInputMode": "File",
                "ContainerEntrypoint": start_script("/opt/ml/input/data", "train.py"),
                "MetricDefinitions": [{"Name": name, "Regex": regex} for name, regex in METRICS.items()],
            },
            "HyperParameters": expression("$spec.hyperParameters"),
            "InputDataConfig": [
                _channel("code", resources.train.uri),
                _channel("prepared", expression("$spec.preparedUri")),
            ],
            "OutputDataConfig": {"S3OutputPath": f"s3://{resources.bucket}/models/"},
            "ResourceConfig": cluster(config.jobs.train),
            # Under the model's name, so that a job that takes over from an interrupted one finds what that one left.
            "CheckpointConfig": {
                "S3Uri": expression(f"'s3://{resources.bucket}/{CHECKPOINTS}/' & $spec.resourceName & '/'"),
                "LocalPath": "/opt/ml/checkpoints",
            },
            **capacity(config.jobs.train),
            "EnableNetworkIsolation": True,
            "Tags": resources.tags("$spec.runId"),
        },
    )


def capacity(job: TrainJob) -> dict[str, Any]:
    """On demand, or spot capacity, which AWS may take back: the job is then started again and goes on."""
    stopping = {"MaxRuntimeInSeconds": job.max_runtime_seconds}
    if job.spot_wait_seconds is None:
        return {"StoppingCondition": stopping}
    return {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {**stopping, "MaxWaitTimeInSeconds": job.longest_seconds},
    }


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _describe_training() -> State:
    return task(
        "aws-sdk:sagemaker:describeTrainingJob",
        {"TrainingJobName": expression("$trainingJob")},
        Assign={"training": expression("$states.result")},
    )


def _look_for_model() -> State:
    return task(
        "aws-sdk:sagemaker:listModels",
        {"NameContains": expression("$spec.resourceName"), "MaxResults": 1},
        Output={"there": expression("$count($states.result.Models) > 0")},
    )


def serving_environment() -> dict[str, str]:
    """How the scikit-learn image starts `inference.py` without a network: it installs the code folder at start,
    and pip spells "no build isolation" as PIP_NO_BUILD_ISOLATION=0."""
    return {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
    }


def _create_model(resources: Resources) -> State:
    config: Config = resources.config
    return task(
        "aws-sdk:sagemaker:createModel",
        {
            "ModelName": expression("$spec.resourceName"),
            "ExecutionRoleArn": resources.model_role_arn,
            "PrimaryContainer": {
                "Image": config.images["scikit-learn"],
                "ModelDataUrl": expression("$training.ModelArtifacts.S3ModelArtifacts"),
                "Environment": serving_environment(),
            },
            # Serverless endpoints refuse isolated models.
            "EnableNetworkIsolation": config.serving.mode == "instance",
            "Tags": resources.tags("$spec.runId"),
        },
    )


def _look_for_lists(resources: Resources) -> State:
    return task(
        "aws-sdk:s3:listObjectsV2",
        {"Bucket": resources.bucket, "Prefix": expression("$spec.listsKey"), "MaxKeys": 1},
        Output={"there": expression("$states.result.KeyCount > 0")},
    )


def _write_lists(resources: Resources) -> State:
    job = resources.config.jobs.write_lists
    return task(
        "sagemaker:createTransformJob.sync",
        {
            "TransformJobName": expression("$spec.jobName"),
            "ModelName": expression("$spec.resourceName"),
            "BatchStrategy": "MultiRecord",
            "MaxPayloadInMB": 6,
            "TransformInput": {
                "ContentType": "application/jsonlines",
                "SplitType": "Line",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": expression("$spec.preparedUri & 'requests/histories.jsonl'"),
                    }
                },
            },
            "TransformOutput": {
                "S3OutputPath": expression("$spec.listsUri"),
                "Accept": "application/jsonlines",
                "AssembleWith": "Line",
            },
            "TransformResources": {"InstanceCount": 1, "InstanceType": job.instance_type},
            "Tags": resources.tags("$spec.runId"),
        },
    )


def _look_for_lists_job() -> State:
    """The newest one of the model, which may be a former run's: what the lists took is part of what they cost."""
    found = "$states.result.TransformJobSummaries"
    return task(
        "aws-sdk:sagemaker:listTransformJobs",
        {
            "NameContains": expression("$spec.resourceName"),
            "StatusEquals": "Completed",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 1,
        },
        Assign={"listsJob": expression(f"$count({found}) > 0 ? {found}[0].TransformJobName : null")},
    )


def _describe_lists_job() -> State:
    """A transform job bills from its start to its end."""
    start, end = "$states.result.TransformStartTime", "$states.result.TransformEndTime"
    seconds = f"($toMillis({end}) - $toMillis({start})) / 1000"
    return task(
        "aws-sdk:sagemaker:describeTransformJob",
        {"TransformJobName": expression("$listsJob")},
        Assign={"listsSeconds": expression(f"$exists({start}) and $exists({end}) ? {seconds} : null")},
    )


def _report() -> State:
    metric = "($training.FinalMetricDataList[MetricName = '{}'].Value)[0]"
    value, low, high, n = (metric.format(name) for name in METRICS)
    return {
        "Type": "Pass",
        "Output": {
            "name": expression("$spec.name"),
            "status": "ok",
            "twin": False,
            "modelVersion": expression("$trainingJob"),
            "trainingSeconds": expression(or_null("$training.TrainingTimeInSeconds")),
            "billableSeconds": expression(or_null("$training.BillableTimeInSeconds")),
            "listsSeconds": expression("$listsSeconds"),
            "validation": expression(
                f"$exists({value}) ? {{'ndcg@10': {{'value': {value}, 'low': {low}, 'high': {high}, 'n': {n}}}}} : null"
            ),
        },
        "End": True,
    }


def _explain(job: str, kind: str) -> State:
    """The job's own FailureReason where there is a job, the error's words where it could not even start."""
    return {"Type": "Pass", "Output": {"reason": expression(f"'{kind} ' & {job} & ': ' & {reason_of('$problem')}")}}
