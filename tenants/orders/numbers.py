"""Order numbers that a person can say on the telephone: K7-42.

A letter, three digits cut by a dash; no letter that another sounds or looks like (I, O, Q; M and N; U and V).
Pure arithmetic on a counter, so numbers never collide and need no retry; they are no secret, and open nothing.
"""

LETTERS = "ABCDEFGHJKLMPRSTVXYZ"
PER_LETTER = 1000


def order_number(count: int) -> str:
    """The number of the `count`-th order (from 0): A0-00 … Z9-99, then AA0-00. Raises ValueError below 0."""
    if count < 0:
        raise ValueError(count)
    block, rest = divmod(count, PER_LETTER)
    letters = ""
    while True:
        block, letter = divmod(block, len(LETTERS))
        letters = LETTERS[letter] + letters
        if block == 0:
            break
        block -= 1
    return f"{letters}{rest // 100}-{rest % 100:02}"
