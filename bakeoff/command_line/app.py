"""Every command of `python -m bakeoff`: options in, one call into the modules beside this one, words out."""

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from bakeoff.command_line import (
    asking,
    checking,
    comparing,
    datasets,
    demo,
    deployment,
    doctor,
    following,
    grouplens,
    local,
    opening,
    prices,
    report_page,
    results,
    rolling_back,
    runs,
    status,
    tuning,
)
from bakeoff.command_line.demo_data import demo_data
from bakeoff.command_line.deployed import read_deployed
from bakeoff.command_line.errors import Commands
from bakeoff.command_line.screen import say
from bakeoff.config import Engine as EngineName
from bakeoff.data.synthetic.shapes import BAD_SHARE, MOST_BAD_SHARE, SHAPES

app = typer.Typer(
    cls=Commands,
    help="Bakeoff: many recommenders on AWS, trained in one run, compared honestly, served behind one API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(
    help="Fetch or make up data sets, check them, and load them into an environment.", no_args_is_help=True
)
app.add_typer(data, name="data")
price_table = typer.Typer(help="Show the price table of config/prices.json, or ask AWS for it.", no_args_is_help=True)
app.add_typer(price_table, name="prices")

Env = Annotated[str, typer.Option("--env", help="The environment: a file of config/, such as local, dev or prod.")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=1024, max=65_535, help="The local cloud's port, instead of the configured one."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Detach = Annotated[bool, typer.Option("--detach", help="Return, and leave the local cloud running.")]
Contestants = Annotated[
    list[str] | None,
    typer.Option("--contestant", "-c", help="One to train, again for more; 'all' for the whole catalogue."),
]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="A folder of raw data, instead of MovieLens 100K.", exists=True, file_okay=False),
]
Engine = Annotated[
    EngineName | None,
    typer.Option("--engine", help="What prepares the data in this deployment, instead of what the file names."),
]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="A region, again for more; without it all of the table.")
]
Count = Annotated[int, typer.Option("--n", min=1, max=100, help="How many items each list holds.")]


@app.callback()
def options(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Options of every command; read where errors end."""


@app.command("demo")
def demo_command(
    data: DataFolder = None,
    contestant: Contestants = None,
    detach: Detach = False,
    port: Port = None,
    engine: Engine = None,
) -> None:
    """Deploy, train, compare and serve on this machine."""
    config = opening.environment(opening.LOCAL, port, engine)
    demo.run_demo(config, data=data, contestants=contestant or [], detach=detach)


@app.command()
def tune(
    contestant: Annotated[
        list[str] | None, typer.Argument(help="Whose settings; all that config/searches has, where none is named.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data", help="A folder of raw data beside MovieLens 100K, again for more.", exists=True, file_okay=False
        ),
    ] = None,
) -> None:
    """Search contestants' settings on validation data, and write what was tried beside the search."""
    config = opening.environment(opening.LOCAL)
    tuning.tune(config, contestant or [], data=[demo_data(demo.DATA_FOLDER), *(data or [])])


@app.command()
def up(detach: Detach = False, port: Port = None) -> None:
    """Start the local cloud."""
    config = opening.environment(opening.LOCAL, port)
    running = local.find(config)
    if running is not None:
        say(f"The local cloud runs already at {running.endpoint}, process {running.pid}.")
        return
    if not detach:
        local.end_with_parent()
    server = local.start(config, outlives_this_process=detach)
    say(f"The local cloud runs at {server.endpoint}; its log: {server.log}")
    if detach:
        return
    say("Ctrl-C stops it; its state is kept.")
    try:
        demo.serve(config)
    except KeyboardInterrupt:
        local.stop(config)


@app.command()
def stop(port: Port = None) -> None:
    """Stop the local cloud; its state is kept."""
    stopped = local.stop(opening.environment(opening.LOCAL, port))
    say("Stopped." if stopped else "No local cloud was running.")


@app.command("doctor")
def doctor_command(port: Port = None) -> None:
    """Check this machine and say how to mend what is missing."""
    config = opening.environment(opening.LOCAL, port)
    checks = doctor.examine(opening.this_machine(config), port=opening.port_of(config))
    for check in checks:
        say(
            f"{'ok  ' if check.ok else 'FAIL'}  {check.what}: {check.found}{'. ' if check.advice else ''}{check.advice}"
        )
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@app.command()
def synth(env: Env = opening.LOCAL, engine: Engine = None) -> None:
    """Write the environment's CloudFormation templates to cdk.out; reaches nothing."""
    opening.synth_cdk(opening.environment(env, engine=engine)).synth()


@app.command()
def deploy(env: Env = opening.LOCAL, port: Port = None, yes: Yes = False, engine: Engine = None) -> None:
    """Deploy the stacks; on AWS the changes are shown first, and it asks."""
    cloud = opening.reach(opening.environment(env, port, engine))
    deployment.deploy(cloud, opening.cdk_of(cloud), yes=yes, confirm=typer.confirm)


@app.command()
def destroy(
    env: Env = opening.LOCAL,
    port: Port = None,
    yes: Yes = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Afterwards list what is left; an error if anything.")
    ] = False,
) -> None:
    """Remove the stacks and everything that runs made; asks first."""
    cloud = opening.reach(opening.environment(env, port))
    deployment.destroy(cloud, opening.cdk_of(cloud), yes=yes, verify=verify, confirm=typer.confirm)


