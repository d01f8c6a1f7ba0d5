"""The payments' tasks."""

from celery import shared_task
from django.utils import timezone

from billing.payments.catching_up import accounts_to_catch_up, catch_up, remind_of_deadlines


@shared_task(name="billing.payments.tasks.catch_up_account")
def catch_up_account(*, alias: str) -> None:
    catch_up(alias=alias, now=timezone.now())


@shared_task(name="billing.payments.tasks.remind_merchants")
def remind_merchants() -> None:
    remind_of_deadlines(now=timezone.now())


@shared_task(name="billing.payments.tasks.catch_up_accounts")
def catch_up_accounts() -> None:
    """One account that does not answer keeps no other waiting."""
    for alias in accounts_to_catch_up():
        catch_up_account.apply_async(kwargs={"alias": alias})
