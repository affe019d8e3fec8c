"""If-Match and If-None-Match: a caller never overwrites a version that it has not seen."""

import pytest

from tests.dialects.planado.answer_checks import message_in

ACME = {"organization": True, "organization_name": "ACME"}


@pytest.fixture
def uuid(planado):
    return planado.created(**ACME)


def patch(planado, key, name, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    body = ACME | {"organization_name": name}
    return planado.request("PATCH", f"/clients/{key}", json=body, headers=given)


def test_every_answer_about_one_client_is_tagged_with_its_version(planado, uuid):
    answers = [
        planado.get(f"/clients/{uuid}"),
        patch(planado, uuid, "Changed"),
        patch(planado, "crm-1", "Made"),
        planado.delete(f"/clients/{uuid}"),
    ]

    assert [answer.headers["etag"] for answer in answers] == ['"1"', '"2"', '"1"', '"3"']


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"7", "1"', "*", "1"])
def test_a_change_goes_on_when_the_client_is_as_the_caller_saw_it(planado, uuid, tag):
    answer = patch(planado, uuid, "Changed", If_Match=tag)

    assert answer.status_code == 200
    assert planado.shown(uuid)["name"] == "Changed"


@pytest.mark.parametrize("tag", ['"2"', '"01"', '""', '"1', "banana", '"99999999999999999999"'])
def test_a_change_against_another_version_is_refused_and_changes_nothing(planado, uuid, tag):
    before = planado.shown(uuid)

    answer = patch(planado, uuid, "Changed", If_Match=tag)

    assert message_in(answer, 412) == "The client has changed since"
    assert planado.shown(uuid) == before


def test_the_second_of_two_that_saw_the_same_version_is_refused(planado, uuid):
    tag = planado.get(f"/clients/{uuid}").headers["etag"]

    first, second = (patch(planado, uuid, name, If_Match=tag) for name in ("First", "Second"))

    assert (first.status_code, second.status_code) == (200, 412)
    assert planado.shown(uuid)["name"] == "First"


def test_a_deletion_is_conditional_too(planado, uuid):
    patch(planado, uuid, "Changed")

    refused = planado.request("DELETE", f"/clients/{uuid}", headers={"If-Match": '"1"'})
    done = planado.request("DELETE", f"/clients/{uuid}", headers={"If-Match": '"2"'})

    assert (refused.status_code, done.status_code) == (412, 200)


@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_what_must_exist_is_not_created(planado, tag):
    answer = patch(planado, "crm-1", "Made", If_Match=tag)

    assert answer.status_code == 412
    assert planado.listed() == []


def test_what_must_not_exist_is_created_once(planado):
    first = patch(planado, "crm-1", "First", If_None_Match="*")
    second = patch(planado, "crm-1", "Second", If_None_Match="*")

    assert (first.status_code, second.status_code) == (201, 412)
    assert planado.shown("crm-1")["name"] == "First"


def test_what_the_caller_has_already_is_not_written_over(planado, uuid):
    refused = patch(planado, uuid, "Changed", If_None_Match='"7", "1"')
    done = patch(planado, uuid, "Changed", If_None_Match='"7"')

    assert (refused.status_code, done.status_code) == (412, 200)


def test_a_bad_body_is_told_only_to_who_has_seen_the_client(planado, uuid):
    body = {"organization_name": ""}

    def sent(tag):
        return planado.request(
            "PATCH", f"/clients/{uuid}", json=body, headers={"If-Match": tag}
        ).status_code

    assert (sent('"1"'), sent('"2"')) == (422, 412)


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"3","1"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_caller_has_is_not_sent_again(planado, uuid, tag, method):
    path = f"/clients/{uuid}"

    answer = planado.request(method, path, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'
    assert "content-type" not in answer.headers


def test_a_change_through_either_dialect_is_sent_again(planado, ninja, uuid):
    [client] = ninja.listed()
    ninja.put(client["id"], {"private_notes": "seen by Ninja only"})

    answer = planado.get(f"/clients/{uuid}", headers={"If-None-Match": '"1"'})

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


def test_a_tag_tells_nothing_of_another_account(planado, stranger, uuid):
    answer = stranger.get(f"/clients/{uuid}", headers={"If-None-Match": '"1"'})

    assert message_in(answer, 404) == "Not found"


UNREADABLE = ["", ",", "banana", '"banana"', '"*"', '*, "1"', '"1" "2"', 'abc"1"def', '"1", "01"']


@pytest.mark.parametrize("text", UNREADABLE)
@pytest.mark.parametrize("name", ["If_Match", "If_None_Match"])
def test_what_cannot_be_understood_lets_no_write_through(planado, uuid, name, text):
    before = planado.shown(uuid)

    answer = patch(planado, uuid, "Changed", **{name: text})

    assert message_in(answer, 412) == "The client has changed since"
    assert planado.shown(uuid) == before


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_understood_does_not_count_on_a_read(planado, uuid, text):
    answer = planado.get(f"/clients/{uuid}", headers={"If-None-Match": text})

    assert answer.json()["client"]["name"] == "ACME"


@pytest.mark.parametrize("text", ["2, 1", '"2",,W/"1" ,', 'W/1, "9"'])
def test_a_list_of_versions_may_be_written_carelessly(planado, uuid, text):
    read = planado.get(f"/clients/{uuid}", headers={"If-None-Match": text})
    refused = patch(planado, uuid, "Changed", If_None_Match=text)
    written = patch(planado, uuid, "Changed", If_Match=text)

    assert [a.status_code for a in (read, refused, written)] == [304, 412, 200]


@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_nobody_has_seen_a_new_client(planado, tag):
    refused = planado.post("/clients", json=ACME, headers={"If-Match": tag})
    made = planado.post("/clients", json=ACME, headers={"If-None-Match": tag})

    assert (refused.status_code, made.status_code) == (412, 201)
    assert len(planado.listed()) == 1


def test_a_uuid_never_comes_to_mean_another_client(planado, uuid):
    old = planado.created(**ACME, external_id="acme")
    planado.delete("/clients/acme")
    planado.created(**ACME, external_id="acme")

    read = planado.get(f"/clients/{old}", headers={"If-None-Match": '"1"'})
    written = patch(planado, old, "Changed", If_Match='"1"')

    assert message_in(read, 404) == "Not found"
    assert written.status_code in {404, 412}
    assert {client["name"] for client in planado.listed()} == {"ACME"}
