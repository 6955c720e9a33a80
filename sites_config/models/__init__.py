"""What a site is, who works for it, and what it may configure."""

from sites_config.models.address import SiteAddress
from sites_config.models.agreement import Agreement
from sites_config.models.logged_change import LoggedChange
from sites_config.models.message_text import MessageText
from sites_config.models.ownership import Ownership
from sites_config.models.privilege import SETS, Privilege, PrivilegeSet, SitePrivilege, described
from sites_config.models.restoration import Restoration
from sites_config.models.site_configuration import ClearCommands, SiteConfiguration
from sites_config.models.site_logo import Appearance, SiteLogo
from sites_config.models.site_notice import LONGEST_NOTICE, Severity, SiteNotice
from sites_config.models.text_revision import TextRevision, TextSource
from sites_config.models.user import User
from sites_config.models.version import ConfigurationVersion

__all__ = [
    "LONGEST_NOTICE",
    "SETS",
    "Agreement",
    "Appearance",
    "ClearCommands",
    "ConfigurationVersion",
    "LoggedChange",
    "MessageText",
    "Ownership",
    "Privilege",
    "PrivilegeSet",
    "Restoration",
    "Severity",
    "SiteAddress",
    "SiteConfiguration",
    "SiteLogo",
    "SiteNotice",
    "SitePrivilege",
    "TextRevision",
    "TextSource",
    "User",
    "described",
]
