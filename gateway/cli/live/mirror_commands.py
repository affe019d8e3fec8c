"""Commands about the mirror of an account, which keeps two live services in step."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.migration.live.cutover import Certificate, CutOver
from gateway.migration.live.mirror import (
    CYCLING,
    LEASE,
    LiveService,
    MirrorLoop,
    MirrorPace,
)
from gateway.migration.live.mirror_forecast import Forecast, prepare_mirror
from gateway.migration.live.service_choice import ServiceWish, service_in_use
from gateway.migration.mirror_status import MirrorStatus, mirror_status
from gateway.remote.http_client import HttpClient
from gateway.settings import DEFAULT_DATABASE
from gateway.terminal import say
from storage import (
    Account,
    Invalid,
    Mirror,
    MirroredService,
    MirrorState,
    Problem,
    Service,
    Store,
)

from ..jobs import WRITES_AT_ONCE, dialect_named, sides_with
from ..options import AccountName, AsJson, Database, open_account, open_store
from ..output import print_answer, print_json
from .command_parameters import REQUIRED, Parameters, Values, as_command, url_parameters
from .sync_commands import credential_headers

mirror_app = typer.Typer(
    help="Keep two live services in step, until it is stopped.", no_args_is_help=True
)

MINUTE = 60

Every = Annotated[int, typer.Option("--every", min=1, help="Seconds from cycle to cycle.")]
Sweep = Annotated[int, typer.Option("--sweep", min=1, help="Minutes between whole readings.")]


def start_parameters() -> Parameters:
    parameters: dict[str, tuple[Any, Any]] = {"account": (AccountName, REQUIRED)}
    for dialect in DIALECTS:
        for name, (hint, default) in url_parameters(dialect, f"{dialect.name}-").items():
            parameters[f"{dialect.name}_{name}"] = (hint, default)
    return {**parameters, "database": (Database, DEFAULT_DATABASE), "as_json": (AsJson, False)}


def wished(dialect: Dialect, values: Values) -> ServiceWish:
    url, name = (values[f"{dialect.name}_{what}"] for what in ("url", "service"))
    return ServiceWish(dialect=dialect, url=url, name=name)


def start(**values: Any) -> None:
    with open_store(values["database"]) as store, ExitStack() as stack:
        account = store.get_account(values["account"])
        wishes = [wished(dialect, values) for dialect in DIALECTS]
        chosen = [stack.enter_context(service_in_use(store, account, wish)) for wish in wishes]
        services = [MirroredService(dialect=one.dialect, source=one.source) for one in chosen]
        mirror = store.create_mirror(account.id, services)
        live = stack.enter_context(open_services(store, account, mirror))
        forecasts = prepare_mirror(store, live)
    if values["as_json"]:
        print_json({"state": mirror.state.value, "forecast": forecasts})
        return
    for forecast in forecasts:
        say(forecast_sentence(forecast))
    say(f"Nothing was told yet. Begin with: gateway mirror run --account {account.name}")


def forecast_sentence(forecast: Forecast) -> str:
    if forecast.obstacle:
        return f"{forecast.dialect}: {forecast.obstacle}"
    minutes = forecast.hours * 60
    hours = f", {minutes:,.0f} minutes" if minutes >= 1 else ""
    return (
        f"{forecast.dialect}: {forecast.read:,} clients read; {forecast.created:,} to be created"
        f" and {forecast.changed:,} to be changed there: {forecast.calls:,} calls{hours}"
    )


@mirror_app.command("run")
def run_mirror(
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    every: Every = 60,
    sweep: Sweep = 60,
) -> None:
    """Lead the mirror until it is stopped; tokens come from the environment."""
    pace = MirrorPace(
        cycle=timedelta(seconds=every),
        sweep=timedelta(minutes=sweep),
        at_once=WRITES_AT_ONCE,
    )
    with (
        open_account(database, account) as (store, owner),
        open_services(store, owner, store.get_mirror(owner.id)) as live,
    ):
        mirror = lead(MirrorLoop(store, owner, live, pace))
    say(f"The mirror has stopped: {mirror.reason or 'as it was told'}")
    if mirror.reason:
        raise typer.Exit(1)


def lead(loop: MirrorLoop) -> Mirror:
    """Lead the mirror until it is stopped; wait while another process cuts it over."""
    while (mirror := loop.run()).state is MirrorState.DRAINING:
        say("The mirror is being cut over.")
        while loop.store.get_mirror(loop.account.id).state is MirrorState.DRAINING:
            time.sleep(1)
        time.sleep(LEASE.total_seconds())
    return mirror


@mirror_app.command("status")
def show_status(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """Show state, backlog, conflicts and the last cycle."""
    with open_account(database, account) as (store, owner):
        mirror = store.get_mirror(owner.id)
        services = [store.get_service(owner.id, one.source) for one in mirror.services]
        status = mirror_status(store, owner, services, datetime.now(UTC))
    if as_json:
        print_json(status)
        return
    for line in status_lines(status):
        say(line)


def status_lines(status: MirrorStatus) -> Iterator[str]:
    led = f"led by {status.holder}" if status.is_led else "led by nobody"
    main = f", {status.main} is the main side" if status.main else ""
    yield f"{status.state}{main}, {led}" + (f": {status.reason}" if status.reason else "")
    yield f"  last cycle   {seconds_ago(status.lag_seconds)}, {status.report.calls} calls"
    yield f"  last sweep   {seconds_ago(status.swept_seconds)}"
    for name, number in status.backlog.items():
        yield f"  to be told   {number:,} to {status.services[name]}"
    yield f"  conflicts    {status.conflicts:,} open"
    for name, reason in status.report.failures.items():
        yield f"  {name} does not answer: {reason}"


def seconds_ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    return f"{seconds:.0f} s ago" if seconds < MINUTE else f"{seconds / MINUTE:,.0f} min ago"


@mirror_app.command("pause")
def pause(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """Neither read nor tell anything until it is resumed."""
    set_state(account, database, MirrorState.PAUSED, *CYCLING, as_json=as_json)


@mirror_app.command("resume")
def resume(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """Go on with a mirror that is paused, has stopped itself, or was left while it drained."""
    states = (MirrorState.PAUSED, MirrorState.STOPPED, MirrorState.DRAINING)
    set_state(account, database, MirrorState.RUNNING, *states, as_json=as_json)


@mirror_app.command("cutover")
def cut_over(
    account: AccountName,
    to: Annotated[str, typer.Option("--to", help="The side that becomes the main one.")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Make one side the main one, without losing an edit; print the certificate.

    Writes of the other side are refused for some seconds.
    """
    pace = MirrorPace(at_once=WRITES_AT_ONCE)
    with (
        open_account(database, account) as (store, owner),
        open_services(store, owner, store.get_mirror(owner.id)) as live,
    ):
        certificate = CutOver(MirrorLoop(store, owner, live, pace), to).run()
    if as_json:
        print_json(certificate)
        return
    for line in certificate_lines(certificate):
        say(line)


