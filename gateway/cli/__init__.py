"""The command line: every verb opens the store, asks it one thing and prints the answer.

Exit codes: 0 done · 1 refused (unknown or taken name, unusable value) · 2 wrong usage ·
3 the database cannot be used · 4 `get` was answered with an error · 5 done, but some clients were
refused, in conflict, or different.
"""

import sys

import stamina
import typer
from typer.exceptions import TyperException

from storage import Conflict, Failure, NotFound, Unavailable

from . import accounts, carrying, database, filing, runs, serving, tokens

REFUSED, MISUSED, UNUSABLE = 1, 2, 3

app = typer.Typer(
    help="One store of clients that speaks the Invoice Ninja and the Planado API at once.",
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 database unusable, 4 error answered, "
    "5 done but not for every client.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serving.serve)
app.add_typer(accounts.app, name="account")
app.add_typer(tokens.app, name="token")
app.add_typer(database.app, name="db")
app.command()(accounts.demo)
app.command()(serving.get)
app.add_typer(carrying.pull_app, name="pull")
app.add_typer(carrying.push_app, name="push")
app.add_typer(carrying.check_app, name="check")
app.command("import")(filing.import_files)
app.command()(filing.export)
app.command()(filing.convert)
app.add_typer(runs.app, name="runs")


def main() -> None:
    """The console script: whatever goes wrong ends as one sentence on standard error."""
    stamina.instrumentation.set_on_retry_hooks(())
    try:
        code = app(prog_name="gateway", standalone_mode=False)
    except TyperException as misuse:
        is_help = misuse.format_message().startswith("Usage:")
        typer.echo(f"{'' if is_help else 'gateway: '}{misuse.format_message()}", err=True)
        sys.exit(MISUSED)
    except Failure as failure:
        typer.echo(f"gateway: {sentence(failure)}", err=True)
        sys.exit(UNUSABLE if isinstance(failure, Unavailable) else REFUSED)
    sys.exit(code)


def sentence(failure: Failure) -> str:
    match failure:
        case NotFound():
            verb = "runs" if failure.kind == "run" else failure.kind
            return f"there is no such {failure.kind}; see `gateway {verb} list`"
        case Conflict():
            return f"another {failure.kind} has that {' and '.join(failure.fields)}"
        case Unavailable():
            return f"the database cannot be used: {failure}"
        case _:
            return str(failure)
