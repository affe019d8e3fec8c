"""A bucket of a real S3 API on loopback, configured by the usual environment variables."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BUCKET = "papers"


@contextmanager
def bucket_on_loopback() -> Iterator[str]:
    """Serve a bucket while the block runs, and yield its URL."""
    # They take a second to load, and few tests need them.
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, text in variables.items():
            environment.setenv(name, text)
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield f"s3://{BUCKET}"
    server.stop()