@mirror_app.command("rollback")
def roll_back(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """Make the side the main one again that was it before the cut-over."""
    with open_store(database) as store:
        mirror = store.get_mirror(store.get_account(account).id)
    if not mirror.main:
        raise Invalid(Problem(("mirror",), "was not cut over"))
    [other] = [one.dialect for one in mirror.services if one.dialect != mirror.main]
    cut_over(account, other, database, as_json)


def certificate_lines(certificate: Certificate) -> Iterator[str]:
    totals = certificate.totals
    yield f"{certificate.account} is cut over: {certificate.main} is the main side now."
    yield f"  {certificate.cut_over_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"  writes of the other side were refused for {certificate.frozen_seconds:.1f} s"
    yield f"  {totals.clients:,} clients, balance {totals.balance:,.2f}"
    for name, one in certificate.digests.items():
        yield f"  {name}: {one.clients:,} linked clients, digest {one.there}"


@mirror_app.command("stop")
def stop(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """End the mirror after its present step. Nothing is undone."""
    states = (MirrorState.PREPARING, MirrorState.PAUSED, *CYCLING)
    set_state(account, database, MirrorState.STOPPED, *states, as_json=as_json)


def set_state(
    name: str, database: str, state: MirrorState, *allowed: MirrorState, as_json: bool
) -> None:
    with open_account(database, name) as (store, account):
        before = store.get_mirror(account.id).state
        if before not in allowed:
            raise Invalid(Problem(("mirror",), f"is {before.value}"))
        store.set_mirror_state(account.id, state)
    print_answer({"state": state.value}, f"The mirror is {state.value}.", as_json=as_json)


@contextmanager
def open_services(store: Store, account: Account, mirror: Mirror) -> Iterator[list[LiveService]]:
    """Open the services of a mirror with the tokens of the environment.

    Raises Invalid if a token is missing.
    """
    with ExitStack() as stack:
        services = [store.get_service(account.id, one.source) for one in mirror.services]
        yield [
            LiveService(
                sides_with(store, account, service), stack.enter_context(open_service(service))
            )
            for service in services
        ]


def open_service(service: Service) -> HttpClient:
    dialect = dialect_named(service.dialect)
    remote = dialect.remote
    token = os.environ.get(remote.token.variable, "")
    if not token:
        raise Invalid(Problem((remote.token.variable,), f"holds no {remote.token.name}"))
    secrets: Mapping[str, str] = {
        secret.setting: os.environ.get(secret.variable, "") for secret in remote.secrets
    }
    headers = credential_headers(dialect, token, secrets)
    return HttpClient(service.url, headers, per_minute=remote.per_minute)


def add_to(app: typer.Typer) -> None:
    words = "Read both services, and say what a mirror would tell them: nothing is told yet."
    mirror_app.command("start")(as_command(start, words, start_parameters()))
    app.add_typer(mirror_app, name="mirror")
