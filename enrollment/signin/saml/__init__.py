"""Signing in with a SAML identity provider; nothing else knows pysaml2."""
