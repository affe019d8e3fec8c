"""The command line: each command opens the store, makes one call and prints the answer.

Exit codes: 0 done · 1 refused (unknown or taken name, unusable value) · 2 wrong usage ·
3 the database cannot be used · 4 `get` was answered with an error · 5 done, but some clients were
refused, in conflict, or different.
"""

import sys
from importlib import import_module

import stamina
import typer
from typer.exceptions import TyperException

from gateway.terminal import say_text
from storage import Conflict, Failure, NotFound, Unavailable

REFUSED, MISUSED, UNUSABLE = 1, 2, 3

COMMANDS_OF_MODULES = {
    "serve_command": ("serve",),
    "get_command": ("get",),
    "account_commands": ("account", "demo"),
    "token_commands": ("token",),
    "database_commands": ("db",),
    "live.sync_commands": ("pull", "push", "check"),
    "file_commands": ("import", "export", "convert"),
    "live.conflict_commands": ("conflicts",),
    "live.match_commands": ("match",),
    "live.mirror_commands": ("mirror",),
    "live.service_commands": ("services",),
    "run_commands": ("runs",),
}
"""The commands that each module of this room adds."""


def application(command: str = "") -> typer.Typer:
    """Return the Typer application with all commands, or with those of one command's module.

    Loading every module takes longer than most commands run.
    """
    app = typer.Typer(
        help="One store of clients that speaks the Invoice Ninja and the Planado API at once.",
        epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 database unusable, "
        "4 error answered, 5 done but not for every client.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # Without a callback Typer would drop the name of an only command.
    app.callback()(lambda: None)
    known = [module for module, names in COMMANDS_OF_MODULES.items() if command in names]
    for module in known or COMMANDS_OF_MODULES:
        import_module(f".{module}", __name__).add_to(app)
    return app


def run(app: typer.Typer) -> None:
    """Run a command and exit with its code. A failure is one sentence on standard error."""
    stamina.instrumentation.set_on_retry_hooks(())
    try:
        code = app(prog_name="gateway", standalone_mode=False)
    except TyperException as misuse:
        is_help = misuse.format_message().startswith("Usage:")
        say_text(f"{'' if is_help else 'gateway: '}{misuse.format_message()}", err=True)
        sys.exit(MISUSED)
    except Failure as failure:
        say_text(f"gateway: {failure_sentence(failure)}", err=True)
        sys.exit(UNUSABLE if isinstance(failure, Unavailable) else REFUSED)
    sys.exit(code)


def failure_sentence(failure: Failure) -> str:
    match failure:
        case NotFound():
            verb = f"{failure.kind}s" if failure.kind in {"run", "service"} else failure.kind
            return f"there is no such {failure.kind}; see `gateway {verb} list`"
        case Conflict():
            return f"another {failure.kind} has that {' and '.join(failure.fields)}"
        case Unavailable():
            return f"the database cannot be used: {failure}"
        case _:
            return str(failure)
