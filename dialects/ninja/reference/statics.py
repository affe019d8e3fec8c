"""The contents of `/statics`, `/ping` and `/health_check`."""

from typing import Any

from storage import COUNTRIES, Account, Country

from .tables import CURRENCIES, INDUSTRIES, LANGUAGE_NAMES, LOCALES, SIZES, Currency

Table = list[dict[str, Any]]

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


def statics() -> dict[str, Any]:
    """Return every table that a client's form needs; tables of invoices and payments are empty."""
    languages = zip(LANGUAGE_NAMES, LOCALES, strict=True)
    return {
        "industries": sorted_by_name(named_rows(INDUSTRIES)),
        "countries": sorted_by_name([country_row(c) for c in COUNTRIES.values()]),
        "payment_types": [],
        "languages": sorted_by_name(
            [
                {"id": str(n), "name": name, "locale": locale}
                for n, (name, locale) in enumerate(languages, start=1)
            ]
        ),
        "currencies": sorted_by_name([currency_row(c) for c in CURRENCIES.values()]),
        "sizes": named_rows(SIZES),
        "datetime_formats": [],
        "gateways": [],
        "timezones": [],
        "date_formats": [],
        "templates": {},
        "bulk_updates": {"client": list(BULK_COLUMNS)},
    }


def sorted_by_name(table: Table) -> Table:
    return sorted(table, key=lambda row: str(row["name"]))


def named_rows(names: dict[int, str]) -> Table:
    """Return a table of ids and names only."""
    return [{"id": str(n), "name": name} for n, name in names.items()]


def country_row(row: Country) -> dict[str, Any]:
    """Return a country as a row of its table; fields that are not known here are empty."""
    return {
        "id": str(row.id),
        "capital": "",
        "citizenship": "",
        "country_code": f"{row.id:03d}",
        "currency": "",
        "currency_code": "",
        "currency_sub_unit": "",
        "full_name": row.name,
        "iso_3166_2": row.iso_3166_2,
        "iso_3166_3": row.iso_3166_3,
        "name": row.name,
        "region_code": "",
        "sub_region_code": "",
        "eea": False,
        "swap_postal_code": False,
        "swap_currency_symbol": False,
        "thousand_separator": "",
        "decimal_separator": "",
    }


def currency_row(row: Currency) -> dict[str, Any]:
    """Return a currency as a row of its table; fields that are not known here have defaults."""
    return {
        "id": str(row.id),
        "name": row.name,
        "symbol": "",
        "precision": row.precision,
        "thousand_separator": ",",
        "decimal_separator": ".",
        "code": row.code,
        "swap_currency_symbol": False,
        "exchange_rate": 1,
    }


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
    "trailing_slash": True,
    "file_permissions": "Ok",
    "exchange_rate_api_not_configured": True,
    "is_docker": False,
    "pending_migrations": False,
}
"""The flat object of the original. Its fields about PHP have empty or default values here."""


def health(app_version: str) -> dict[str, Any]:
    """Return the answer to a health check, with the version of the app."""
    return HEALTH | {"api_version": app_version}
