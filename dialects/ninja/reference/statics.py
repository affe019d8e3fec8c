"""The contents of `/statics`, `/ping` and `/health_check`."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Raw

from storage import Account

from .tables import TABLES

BULK_COLUMNS = (
    "public_notes",
    "industry_id",
    "size_id",
    "country_id",
    "custom_value1",
    "custom_value2",
    "custom_value3",
    "custom_value4",
)
TEMPLATE_NAMES = (
    "invoice",
    "quote",
    "payment",
    "quote_reminder1",
    "reminder1",
    "reminder2",
    "reminder3",
    "reminder_endless",
    "statement",
)
"""E-mails that the original sends. This server sends none, so its templates are empty."""


@cache
def statics() -> Raw:
    """Return the JSON of every table that a client's form needs. There are no payment gateways."""
    tables = {
        "industries": TABLES["industries"],
        "countries": TABLES["countries"],
        "payment_types": TABLES["payment_types"],
        "languages": TABLES["languages"],
        "currencies": TABLES["currencies"],
        "sizes": TABLES["sizes"],
        "datetime_formats": TABLES["datetime_formats"],
        "gateways": [],
        "timezones": TABLES["timezones"],
        "date_formats": TABLES["date_formats"],
        "templates": {name: {"subject": "", "body": ""} for name in TEMPLATE_NAMES},
        "bulk_updates": {"client": BULK_COLUMNS},
    }
    return Raw(msgspec.json.encode(tables))


def ping(account: Account) -> dict[str, str]:
    """Return the answer to a ping; both names are the name of the account."""
    return {"company_name": account.name, "user_name": account.name}


HEALTH = {
    "system_health": True,
    "extensions": [],
    "php_version": {
        "minimum_php_version": "",
        "current_php_version": "",
        "current_php_cli_version": "",
        "is_okay": True,
        "memory_limit": "",
    },
    "env_writable": False,
    "simple_db_check": True,
    "cache_enabled": False,
    "phantom_enabled": False,
    "exec": False,
    "open_basedir": False,
    "mail_mailer": "",
    "flutter_renderer": "",
    "pdf_engine": "",
    "queue": "",
    "queue_data": {"failed": 0, "pending": 0, "last_error": ""},
    "jobs_pending": 0,
    # A complaint of the original about the URL of its server.
    "trailing_slash": False,
    "file_permissions": "Ok",
    "exchange_rate_api_not_configured": True,
    "api_version": "",
    "is_docker": False,
    "pending_migrations": False,
}
"""The flat object of the original. Its fields about PHP have empty or default values here."""


def health(app_version: str) -> dict[str, Any]:
    """Return the answer to a health check, with the version of the app."""
    return HEALTH | {"api_version": app_version}
