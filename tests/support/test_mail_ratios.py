"""Generated mail is no easier than real mail: what is measured on it must hold outside.

The targets are what the same coders reach on folders of real public mail, calendars and contacts (octets on the link per
octet of mail). Each kind lies within 15 % of them, both ways: mail that is too hard would hide what the codec is worth.
"""

import gzip
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from mailgen import mailgen  # noqa: E402

WITHIN = 0.15
PREFIX = 256 * 1024  # the last mails of the folder, as a prefix
MEASURED = 30  # mails by zstd -19, which takes its time: the last ones, when the folder has a past

needs_zstd = pytest.mark.skipif(shutil.which("zstd") is None, reason="no zstd program")


@pytest.fixture(scope="module")
def mails():
    return list(mailgen.generate("7", 420, max_size=300_000))


def of(mails, *kinds):
    return [mail.octets for mail in mails if mail.kind in kinds]


def items(kind):
    return [item.octets for item in mailgen.generate("7", 80, kinds=[kind])]


def gzip_each(octets):
    return sum(len(gzip.compress(one, 9)) for one in octets) / sum(map(len, octets))


def zstd(one, *options):
    command = ["zstd", "-q", "-19", "-c", *options]
    return len(subprocess.run(command, input=one, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)


def zstd_each(octets):
    last = octets[-MEASURED:]
    return sum(zstd(one) for one in last) / sum(map(len, last))


def zstd_behind_the_folder(octets, folder):
    """Live mail: each of the last mails, behind what came before it."""
    prefix, mail = folder / "prefix", folder / "mail"
    coded = raw = 0
    for place in range(len(octets) - MEASURED, len(octets)):
        prefix.write_bytes(b"".join(octets[:place])[-PREFIX:])
        mail.write_bytes(octets[place])
        command = ["zstd", "-q", "-19", "-c", f"--patch-from={prefix}", str(mail)]
        coded += len(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
        raw += len(octets[place])
    return coded / raw


def near(target):
    return pytest.approx(target, rel=WITHIN)


def test_each_mail_by_itself_is_as_hard_for_gzip(mails):
    """Private mail, list threads, newsletters, documents."""
    assert gzip_each(of(mails, "text")) == near(0.441)
    assert gzip_each(of(mails, "reply")) == near(0.374)
    assert gzip_each(of(mails, "newsletter")) == near(0.266)
    assert gzip_each(of(mails, "attachment", "revision")) == near(0.695)


def test_appointments_and_contacts_are_as_hard_for_gzip():
    assert gzip_each(items("calendar")) == near(0.249)
    assert gzip_each(items("contact")) == near(0.631)


@needs_zstd
def test_replies_are_as_hard_for_zstd(mails):
    assert zstd_each(of(mails, "reply")) == near(0.348)


@needs_zstd
@pytest.mark.parametrize("kinds,target", [(("reply",), 0.156), (("text", "reply"), 0.158), (("newsletter",), 0.163)])
def test_behind_its_folder_mail_is_as_hard_for_zstd(mails, tmp_path, kinds, target):
    assert zstd_behind_the_folder(of(mails, *kinds), tmp_path) == near(target)
