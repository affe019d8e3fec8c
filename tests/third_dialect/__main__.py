"""The `gateway` command with a third dialect: one entry more in DIALECTS, and nothing else."""

from gateway import app
from tests.third_dialect import DIALECT

app.DIALECTS = (*app.DIALECTS, DIALECT)

if __name__ == "__main__":
    from gateway.__main__ import main

    main()
