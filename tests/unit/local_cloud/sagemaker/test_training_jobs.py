"""Training jobs: what a job sees, how it ends, and what is refused."""

import json
import os
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from local_cloud.errors import NotPlayedError, ServiceError

LOOK = """
import json, os, pathlib
def files(folder):
    found = [path for path in pathlib.Path(folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text() for path in found}
seen = {"environment": dict(os.environ), "config": files(os.environ["SM_INPUT_CONFIG_DIR"])}
seen["channels"] = {n: files(v) for n, v in os.environ.items() if n.startswith("SM_CHANNEL_")}
pathlib.Path(os.environ["SM_MODEL_DIR"], "seen.json").write_text(json.dumps(seen))
"""
WAIT = "import time; print('waiting', flush=True); time.sleep(60)"


def channel(name: str, uri: str, kind: str = "S3Prefix") -> dict[str, Any]:
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}}


def seen(world: Any, name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(
        world.storage.members(f"s3://bucket/models/{name}/output/model.tar.gz")["seen.json"]
    )
    return result


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_job_that_ends_well_walks_the_whole_life_cycle(world: Any) -> None:
    script = "import os; open(os.environ['SM_MODEL_DIR'] + '/weights', 'w').write('w')"
    described = world.train("good", script)
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Completed"
    walked = [row["Status"] for row in described["SecondaryStatusTransitions"]]
    assert walked == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all(row["StartTime"] <= row["EndTime"] for row in described["SecondaryStatusTransitions"])
    assert described["CreationTime"] <= described["TrainingStartTime"] <= described["TrainingEndTime"]
    assert described["TrainingTimeInSeconds"] == described["BillableTimeInSeconds"] == 1
    location = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert location == "s3://bucket/models/good/output/model.tar.gz"
    assert world.storage.members(location) == {"weights": b"w"}
    assert not list((world.folder / "state" / "sagemaker" / "training-jobs").iterdir())


def test_what_a_job_writes_beside_its_model_is_stored_beside_it(world: Any) -> None:
    script = (
        "import os; open(os.environ['SM_MODEL_DIR'] + '/weights', 'w').write('w');"
        "open(os.environ['SM_OUTPUT_DATA_DIR'] + '/curve.json', 'w').write('[]')"
    )
    described = world.train("curved", script)
    model = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert world.storage.members(model) == {"weights": b"w"}
    assert world.storage.members(model.replace("model.tar.gz", "output.tar.gz")) == {"curve.json": b"[]"}


def test_job_sees_its_channels_hyperparameters_and_a_clean_environment(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_LAPTOP", "1")
    world.storage.put("s3://bucket/code/look.py", LOOK)
    world.storage.put("s3://bucket/in/a.csv", "A")
    world.storage.put("s3://bucket/in/deep/b.csv", "B")
    world.storage.put("s3://bucket/list.json", '[{"prefix": "s3://bucket/in/"}, "deep/b.csv"]')
    described = world.train(
        "looks",
        "import runpy; runpy.run_path('/opt/ml/input/data/code/look.py')",
        HyperParameters={"seed": "42", "path": "/opt/ml/model"},
        Environment={"MINE": "/opt/ml/input and /opt/mlx"},
        InputDataConfig=[
            channel("code", "s3://bucket/code/look.py"),
            channel("all", "https://s3.us-east-1.amazonaws.com/bucket/in"),
            channel("listed", "s3://bucket/list.json", "ManifestFile"),
        ],
    )
    assert described["TrainingJobStatus"] == "Completed", described
    found = seen(world, "looks")
    assert found["channels"]["SM_CHANNEL_ALL"] == {"a.csv": "A", "deep/b.csv": "B"}
    assert found["channels"]["SM_CHANNEL_LISTED"] == {"deep/b.csv": "B"}
    environment = found["environment"]
    folder = environment["SM_MODEL_DIR"].removesuffix("/model")
    assert json.loads(found["config"]["hyperparameters.json"]) == {"seed": "42", "path": f"{folder}/model"}
    assert json.loads(found["config"]["resourceconfig.json"])["hosts"] == ["algo-1"]
    assert json.loads(found["config"]["inputdataconfig.json"])["all"]["TrainingInputMode"] == "File"
    assert environment["MINE"] == f"{folder}/input and /opt/mlx"
    assert environment["TRAINING_JOB_NAME"] == "looks"
    assert environment["OMP_NUM_THREADS"] == "1"
    assert "A_SECRET_OF_THE_LAPTOP" not in environment
    assert not [name for name in environment if name.startswith("AWS_") and "REGION" not in name]
    assert environment["HOME"].startswith(str(world.folder))


def test_command_with_a_shell_runs_in_a_folder_whose_path_has_spaces(new_world: Callable[..., Any]) -> None:
    world = new_world("a folder with spaces")
    request = world.training("spaces", "")
    entry = [
        "bash",
        "-c",
        "mkdir -p /opt/ml/code && cd /opt/ml/code && python3 -c \"print('here')\" > /opt/ml/model/out",
    ]
    request["AlgorithmSpecification"]["ContainerEntrypoint"] = entry
    world.service.call("CreateTrainingJob", request)
    assert world.ended("TrainingJob", "spaces")["TrainingJobStatus"] == "Completed"
    assert world.storage.members("s3://bucket/models/spaces/output/model.tar.gz") == {"out": b"here\n"}


def test_job_that_fails_says_its_own_words_and_its_exit_code(world: Any) -> None:
    script = "import os, sys; open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('No ratings.'); sys.exit(3)"
    described = world.train("bad", script)
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Failed"
    assert described["FailureReason"] == "AlgorithmError: No ratings., exit code: 3"
    assert "ModelArtifacts" not in described
    assert (world.folder / "state/sagemaker/training-jobs/bad/opt/ml/output/failure").exists()


def test_failure_text_is_cut_so_that_the_exit_code_stays(world: Any) -> None:
    script = "import os, sys; open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('x' * 5000); sys.exit(1)"
    reason = world.train("long", script)["FailureReason"]
    assert len(reason) == 1024
    assert reason.endswith("xxx, exit code: 1")


def test_program_that_is_missing_fails_the_job(world: Any) -> None:
    request = world.training("nothing", "")
    request["AlgorithmSpecification"]["ContainerEntrypoint"] = ["no-such-program"]
    world.service.call("CreateTrainingJob", request)
    assert world.ended("TrainingJob", "nothing")["FailureReason"] == "AlgorithmError: , exit code: 127"


def test_metrics_are_the_last_values_that_the_expressions_find(world: Any) -> None:
    request = world.training("metrics", "print('epoch=1 loss=0.5'); print('epoch=2 loss=-2.5e-1 ndcg@10=0.3')")
    request["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "loss", "Regex": r"loss=([-0-9.e]+)"},
        {"Name": "ndcg", "Regex": r"ndcg@10=([0-9.]+)"},
        {"Name": "never", "Regex": r"never=(.*)"},
    ]
    world.service.call("CreateTrainingJob", request)
    final = world.ended("TrainingJob", "metrics")["FinalMetricDataList"]
    assert {row["MetricName"]: row["Value"] for row in final} == {"loss": -0.25, "ndcg": 0.3}


def test_lines_of_both_outputs_are_in_the_log(world: Any) -> None:
    world.train("talks", "import sys; print('out', flush=True); print('err', file=sys.stderr); print(flush=True)")
    ((group, stream),) = world.logs.streams
    assert group == "/aws/sagemaker/TrainingJobs"
    created = world.call("DescribeTrainingJob", TrainingJobName="talks")["CreationTime"]
    assert stream == f"talks/algo-1-{int(created)}"
    assert world.logs.lines(group) == ["out", "err", " "]


def test_lines_that_the_log_does_not_take_are_kept_in_a_file(world: Any) -> None:
    world.logs.broken = True
    assert world.train("talks", "print('hello')")["TrainingJobStatus"] == "Completed"
    (file,) = (world.folder / "state/sagemaker/undelivered_logs").rglob("*.log")
    assert file.read_text().split() == [file.read_text().split()[0], "hello"]


def test_stopped_job_keeps_the_model_that_it_saved_on_sigterm(world: Any) -> None:
    script = """
import os, signal, sys, time
def save(*_):
    open(os.environ["SM_MODEL_DIR"] + "/half", "w").write("half"); sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("ready", flush=True)
time.sleep(60)
"""
    world.service.call("CreateTrainingJob", world.training("stopped", script))
    world.until(lambda: "ready" in world.logs.lines("/aws/sagemaker/TrainingJobs"))
    for _ in range(2):
        world.call("StopTrainingJob", TrainingJobName="stopped")
    described = world.ended("TrainingJob", "stopped")
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Stopped"
    walked = [row["Status"] for row in described["SecondaryStatusTransitions"]]
    assert walked == ["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]
    assert world.storage.members("s3://bucket/models/stopped/output/model.tar.gz") == {"half": b"half"}
    with pytest.raises(ServiceError, match="the training job is in status Stopped") as refused:
        world.call("StopTrainingJob", TrainingJobName="stopped")
    assert refused.value.code == "ValidationException"


def test_stop_kills_the_whole_tree_of_a_job_that_ignores_sigterm(world: Any) -> None:
    script = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""
    world.service.call("CreateTrainingJob", world.training("stubborn", script))
    world.until(lambda: bool(world.logs.lines("/aws/sagemaker/TrainingJobs")))
    pids = [int(pid) for pid in world.logs.lines("/aws/sagemaker/TrainingJobs")[0].split()]
    assert {os.getpgid(pid) for pid in pids} == {os.getpgrp()}
    world.call("StopTrainingJob", TrainingJobName="stubborn")
    assert world.ended("TrainingJob", "stubborn")["TrainingJobStatus"] == "Stopped"
    assert not [pid for pid in pids if runs(pid)]


def test_process_that_a_job_leaves_behind_ends_with_it(world: Any) -> None:
    script = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
"""
    assert world.train("leaves", script)["TrainingJobStatus"] == "Completed"
    (pid,) = world.logs.lines("/aws/sagemaker/TrainingJobs")
    assert not runs(int(pid))


def test_job_that_runs_too_long_is_stopped_for_that(world: Any) -> None:
    described = world.train("slow", WAIT, StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert described["TrainingJobStatus"] == "Stopped"
    assert described["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert "FailureReason" not in described


def test_jobs_beyond_the_slots_wait_in_starting_and_can_be_stopped_there(new_world: Callable[..., Any]) -> None:
    world = new_world(most_jobs=1)
    world.service.call("CreateTrainingJob", world.training("first", WAIT))
    world.until(lambda: "waiting" in world.logs.lines("/aws/sagemaker/TrainingJobs"))
    world.service.call("CreateTrainingJob", world.training("second", "print(1)"))
    world.service.call("CreateTrainingJob", world.training("third", "print(1)"))
    world.call("StopTrainingJob", TrainingJobName="second")
    stopped = world.ended("TrainingJob", "second")
    assert stopped["SecondaryStatus"] == "Stopped"
    assert "TrainingStartTime" not in stopped
    assert world.call("DescribeTrainingJob", TrainingJobName="third")["SecondaryStatus"] == "Starting"
    world.call("StopTrainingJob", TrainingJobName="first")
    assert world.ended("TrainingJob", "third")["TrainingJobStatus"] == "Completed"


def test_name_cannot_be_used_again(world: Any) -> None:
    world.train("once", "")
    with pytest.raises(ServiceError, match="Training job names must be unique") as refused:
        world.train("once", "")
    assert refused.value.code == "ResourceInUse"
    assert "arn:aws:sagemaker:us-east-1:123456789012:training-job/once" in refused.value.message


def test_input_without_objects_is_refused_at_once(world: Any) -> None:
    request = world.training("empty", "", InputDataConfig=[channel("data", "s3://bucket/none/")])
    with pytest.raises(ServiceError, match='No S3 objects found under S3 URL "s3://bucket/none/"') as refused:
        world.service.call("CreateTrainingJob", request)
    assert refused.value.code == "ValidationException"
    assert world.call("ListTrainingJobs") == {"TrainingJobSummaries": []}


def test_manifest_that_names_a_missing_object_fails_the_job(world: Any) -> None:
    world.storage.put("s3://bucket/list.json", '[{"prefix": "s3://bucket/"}, "gone"]')
    described = world.train("gone", "", InputDataConfig=[channel("data", "s3://bucket/list.json", "ManifestFile")])
    assert described["FailureReason"] == "ClientError: Data download failed: s3://bucket/gone does not exist"


def test_upload_that_fails_fails_the_job(world: Any) -> None:
    script = "import os; open(os.environ['SM_MODEL_DIR'] + '/m', 'w').write('m'); print('ready', flush=True)"
    world.storage.broken = True
    assert world.train("down", script)["FailureReason"] == "ClientError: S3 is down"


def test_unknown_job_is_answered_in_the_words_of_aws(world: Any) -> None:
    with pytest.raises(ServiceError, match=r"^Requested resource not found\.$") as refused:
        world.call("DescribeTrainingJob", TrainingJobName="nobody")
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (
            ("AlgorithmSpecification", "TrainingImage"),
            "382416733822.dkr.ecr.us-east-1.amazonaws.com/xgboost:1",
            "xgboost",
        ),
        (("AlgorithmSpecification", "TrainingImage"), "python:3.12", "python:3.12"),
        (("AlgorithmSpecification", "TrainingInputMode"), "Pipe", "AlgorithmSpecification.TrainingInputMode='Pipe'"),
        (("ResourceConfig", "InstanceCount"), 2, "ResourceConfig.InstanceCount=2"),
        (("TensorBoardOutputConfig",), {"S3OutputPath": "s3://bucket/t"}, "TensorBoardOutputConfig.S3OutputPath"),
    ],
)
def test_option_that_changes_results_is_refused_by_name(
    world: Any, path: tuple[str, ...], value: Any, named: str
) -> None:
    request = world.training("refused", "")
    place = request
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(NotPlayedError) as refused:
        world.service.call("CreateTrainingJob", request)
    assert named in refused.value.message
    assert world.call("ListTrainingJobs") == {"TrainingJobSummaries": []}


def test_script_mode_of_the_image_is_refused_by_name(world: Any) -> None:
    request = world.training("mode", "")
    del request["AlgorithmSpecification"]["ContainerEntrypoint"]
    with pytest.raises(NotPlayedError, match="without ContainerEntrypoint"):
        world.service.call("CreateTrainingJob", request)


def test_option_without_meaning_on_a_laptop_is_recorded(world: Any) -> None:
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    described = world.train("recorded", "", VpcConfig=vpc, EnableNetworkIsolation=True)
    assert described["TrainingJobStatus"] == "Completed"
    assert described["VpcConfig"] == vpc
    assert described["ResourceConfig"]["VolumeSizeInGB"] == 10


@pytest.mark.parametrize("change", [{"TrainingJobName": "under_score"}, {"RoleArn": "nobody"}, {"NoSuchOption": 1}])
def test_malformed_request_is_a_validation_exception(world: Any, change: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match=next(iter(change))) as refused:
        world.service.call("CreateTrainingJob", {**world.training("bad", ""), **change})
    assert refused.value.code == "ValidationException"


def test_metric_expression_that_cannot_be_read_is_refused(world: Any) -> None:
    request = world.training("metrics", "")
    request["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "loss", "Regex": "("}]
    with pytest.raises(ServiceError, match="metric regex"):
        world.service.call("CreateTrainingJob", request)


def test_unplayed_operation_fails_naming_itself(world: Any) -> None:
    with pytest.raises(NotPlayedError, match="sagemaker:ListHyperParameterTuningJobs"):
        world.call("ListHyperParameterTuningJobs")
