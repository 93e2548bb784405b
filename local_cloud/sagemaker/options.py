"""Which options of a request are played, which are only recorded because a laptop has nothing like them; the rest fail.

An option is a path of member names; lists are looked through. What is in neither table is refused, naming itself, so an
option that a newer botocore brings cannot pass unnoticed.
"""

from collections.abc import Iterator
from typing import Any

from local_cloud.errors import NotPlayedError

ANY: tuple[object, ...] = ()  # every value is played

_PREFIX_OR_MANIFEST = ("S3Prefix", "ManifestFile")

PLAYED: dict[str, dict[str, tuple[object, ...]]] = {
    "CreateTrainingJob": {
        "TrainingJobName": ANY,
        "HyperParameters": ANY,
        "Environment": ANY,
        "RoleArn": ANY,
        "Tags": ANY,
        "AlgorithmSpecification.TrainingImage": ANY,
        "AlgorithmSpecification.TrainingInputMode": ("File", "FastFile"),
        "AlgorithmSpecification.MetricDefinitions": ANY,
        "AlgorithmSpecification.ContainerEntrypoint": ANY,
        "AlgorithmSpecification.ContainerArguments": ANY,
        "InputDataConfig.ChannelName": ANY,
        "InputDataConfig.ContentType": ANY,
        "InputDataConfig.CompressionType": ("None",),
        "InputDataConfig.RecordWrapperType": ("None",),
        "InputDataConfig.InputMode": ("File", "FastFile"),
        "InputDataConfig.DataSource.S3DataSource.S3DataType": _PREFIX_OR_MANIFEST,
        "InputDataConfig.DataSource.S3DataSource.S3Uri": ANY,
        "InputDataConfig.DataSource.S3DataSource.S3DataDistributionType": ("FullyReplicated",),
        "OutputDataConfig.S3OutputPath": ANY,
        "OutputDataConfig.CompressionType": ("GZIP",),
        "ResourceConfig.InstanceCount": (1,),
        "ResourceConfig.InstanceType": ANY,
        "StoppingCondition.MaxRuntimeInSeconds": ANY,
        "CheckpointConfig.S3Uri": ANY,
        "CheckpointConfig.LocalPath": ANY,
    },
    "CreateProcessingJob": {
        "ProcessingJobName": ANY,
        "Environment": ANY,
        "RoleArn": ANY,
        "Tags": ANY,
        "AppSpecification": ANY,
        "ProcessingInputs.InputName": ANY,
        "ProcessingInputs.AppManaged": (False,),
        "ProcessingInputs.S3Input.S3Uri": ANY,
        "ProcessingInputs.S3Input.LocalPath": ANY,
        "ProcessingInputs.S3Input.S3DataType": _PREFIX_OR_MANIFEST,
        "ProcessingInputs.S3Input.S3InputMode": ("File",),
        "ProcessingInputs.S3Input.S3DataDistributionType": ("FullyReplicated",),
        "ProcessingInputs.S3Input.S3CompressionType": ("None",),
        "ProcessingOutputConfig.Outputs.OutputName": ANY,
        "ProcessingOutputConfig.Outputs.AppManaged": (False,),
        "ProcessingOutputConfig.Outputs.S3Output.S3Uri": ANY,
        "ProcessingOutputConfig.Outputs.S3Output.LocalPath": ANY,
        "ProcessingOutputConfig.Outputs.S3Output.S3UploadMode": ("EndOfJob",),
        "ProcessingResources.ClusterConfig.InstanceCount": (1,),
        "ProcessingResources.ClusterConfig.InstanceType": ANY,
        "StoppingCondition": ANY,
    },
    "CreateTransformJob": {
        "TransformJobName": ANY,
        "ModelName": ANY,
        "Environment": ANY,
        "Tags": ANY,
        "MaxPayloadInMB": tuple(range(1, 101)),
        "BatchStrategy": ANY,
        "ModelClientConfig.InvocationsTimeoutInSeconds": ANY,
        "TransformInput.DataSource.S3DataSource.S3DataType": _PREFIX_OR_MANIFEST,
        "TransformInput.DataSource.S3DataSource.S3Uri": ANY,
        "TransformInput.ContentType": ANY,
        "TransformInput.CompressionType": ("None",),
        "TransformInput.SplitType": ("None", "Line"),
        "TransformOutput.S3OutputPath": ANY,
        "TransformOutput.Accept": ANY,
        "TransformOutput.AssembleWith": ANY,
        "TransformResources.InstanceCount": (1,),
        "TransformResources.InstanceType": ANY,
        "DataProcessing.InputFilter": ("$",),
        "DataProcessing.OutputFilter": ("$",),
        "DataProcessing.JoinSource": ("None",),
    },
    "CreateModel": {
        "ModelName": ANY,
        "Tags": ANY,
        **{
            f"{container}.{member}": values
            for container in ("PrimaryContainer", "Containers")
            for member, values in (
                ("Image", ANY),
                ("ModelDataUrl", ANY),
                ("Environment", ANY),
                ("Mode", ("SingleModel",)),
                ("ContainerHostname", ANY),
            )
        },
    },
    "CreateEndpointConfig": {
        "EndpointConfigName": ANY,
        "Tags": ANY,
        "ProductionVariants.VariantName": ANY,
        "ProductionVariants.ModelName": ANY,
        "ProductionVariants.ServerlessConfig": ANY,
        "ProductionVariants.ContainerStartupHealthCheckTimeoutInSeconds": ANY,
        "DataCaptureConfig.EnableCapture": (False,),
    },
    "CreateEndpoint": {"EndpointName": ANY, "EndpointConfigName": ANY, "Tags": ANY},
    "UpdateEndpoint": {"EndpointName": ANY, "EndpointConfigName": ANY},
    "InvokeEndpoint": {
        "EndpointName": ANY,
        "Body": ANY,
        "ContentType": ANY,
        "Accept": ANY,
        "CustomAttributes": ANY,
        "TargetVariant": ANY,
    },
}

