"""Commands about API tokens."""

from typing import Annotated

import typer

from gateway.settings import DEFAULT_DATABASE
from storage import CreateToken

from .options import AccountName, AsJson, Database, DialectName, open_store
from .output import print_answer, print_rows

token_app = typer.Typer(help="API tokens, one dialect each.", no_args_is_help=True)


@token_app.command("create")
def create_token(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    dialect: DialectName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse every write.")] = False,
) -> None:
    """Create a token and print it: it cannot be shown again."""
    command = CreateToken(account=account, dialect=dialect, label=label, is_read_only=read_only)
    with open_store(database) as store:
        made, token = store.create_token(command)
    fields = {"id": made.id, "account": account, "dialect": dialect, "token": str(token)}
    print_answer(fields, str(token), as_json=as_json)


@token_app.command("list")
def list_tokens(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the tokens, never their text."""
    with open_store(database) as store:
        rows = [
            {field: getattr(token, field) for field in token.__struct_fields__}
            for token in store.list_tokens()
        ]
    print_rows("tokens", rows, as_json=as_json)


@token_app.command("revoke")
def revoke_token(
    token_id: Annotated[int, typer.Argument(metavar="ID")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Revoke a token: from now on it opens nothing."""
    with open_store(database) as store:
        revoked = store.revoke_token(token_id)
    fields = {"id": revoked.id, "revoked_at": revoked.revoked_at}
    print_answer(fields, f"Token {revoked.id} is revoked.", as_json=as_json)


def add_to(app: typer.Typer) -> None:
    app.add_typer(token_app, name="token")
