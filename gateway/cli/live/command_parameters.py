"""The options of commands about live services, made of what a dialect's `RemoteApi` says."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from dialects.base.dialect import Dialect
from dialects.base.migration.remote_api import Credential
from gateway.settings import DEFAULT_DATABASE

from ..options import AccountName, AsJson, Database

Values = dict[str, Any]
"""The options of a command as they were given, by the names of its parameters."""
Parameters = Mapping[str, tuple[Any, Any]]
"""By name: the annotated type and the default, which is `REQUIRED` where there is none."""
REQUIRED = inspect.Parameter.empty


def service_parameters(dialect: Dialect) -> Parameters:
    """What every command about a live service asks for; what is required comes first."""
    remote = dialect.remote
    parameters: dict[str, tuple[Any, Any]] = {"account": (AccountName, REQUIRED)}
    words = f"Its {remote.token.name}; better in {remote.token.variable}."
    parameters[parameter_name(remote.token)] = (credential_option(remote.token, words), REQUIRED)
    parameters |= url_parameters(dialect)
    for secret in remote.secrets:
        words = f"Its {secret.name}, if it wants one."
        parameters[parameter_name(secret)] = (credential_option(secret, words), "")
    return {
        **parameters,
        "database": (Database, DEFAULT_DATABASE),
        "as_json": (AsJson, False),
    }


def url_parameters(dialect: Dialect, prefix: str = "") -> Parameters:
    """What tells which service is meant: its URL or its name; neither, if only one is known.

    `prefix` stands before the names of the options.
    """
    remote = dialect.remote
    default = f" or {remote.default_url}" if remote.default_url else ""
    words = f"Where {remote.server} is, scheme and host; else where it was{default}."
    url = typer.Option(f"--{prefix}url", help=words)
    name = typer.Option(f"--{prefix}service", metavar="NAME", help="Which one, by its name.")
    return {"url": (Annotated[str, url], ""), "service": (Annotated[str, name], "")}


def credential_option(credential: Credential, words: str) -> Any:
    option = typer.Option(credential.option, envvar=credential.variable, help=words)
    return Annotated[str, option]


def parameter_name(credential: Credential) -> str:
    return credential.option.removeprefix("--").replace("-", "_")


def as_command(
    command: Callable[..., None], words: str, parameters: Parameters
) -> Callable[..., None]:
    """Give a function of keyword arguments the help text and the signature that Typer reads."""
    command.__doc__ = words
    command.__annotations__ = {name: hint for name, (hint, _) in parameters.items()}
    signature = inspect.Signature(
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint
            )
            for name, (hint, default) in parameters.items()
        ]
    )
    setattr(command, "__signature__", signature)  # noqa: B010  mypy knows no such attribute
    return command
