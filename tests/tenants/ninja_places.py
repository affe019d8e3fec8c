"""Every place of a request to Ninja in which an id can stand."""

from dialects.ninja.reference.unserved_routes import EMPTY_LISTS

from .place import Place

PDF = b"%PDF-1.7\n"
SENT = {"files": {"documents[]": ("a.pdf", PDF)}}
FORM = {"files": {"_method": (None, "PUT"), "city": (None, "Bonn")}}
MERGED = "include=group_settings,documents,activities"


def standing_for(method: str) -> dict[str, dict[str, str]]:
    return {"headers": {"X-HTTP-METHOD-OVERRIDE": method}}


CLIENTS = [
    Place("GET", "/clients?client_id={client}&include=group_settings"),
    Place("GET", "/clients?with={client}"),
    Place("GET", "/clients?group={group}"),
    Place("GET", "/clients?group_settings_id={group},{my_group}&per_page=1"),
    Place("GET", "/clients?assigned_user_ids={client}", is_ignored=True),
    Place("GET", "/clients?number={number}"),
    Place("GET", "/clients?id_number={number}"),
    Place("GET", "/clients?email={email}"),
    Place("GET", "/clients?filter={number}"),
    Place("POST", "/clients", {"json": {"name": "A", "group_settings_id": "{group}"}}),
    Place("POST", "/clients", {"json": {"name": "A", "contacts": [{"id": "{contact}"}]}}),
    Place("POST", "/clients", {"json": {"name": "A", "assigned_user_id": "{client}"}}),
    Place("POST", "/clients", {"json": {"id": "{client}", "documents": [{"id": "{document}"}]}}),
    Place("POST", "/clients", {"json": {"number": "{number}", "id_number": "{number}"}}),
    Place("POST", "/clients", {"json": {"contacts": [{"email": "{email}"}]}}, is_ignored=True),
    Place("POST", "/clients", {"data": {"group_settings_id": "{group}"}}),
    Place("POST", "/clients", standing_for("GET") | {"json": {"client_id": "{client}"}}),
    Place("POST", "/clients/bulk", {"json": {"action": "delete", "ids": ["{client}"]}}),
    Place("POST", "/clients/bulk", {"json": {"action": "archive", "ids": ["{client}"]}}),
    Place(
        "POST", "/clients/bulk", {"json": {"action": "restore", "ids": ["{my_client}", "{client}"]}}
    ),
    Place("POST", "/clients/bulk", {"data": {"action": "restore", "ids[]": "{client}"}}),
    Place(
        "POST",
        "/clients/bulk",
        {
            "json": {
                "action": "assign_group",
                "ids": ["{my_client}"],
                "group_settings_id": "{group}",
            }
        },
    ),
    Place(
        "POST",
        "/clients/bulk",
        {
            "json": {
                "action": "bulk_update",
                "column": "public_notes",
                "new_value": "x",
                "ids": ["{client}"],
            }
        },
    ),
]
CLIENT = [
    Place("GET", "/clients/{client}"),
    Place("GET", f"/clients/{{client}}?{MERGED}"),
    Place("GET", "/clients/{client}", {"headers": {"If-None-Match": "*"}}),
    Place("GET", "/clients/{client}/edit"),
    Place("PUT", "/clients/{client}", {"json": {"name": "B"}}),
    Place("PUT", "/clients/{client}", {"json": {"contacts": [{"password": "Long-enough-1"}]}}),
    Place("PUT", "/clients/{client}", {"json": {"group_settings_id": "{group}", "name": {}}}),
    Place("PUT", "/clients/{client}", {"json": {"name": "B"}, "headers": {"If-Match": "*"}}),
    Place("PUT", "/clients/{my_client}", {"json": {"group_settings_id": "{group}"}}),
    Place("PUT", f"/clients/{{my_client}}?{MERGED}", {"json": {"contacts": [{"id": "{contact}"}]}}),
    Place("PUT", "/clients/{my_client}", {"json": {"id": "{client}", "city": "Bonn"}}),
    Place("PUT", "/clients/{my_client}", {"json": {"documents": [{"id": "{document}"}]}}),
    Place("PUT", "/clients/{my_client}", {"json": {"number": "{number}"}}),
    Place("PATCH", "/clients/{client}", {"json": {"name": "B"}}),
    Place("DELETE", "/clients/{client}"),
    Place("POST", "/clients/{client}", standing_for("GET")),
    Place("POST", "/clients/{client}", standing_for("DELETE")),
    Place("POST", "/clients/{client}", FORM),
    Place("POST", "/clients/{client}/purge"),
    Place("POST", "/clients/{client}/{my_client}/merge"),
    Place("POST", "/clients/{my_client}/{client}/merge"),
    Place("POST", "/clients/{client}/{client}/merge"),
]
DOCUMENTS = [
    Place("PUT", "/clients/{client}/upload", SENT),
    Place("POST", "/clients/{client}/upload", SENT),
    Place("POST", "/clients/{client}/documents"),
    Place("POST", "/clients/{my_client}/documents", {"data": {"client_id": "{client}"}}),
    Place("GET", "/documents?client_id={client}"),
    Place(
        "POST",
        "/documents/bulk",
        {"json": {"action": "delete", "ids": ["{document}"]}},
        is_ignored=True,
    ),
    Place("POST", "/documents/bulk", {"json": {"action": "archive", "ids": ["{document}"]}}),
    Place("GET", "/documents/{document}"),
    Place("GET", "/documents/{document}/edit"),
    Place("GET", "/documents/{document}/download"),
    Place("GET", "/documents/{document}/download?inline=true"),
    Place("PUT", "/documents/{document}", {"json": {"name": "b.pdf"}}),
    Place("PATCH", "/documents/{document}", {"json": {"is_public": True}}),
    Place("DELETE", "/documents/{document}"),
    Place("POST", "/documents/{document}", standing_for("GET")),
]
GROUPS = [
    Place("GET", "/group_settings?filter=A%20{number}", is_ignored=True),
    Place("POST", "/group_settings", {"json": {"id": "{group}", "name": "A"}}, is_ignored=True),
    Place("POST", "/group_settings/bulk", {"json": {"action": "delete", "ids": ["{group}"]}}),
    Place(
        "POST",
        "/group_settings/bulk",
        {"json": {"action": "archive", "ids": ["{my_group}", "{group}"]}},
    ),
    Place("GET", "/group_settings/{group}"),
    Place("PUT", "/group_settings/{group}", {"json": {"name": "B"}}),
    Place("PATCH", "/group_settings/{group}", {"json": {"name": "B"}}),
    Place("DELETE", "/group_settings/{group}"),
    Place("POST", "/group_settings/{group}", standing_for("DELETE")),
]
COMPANY = [
    *(
        Place("GET", f"/{name}?client_id={{client}}", is_ignored=True)
        for name in (*EMPTY_LISTS, "statics", "health_check")
    ),
    Place("GET", "/companies/{company}"),
]
OWN = [
    *(
        Place("GET", f"/{name}?company_id={{company}}&client_id={{client}}")
        for name in ("ping", "companies", "users", "tokens", "payment_terms", "task_statuses")
    ),
    Place("POST", "/companies/current", {"data": {"company_id": "{company}"}}),
    Place("POST", "/search", {"json": {"search": "{number}"}}),
    Place("GET", "/clients/create?client_id={client}"),
    Place("GET", "/group_settings/create?client_id={client}"),
]
"""Answers that take no id. They have random texts, or ids that could be the probed ones."""
PLACES = [*CLIENTS, *CLIENT, *DOCUMENTS, *GROUPS, *COMPANY]
