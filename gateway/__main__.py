"""The command `gateway`, and `python -m gateway`."""

import sys

from .collecting import ending, uncollected


def main() -> None:
    with uncollected():
        from . import cli

        app = cli.application(*sys.argv[1:2])
    try:
        cli.run(app)
    finally:
        ending()


if __name__ == "__main__":
    main()
