"""What holds for the whole platform because there are two towns."""

from typing import Any

from shared.accounts.models import User
from shared.tenancy import current_schema, in_town


def test_each_town_is_served_by_its_own_schema(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        assert current_schema() == "istres"
        with in_town(viroflay):
            assert current_schema() == "viroflay"
        assert current_schema() == "istres"
    assert current_schema() == "public"


def test_a_person_of_one_town_does_not_exist_in_another(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        alice = User.objects.create_user("alice@example.fr", name="Alice")
    with in_town(viroflay):
        assert not User.objects.filter(pk=alice.pk).exists()
    assert not User.objects.filter(pk=alice.pk).exists()
