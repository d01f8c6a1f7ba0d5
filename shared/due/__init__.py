"""One table of what is due and when, for all towns: beat looks there, and nowhere else.

A row is for ever: it is made by the first fact that calls for it, and each time its work is done it moves to the next
moment. So no fact that comes while the work is being done can be lost between the two.
"""
