"""Alpha and Beta in full swing, and who looks after them."""

from tests.admin.conftest import alphas, anna, as_anna, as_root, as_vera, betas, root, vera

__all__ = ["alphas", "anna", "as_anna", "as_root", "as_vera", "betas", "root", "vera"]
