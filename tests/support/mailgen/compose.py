"""Personal mail: new mail, replies that quote, attachments, revisions, invitations, newsletters.

`Mailroom` keeps what one mailbox remembers (people, threads, documents, lists) so that later mail can refer to
earlier mail. Each mail draws from an rng of its own: the first N mails of a seed are the same whatever the count.
"""

import binascii
import html
import random
from dataclasses import dataclass
from email.utils import formatdate

from mailgen import documents, items, newsletter
from mailgen.people import make_list, make_person
from mailgen.transport import encoded_word, header_qp, message_id, token, trace
from mailgen.words import LANGUAGE, accented, wrap

START = 1_672_531_200  # 2023-01-01: where a mailbox begins
KEEP = 120  # open threads and documents remembered

HTML_HEAD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv="Content-Type" content="text/html; '
    'charset=utf-8"><style><!--\np.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",'
    "sans-serif;}\na:link {color:#0563C1; text-decoration:underline;}\n--></style></head><body>\n"
)


@dataclass
class Mail:
    octets: bytes
    folder: str
    flags: list
    when: int
    kind: str


@dataclass
class Thread:
    subject: str
    ids: list
    text: str
    last_author: object
    people: list
    document: object = None


def qp(text):
    return binascii.b2a_qp(text.encode()).replace(b"\n", b"\r\n")


def crlf(text):
    return text.replace("\n", "\r\n").encode()


def as_html(text):
    out = []
    for line in text.split("\n"):
        level = len(line) - len(line.lstrip("> "))
        inner = html.escape(line[level:]) or "&nbsp;"
        out.append(f'<p class="MsoNormal">{"<blockquote>" if level else ""}{inner}{"</blockquote>" if level else ""}</p>')
    return HTML_HEAD + "\n".join(out) + "\n</body></html>\n"


def text_part(rng, text, author):
    """One text part, headers and body, in the encoding this author's program prefers."""
    if text.isascii() and rng.random() < 0.8:
        return b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + crlf(text)
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
    style = rng.random()
    if style < 0.6:
        return head + b"quoted-printable\r\n\r\n" + qp(text)
    if style < 0.8:
        return head + b"8bit\r\n\r\n" + crlf(text)
    return head + b"base64\r\n\r\n" + documents.base64_lines(crlf(text))


def multipart(rng, subtype, parts, preamble=b""):
    boundary = ("----=_Part_" if rng.random() < 0.5 else "------------") + token(rng, 24)
    out = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode() + preamble
    for part in parts:
        out += f"--{boundary}\r\n".encode() + part + (b"" if part.endswith(b"\r\n") else b"\r\n")
    return out + f"--{boundary}--\r\n".encode()


def body_part(rng, text, author):
    plain = text_part(rng, text, author)
    if not author.html:
        return plain
    head = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return multipart(rng, "alternative", [plain, head + qp(as_html(text))])


