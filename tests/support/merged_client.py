"""A client of Planado with all that a merge must keep."""

LOSER = {
    "organization": True,
    "organization_name": "Loser",
    "external_id": "crm-7",
    "contacts": [
        {"type": "phone", "value": "+49 30 1"},
        {"type": "phone", "value": "+49 30 2", "name": "Bo Phone"},
        {"type": "email", "value": "cy@example.com", "name": "Cy Mail"},
    ],
    "site_address": {
        "formatted": "Hauptstr. 1, 10115 Berlin",
        "entrance_no": "2",
        "geolocation": {"longitude": 13.4, "latitude": 52.5},
    },
}
