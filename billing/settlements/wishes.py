"""A wish is named by the key of its form: sent twice it is done once; sent again with something else, it is refused."""


class WishChangedError(ValueError):
    """The form was sent before, and asked something else then: `asked_cents` is the amount that it asked."""

    def __init__(self, asked_cents: int) -> None:
        super().__init__(f"{asked_cents} asked before")
        self.asked_cents = asked_cents
