"""The command line: every verb opens the store, asks it one thing and prints the answer.

Exit codes: 0 done · 1 refused (unknown or taken name, unusable value) · 2 wrong usage ·
3 the database cannot be used · 4 `get` was answered with an error · 5 done, but some clients were
refused, in conflict, or different.
"""

import sys
from importlib import import_module

import stamina
import typer
from typer.exceptions import TyperException

from storage import Conflict, Failure, NotFound, Unavailable

REFUSED, MISUSED, UNUSABLE = 1, 2, 3

ROOMS = {
    "serve_command": ("serve",),
    "get_command": ("get",),
    "account_commands": ("account", "demo"),
    "token_commands": ("token",),
    "database_commands": ("db",),
    "sync_commands": ("pull", "push", "check"),
    "file_commands": ("import", "export", "convert"),
    "run_commands": ("runs",),
}
"""Modules, and the verbs that each adds."""


def application(verb: str = "") -> typer.Typer:
    """All verbs, or those of the room that one is in: to open every room takes longer than most
    verbs do."""
    app = typer.Typer(
        help="One store of clients that speaks the Invoice Ninja and the Planado API at once.",
        epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 database unusable, "
        "4 error answered, 5 done but not for every client.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # Alone it would be the command itself, and no verb any more.
    app.callback()(lambda: None)
    for room in [r for r, verbs in ROOMS.items() if verb in verbs] or ROOMS:
        import_module(f".{room}", __name__).add_to(app)
    return app


def run(app: typer.Typer) -> None:
    """Whatever goes wrong ends as one sentence on standard error."""
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
