"""What is wrong with a file: all of it at once, each with its line and key, and nothing is stored."""

import re
from pathlib import Path

import pytest
from django.contrib.sites.models import Site

from enrollment.settings_file.reading import DEEPEST, LARGEST_FILE, MOST_VALUES
from tests.rules.tables import changed, dump
from tests.settings_code.commands import apply, document, export, stored


def problems(folder: Path, text: str) -> list[str]:
    """Without the name of the file; nothing may be stored."""
    before = dump()
    file = stored(folder, text)
    said = apply(file)
    assert said.status == 2, said.text
    assert said.text.startswith("Nothing was changed.\n")
    assert changed(before, dump()) == {}
    return [line.removeprefix(f"{file}:") for line in said.text.splitlines()[1:]]


# (a part of the file, what is said of it); the parts begin at line 6.
PARTS = [
    ("settings", "  time_zone: Mars/Olympus", "6: settings.time_zone: Enter a time zone such as Europe/Berlin."),
    ("settings", "  tme_zone: UTC", "6: settings.tme_zone: There is no such key. Did you mean time_zone?"),
    ("settings", "  portal_open: maybe", "6: settings.portal_open: Write true or false."),
    ("settings", "  portal_open: 'true'", "6: settings.portal_open: Write true or false."),
    ("settings", "  access_rights: many", "6: settings.access_rights: Write a whole number."),
    ("settings", "  access_rights: 2", "6: settings.access_rights: Apple allows 2 only together with 1"),
    ("settings", "  access_rights: 9000", "6: settings.access_rights: Ensure this value is less than"),
    ("settings", "  support_email: nobody", "6: settings.support_email: Enter a valid email address."),
    ("settings", "  languages: [en, xx]", "6: settings.languages: Not a language of this installation: xx."),
    ("settings", "  support_name: [a]", "6: settings.support_name: A text is needed here."),
    ("settings", "  - a", "5: settings: Keys with values are needed here."),
    ("settings", "  clear_commands: all", "6: settings.clear_commands: Value 'all' is not a valid choice."),
    ("addresses", "  - https://x.example", "6: addresses[1].host: Enter a host name only"),
    ("addresses", "  - x.example\n  - mdm.beta.example", "7: addresses[2].host: Address with this Host already"),
    ("addresses", "  x: y", "5: addresses: A list is needed here."),
    ("logos", "  light: {png: '????'}", "6: logos.light.png: This is no base64."),
    ("logos", "  light: {png: aGVsbG8=}", "6: logos.light: This is no PNG or JPEG that can be read."),
    ("logos", "  light: {file: no-such.png}", "6: logos.light: "),
    ("logos", "  bright: {}", "6: logos.bright: There is no such key. Did you mean light?"),
    ("texts", "  welcome.leed:\n    en: x", "6: texts.welcome.leed: There is no such text. Did you mean welcome."),
    ("texts", "  welcome.lead:\n    en: Hi {nobody}", "7: texts.welcome.lead.en: There is no {nobody} in this text"),
    ("texts", "  welcome.lead:\n    xx: Hi", "7: texts.welcome.lead.xx: There is no such key."),
    ("agreements", "  institutional:\n    texts:\n      en: '![](https://x)'", "8: agreements.institutional.texts.en"),
    ("ca_certificate", "  name: x\n  certificate: y", "7: ca_certificate.certificate: This is no CA certificate"),
    ("ca_certificate", "  name: x", "5: ca_certificate: It needs name and certificate."),
    ("access_groups", "  - {group_name: A, deny: true}", "6: access_groups[A].deny: A rule that denies can't let"),
    ("access_groups", "  - {group_name: A}\n  - {group_name: a}", "7: access_groups[2]: The same rule stands at line"),
    ("access_groups", "  - {group_name: A, sites: [beta]}", "6: access_groups[A].sites: Neither this site nor one"),
    ("directory_servers", "  - kind: openldap", "6: directory_servers[1].name: It needs a name."),
    ("directory_servers", "  - name: L\n    host: x", "7: directory_servers[L].host: There is no such key. Did you m"),
    ("directory_servers", "  - {name: L, user_base: x}", "6: directory_servers[L].hosts: "),
    ("directory_servers", "  - name: L\n    hosts: h\n    user_base: x\n    tls: none", "9: directory_servers[L].tls"),
    ("directory_servers", "  - name: L\n    hosts: h\n    user_base: b\n    user_filter: (a", "9: directory_servers["),
    ("cloud_identity_providers", "  - {name: C, client_id: x, issuer: 'http://x'}", "6: cloud_identity_providers[C]."),
    ("saml_identity_providers", "  - name: S", "6: saml_identity_providers[S].metadata_url: Give the URL"),
    ("saml_identity_providers", "  - {name: S, metadata_url: 'http://x'}", "6: saml_identity_providers[S].metadata_"),
    ("saml_identity_providers", "  - {name: S, metadata: <no}", "6: saml_identity_providers[S].metadata: It is"),
    ("staff", "  nobody: [view-site]", "6: staff.nobody: There is no such account."),
    ("staff", "  anna:\n    - view-sight", "7: staff.anna: There is no privilege 'view-sight'. Did you mean view-s"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "text", "words"), PARTS, ids=[words for _part, _text, words in PARTS])
