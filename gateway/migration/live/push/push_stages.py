"""The stages of a push, from the survey to the documents."""

from collections.abc import Iterator
from contextlib import nullcontext

from msgspec import structs

from gateway.migration.runs import ReportProgress, find_last_done, finish_run
from gateway.remote.http_client import HttpClient
from storage import Run, RunLine

from ..group_pairs import GroupPairs
from .file_uploads import push_files
from .number_counter import settle_counter
from .push_lines import notice, number_of
from .push_plan import WRITE_RESULTS, Progress, Push, progress_of
from .push_run import PushRun


def push(
    plan: Push, service: HttpClient, report_progress: ReportProgress, interrupted: Run | None = None
) -> PushRun:
    """Push the clients of an account, or resume an interrupted push. Return it with its counts.

    Raises RemoteFailure, UnstableList, TooManyChanges, UnmatchedClients and Invalid. The clients
    before the failure stay pushed, and the run can be resumed.
    """
    options = plan.push_options
    pairs = pairs_of(plan, service)
    push_run = begin(plan, pairs, service, interrupted)
    pages = push_run.pages()
    # An error of the service is raised before the run starts.
    first_page = next(pages)
    run = None if options.is_dry_run else push_run.start(interrupted)
    with finish_run(plan.sides.store, run) if run else nullcontext():
        is_first = push_run.progress.surveyed is None
        push_run.survey_remote(first_page, pages, report_progress)
        if is_first and not options.is_without_match:
            push_run.refuse_unmatched()
        push_run.push_clients(report_progress)
        push_run.push_merged()
        push_run.adopt_ids()
        push_files(push_run, report_progress)
        push_run.save_progress((), tuple(end_notices(push_run, pairs)))
        settle_counter(push_run)
    return push_run


def pairs_of(plan: Push, service: HttpClient) -> GroupPairs:
    sides, may_create = plan.sides, not plan.push_options.is_dry_run
    return GroupPairs(sides.store, sides.account, sides.dialect, service, may_create=may_create)


def begin(plan: Push, pairs: GroupPairs, service: HttpClient, interrupted: Run | None) -> PushRun:
    """Return a push with its progress: that of an interrupted one, or of the last one before it."""
    sides = plan.sides._replace(dialect=pairs.dialect)
    push_run = PushRun(structs.replace(plan, sides=sides), service)
    if interrupted:
        push_run.progress = progress_of(interrupted)
        push_run.counts = dict(interrupted.counts)
        push_run.begun_writes = sum(push_run.counts.get(result, 0) for result in WRITE_RESULTS)
    else:
        last_run = find_last_done(plan.sides.store, plan.sides.account, plan.command)
        push_run.progress = Progress(surveyed=progress_of(last_run).surveyed)
    return push_run


def end_notices(push_run: PushRun, pairs: GroupPairs) -> Iterator[RunLine]:
    """Yield what is said of new clients, and of groups that were not there before."""
    number = push_run.counts.get("created", 0)
    if number and (words := push_run.sides.dialect.remote.fresh_words):
        verb = "get" if number > 1 else "gets"
        yield notice(f"{number_of(number, 'new client')} {verb} {words} of the service")
    for verb, names in (("made", pairs.made), ("to be made", pairs.unmade)):
        if names:
            listed = ", ".join(sorted(names))
            yield notice(f"{number_of(len(names), 'group')} {verb} there: {listed}")
