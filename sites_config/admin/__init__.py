"""One file per noun; importing them registers them."""

from sites_config.admin import address, logged_change, privilege, site, site_notice, user

__all__ = ["address", "logged_change", "privilege", "site", "site_notice", "user"]
