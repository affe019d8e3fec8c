"""Why a measurement cannot be made, or would mean nothing."""


class Unfit(Exception):
    """Said to whoever runs the bench, who then knows what to do."""
