"""If-Match and If-None-Match: how a Ninja client avoids overwriting other changes."""

import pytest

STALE = {"message": "The record has changed since"}


@pytest.fixture
def client_id(ninja):
    return ninja.created(name="Acme")["id"]


def request(ninja, method, path, tag, **options):
    return ninja.request(method, path, headers={"If-Match": tag}, **options)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
def test_a_change_needs_the_version_that_it_names(ninja, client_id, method):
    path, body = f"/clients/{client_id}", {"name": "Changed", "_method": "put"}

    refused = request(ninja, method, path, '"2"', json=body)
    done = request(ninja, method, path, '"1"', json=body)

    assert (refused.status_code, refused.json()) == (412, STALE)
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')


def test_a_deletion_needs_the_version_that_it_names(ninja, client_id):
    path = f"/clients/{client_id}"

    assert request(ninja, "DELETE", path, '"2"').json() == STALE
    assert ninja.shown(client_id)["is_deleted"] is False
    assert request(ninja, "DELETE", path, '"1"').json()["data"]["is_deleted"] is True


def test_purge_and_merge_need_the_version_that_they_name(ninja, store, account, client_id):
    store.set_password(account.name, "Secret123")
    confirmed = {"X-API-PASSWORD": "Secret123", "If-Match": '"7"'}
    other = ninja.created(name="Other")["id"]

    answers = [
        ninja.post(f"/clients/{client_id}/{way}", headers=confirmed)
        for way in ("purge", f"{other}/merge")
    ]

    assert [answer.status_code for answer in answers] == [412, 412]
    assert [client["name"] for client in ninja.listed()] == ["Acme", "Other"]


def test_a_file_for_a_client_that_has_changed_is_not_kept(ninja, client_id):
    path, files = f"/clients/{client_id}/upload", {"documents[]": ("a.txt", b"text", "text/plain")}

    refused = request(ninja, "PUT", path, '"2"', files=files)

    assert refused.json() == STALE
    assert ninja.shown(client_id)["documents"] == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["", "/edit"])
def test_what_the_caller_has_is_not_sent_again(ninja, client_id, method, path):
    url, known = f"/clients/{client_id}{path}", {"If-None-Match": '"1"'}

    before = ninja.request(method, url, headers=known)
    ninja.put(client_id, {"name": "Changed"})
    after = ninja.request(method, url, headers=known)

    assert (before.status_code, before.content, before.headers["etag"]) == (304, b"", '"1"')
    assert "x-app-version" in before.headers
    assert (after.status_code, after.headers["etag"]) == (200, '"2"')


def test_a_change_to_the_group_shown_along_is_not_missed(ninja, client_id):
    group = ninja.post("/group_settings", json={"name": "Gold"}).json()["data"]["id"]
    ninja.put(client_id, {"group_settings_id": group})
    url, known = f"/clients/{client_id}?include=group_settings", {"If-None-Match": '"2"'}

    ninja.request("PUT", f"/group_settings/{group}", json={"name": "Silver"})
    answer = ninja.get(url, headers=known)

    assert answer.json()["data"]["group_settings"]["name"] == "Silver"


def test_a_change_through_planado_makes_the_version_stale(ninja, planado, client_id):
    [client] = planado.listed()
    planado.patched(client["uuid"], {"organization_name": "Changed by Planado"})

    assert request(ninja, "PUT", f"/clients/{client_id}", '"1"', json={}).json() == STALE
    assert ninja.shown(client_id)["name"] == "Changed by Planado"
