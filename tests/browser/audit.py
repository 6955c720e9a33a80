"""What is wrong with the page that a browser shows."""

from pathlib import Path

from tests.browser.browser import Browser

HERE = Path(__file__).resolve().parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """
var done = arguments[arguments.length - 1], tags = arguments[0], within = arguments[1];
function told(results) {
  return results.map(function (result) {
    var where = result.nodes.map(function (node) { return node.html.slice(0, 120); });
    return result.id + ': ' + where.join(' | ');
  });
}
axe.run(within, {runOnly: tags}).then(function (found) { done(told(found.violations.concat(found.incomplete))); });
"""
# WCAG 1.4.12: nothing may be lost when a reader spaces text like this.
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } "
    "p { margin-bottom: 2em !important }"
)
OPEN_ALL = "document.querySelectorAll('details').forEach(function (element) { element.open = true; });"


def faults(browser: Browser) -> list[str]:
    """Layout, targets, fields, inline code: tests/browser/checks.js; and what the policy stopped."""
    return [*browser.run((HERE / "checks.js").read_text()), *browser.violations()]


def faults_when_spaced(browser: Browser) -> list[str]:
    """With every ``details`` open."""
    browser.run(OPEN_ALL)
    rules = [f"{rule.strip()} }}" for rule in SPACED.split("}") if rule.strip()]
    for rule in rules:
        browser.run(f"document.styleSheets[0].insertRule({rule!r}, 0);")
    return faults(browser)


def barriers(browser: Browser, within: str = "html") -> list[str]:
    """axe-core's violations, and what it could not decide, with every ``details`` open. ``within``: of this element."""
    if not AXE.exists():
        raise RuntimeError(f"{AXE} is missing: run npm ci in {HERE} (make setup-test does)")
    browser.run(OPEN_ALL)
    browser.run(AXE.read_text() + "; window.axe = axe;")
    return list(browser.driver.execute_async_script(RUN_AXE, TAGS, within))
