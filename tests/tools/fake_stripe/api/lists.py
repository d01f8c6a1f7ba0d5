"""Pages of a list: newest first, `limit`, `starting_after`, `ending_before`, `created`, and plain filters."""

from collections.abc import Callable

from tests.tools.fake_stripe.errors import ApiError, no_such
from tests.tools.fake_stripe.params import Params
from tests.tools.fake_stripe.routing import Call
from tests.tools.fake_stripe.store import Body, Record

PAGING = ("limit", "starting_after", "ending_before")
DEFAULT, MOST = 10, 100


def listing(
    call: Call,
    records: list[Record],
    *,
    filters: tuple[str, ...] = (),
    show: Callable[[Record], Body] = lambda record: record.body,
    other: tuple[str, ...] = (),
) -> Body:
    """One page of `records` (newest first); `filters` are fields compared with parameters of the same name.

    `other` names parameters that the caller has already taken into account.
    """
    params = call.params
    params.only(*PAGING, "created", *filters, *other)
    for name in filters:
        wanted = params.text(name)
        if wanted is not None:
            records = [record for record in records if record.body[name] == wanted]
    records = [record for record in records if _created_matches(params, record)]
    page, more = _page(params, records)
    return {"object": "list", "data": [show(record) for record in page], "has_more": more, "url": call.path}


def _created_matches(params: Params, record: Record) -> bool:
    if not params.has("created"):
        return True
    created = record.body["created"]
    if isinstance(params.tree["created"], str):
        return bool(created == params.integer("created"))
    bounds = params.section("created")
    bounds.only("gt", "gte", "lt", "lte")
    over, least, under, most = (bounds.integer(name) for name in ("gt", "gte", "lt", "lte"))
    return (
        (over is None or created > over)
        and (least is None or created >= least)
        and (under is None or created < under)
        and (most is None or created <= most)
    )


def _page(params: Params, records: list[Record]) -> tuple[list[Record], bool]:
    limit = params.integer("limit", minimum=1) or DEFAULT
    if limit > MOST:
        raise ApiError("Invalid limit: must be between 1 and 100", param="limit")
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise ApiError("You may only provide one of these parameters: starting_after, ending_before.")
    if after:
        records = records[_position(records, after, "starting_after") + 1 :]
    if before:
        records = records[: _position(records, before, "ending_before")]
        return records[-limit:], len(records) > limit
    return records[:limit], len(records) > limit


def _position(records: list[Record], identifier: str, param: str) -> int:
    for position, record in enumerate(records):
        if record.id == identifier:
            return position
    raise no_such("object", identifier, param=param, status=400)
