"""The laws of a sync, and mistakes against them that a developer could make."""

from typing import NamedTuple

LIVE = "tests/gateway/migration/live"
LAWS = {
    "M1": "no edit is lost",
    "M2": "when edits stop, a third cycle writes nothing",
    "M3": "n edits are n writes on the other side",
    "M4": "no client is invented",
    "M5": "no deletion is invented",
    "M6": "no more calls in a minute than the service allows",
    "M7": "one write at a time, with the keys that changed and what they need",
    "M8": "versions move for real changes only",
    "M9": "stopped at any moment, nothing is lost and nothing done twice",
    "M10": "a person is told, and the exit code says so",
    "M11": "none stays none",
}


class Mutant(NamedTuple):
    """A mistake: in the file of `path` the text `old` becomes `new`, and `test` must fail."""

    law: str
    mistake: str
    path: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        "M1",
        "the base is ignored: whoever differs has changed",
        "gateway/migration/reconcile.py",
        "    if ours != was_here and theirs != was_there:\n        return Side.BOTH\n",
        "",
        f"{LIVE}/test_two_services.py::test_two_edits_of_one_field_are_a_conflict_with_both_values",
    ),
    Mutant(
        "M1",
        "the service wins a conflict that nobody has decided",
        "gateway/migration/reconcile.py",
        "return Reconciliation(take=take, tell=tell, held=conflicts)",
        "return Reconciliation(take=take | conflicts, tell=tell)",
        f"{LIVE}/test_histories.py",
    ),
    Mutant(
        "M1",
        "a pull takes the whole object, not only the groups that changed there",
        "gateway/migration/merge_decisions.py",
        "command=compared.take_command(result.take),",
        "command=compared.take_command(result.take and result.groups),",
        f"{LIVE}/test_two_services.py::test_edits_of_different_fields_arrive_on_both_sides",
    ),
    Mutant(
        "M1",
        "a deletion wins over an edit of the other side",
        "gateway/migration/reconcile.py",
        "    if not edits and changed[DELETION] is not Side.BOTH:\n",
        "    if changed[DELETION] is not Side.BOTH:\n",
        f"{LIVE}/test_histories.py",
    ),
    Mutant(
        "M1",
        "what somebody enters between a write and the look after it counts as the service's",
        "gateway/migration/live/push/push_client.py",
        "(settled | (remote.filled_groups - result.take)) - edited",
        "settled | (remote.filled_groups - result.take)",
        f"{LIVE}/test_two_services.py::test_what_is_entered_between_a_write_and_the_look_after_it_is_a_conflict",
    ),
    Mutant(
        "M1",
        "what somebody enters between a creation and the look after it counts as the service's",
        "gateway/migration/live/push/push_client.py",
        "compared.reconcile(None).groups - edited)",
        "compared.reconcile(None).groups)",
        f"{LIVE}/test_two_services.py::test_what_is_entered_between_a_creation_and_the_look_after_it_is_a_conflict",
    ),
    Mutant(
        "M2",
        "the link notes what the service was told, not what it shows",
        "gateway/migration/live/service_writer.py",
        "        if self.remote.is_read_again:\n            shown",
        "        if not predicted:\n            shown",
        f"{LIVE}/test_original.py::test_what_was_pushed_is_the_same_and_stays_it",
    ),
    Mutant(
        "M2",
        "the order of contacts that a list shows counts as an edit",
        "gateway/migration/reconcile.py",
        "return Side.HERE if side is Side.BOTH and rules.groups.is_quiet(group) else side",
        "return side",
        "tests/gateway/migration/test_reconcile.py::test_an_order_is_no_conflict",
    ),
    Mutant(
        "M3",
        "what was taken from a service is told to it as well",
        "gateway/migration/live/push/push_client.py",
        "        told = result.tell - untold\n",
        "        told = (result.tell | result.take) - untold\n",
        f"{LIVE}/test_push.py::test_a_change_here_leaves_what_only_the_service_has_changed",
    ),
    Mutant(
        "M3",
        "each change is followed by a request to archive or restore",
        "gateway/migration/live/service_writer.py",
        "        if ARCHIVE_GROUP in groups:\n",
        "        if groups:\n",
        f"{LIVE}/test_two_services.py::test_each_edit_is_written_once_on_the_other_side",
    ),
    Mutant(
        "M3",
        "the base stays as it was before a write, so our own write comes back as an edit",
        "gateway/migration/live/push/push_client.py",
        "        base = compared.base_after(record, pending)\n",
        "        base = compared.base\n",
        f"{LIVE}/test_two_services.py::test_what_was_told_is_what_the_next_edit_is_held_against",
    ),
    Mutant(
        "M4",
        "a creation in Ninja is repeated as any other request",
        "dialects/ninja/migration/remote/remote_writes.py",
        'method="POST", path=PATH, body=body, is_repeatable=False)',
        'method="POST", path=PATH, body=body)',
        f"{LIVE}/test_push.py::test_ninja_is_never_told_twice_of_a_client_that_may_be_there",
    ),
    Mutant(
        "M4",
        "a key of ours in Planado says nothing of who its client is",
        "gateway/migration/link_keys.py",
        "        return {**self.find_brought(claims), **hints, **self.find_linked(keys)}\n",
        "        return dict(hints)\n",
        f"{LIVE}/test_two_services.py::test_a_new_store_knows_also_those_that_were_renamed_meanwhile",
    ),
    Mutant(
        "M4",
        "a first push does not ask whether both sides know the same people",
        "gateway/migration/live/push/push_run.py",
        "        if self.unmatched and ours:\n",
        "        if self.unmatched and not ours:\n",
        f"{LIVE}/test_match.py::test_a_first_push_refuses_to_make_people_double_and_names_the_way",
    ),
    Mutant(
        "M5",
        "the ceiling of deletions holds only where somebody has named one",
        "gateway/migration/live/gone_clients.py",
        "    if missing > limit:\n",
        "    if max_deletes is not None and missing > limit:\n",
        f"{LIVE}/test_gone_clients.py::test_many_at_once_stop_the_run_until_they_are_allowed",
    ),
    Mutant(
        "M5",
        "who is not in the list is gone",
        "gateway/migration/live/gone_clients.py",
        "if writer.fetch(link.origin.foreign_id, link.origin) is None]",
        "if writer]",
        f"{LIVE}/test_gone_clients.py::test_a_list_that_leaves_somebody_out_deletes_nobody",
    ),
    Mutant(
        "M5",
        "a push deletes without being asked to",
        "gateway/migration/live/push/push_client.py",
        "        if not self.options.may_delete:\n            words",
        "        if self.options.is_dry_run:\n            words",
        f"{LIVE}/test_push.py::test_what_is_deleted_here_is_only_told",
    ),
    Mutant(
        "M6",
        "the calls that come at once are not counted in their minute",
        "gateway/remote/retry_policy.py",
        "MINUTE / (per_minute - burst + 1) if",
        "MINUTE / per_minute if",
        "tests/gateway/remote/test_retry_policy.py::test_no_minute_sees_more_turns_than_agreed",
    ),
    Mutant(
        "M6",
        "a repeated call takes no turn",
        "gateway/remote/http_client.py",
        "            self._pacer.wait_for_turn()\n",
        "            if not retry_policy._spent:\n                self._pacer.wait_for_turn()\n",
        "tests/gateway/remote/test_retry_policy.py::test_repeats_keep_the_pace_too",
    ),
    Mutant(
        "M7",
        "two runs of an account go on at once",
        "gateway/migration/runs.py",
        "        if run.state is RunState.RUNNING and is_alive(run.holder):\n",
        "        if run.state is RunState.RUNNING and not run.holder:\n",
        f"{LIVE}/test_pull.py::test_one_run_at_a_time",
    ),
    Mutant(
        "M7",
        "a change is sent with the documents of the client",
        "dialects/ninja/migration/remote/remote_writes.py",
        "    fields = {key: members[key] for key in keys if key in members} | {\n",
        '    keys.append("documents")\n'
        "    fields = {key: members[key] for key in keys if key in members} | {\n",
        "tests/dialects/ninja/migration/test_remote_writes.py::test_a_change_never_names_the_documents",
    ),
    Mutant(
        "M7",
        "a change is sent without the contacts, which older servers then delete",
        "dialects/ninja/migration/remote/remote_writes.py",
        '        "contacts": [sent_contact(contact, known_ids) for contact in contacts],\n',
        "",
        "tests/dialects/ninja/migration/test_remote_writes.py::test_a_change_has_all_contacts_and_the_whole_settings",
    ),
    Mutant(
        "M7",
        "a change is sent without the settings, which newer servers then wipe",
        "dialects/ninja/migration/remote/remote_writes.py",
        '        "settings": settings_of(members),\n',
        "",
        "tests/dialects/ninja/migration/test_remote_writes.py::test_a_change_has_all_contacts_and_the_whole_settings",
    ),
    Mutant(
        "M8",
        "an import moves the version of a client that it does not change",
        "storage/imports/merge.py",
        "    if not changed_fields(before, after):\n        return before\n",
        "",
        f"{LIVE}/test_pull.py::test_what_was_pushed_is_no_change_when_it_is_pulled",
    ),
    Mutant(
        "M9",
        "a push that has failed goes on behind the client that failed",
        "gateway/migration/live/push/push_run.py",
        "            if not is_late:",
        "            if not is_late or record:",
        f"{LIVE}/push/test_in_flight.py::test_one_that_fails_while_others_arrive_is_pushed_when_the_push_goes_on",
    ),
    Mutant(
        "M9",
        "the place of a pull is noted before its page is imported",
        "gateway/migration/live/pull.py",
        "        importer.import_objects(raw_objects_of(page), checkpoint)\n",
        "        importer.import_objects([], checkpoint)\n"
        "        importer.import_objects(raw_objects_of(page), checkpoint)\n",
        f"{LIVE}/test_pull.py::test_a_pull_that_dies_within_a_page_reads_that_page_again",
    ),
    Mutant(
        "M10",
        "a conflict has no row",
        "gateway/migration/merge_decisions.py",
        "            conflicts=compared.conflicts_of(result, winner),\n",
        "",
        f"{LIVE}/test_two_services.py::test_what_a_policy_overwrites_is_kept_with_the_value_that_lost",
    ),
    Mutant(
        "M10",
        "the value that lost to a policy is not kept",
        "gateway/migration/agreements.py",
        "for group in sorted(result.held | result.overwritten)",
        "for group in sorted(result.held)",
        f"{LIVE}/test_two_services.py::test_what_a_policy_overwrites_is_kept_with_the_value_that_lost",
    ),
    Mutant(
        "M10",
        "the exit code says nothing of conflicts",
        "gateway/cli/report.py",
        'UNDECIDED = ("conflict", "refused")',
        'UNDECIDED = ("refused",)',
        "tests/gateway/cli/live/test_sync_commands.py::test_a_conflict_is_a_line_and_no_success",
    ),
    Mutant(
        "M11",
        "a client from elsewhere without a country gets the account's",
        "storage/rules/client_changes.py",
        '    if values.get("country_id") is None and not isinstance(command, ImportClient):\n',
        '    if values.get("country_id") is None:\n',
        f"{LIVE}/test_two_services.py"
        "::test_what_has_no_country_and_no_currency_gets_none_on_its_way",
    ),
    Mutant(
        "M11",
        "a new client in Ninja is told settings that nobody has entered",
        "dialects/ninja/migration/remote/remote_writes.py",
        '    settings = Raw(record.settings.encode() or b"{}")\n',
        "    settings = shown.settings\n",
        "tests/dialects/ninja/migration/test_remote_writes.py::test_a_new_client_is_told_only_settings_that_somebody_has_entered",
    ),
)
