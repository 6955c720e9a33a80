"""Every check of the doctor, in the order in which one would look. A new one is a function and a line here."""

from enrollment.doctor import clock, database, directories, files, issuing, languages, mail, saml, tls, worker
from enrollment.doctor.finding import Check

# First and apart: without it the others that ask it are not looked at.
DATABASE = Check("database", database.reachable, asks_database=False)
CHECKS = (
    Check("migrations", database.migrations),
    Check("cache", database.cache_table),
    Check("field-keys", files.field_keys),
    Check("folders", files.folders, asks_database=False),
    Check("clock", clock.clock),
    Check("tls", tls.tls),
    Check("authority", issuing.authorities),
    Check("signing", issuing.signing_identities),
    Check("verified", issuing.verified),
    Check("push", issuing.push_certificates),
    Check("ca-certificate", issuing.ca_certificates),
    Check("ldap", directories.ldap),
    Check("cloud", directories.cloud),
    Check("saml", saml.saml),
    Check("mail", mail.mail, asks_database=False),
    Check("worker", worker.worker),
    Check("catalogues", languages.catalogues, asks_database=False),
    Check("languages", languages.languages),
)
