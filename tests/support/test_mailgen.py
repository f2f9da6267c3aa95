"""The mail generator: the same seed gives the same octets, and they look and compress like mail."""

import gzip
import hashlib
import json
import pathlib
import re
import statistics
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from mailgen import mailgen, torture  # noqa: E402


@pytest.fixture(scope="module")
def mails():
    return list(mailgen.generate("7", 300, max_size=300_000))


def ratio(mails, *kinds):
    chosen = [m.octets for m in mails if m.kind in kinds]
    return sum(len(gzip.compress(o, 9)) for o in chosen) / sum(map(len, chosen))


def test_a_seed_always_gives_the_same_octets(mails):
    assert [m.octets for m in mailgen.generate("7", 40, max_size=300_000)] == [m.octets for m in mails[:40]]
    assert mails[0].octets != next(mailgen.generate("8", 1)).octets


def test_sizes_and_ratios_are_those_of_mail(mails):
    assert 4_000 < statistics.median(len(m.octets) for m in mails) < 12_000
    assert 0.35 < ratio(mails, "text", "reply") < 0.46
    assert 0.23 < ratio(mails, "newsletter") < 0.31
    assert 0.66 < ratio(mails, "attachment", "revision") < 0.78


def test_replies_name_their_parents(mails):
    seen = set()
    for mail in mails:
        for parent in re.findall(rb"^In-Reply-To: (<[^>]+>)", mail.octets, re.M):
            assert parent in seen
        seen.update(re.findall(rb"^Message-ID: (<[^>]+>)", mail.octets, re.M))
    assert sum(b"\nIn-Reply-To:" in m.octets for m in mails) > 50


def test_lines_end_in_crlf_and_are_short(mails):
    for mail in mails:
        assert b"\n" not in mail.octets.replace(b"\r\n", b"") and b"\r" not in mail.octets.replace(b"\r\n", b"")
        assert max(map(len, mail.octets.split(b"\r\n"))) <= 998
        assert b"\0" not in mail.octets


def test_torture_keeps_bare_line_ends_and_nul_behind_switches():
    tame = list(mailgen.generate("1", len(torture.CASES), kinds=["torture"]))
    assert len({m.kind for m in tame}) == len(torture.CASES)
    assert not any(re.search(rb"\0|\r(?!\n)|(?<!\r)\n", m.octets) for m in tame)
    wild = list(mailgen.generate("1", len(torture.CASES) + 4, kinds=["torture"], bare=True, nul=True))
    assert any(b"\0" in m.octets for m in wild) and any(re.search(rb"\r(?!\n)", m.octets) for m in wild)


def test_the_manifest_tells_the_files(tmp_path):
    mailgen.main(["--seed", "3", "--count", "12", "--out", str(tmp_path), "--kinds", "text,torture"])
    rows = json.loads((tmp_path / "manifest.json").read_text())
    assert [r["file"] for r in rows] == sorted(p.name for p in tmp_path.glob("*.eml"))
    for row in rows:
        octets = (tmp_path / row["file"]).read_bytes()
        assert (row["size"], row["sha256"]) == (len(octets), hashlib.sha256(octets).hexdigest())
