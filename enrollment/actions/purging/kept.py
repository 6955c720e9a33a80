"""What no rule removes, and why it stays. A new model has a rule or stands here; the tests ask every one."""

from collections.abc import Mapping

CONFIGURATION = "how a site works: removed by whoever administers it"
KEYS = "what was certified with it is in use; the keys themselves are encrypted"
CASCADE = "goes with the row that it belongs to"
REFUSES = "needed to refuse something"

KEPT: Mapping[str, str] = {
    "sites.Site": "an institution: archived, never removed",
    "sites_config.SiteConfiguration": CONFIGURATION,
    "sites_config.SiteAddress": "stands in issued profiles",
    "sites_config.SiteLogo": CONFIGURATION,
    "sites_config.SiteNotice": CONFIGURATION,
    "sites_config.MessageText": CONFIGURATION,
    "sites_config.TextRevision": "what was shown to people who accepted it; names nobody but its author",
    "sites_config.Agreement": "the text of accepted agreements",
    "sites_config.User": "closed instead: timelines name accounts; forget_person --account takes the name away",
    "sites_config.SitePrivilege": "a privilege stands until somebody takes it",
    "sites_config.ConfigurationVersion": "one row",
    "sites_config.Restoration": REFUSES,
    "enrollment.AccessGroup": CONFIGURATION,
    "enrollment.AgreementAcceptance": "a proof; forget_person takes the name away",
    "enrollment.Authority": KEYS,
    "enrollment.CaCertificate": CONFIGURATION,
    "enrollment.CloudIdentityProvider": CONFIGURATION,
    "enrollment.DirectoryServer": CONFIGURATION,
    "enrollment.Heartbeat": "a row for each kind of process",
    "enrollment.ListedDevice": "the inventory of today: whoever keeps it takes rows off, by file or by hand",
    "enrollment.Person": "the directory of today: whoever keeps it removes people; forget_person does",
    "enrollment.PushCertificate": CONFIGURATION,
    "enrollment.SamlIdentityProvider": CONFIGURATION,
    "enrollment.SamlKey": KEYS,
    "enrollment.SigningIdentity": KEYS,
    "enrollment.Webhook": CONFIGURATION,
    "account.EmailAddress": CASCADE,
    "account.EmailConfirmation": CASCADE,
    "mfa.Authenticator": "a second factor of an account: removed with it, or by the help desk",
}
