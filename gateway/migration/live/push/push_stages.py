"""The stages of a push, from the survey to the documents."""

from collections.abc import Iterator
from contextlib import nullcontext

from msgspec import structs

from gateway.migration.runs import ReportProgress, find_last_done, finish_run
from gateway.remote.http_client import HttpClient
from storage import Run, RunLine

from ..group_pairs import GroupPairs
from .file_uploads import push_files
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
    store, account, options = plan.sides.store, plan.sides.account, plan.push_options
    may_create = not options.is_dry_run
    pairs = GroupPairs(store, account, plan.sides.dialect, service, may_create=may_create)
    plan = structs.replace(plan, sides=plan.sides._replace(dialect=pairs.dialect))
    push_run = PushRun(plan, service)
    if interrupted:
        push_run.progress = progress_of(interrupted)
        push_run.counts = dict(interrupted.counts)
        push_run.begun_writes = sum(push_run.counts.get(result, 0) for result in WRITE_RESULTS)
    else:
        last_run = find_last_done(store, account, plan.command)
        push_run.progress = Progress(surveyed=progress_of(last_run).surveyed)
    pages = push_run.pages()
    # An error of the service is raised before the run starts.
    first_page = next(pages)
    run = None if options.is_dry_run else push_run.start(interrupted)
    with finish_run(store, run) if run else nullcontext():
        is_first = push_run.progress.surveyed is None
        push_run.survey_remote(first_page, pages, report_progress)
        if is_first and not options.is_without_match:
            push_run.refuse_unmatched()
        push_run.push_clients(report_progress)
        push_run.push_merged()
        push_run.adopt_ids()
        push_files(push_run, report_progress)
        push_run.save_progress((), tuple(end_notices(pairs)))
    return push_run


def end_notices(pairs: GroupPairs) -> Iterator[RunLine]:
    """Yield what is said of groups that were not there before."""
    for verb, names in (("made", pairs.made), ("to be made", pairs.unmade)):
        if names:
            listed = ", ".join(sorted(names))
            yield notice(f"{number_of(len(names), 'group')} {verb} there: {listed}")