RECORDED: dict[str, tuple[str, ...]] = {
    "CreateTrainingJob": (
        "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
        "AlgorithmSpecification.TrainingImageConfig",
        "OutputDataConfig.KmsKeyId",
        "ResourceConfig.VolumeSizeInGB",
        "ResourceConfig.VolumeKmsKeyId",
        "ResourceConfig.KeepAlivePeriodInSeconds",
        "ResourceConfig.TrainingPlanArn",
        "StoppingCondition.MaxWaitTimeInSeconds",
        "StoppingCondition.MaxPendingTimeInSeconds",
        "VpcConfig",
        "EnableNetworkIsolation",
        "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining",
        "ProfilerConfig.DisableProfiler",
        "RetryStrategy",
        "InfraCheckConfig",
        "SessionChainingConfig",
    ),
    "CreateProcessingJob": (
        "ProcessingResources.ClusterConfig.VolumeSizeInGB",
        "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
        "ProcessingOutputConfig.KmsKeyId",
        "NetworkConfig",
    ),
    "CreateTransformJob": (
        "MaxConcurrentTransforms",
        "ModelClientConfig.InvocationsMaxRetries",
        "TransformOutput.KmsKeyId",
        "TransformResources.VolumeKmsKeyId",
    ),
    "CreateModel": (
        "ExecutionRoleArn",
        "VpcConfig",
        "EnableNetworkIsolation",
        "PrimaryContainer.ImageConfig",
        "Containers.ImageConfig",
    ),
    "CreateEndpointConfig": (
        "ProductionVariants.InitialInstanceCount",
        "ProductionVariants.InstanceType",
        "ProductionVariants.InitialVariantWeight",
        "ProductionVariants.VolumeSizeInGB",
        "ProductionVariants.ModelDataDownloadTimeoutInSeconds",
        "ProductionVariants.EnableSSMAccess",
        "ProductionVariants.RoutingConfig",
        "KmsKeyId",
        "ExecutionRoleArn",
        "VpcConfig",
        "EnableNetworkIsolation",
        "DataCaptureConfig.InitialSamplingPercentage",
        "DataCaptureConfig.DestinationS3Uri",
        "DataCaptureConfig.KmsKeyId",
        "DataCaptureConfig.CaptureOptions",
        "DataCaptureConfig.CaptureContentTypeHeader",
    ),
    "InvokeEndpoint": ("InferenceId",),
}


def refuse_unplayed(operation: str, parameters: dict[str, Any]) -> None:
    """Check every option of a validated request.

    Raises:
        NotPlayedError: naming the operation, the option and, where other values are played, the value.
    """
    played = PLAYED.get(operation)
    if played is None:
        return
    recorded = RECORDED.get(operation, ())
    for path, value in _options(parameters, "", stops=(*played, *recorded)):
        if path in recorded or played.get(path) == ANY:
            continue
        allowed = played.get(path)
        if allowed is None:
            raise NotPlayedError(f"The option {path} of {operation}")
        if value not in allowed:
            raise NotPlayedError(f"{path}={value!r} of {operation}")


def _options(value: Any, path: str, *, stops: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """(path, value) of the options asked for, each as deep as the tables go."""
    if path in stops:
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _options(item, f"{path}.{name}".lstrip("."), stops=stops)
    elif isinstance(value, list):
        for item in value:
            yield from _options(item, path, stops=stops)
    else:
        yield path, value
