"""`invite_operator ADRESSE`: how the first person of a new installation gets in; the next are invited in turn."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from shared.accounts.invitations import invite
from shared.tenancy import in_public
from shared.web.addresses import absolute_url


class Command(BaseCommand):
    help = "Invite une personne à devenir opérateur de la plateforme, par e-mail ; affiche aussi le lien."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="ADRESSE")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError(f"« {options['email']} » n’est pas une adresse e-mail.") from error
        with in_public():
            invited = invite(email=options["email"], role_key="operator", invited_by=None, now=timezone.now())
            self.stdout.write(absolute_url(reverse("invitation", args=[invited.token])))
