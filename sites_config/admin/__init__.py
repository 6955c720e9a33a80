"""One file per noun; importing them registers them."""

from sites_config.admin import address, agreement, privilege, site, user

__all__ = ["address", "agreement", "privilege", "site", "user"]
