"""What a dashboard says, read from its page as somebody sees it."""

import html
import re
from collections.abc import Mapping

from django.contrib.sites.models import Site
from django.test import Client

_TAG = re.compile(r"<[^>]+>")


def url(site: Site) -> str:
    return f"/admin/sites/site/{site.pk}/dashboard/"


def page_of(client: Client, site: Site) -> str:
    answer = client.get(url(site))
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def figures(page: str) -> Mapping[str, int]:
    """By label."""
    found = re.findall(
        r'<li[^>]*><strong>([^<]+)</strong>\s*<span class="number">(?:<a[^>]*>)?(\d+)', page, re.DOTALL
    )
    return {label: int(number) for label, number in found}


def per_day(page: str) -> Mapping[str, int]:
    """By date, those with any; from the table beside the plot."""
    rows = re.findall(r'<tr><th scope="row">\w+, ([\d-]+)</th><td>(\d+)</td></tr>', page)
    return {day: int(count) for day, count in rows if count != "0"}


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the table in the section of this id, without what only explains."""
    section = page.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]
    section = re.sub(r'<span class="(words|visually-hidden)">.*?</span>', "", section, flags=re.DOTALL)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[text(cell) for cell in row] for row in cells]


def text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def links(page: str, heading: str) -> list[tuple[str, str]]:
    """(text, URL) in that section."""
    section = page.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]+)">(.*?)</a>', section, re.DOTALL)
    return [(text(words), html.unescape(address)) for address, words in found]