@data.command("load")
def data_load(data: DataFolder = None, env: Env = opening.LOCAL, port: Port = None) -> None:
    """Upload a folder of raw data; unchanged files are not sent again."""
    config = opening.environment(env, port)
    cloud = opening.reach(config)
    folder = data or demo_data(demo.DATA_FOLDER)
    datasets.load(cloud.client("s3"), read_deployed(cloud), folder, mapping=config.prepare.mapping)


@data.command("check")
def data_check(
    data: DataFolder = None,
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", help="How the files are read: a mapping's name, or a .toml file of your own."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the findings as one page too.", dir_okay=False)
    ] = None,
    env: Env = opening.LOCAL,
) -> None:
    """Look at a folder of raw data before anything is deployed: what is in it, what it means, what to do."""
    prepare = opening.environment(env).prepare
    checking.check(data or demo_data(demo.DATA_FOLDER), prepare, mapping=mapping, html=html)


@data.command("fetch")
def data_fetch(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(grouplens.DATA_SETS)}.")],
) -> None:
    """Download a MovieLens data set from GroupLens into data/, checked against the published checksum."""
    with datasets.byte_progress() as progress:
        task = progress.add_task(name, total=None)
        folder = grouplens.fetch(
            name,
            data_folder=demo.DATA_FOLDER,
            progress=lambda received: progress.update(task, completed=received),
        )
    say(f"The data set is in {folder}")
    say(f"Put the table that its films are joined with, {grouplens.JOINED_WITH}, into that folder as well, then:")
    say(f"python -m bakeoff data load --data {shlex.quote(str(folder))}")


@data.command("synthesize")
def data_synthesize(
    shape: Annotated[str, typer.Option("--shape", help=f"How large: {', '.join(SHAPES)}.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A folder that is empty or not there, instead of data/synthetic-SHAPE."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same files.")] = 0,
    bad_share: Annotated[
        float, typer.Option("--bad-share", min=0, max=MOST_BAD_SHARE, help="Share of rows that no run may use.")
    ] = BAD_SHARE,
) -> None:
    """Make up a data set with the files of MovieLens and the IMDb table, its bad rows counted in SYNTHETIC.json."""
    folder = out or demo.DATA_FOLDER / f"synthetic-{shape}"
    datasets.synthesize(shape, folder, seed=seed, bad_share=bad_share)
    say(f"The data set is in {folder}")
    say(f"python -m bakeoff data load --data {shlex.quote(str(folder))}")


@app.command("run")
def run_command(
    contestant: Contestants = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="The data set; needed where several are loaded.")
    ] = None,
    default: Annotated[
        str | None, typer.Option("--default", help="The contestant that leads, instead of the best on validation.")
    ] = None,
    promote: Annotated[
        bool, typer.Option("--promote", help="Let it serve if it is healthy, whatever the comparison says.")
    ] = False,
    other_splits: Annotated[
        bool, typer.Option(" /--no-other-splits", help="Compare on the main split alone, this once.")
    ] = True,
    env: Env = opening.LOCAL,
    port: Port = None,
) -> None:
    """Train, compare and promote: start the state machine and show how far each contestant is."""
    config = opening.environment(env, port)
    names = runs.chosen_contestants(config, contestant or [])
    cloud = opening.reach(config)
    deployed = read_deployed(cloud)
    s3, sfn = cloud.client("s3"), cloud.client("stepfunctions")
    dataset = dataset or datasets.only_data_set(s3, deployed)
    arn = runs.start_run(
        sfn,
        deployed,
        contestants=names,
        dataset=dataset,
        default=default,
        promote=promote,
        other_splits=other_splits,
    )
    run = runs.run_id(arn)
    say(f"Run {run} with {', '.join(names)}")
    observer = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=runs.trained(config, names))
    try:
        progress = following.follow(
            observer, every=following.LOCAL_SECONDS if cloud.is_local else following.AWS_SECONDS
        )
    except KeyboardInterrupt:
        where = f" --env {env}" + (f" --port {port}" if port else "")
        say(f"\nThe run goes on. Look at it: python -m bakeoff status{where}")
        say(f"Stop it: python -m bakeoff cancel {run}{where}")
        return
    runs.require_success(progress)
    status.show_report(results.read_report(s3, deployed, run=run))


