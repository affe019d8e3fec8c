"""The store of clients: the only names of `storage` that other packages import.

Commands and queries go in, records come out, failures are raised.
"""

# isort: off
# The imports are grouped by subject.

# The store and what it is given
from storage.store import Store
from storage.accounts.passwords import hash_password, verify_password
from storage.accounts.rate_limiter import IN_MEMORY, RateLimit, RateLimiter
from storage.database.database_file import file_identity
from storage.database.engine_factory import refuse_unsafe_wal
from storage.database.local_files import (
    ExposedFile,
    free_bytes,
    list_exposed_files,
    local_paths,
)
from storage.database.replica import Replica
from storage.database.write_methods import WriteMethod
from storage.documents.blob_store import BlobStore
from storage.model.generators import Generators, random_text

# Records
from storage.model.accounts import Access, Account, DatabaseStatus, Service, Token, short_tag
from storage.model.records import (
    LIVE_STATES,
    Address,
    Client,
    ClientTotals,
    Contact,
    Document,
    Group,
    Origin,
    Page,
    Secret,
    State,
    Tombstone,
)

# Commands
from storage.model.commands import (
    ChangeClient,
    ChangeGroup,
    ContactDraft,
    CreateAccount,
    CreateClient,
    CreateGroup,
    CreateService,
    CreateToken,
    LiveKey,
    NumberRule,
    OrUnset,
    draft_of_contact,
)
from storage.model.documents import DocumentDraft, Upload, draft_of_document
from storage.model.preconditions import ANY_VERSION, Precondition, VersionMatch

# Queries
from storage.model.queries import (
    ClientColumn,
    ClientQuery,
    Comparison,
    ComparisonOperator,
    Contains,
    DocumentColumn,
    DocumentQuery,
    GroupColumn,
    GroupQuery,
    OneOf,
    SortKey,
    TextColumn,
    TombstoneQuery,
)

# Failures
from storage.model.errors import (
    Conflict,
    Failure,
    Invalid,
    Locked,
    NotFound,
    Path,
    Problem,
    Stale,
    Unavailable,
    Undecided,
)

# Names and limits
from storage.model.countries import COUNTRIES, Country
from storage.model.folding import fold
from storage.model.limits import MAX_INTEGER, MAX_LENGTHS, MIN_INTEGER, UNSTORABLE
from storage.model.moments import EPOCH, MICROSECOND
from storage.model.names import (
    collapse_spaces,
    display_name,
    is_individual,
    join_name,
    split_contact_name,
    split_name,
)
from storage.rules.provisional_ids import FIRST_PROVISIONAL_SERIAL, has_provisional_number
from storage.rules.validation import sanitize_text

# Imports
from storage.imports.incoming import IncomingBatch, IncomingClient, IncomingColumns, incoming_client
from storage.model.commands import ImportClient, ImportContact, ImportGroup
from storage.model.imports import (
    ClientLink,
    ConflictPolicy,
    ForeignAlias,
    GivenSerials,
    Identifiers,
    ImportOutcome,
    ImportStatus,
    MergeDecision,
    identifiers_of,
)
from storage.model.conflicts import ConflictState, FieldConflict, FoundConflicts, GroupConflict
from storage.rules.preview import preview_client

# Mirrors
from storage.model.runs import Mirror, MirroredService, MirrorReport, MirrorState

# Runs
from storage.model.runs import Run, RunLine, RunProgress, RunState, StartRun

# Prepared rows: an import prepares the rows of new clients before its transaction
from storage.imports.prepared.columns import (
    ClientColumns,
    PreparedColumns,
    to_microseconds,
    to_millionths,
)
from storage.imports.prepared.prepare_columns import prepare_columns
from storage.imports.prepared.rows import PreparedRows, prepare_rows

# Requests with an idempotency key
from storage.idempotency.claims import FindGroups, KeyClaim, StoredAnswer

# Cached reads: client versions, and the JSON that dialects have rendered of them
from storage.read_cache.rendering_cache import RenderingCache, variant_key
from storage.read_cache.snapshot_reader import ClientVersion, ClientVersions, SnapshotReader
# isort: on

__all__ = [
    "ANY_VERSION",
    "COUNTRIES",
    "EPOCH",
    "FIRST_PROVISIONAL_SERIAL",
    "IN_MEMORY",
    "LIVE_STATES",
    "MAX_INTEGER",
    "MAX_LENGTHS",
    "MICROSECOND",
    "MIN_INTEGER",
    "UNSTORABLE",
    "Access",
    "Account",
    "Address",
    "BlobStore",
    "ChangeClient",
    "ChangeGroup",
    "Client",
    "ClientColumn",
    "ClientColumns",
    "ClientLink",
    "ClientQuery",
    "ClientTotals",
    "ClientVersion",
    "ClientVersions",
    "Comparison",
    "ComparisonOperator",
    "Conflict",
    "ConflictPolicy",
    "ConflictState",
    "Contact",
    "ContactDraft",
    "Contains",
    "Country",
    "CreateAccount",
    "CreateClient",
    "CreateGroup",
    "CreateService",
    "CreateToken",
    "DatabaseStatus",
    "Document",
    "DocumentColumn",
    "DocumentDraft",
    "DocumentQuery",
    "ExposedFile",
    "Failure",
    "FieldConflict",
    "FindGroups",
    "ForeignAlias",
    "FoundConflicts",
    "Generators",
    "GivenSerials",
    "Group",
    "GroupColumn",
    "GroupConflict",
    "GroupQuery",
    "Identifiers",
    "ImportClient",
    "ImportContact",
    "ImportGroup",
    "ImportOutcome",
    "ImportStatus",
    "IncomingBatch",
    "IncomingClient",
    "IncomingColumns",
    "Invalid",
    "KeyClaim",
    "LiveKey",
    "Locked",
    "MergeDecision",
    "Mirror",
    "MirrorReport",
    "MirrorState",
    "MirroredService",
    "NotFound",
    "NumberRule",
    "OneOf",
    "OrUnset",
    "Origin",
    "Page",
    "Path",
    "Precondition",
    "PreparedColumns",
    "PreparedRows",
    "Problem",
    "RateLimit",
    "RateLimiter",
    "RenderingCache",
    "Replica",
    "Run",
    "RunLine",
    "RunProgress",
    "RunState",
    "Secret",
    "Service",
    "SnapshotReader",
    "SortKey",
    "Stale",
    "StartRun",
    "State",
    "Store",
    "StoredAnswer",
    "TextColumn",
    "Token",
    "Tombstone",
    "TombstoneQuery",
    "Unavailable",
    "Undecided",
    "Upload",
    "VersionMatch",
    "WriteMethod",
    "collapse_spaces",
    "display_name",
    "draft_of_contact",
    "draft_of_document",
    "file_identity",
    "fold",
    "free_bytes",
    "has_provisional_number",
    "hash_password",
    "identifiers_of",
    "incoming_client",
    "is_individual",
    "join_name",
    "list_exposed_files",
    "local_paths",
    "prepare_columns",
    "prepare_rows",
    "preview_client",
    "random_text",
    "refuse_unsafe_wal",
    "sanitize_text",
    "short_tag",
    "split_contact_name",
    "split_name",
    "to_microseconds",
    "to_millionths",
    "variant_key",
    "verify_password",
]