def test_each_value_is_wrong_at_its_line(
    district: Site, beta: Site, tmp_path: Path, part: str, text: str, words: str
) -> None:
    beta.addresses.create(host="mdm.beta.example")

    found = problems(tmp_path, document(**{part: text}))

    assert len(found) == 1, found
    assert found[0].startswith(words)


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("  name: X", "2: site.identifier: identifier is needed."),
        ("  identifier: x", "2: site.name: name is needed."),
        ("  identifier: x\n  name: X\n  parrent: y", "5: site.parrent: There is no such key. Did you mean parent?"),
        ("  identifier: x\n  name: X\n  parent: northwind.exampel", "5: site.parent: No site has the identifier "
         "'northwind.exampel'. Did you mean northwind.example?"),
        (f"  identifier: x\n  name: {'X' * 51}", "4: site.name: Ensure this value has at most 50 characters"),
        ("  identifier: a b\n  name: X", "3: site.identifier: The domain name cannot contain any spaces or tabs."),
        ("  identifier: northwind.example\n  name: X\n  parent: northwind.example", "5: site.parent: A site can't be"),
    ],
)  # fmt: skip
def test_a_site_is_wrong_at_its_line(district: Site, tmp_path: Path, site: str, words: str) -> None:
    found = problems(tmp_path, document(site=site))

    assert len(found) == 1, found
    assert found[0].startswith(words)


def test_everything_is_said_at_once_and_in_order(district: Site, tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        document(
            settings="  time_zone: Mars\n  support_phone: 5",
            addresses="  - a b",
            texts="  nothing.at_all: {en: x}",
            directory_servers="  - {name: L, hosts: '', user_base: x, bind_password: hunter2}",
            staff="  nobody: []",
        ),
    )

    assert [int(line.partition(":")[0]) for line in found] == [6, 7, 9, 11, 13, 13, 15]
    assert "hunter2" not in "".join(found)


def test_every_wrong_name_is_said_and_what_follows_from_it_is_not(district: Site, tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        document(
            settings="  tme_zone: UTC\n  suport_name: x\n  access_rights: 2",
            directory_servers="  - name: L\n    host: x\n    userbase: y\n    tls: none\n    position: first",
            staff="  anna: [view, see]",
            stuff="  {}",
        ),
    )

    assert [tuple(line.split(": ")[:2]) for line in found] == [
        ("6", "settings.tme_zone"),
        ("7", "settings.suport_name"),
        ("8", "settings.access_rights"),
        ("11", "directory_servers[L].host"),
        ("12", "directory_servers[L].userbase"),
        ("13", "directory_servers[L].tls"),
        ("14", "directory_servers[L].position"),
        ("16", "staff.anna"),
        ("16", "staff.anna"),
        ("17", "stuff"),
    ]


