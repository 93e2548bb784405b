"""The machine that has SageMaker Autopilot search for one contestant and writes its lists; a child of the run."""

from typing import Any

from stacks.workflow.asl import (
    State,
    Step,
    assign,
    caught,
    choice,
    expression,
    fail,
    machine,
    reason_of,
    sequence,
    task,
)
from stacks.workflow.autopilot_search import look_for, model, search
from stacks.workflow.jobs import processing_job
from stacks.workflow.resources import Resources

# The search's own limit, the scoring's and the ranking's, and the time in which SageMaker finds instances for them.
_AROUND_JOBS_SECONDS = 3 * 3600


def autopilot_contestant(resources: Resources) -> dict[str, Any]:
    """Looks for a search, searches, makes the best candidate a model, scores the candidate file, ranks by the scores.

    Each step first looks whether its result exists, so that a re-run makes only what is missing; a search that a
    stopped run began goes on to its end and is taken over.
    """
    config = resources.config
    limits = (config.jobs.write_lists, config.jobs.rank_candidates)
    return machine(
        "Have SageMaker Autopilot search for one contestant and write its lists for the test users.",
        sequence(*search(resources), *model(resources), *_lists(resources), *_failures()),
        timeout_seconds=config.autopilot.max_runtime_seconds
        + sum(job.max_runtime_seconds for job in limits)
        + _AROUND_JOBS_SECONDS,
    )


def _lists(resources: Resources) -> list[Step]:
    return [
        ("Look for scores", _look_for_scores()),
        (
            "Scored already?",
            choice(("$scoresJob != null", "Describe the scoring"), otherwise="Score the candidates"),
        ),
        (
            "Score the candidates",
            caught(_score(resources), following="Explain the failed scoring", variable="problem"),
        ),
        ("Note the scoring", assign(scoresJob="$spec.jobName")),
        ("Describe the scoring", _describe_scoring()),
        ("Look for lists", look_for(resources, "$spec.listsKey")),
        ("Lists there?", choice(("$states.input.there", "Report"), otherwise="Rank the candidates")),
        ("Rank the candidates", caught(_rank(resources), following="Explain the failed ranking", variable="problem")),
        ("Report", _report()),
    ]


def _look_for_scores() -> State:
    found = "$states.result.TransformJobSummaries"
    return task(
        "aws-sdk:sagemaker:listTransformJobs",
        {
            "NameContains": expression("$spec.scoresName"),
            "StatusEquals": "Completed",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 1,
        },
        Assign={"scoresJob": expression(f"$count({found}) > 0 ? {found}[0].TransformJobName : null")},
    )


def _score(resources: Resources) -> State:
    """A line of CSV in, a line out, in the same order: a batch keeps it, and each file becomes one file."""
    job = resources.config.jobs.write_lists
    return task(
        "sagemaker:createTransformJob.sync",
        {
            "TransformJobName": expression("$spec.jobName"),
            "ModelName": expression("$spec.resourceName"),
            "BatchStrategy": "MultiRecord",
            "MaxPayloadInMB": 6,
            "TransformInput": {
                "ContentType": "text/csv",
                "SplitType": "Line",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": expression("$spec.rowsUri")},
                },
            },
            "TransformOutput": {
                "S3OutputPath": expression("$spec.scoresUri"),
                "Accept": "text/csv",
                "AssembleWith": "Line",
            },
            "TransformResources": {"InstanceCount": 1, "InstanceType": job.instance_type},
            "Tags": resources.tags("$spec.runId"),
        },
    )


def _describe_scoring() -> State:
    """A transform job bills from its start to its end."""
    start, end = "$states.result.TransformStartTime", "$states.result.TransformEndTime"
    seconds = f"($toMillis({end}) - $toMillis({start})) / 1000"
    return task(
        "aws-sdk:sagemaker:describeTransformJob",
        {"TransformJobName": expression("$scoresJob")},
        Assign={"listsSeconds": expression(f"$exists({start}) and $exists({end}) ? {seconds} : null")},
    )


def _rank(resources: Resources) -> State:
    return processing_job(
        name=expression("$spec.rankJobName"),
        source=resources.rank_candidates,
        image=resources.config.images["scikit-learn"],
        script="rank_candidates.py",
        job=resources.config.jobs.rank_candidates,
        inputs={
            "prepared": {"S3Uri": expression("$spec.preparedUri"), "S3DataType": "S3Prefix"},
            "order": {"S3Uri": expression("$spec.orderUri"), "S3DataType": "S3Prefix"},
            "scores": {"S3Uri": expression("$spec.scoresUri"), "S3DataType": "S3Prefix"},
        },
        output_uri=expression("$spec.listsUri"),
        environment={},
        tags=resources.tags("$spec.runId"),
    )


def _report() -> State:
    return {
        "Type": "Pass",
        "Output": {
            "name": expression("$spec.name"),
            "status": "ok",
            "twin": expression("$search.twin"),
            "modelVersion": expression("$searchName"),
            "trainingSeconds": expression("$search.seconds"),
            # It bills for jobs of its own, which its description does not tell.
            "billableSeconds": None,
            "listsSeconds": expression("$listsSeconds"),
            # It chooses on the validation part by its own objective, not by the order of lists.
            "validation": None,
            "autopilot": {
                "problemType": expression("$search.problemType"),
                "problemTypeGiven": expression("$spec.family != null"),
                "objective": expression("$search.objective"),
                "candidate": expression("$search.candidate"),
                "best": expression("$candidates"),
            },
        },
        "End": True,
    }


def _failures() -> list[Step]:
    missing = (
        "'The candidate file ' & $spec.candidatesKey & ' is not there: the state Write candidates of the run failed.'"
    )
    none = "'The search ' & $searchName & ' ended without a candidate that can be served.'"
    return [
        ("Candidate file missing", fail("Bakeoff.CandidatesMissing", expression(missing))),
        ("No candidate", fail("Bakeoff.NoCandidate", expression(none))),
        ("Explain the failed scoring", _explain("$spec.jobName", "TransformJob")),
        ("Scoring failed", fail("Bakeoff.ScoringFailed", expression("$states.input.reason"))),
        ("Explain the failed ranking", _explain("$spec.rankJobName", "ProcessingJob")),
        ("Ranking failed", fail("Bakeoff.RankingFailed", expression("$states.input.reason"))),
    ]


def _explain(job: str, kind: str) -> State:
    return {"Type": "Pass", "Output": {"reason": expression(f"'{kind} ' & {job} & ': ' & {reason_of('$problem')}")}}
