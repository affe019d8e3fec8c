"""The header of lists with which a caller who polls misses nothing, in both APIs."""

from datetime import UTC, datetime

from storage.model.commands import ImportClient

UNTIL = "X-Gateway-Changes-Until"
LONG_AGO = datetime(2015, 3, 1, tzinfo=UTC)


def planado_poll(planado, after="2000-01-01", rest=""):
    answer = planado.get(f"/clients?updated_at[after]={after}{rest}")
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["clients"]], answer.headers[UNTIL]


def ninja_poll(ninja, since=0, rest=""):
    answer = ninja.get(f"/clients?updated_at={since}{rest}")
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["data"]], answer.headers[UNTIL]


def test_the_next_poll_of_planado_finds_what_came_meanwhile(planado, ninja, store, account):
    planado.created(organization=True, organization_name="First")
    found, until = planado_poll(planado)
    nothing, same = planado_poll(planado, until)

    ninja.created(name="Second")
    old = ImportClient(organization_name="Old", created_at=LONG_AGO, updated_at=LONG_AGO)
    store.create_client(account.id, old)

    assert (found, nothing, same) == (["First"], [], until)
    assert planado_poll(planado, until)[0] == ["Second", "Old"]


def test_the_next_poll_of_ninja_begins_in_the_same_second(ninja, planado, clock, store, account):
    ninja.created(name="First")
    clock.tick(seconds=5)
    ninja.created(name="Second")
    _, until = ninja_poll(ninja)
    clock.tick(seconds=5)
    planado.created(organization=True, organization_name="Third")
    old = ImportClient(organization_name="Old", created_at=LONG_AGO, updated_at=LONG_AGO)
    store.create_client(account.id, old)

    assert until == str(int(clock.now.timestamp()) - 5)
    assert ninja_poll(ninja, until)[0] == ["Second", "Third", "Old"]


def test_deletions_have_a_bookmark_too(planado):
    uuid = planado.created(organization=True, organization_name="Acme")
    _, until = planado_poll(planado, rest="&deleted=true")
    planado.delete(f"/clients/{uuid}")

    answer = planado.get(f"/clients?deleted=true&updated_at[after]={until}")

    assert [stone["uuid"] for stone in answer.json()["clients"]] == [uuid]
    assert (
        planado.get(f"/clients?deleted=true&updated_at[after]={answer.headers[UNTIL]}").json()[
            "clients"
        ]
        == []
    )


def test_every_list_has_it_and_no_other_answer(planado, ninja):
    uuid = planado.created(organization=True, organization_name="Acme")
    lists = [planado.get("/clients"), planado.get("/clients?deleted=true"), ninja.get("/clients")]
    lists += [ninja.get("/clients?filter=x"), ninja.get("/clients?per_page=1&page=1")]

    assert all(UNTIL in answer.headers for answer in lists)
    assert UNTIL not in planado.get(f"/clients/{uuid}").headers
    assert UNTIL.lower() in ninja.get("/clients").headers["access-control-expose-headers"].lower()


def test_an_account_without_clients_has_the_beginning_of_time(planado, ninja):
    assert planado.get("/clients").headers[UNTIL] == "1970-01-01T00:00:00.000000Z"
    assert ninja.get("/clients").headers[UNTIL] == "0"