class Mailroom:
    def __init__(self, seed, user, max_size):
        rng = random.Random(f"{seed}:people")
        self.seed, self.max_size = seed, max_size
        self.me = make_person(rng, user)
        self.people = [make_person(rng) for _ in range(40)]
        self.lists = [make_list(rng, n) for n in range(14)]
        self.threads, self.documents, self.issues = [], [], {}
        self.when = START

    def make(self, number, kind):
        rng = random.Random(f"{self.seed}:{number}")
        self.when += int(rng.expovariate(1 / 9000)) + 7
        return getattr(self, "_" + kind)(rng)

    def _header(self, rng, author, recipients, subject, mid, refs=()):
        mine = author is self.me
        lines = [] if mine else trace(
            rng, author.domain, author.relays, self.me.address, self.when, author.dkim, with_arc=rng.random() < 0.08
        )
        lines += [f"From: {author.mailbox()}", "To: " + ",\r\n\t".join(p.mailbox() for p in recipients)]
        lines.append("Subject: " + (encoded_word(subject) if rng.random() < 0.5 else header_qp(subject)))
        lines += ["Date: " + formatdate(self.when, rng.random() < 0.5), f"Message-ID: {mid}"]
        if refs:
            lines += [f"In-Reply-To: {refs[-1]}", "References: " + "\r\n ".join(refs)]
        lines += author.house.headers
        if author.mailer:
            lines.append(("User-Agent: " if rng.random() < 0.4 else "X-Mailer: ") + author.mailer)
        if rng.random() < 0.3:
            lines += ["Content-Language: en-GB", f"Thread-Index: {token(rng, 30)}=="]
        lines.append("MIME-Version: 1.0")
        return "".join(line + "\r\n" for line in lines).encode()

    def _letter(self, rng, author, to, size, quote=""):
        text = wrap(LANGUAGE.prose(rng, size))
        if author.accents:
            text = "\n".join(accented(rng, line) for line in text.split("\n"))
        hello = rng.choice(("Hi {},", "Dear {},", "Hello {},", "{},", "Good morning {},")).format(to.name.split()[0])
        closing = rng.choice(("Best regards", "Kind regards", "Thanks", "Cheers", "Regards"))
        sign = author.signature or author.name.split()[0]
        if author.notice:
            sign += "\n\n" + author.house.notice
        return f"{hello}\n\n{text}\n\n{closing},\n{sign}\n" + (f"\n{quote}\n" if quote else "")

    def _filed(self, rng, author, octets, kind):
        mine = author is self.me
        flags = ["\\Seen"] if mine or rng.random() < 0.8 else []
        flags += [f for f, share in (("\\Flagged", 0.05), ("\\Answered", 0.12), ("$Forwarded", 0.02)) if rng.random() < share]
        folder = "Sent" if mine else rng.choices(("INBOX", "Archive"), (8, 2))[0]
        return Mail(octets, folder, flags, self.when, kind)

    def _text(self, rng):
        author = self.me if rng.random() < 0.2 else rng.choice(self.people)
        others = [p for p in rng.sample(self.people, rng.choice((1, 1, 1, 2, 4))) if p is not author]
        recipients = others if author is self.me and others else [self.me] + others[1:]
        subject = LANGUAGE.title(rng)
        if author.accents:
            subject = accented(rng, subject, 0.8)
        mid = message_id(rng, author.domain, self.when)
        text = self._letter(rng, author, recipients[0], int(rng.lognormvariate(6.6, 0.8)))
        self._remember(Thread(subject, [mid], text, author, [author, *recipients]))
        octets = self._header(rng, author, recipients, subject, mid) + body_part(rng, text, author)
        return self._filed(rng, author, octets, "text")

    def _remember(self, thread):
        self.threads.append(thread)
        del self.threads[:-KEEP]

    def _reply(self, rng):
        open_threads = [t for t in self.threads[-40:] if len(t.ids) < 14]
        if not open_threads:
            return self._text(rng)
        thread = rng.choice(open_threads)
        candidates = [p for p in thread.people if p is not thread.last_author] or [self.me]
        author = self.me if self.me in candidates and rng.random() < 0.5 else rng.choice(candidates)
        recipients = [thread.last_author] + [p for p in thread.people if p not in (author, thread.last_author)]
        mid = message_id(rng, author.domain, self.when)
        quoted = "\n".join("> " + line if not line.startswith(">") else ">" + line for line in thread.text.split("\n")[:220])
        quote = f"On {formatdate(self.when - 5000)[:16]}, {thread.last_author.name} wrote:\n{quoted}"
        text = self._letter(rng, author, recipients[0], int(rng.lognormvariate(5.8, 0.8)), quote)
        header = self._header(rng, author, recipients, "Re: " + thread.subject, mid, thread.ids)
        thread.ids.append(mid)
        thread.text, thread.last_author = text, author
        return self._filed(rng, author, header + body_part(rng, text, author), "reply")

    def _with_file(self, rng, author, recipients, subject, refs, text, name, media, data, kind):
        mid = message_id(rng, author.domain, self.when)
        head = (
            f'Content-Type: {media}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
        ).encode()
        parts = [body_part(rng, text, author), head + documents.base64_lines(data)]
        preamble = b"This is a multi-part message in MIME format.\r\n" if rng.random() < 0.5 else b""
        octets = self._header(rng, author, recipients, subject, mid, refs) + multipart(rng, "mixed", parts, preamble)
        return mid, self._filed(rng, author, octets, kind)

    def _attachment(self, rng):
        author = self.me if rng.random() < 0.2 else rng.choice(self.people)
        recipients = [self.me] if author is not self.me else [rng.choice(self.people)]
        text = self._letter(rng, author, recipients[0], rng.randint(100, 1200))
        name, media, data = documents.attachment(rng, self.max_size)
        return self._with_file(rng, author, recipients, LANGUAGE.title(rng), (), text, name, media, data, "attachment")[1]

    def _revision(self, rng):
        if not self.documents or rng.random() < 0.3:
            author = rng.choice(self.people)
            thread = Thread(LANGUAGE.title(rng), [], "", author, [author, self.me], documents.Document(rng, self.max_size))
            self.documents.append(thread)
            del self.documents[:-6]
        thread = rng.choice(self.documents)
        author = rng.choice(thread.people)
        recipients = [p for p in thread.people if p is not author]
        data = thread.document.next_revision(rng)
        text = self._letter(rng, author, recipients[0], rng.randint(80, 600))
        subject = thread.subject if not thread.ids else "Re: " + thread.subject
        media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        mid, mail = self._with_file(
            rng, author, recipients, subject, thread.ids[-12:], text, thread.document.name, media, data, "revision"
        )
        thread.ids.append(mid)
        return mail

    def _invite(self, rng):
        author = rng.choice(self.people)
        mid, title = message_id(rng, author.domain, self.when), LANGUAGE.title(rng)
        text = self._letter(rng, author, self.me, rng.randint(80, 900))
        day = formatdate(self.when + 500_000, usegmt=True)[5:7]
        event = "\n".join(
            (
                "BEGIN:VCALENDAR", "PRODID:-//Packetboat//mailgen//EN", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT",
                f"UID:{token(rng, 32)}@{author.domain}", f"DTSTAMP:202405{day}T080000Z", f"DTSTART:202406{day}T090000Z",
                f"DTEND:202406{day}T100000Z", f"SUMMARY:{title}", f"ORGANIZER;CN={author.name}:mailto:{author.address}",
                f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:\n mailto:{self.me.address}",
                "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:Reminder", "END:VALARM", "SEQUENCE:0",
                "END:VEVENT", "END:VCALENDAR", "",
            )
        )
        head = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        body = multipart(rng, "alternative", [text_part(rng, text, author), head + crlf(event)])
        return self._filed(rng, author, self._header(rng, author, [self.me], "Invitation: " + title, mid) + body, "invite")

    def _calendar(self, rng):
        people = rng.sample(self.people, rng.randint(2, 12))
        return Mail(items.appointment(rng, people[0], people[1:], self.when), "Calendar", [], self.when, "calendar")

    def _contact(self, rng):
        return Mail(items.contact(rng, make_person(rng)), "Contacts", [], self.when, "contact")

    def _newsletter(self, rng):
        which = min(int(rng.expovariate(0.3)), len(self.lists) - 1)
        self.issues[which] = self.issues.get(which, 0) + 1
        octets = newsletter.issue(rng, self.lists[which], self.issues[which], self.me.address, self.when)
        folder = "INBOX" if which % 2 else f"Lists/{self.lists[which].list_id.split('.')[0]}"
        return Mail(octets, folder, ["\\Seen"] if rng.random() < 0.5 else [], self.when, "newsletter")
