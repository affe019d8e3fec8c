"""Every place of a request to Planado in which an id can stand."""

from .place import Place

LEE = {"organization": False, "last_name": "Lee"}

PLACES = [
    Place("GET", "/clients?after={uuid}"),
    Place("GET", "/clients?after={external_id}&limit=1"),
    Place("GET", "/clients?deleted=true&after={uuid}"),
    Place("POST", "/clients", {"json": LEE | {"external_id": "{external_id}"}}),
    Place("POST", "/clients", {"json": LEE | {"uuid": "{uuid}"}}, is_ignored=True),
    *(
        place
        for key in ("{uuid}", "{external_id}", "{merged_uuid}")
        for place in (
            Place("GET", f"/clients/{key}"),
            Place("GET", f"/clients/{key}", {"headers": {"If-None-Match": "*"}}),
            Place("PATCH", f"/clients/{key}", {"json": LEE}),
            Place("PATCH", f"/clients/{key}", {"json": {"last_name": 7}}),
            Place("PATCH", f"/clients/{key}", {"json": LEE, "headers": {"If-Match": "*"}}),
            Place("PATCH", f"/clients/{key}", {"json": LEE | {"external_id": "{external_id}"}}),
            Place("DELETE", f"/clients/{key}"),
        )
    ),
    *(
        place
        for key in ("{my_uuid}", "{my_external_id}")
        for place in (
            Place("PATCH", f"/clients/{key}", {"json": {"uuid": "{uuid}"}}),
            Place(
                "PATCH",
                f"/clients/{key}",
                {"json": {"external_id": "{external_id}"}},
                is_ignored=True,
            ),
        )
    ),
]
OWN: list[Place] = []