def test_two_files_are_wrong_each_in_its_place(district: Site, tmp_path: Path) -> None:
    first = stored(tmp_path, document(settings="  time_zone: Mars"), "first.yaml")
    second = stored(
        tmp_path, document(site="  identifier: s\n  name: S", settings="  access_rights: 2"), "second.yaml"
    )

    said = apply(first, second)

    assert (
        f"{first}:6: settings.time_zone" in said.text and f"{second}:6: settings.access_rights" in said.text
    )
    assert not Site.objects.filter(domain="s").exists()


def test_a_site_stands_in_the_files_once(district: Site, tmp_path: Path) -> None:
    text = document()

    assert problems(tmp_path, f"{text}---\n{text}") == [
        "6: site: The site northwind.example stands in the files twice."
    ]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1: It is empty."),
        ("- a", "1: Keys with values are needed here."),
        ("version: 2\nsite: {identifier: a, name: A}", "1: version: It needs version: 1"),
        ("site: {identifier: a, name: A}", "1: version: It needs version: 1"),
        ("version: 1", "1: site: It needs a site with identifier and name."),
        (
            "version: 1\nsite: {identifier: a, name: A}\nstuff: 1",
            "3: stuff: There is no such key. Did you mean staff?",
        ),
        ("version: 1\nversion: 1\n", "2: The key 'version' is there twice."),
        ("a: [1\nb: 2", "2: This is no YAML: "),
        ("a: 'secret-in-clear\n", "2: This is no YAML: "),
        ("a: !!python/object/apply:os.system [id]", "1: Tags (!) are not taken."),
        ("a: !!binary aGVsbG8=", "1: Tags (!) are not taken."),
        (BOMB, "1: Anchors (&) and aliases (*) are not taken."),
        ("a: {<<: {b: c}}", "1: a: There is no such key."),
        ("? [a, b]\n: c", "1: A key has to be a word."),
        ('a: "\\0"', "1: It contains a character that can't be stored."),
        ("[" * (DEEPEST + 2), f"1: It lies deeper than {DEEPEST} levels."),
        ("[" * 100_000, "1: This is no YAML: exceeded maximum nesting depth."),  # PyYAML stops it
        ("[" + "x," * MOST_VALUES + "x]", f"1: It holds more than {MOST_VALUES} values."),
        ("#" * (LARGEST_FILE + 1), "1: It is larger than 1 MB."),
    ],
    ids=range(19),
)
def test_what_no_such_file_needs_is_refused(db: None, tmp_path: Path, text: str, words: str) -> None:
    found = problems(tmp_path, text)

    assert found[0].startswith(words), found
    assert "secret-in-clear" not in "".join(found)


def test_bytes_that_are_no_text_are_refused(district: Site, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(document().encode() + b"\xff\xfe")

    assert re.search(r":\d+: This is no YAML: ", apply(file).text)


def test_a_file_that_is_not_there(db: None, tmp_path: Path) -> None:
    said = apply(tmp_path / "no-such.yaml")

    assert said.status == 2 and "No such file" in said.text


def test_whoever_changes_it_has_an_account(district: Site, tmp_path: Path) -> None:
    said = apply(stored(tmp_path, document()), user="nobody")

    assert (said.status, said.text) == (2, "No account is called 'nobody'.")


def test_the_one_site_is_there(district: Site, tmp_path: Path) -> None:
    said = apply(stored(tmp_path, document()), site="nowhere")

    assert (said.status, said.text) == (2, "No site is called 'nowhere'.")


def test_a_file_for_one_site_holds_one(school: Site, tmp_path: Path) -> None:
    file = stored(tmp_path, export("north-school", "northwind.example"))

    said = apply(file, site="northwind.example")

    assert said.status == 2 and "A file for one --site holds this site alone." in said.text
