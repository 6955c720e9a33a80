"""LDAP directories: OpenLDAP, Active Directory, Google Secure LDAP and what speaks like them."""
