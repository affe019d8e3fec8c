"""The original Invoice Ninja on a socket, beside our own Planado: started by `live_server`.

It takes the arguments of `gateway serve`, of which it needs only the port.
"""

import os
import sys
from datetime import UTC, datetime

import uvicorn

from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.generators import Generators
from storage.store import Store
from tests.support.original_ninja import OriginalNinja


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    port = int(sys.argv[sys.argv.index("--port") + 1])
    blobs = BlobStore.at(os.environ["GATEWAY_BLOBS"])
    store = Store.open(os.environ["GATEWAY_DATABASE_URL"], Generators(clock=now), blobs)
    app = OriginalNinja(create_app(store, Settings()), store, now)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main()
