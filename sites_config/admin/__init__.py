"""One file per noun; importing them registers them."""

from sites_config.admin import address, privilege, site, site_notice, user

__all__ = ["address", "privilege", "site", "site_notice", "user"]
