"""The files that take longest go first: left to the end, one of them would run alone while the other core waits."""

# The demo and the killed workers, which start many programs, are not side by side.
LONGEST = (
    "tests/platform/conciergeries/embedded/test_demo.py",
    "tests/billing/everything/test_everything.py",
    "tests/test_run.py",
    "tests/platform/conciergeries/towns/schemas/test_schemas.py",
    "tests/tenants/hubs/test_promise_oracle.py",
    "tests/tenants/hubs/test_promise_laws.py",
    "tests/tenants/orders/test_refund_properties.py",
    "tests/billing/settlements/test_properties.py",
    "tests/platform/conciergeries/demo/test_history.py",
    "tests/billing/killing/test_killed.py",
    "tests/tenants/orders/test_last_places.py",
    "tests/tools/test_servers.py",
    "tests/platform/conciergeries/embedded/test_stack.py",
    "tests/test_deployment.py",
)


def place_of(test: str) -> int:
    """Where the file of a test comes: among the longest, or after them, in the order in which it was found."""
    file = test.partition("::")[0]
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
