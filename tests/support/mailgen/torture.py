"""Broken and odd mail. Every case is a function of the rng; what it breaks is its name.

Servers refuse NUL over LMTP and many treat bare CR or LF as they like, so both stay behind switches.
"""

import random
from email.utils import formatdate

from mailgen.compose import Mail
from mailgen.documents import base64_lines
from mailgen.transport import message_id, token
from mailgen.words import LANGUAGE, wrap

START = 1_690_000_000


def _prose(rng, size=400):
    return wrap(LANGUAGE.prose(rng, size)).replace("\n", "\r\n").encode() + b"\r\n"


def _mime(kind="text/plain", more=b""):
    return b"MIME-Version: 1.0\r\nContent-Type: " + kind.encode() + b"\r\n" + more


def no_body(rng, h):
    return h


def no_body_but_blank_line(rng, h):
    return h + b"\r\n"


def only_a_body(rng, h):
    return b"\r\n" + _prose(rng)


def no_header_at_all(rng, h):
    return _prose(rng)


def only_a_line_end(rng, h):
    return b"\r\n"


def one_line_without_end(rng, h):
    return h + b"\r\n" + b"no line end here"


def header_without_line_end(rng, h):
    return h + b"X-Last: and no CRLF"


def body_that_looks_like_no_header(rng, h):
    return b"This line is no header field\r\n" + _prose(rng)


def eight_bit_headers(rng, h):
    return h + b"X-Comment: \xc3\xa4\xf6 raw \xff octets\r\nSubject: gr\xfc\xdfe\r\n\r\n" + _prose(rng)


def line_of_998(rng, h):
    return h + b"\r\n" + b"a" * 998 + b"\r\n" + _prose(rng)


def line_of_20000(rng, h):
    return h + b"\r\n" + token(rng, 20_000).encode() + b"\r\n" + _prose(rng)


def missing_boundary_parameter(rng, h):
    return h + _mime("multipart/mixed") + b"\r\n--x\r\n\r\npart\r\n--x--\r\n"


def boundary_that_never_comes(rng, h):
    return h + _mime('multipart/mixed; boundary="never"') + b"\r\n" + _prose(rng)


def boundary_never_closed(rng, h):
    return h + _mime('multipart/mixed; boundary="b1"') + b"\r\n--b1\r\n\r\n" + _prose(rng) + b"--b1\r\n\r\nend"


def boundary_prefix_of_another(rng, h):
    inner = b'--ab\r\nContent-Type: multipart/mixed; boundary="abc"\r\n\r\n--abc\r\n\r\none\r\n--abc--\r\n'
    return h + _mime('multipart/mixed; boundary="ab"') + b"\r\n" + inner + b"--ab\r\n\r\ntwo\r\n--ab--\r\nepilogue\r\n"


def boundary_with_trailing_spaces(rng, h):
    return h + _mime('multipart/mixed; boundary="sp"') + b"\r\n--sp  \r\n\r\none\r\n--sp\t\r\n\r\ntwo\r\n--sp--  \r\n"


def same_boundary_inside(rng, h):
    inner = b'--q\r\nContent-Type: multipart/alternative; boundary="q"\r\n\r\n--q\r\n\r\nx\r\n--q--\r\n'
    return h + _mime('multipart/mixed; boundary="q"') + b"\r\n" + inner + b"--q--\r\n"


def nested_messages_30_deep(rng, h):
    mail = h + b"\r\n" + _prose(rng)
    for depth in range(30):
        mail = b"Subject: level %d\r\nContent-Type: message/rfc822\r\n\r\n" % depth + mail
    return mail


def nested_multiparts_30_deep(rng, h):
    body = b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    for depth in range(30):
        body = b'Content-Type: multipart/mixed; boundary="d%d"\r\n\r\n--d%d\r\n%s--d%d--\r\n' % (depth, depth, body, depth)
    return h + b"MIME-Version: 1.0\r\n" + body


def a_thousand_parts(rng, h):
    parts = b"".join(b"--k\r\nContent-Type: text/plain\r\n\r\npart %d\r\n" % n for n in range(1000))
    return h + _mime('multipart/mixed; boundary="k"') + b"\r\n" + parts + b"--k--\r\n"


def lone_dots(rng, h):
    return h + b"\r\n.\r\n..\r\n.x\r\n...\r\n. \r\n" + _prose(rng) + b".\r\n"


def trailing_spaces(rng, h):
    return h + b"X-Space: value  \t \r\n\r\nline with spaces   \r\n \r\n\t\r\n" + _prose(rng) + b"   \r\n"


def empty_lines_at_the_end(rng, h):
    return h + b"\r\n" + _prose(rng) + b"\r\n" * rng.randint(2, 40)


def charset_koi8(rng, h):
    text = "".join(rng.choices("абвгдежзиклмнопрстуфхцчшэюя ", k=600)).encode("koi8-r")
    return h + _mime("text/plain; charset=koi8-r", b"Content-Transfer-Encoding: 8bit\r\n") + b"\r\n" + text + b"\r\n"


def charset_gb2312(rng, h):
    text = "".join(chr(rng.randint(0x4E00, 0x4E60)) for _ in range(300)).encode("gb18030")
    return h + _mime("text/plain; charset=gb2312", b"Content-Transfer-Encoding: base64\r\n") + b"\r\n" + base64_lines(text)


def charset_iso2022jp(rng, h):
    text = "\r\n".join("".join(rng.choices("あいうえおかきくけこさしすせそ", k=30)) for _ in range(9)).encode("iso-2022-jp")
    return h + _mime("text/plain; charset=iso-2022-jp", b"Content-Transfer-Encoding: 7bit\r\n") + b"\r\n" + text + b"\r\n"


