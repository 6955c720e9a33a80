"""What a process remembered of a change that was rolled back is gone with the next change, whoever makes it."""

import pytest
from django.contrib.sites.models import Site
from django.db import transaction
from pytest_django.fixtures import Settings

from sites_config import changes
from sites_config.models import ConfigurationVersion, SiteConfiguration

pytestmark = pytest.mark.django_db


class RolledBack(Exception):
    """Ends the transaction."""


def _change_and_roll_back(site: Site) -> None:
    """This process asks for the configuration inside the transaction, and so remembers what never was."""
    configuration = SiteConfiguration.objects.get(site=site)
    with pytest.raises(RolledBack), transaction.atomic():
        configuration.organization_name = "Never School"
        configuration.save()
        assert SiteConfiguration.for_site(site.pk).organization_name == "Never School"
        raise RolledBack


def _another_process_saves(site: Site) -> None:
    """It tells the database, and not the memory of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "forget", lambda: None)
        configuration = SiteConfiguration.objects.get(site=site)
        configuration.support_phone = "+1 555 0199"
        configuration.save()


def test_a_rolled_back_change_is_not_remembered_after_the_next(alpha: Site, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 0
    _change_and_roll_back(alpha)

    _another_process_saves(alpha)

    now = SiteConfiguration.for_site(alpha.pk)
    assert (now.organization_name, now.support_phone) == ("Alpha School", "+1 555 0199")


def test_the_number_of_a_rolled_back_change_is_never_given_again(alpha: Site) -> None:
    with pytest.raises(RolledBack), transaction.atomic():
        _another_process_saves(alpha)
        taken_back = ConfigurationVersion.objects.get().number
        raise RolledBack

    _another_process_saves(alpha)

    assert ConfigurationVersion.objects.get().number != taken_back
