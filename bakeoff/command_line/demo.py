"""The whole on one machine: local cloud, deployment, data, run, comparison, and an API that answers."""

import time
from pathlib import Path

from bakeoff.command_line import (
    asking,
    datasets,
    demo_data,
    doctor,
    following,
    local,
    opening,
    report_page,
    results,
    runs,
    status,
)
from bakeoff.command_line.cloud import Cloud, open_cloud
from bakeoff.command_line.deployed import Deployed, read_deployed
from bakeoff.command_line.screen import say
from bakeoff.command_line.serving_run import example_user
from bakeoff.config import Config
from bakeoff.errors import CloudError, RunError

CHECKOUT = local.CHECKOUT
DATA_FOLDER = CHECKOUT / "data"
STAGES = 5
SERVING_POLL_SECONDS = 1.0


def run_demo(config: Config, *, data: Path | None, contestants: list[str], detach: bool) -> None:
    """Deploy, train, compare and serve on this machine.

    Args:
        config: an environment with a local cloud.
        data: a folder of raw data; None for MovieLens 100K.
        contestants: to train; none for the configuration's demo list.
        detach: return once it serves; else serve until Ctrl-C, or until the parent process is gone.
    """
    names = runs.chosen_contestants(config, contestants)
    if data is not None:
        datasets.check(data, mapping=config.prepare.mapping)
    if not detach:
        local.end_with_parent()
    doctor.require(
        doctor.examine(opening.this_machine(config), port=opening.port_of(config), engine=config.prepare.engine)
    )
    cloud = open_cloud(config)
    owned = local.find(config) is None
    try:
        deployed = _prepare(cloud, owned=owned, detach=detach)
        run = _train(cloud, deployed, data=data, contestants=names)
        _show(cloud, deployed, run=run, detach=detach)
        if not detach:
            serve(config)
    except KeyboardInterrupt:
        _stop(config, owned=owned)
        say(f"\nStopped; everything so far is kept. `{_make('demo', config)}` goes on from there.")
    except BaseException:
        _stop(config, owned=owned)
        raise


def _prepare(cloud: Cloud, *, owned: bool, detach: bool) -> Deployed:
    config = cloud.config
    if owned:
        say(f"[1/{STAGES}] Starting the local cloud")
        local.start(config, outlives_this_process=detach)
    else:
        say(f"[1/{STAGES}] The local cloud runs already")
    say(f"[2/{STAGES}] Deploying the stacks with the AWS CDK to {cloud.endpoint}")
    cdk = opening.cdk_of(cloud)
    cdk.bootstrap()
    cdk.deploy()
    return read_deployed(cloud)


def _train(cloud: Cloud, deployed: Deployed, *, data: Path | None, contestants: list[str]) -> str:
    say(f"[3/{STAGES}] Loading the data")
    folder = data or demo_data.demo_data(DATA_FOLDER)
    dataset = datasets.load(cloud.client("s3"), deployed, folder, mapping=cloud.config.prepare.mapping)
    say(f"[4/{STAGES}] Running the state machine with {', '.join(contestants)}")
    sfn = cloud.client("stepfunctions")
    arn = runs.start_run(sfn, deployed, contestants=contestants, dataset=dataset)
    observer = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=runs.trained(cloud.config, contestants))
    runs.require_success(following.follow(observer, every=following.LOCAL_SECONDS))
    return runs.run_id(arn)


def _show(cloud: Cloud, deployed: Deployed, *, run: str, detach: bool) -> None:
    """The comparison, one user's lists, and last a line to paste."""
    say(f"[5/{STAGES}] Asking the API")
    status.show_report(results.read_report(cloud.client("s3"), deployed, run=run))
    _keep_page(cloud, deployed, run=run)
    user = example_user(cloud, deployed)
    answer = asking.ask(deployed, user, n=5)
    say("")
    asking.show_lists(answer)
    say("")
    say(f"The API serves at {deployed.api_url} (header x-api-key: {deployed.api_key}).")
    say(
        f"It goes on in the background; `{_make('stop', cloud.config)}` ends it. Every contestant's list for one user:"
        if detach
        else "It serves until Ctrl-C. Every contestant's list for one user, from another terminal:"
    )
    say(asking.curl_line(deployed, user, n=10))


def _keep_page(cloud: Cloud, deployed: Deployed, *, run: str) -> None:
    """The run's page beside the local cloud's state; a run may have none, which its execution explains."""
    path = local.state_folder(cloud.config) / "report.html"
    try:
        page = report_page.fetch_page(cloud.client("s3"), deployed, run=run, path=path)
    except RunError as error:
        say(str(error))
    else:
        say(f"The whole comparison, a page for the browser: {page.resolve()}")


def serve(config: Config, *, pause: following.Pause = time.sleep) -> None:
    """Stay until Ctrl-C; see that the local cloud lives.

    Raises:
        CloudError: it ended.
    """
    while local.find(config) is not None:
        pause(SERVING_POLL_SECONDS)
    log = local.state_folder(config) / "launcher.log"
    raise CloudError(f"The local cloud has ended. If it was not stopped on purpose, its log says why: {log}")


def _make(task: str, config: Config) -> str:
    """The call of make that means this local cloud."""
    port = opening.port_of(config)
    usual = opening.port_of(opening.environment(opening.LOCAL))
    return f"make {task}" if port == usual else f"make {task} PORT={port}"


def _stop(config: Config, *, owned: bool) -> None:
    """Stop the local cloud that this demo started; one that ran before goes on."""
    if owned:
        local.stop(config)