def charset_utf7(rng, h):
    text = "grüße £ und ähnliches".encode("utf-7")
    return h + _mime("text/plain; charset=utf-7") + b"\r\n" + text + b"\r\n" + _prose(rng)


def charset_lies(rng, h):
    return h + _mime("text/plain; charset=us-ascii") + b"\r\n" + bytes(rng.choices(range(0x80, 0x100), k=300)) + b"\r\n"


def rfc2231_parameters(rng, h):
    kind = (
        "application/octet-stream; name*0*=utf-8'de'Gr%C3%BC;\r\n name*1*=%C3%9Fe%20und%20mehr; name*2=.bin;\r\n"
        " name*4=lost; size=12"
    )
    more = b"Content-Disposition: attachment; filename*=iso-8859-1'en'%A3%20rates.bin; filename=\"fall\\\"back.bin\"\r\n"
    return h + _mime(kind, more + b"Content-Transfer-Encoding: base64\r\n") + b"\r\n" + base64_lines(rng.randbytes(300))


def encoded_words_split_mid_character(rng, h):
    return h + b"Subject: =?utf-8?B?R3LDvMO=?= =?utf-8?B?n2U=?=\r\n =?utf-8?q?=C3?= =?utf-8?q?=A4?=\r\n\r\n" + _prose(rng)


def very_long_header(rng, h):
    return h + b"X-Long: " + token(rng, 40_000).encode() + b"\r\n\r\n" + _prose(rng)


def header_of_many_lines(rng, h):
    return h + b"".join(b"X-Line-%d: %s\r\n" % (n, token(rng, 20).encode()) for n in range(900)) + b"\r\n" + _prose(rng)


def duplicate_headers(rng, h):
    return h + h + b"Subject: third\r\nMessage-ID: <second@mail.test>\r\n\r\n" + _prose(rng)


def group_addresses(rng, h):
    more = b"Cc: Crew: a@x.test, \"B, c\" <b@x.test>;, undisclosed-recipients:;\r\nReply-To: (comment (nested)) <@r.test:d@x.test>\r\n"
    return h + more + b"\r\n" + _prose(rng)


def folded_oddly(rng, h):
    return h + b"X-Fold:\r\n \r\n\t\r\n value\r\nSubject:\r\n on the next line\r\nEmpty:\r\nNoSpace:x\r\n\r\n" + _prose(rng)


def spaces_before_colon(rng, h):
    return h + b"X-Old : style\r\nContent-Type : text/plain\r\n\r\n" + _prose(rng)


def base64_with_rubbish(rng, h):
    body = b"QUJD*REVG\r\n\r\nR0hJ==\r\nSktM\r\n====\r\n" + b"TU5P" * 30 + b"\r\nQQ"
    return h + _mime("application/octet-stream", b"Content-Transfer-Encoding: base64\r\n") + b"\r\n" + body


def base64_of_odd_width(rng, h):
    data = base64_lines(rng.randbytes(900)).replace(b"\r\n", b"")
    lines = b"\r\n".join(data[i : i + 61] for i in range(0, len(data), 61))
    return h + _mime("image/png", b"Content-Transfer-Encoding: base64\r\n") + b"\r\n" + lines


def quoted_printable_broken(rng, h):
    body = b"soft=\r\nbreak =3d lower =ZZ bad =4\r\nspace at end \r\n=C3=A4=\r\n\r\n=\r\n" + b"=41" * 40 + b"="
    return h + _mime("text/plain; charset=utf-8", b"Content-Transfer-Encoding: quoted-printable\r\n") + b"\r\n" + body


def unknown_encoding(rng, h):
    return h + _mime("text/plain", b"Content-Transfer-Encoding: x-uuencode\r\n") + b"\r\nbegin 644 a\r\n`\r\nend\r\n"


def nul_octets(rng, h):
    return h + b"\r\nbefore \x00 after\x00\r\n" + _prose(rng)


def bare_lf(rng, h):
    return h + b"\r\n" + b"unix line\n" * 5 + _prose(rng) + b"mixed\n\r\n\n"


def bare_cr(rng, h):
    return h + b"\r\nold mac line\rnext\r\r\n\r" + _prose(rng)


def smuggling_look_alike(rng, h):
    return h + b"\r\ntext\n.\nMAIL FROM:<x@mail.test>\n\r.\r\r\n.\n"


BARE = (bare_lf, bare_cr, smuggling_look_alike)
NUL = (nul_octets,)
CASES = tuple(f for f in list(globals().values()) if callable(f) and getattr(f, "__code__", None) is not None
              and f.__code__.co_varnames[:2] == ("rng", "h") and f not in BARE + NUL)


class TortureRoom:
    """Deals the cases in order, round after round, with other random content each time."""

    def __init__(self, seed, user, bare=False, nul=False):
        self.seed, self.user, self.count = seed, user, 0
        self.cases = CASES + (BARE if bare else ()) + (NUL if nul else ())

    def make(self):
        rng = random.Random(f"{self.seed}:torture:{self.count}")
        case = self.cases[self.count % len(self.cases)]
        self.count += 1
        when = START + 601 * self.count
        header = (
            f"From: torture@quay.test\r\nTo: {self.user}\r\nSubject: {case.__name__} {self.count}\r\n"
            f"Date: {formatdate(when)}\r\nMessage-ID: {message_id(rng, 'quay.test', when)}\r\n"
        ).encode()
        return Mail(case(rng, header), "INBOX", [], when, "torture:" + case.__name__)