@app.command()
def cancel(
    run: Annotated[str, typer.Argument(help="The run's id.")], env: Env = opening.LOCAL, port: Port = None
) -> None:
    """Stop a run that is under way; what serves goes on serving."""
    cloud = opening.reach(opening.environment(env, port))
    arn = runs.execution_arn(read_deployed(cloud), run)
    cloud.client("stepfunctions").stop_execution(executionArn=arn, cause="Stopped from the command line")
    say(f"Stopped run {run}.")


@app.command()
def rollback(
    to: Annotated[
        str | None, typer.Option("--to", help="The run that is to serve again, instead of the former one.")
    ] = None,
    env: Env = opening.LOCAL,
    port: Port = None,
    yes: Yes = False,
) -> None:
    """Let the former run serve again; asks first."""
    cloud = opening.reach(opening.environment(env, port))
    rolling_back.roll_back(cloud, read_deployed(cloud), to=to, yes=yes, confirm=typer.confirm)


@app.command()
def recommend(
    user: Annotated[str, typer.Argument(help="The user's id.")],
    n: Count = 10,
    env: Env = opening.LOCAL,
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="The API's answer as it is.")] = False,
) -> None:
    """Ask the API for a user and show every contestant's list side by side."""
    deployed = read_deployed(opening.reach(opening.environment(env, port)))
    answer = asking.ask(deployed, user, n=n)
    if as_json:
        say(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        asking.show_lists(answer)


@app.command()
def report(
    run: Annotated[str | None, typer.Argument(help="The run's id; the newest where none is given.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the run's page there too.", dir_okay=False)] = None,
    in_browser: Annotated[bool, typer.Option("--open", help="Open the run's page in a browser.")] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="RUN_A RUN_B", help="What changed from one run to another, noise or not."),
    ] = None,
    env: Env = opening.LOCAL,
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show a run's comparison, its whole page with --html or --open; or two runs side by side."""
    if run is not None and compare is not None:
        raise typer.BadParameter(f"--compare names both runs; leave out '{run}'.")
    if (html is not None or in_browser) and (compare is not None or as_json):
        raise typer.BadParameter("--html and --open are for the page of one run; leave out --compare and --json.")
    cloud = opening.reach(opening.environment(env, port))
    deployed = read_deployed(cloud)
    if compare is not None:
        before, after = compare
        found = comparing.compare(cloud.client("s3"), deployed, before=before, after=after)
        comparing.show_json(found) if as_json else comparing.show(found)
        return
    run = run or runs.require_latest(cloud.client("stepfunctions"), deployed)
    s3 = cloud.client("s3")
    published = results.read_report_json(s3, deployed, run=run)
    comparing.show_json(published) if as_json else status.show_report(results.parse_report(published))
    if html is not None or in_browser:
        page = report_page.fetch_page(s3, deployed, run=run, path=html)
        report_page.show_page(page, in_browser=in_browser)


@app.command("status")
def status_command(env: Env = opening.LOCAL, port: Port = None) -> None:
    """Say what is deployed, which run serves, and how far the newest is."""
    status.show(opening.reach(opening.environment(env, port)))


@app.command()
def images() -> None:
    """Write the container images' pinned addresses anew, as the installed sagemaker package knows them."""
    from bakeoff.images import refresh

    say(f"Written: {refresh()}")


@price_table.command("show")
def prices_show(region: Regions = None) -> None:
    """Show the prices that costs are computed with, each with its source and whether it was verified."""
    prices.show(region or [])


@price_table.command("refresh")
def prices_refresh(region: Regions = None) -> None:
    """Ask AWS's Price List for every price and write config/prices.json anew; needs AWS credentials, bills nothing."""
    prices.refresh_all(prices.client(), region or [])
