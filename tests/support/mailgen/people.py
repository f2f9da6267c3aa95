"""Who writes: correspondents and mailing lists, made from the seed. No real people."""

import random
from dataclasses import dataclass, field

from mailgen.transport import token
from mailgen.words import LANGUAGE, make_word, wrap

_DOMAINS = "harbour.example coldstore.example northline.example tallship.example quay.test offices.test".split()
_MAILERS = (
    "Mozilla Thunderbird",
    "Microsoft Outlook 16.0",
    "Apple Mail (2.3774.500.171.1.1)",
    "Evolution 3.46.4-2",
    "Mutt/2.2.9 (2022-11-12)",
    "",
)


@dataclass
class House:
    """What all mail from one domain carries alike: its servers' own header fields, and what its lawyers want below."""

    headers: list
    notice: str


def make_house(domain):
    rng = random.Random(f"house of {domain}")
    tag = make_word(rng).capitalize()
    headers = [
        f"X-{tag}-Organisation: {token(rng, 32)}",
        f"X-{tag}-Policy: {LANGUAGE.phrase(rng, 4)}; verdict=clean; rules={token(rng, 20)}; engine={rng.randint(2, 9)}."
        f"{rng.randint(0, 40)}.{rng.randint(100, 9999)}",
        f"X-{make_word(rng).capitalize()}-Route: {'; '.join(f'{make_word(rng)}{n}.{domain}' for n in range(1, 4))}",
        f"X-{tag}-Signature-Keys: {','.join(token(rng, 11) for _ in range(rng.randint(4, 9)))}",
        f"Organization: {tag} {make_word(rng).capitalize()}",
        f"X-{tag}-Archive: <https://archive.{domain}/{token(rng, 24)}/>,\r\n <https://help.{domain}/{make_word(rng)}/{make_word(rng)}>",
    ]
    notice = wrap([LANGUAGE.paragraph(rng, 4), LANGUAGE.paragraph(rng, rng.randint(4, 7))])
    return House(headers, notice)


@dataclass
class Person:
    name: str
    address: str
    mailer: str
    signature: str
    html: bool  # writes multipart/alternative
    accents: bool
    relays: list = field(default_factory=list)
    dkim: bool = True
    house: House = None
    notice: bool = False  # the house's stands below what this one writes

    @property
    def domain(self):
        return self.address.split("@")[1]

    def mailbox(self):
        return f"{self.name} <{self.address}>"


@dataclass
class MailingList:
    name: str
    list_id: str
    sender: str
    host: str
    template: int
    greeting: str
    footer: str
    colour: str


def _name(rng):
    return make_word(rng).capitalize()


def _relays(rng, domain):
    letters = "abcdefghijkl"
    return [f"{rng.choice(('mx', 'out', 'mail', 'relay', 'smtp'))}{rng.choice(letters)}{n}.{domain}" for n in (1, 2)]


def make_person(rng, address=None):
    first, last = _name(rng), _name(rng)
    domain = address.split("@")[1] if address else rng.choice(_DOMAINS)
    address = address or f"{first}.{last}@{domain}".lower()
    signature = "\n".join(
        (
            "-- ",
            f"{first} {last}",
            f"{LANGUAGE.word(rng).capitalize()} {rng.choice(('manager', 'engineer', 'officer', 'clerk', 'agent'))}",
            f"{domain.split('.')[0].capitalize()} {rng.choice(('Ltd', 'GmbH', 'AB', 'BV'))}, "
            f"{LANGUAGE.word(rng).capitalize()} street {rng.randint(1, 200)}",
            f"phone +00 {rng.randint(100, 999)} {rng.randint(100000, 999999)}",
        )
    )
    return Person(
        name=f"{first} {last}",
        address=address,
        mailer=rng.choice(_MAILERS),
        signature=signature if rng.random() < 0.7 else "",
        html=rng.random() < 0.55,
        accents=rng.random() < 0.25,
        relays=_relays(rng, domain),
        dkim=rng.random() < 0.35,
        house=make_house(domain),
        notice=rng.random() < 0.7,
    )


def make_list(rng, number):
    word, host = make_word(rng), f"{make_word(rng)}-news.example"
    return MailingList(
        name=f"{word.capitalize()} {rng.choice(('Weekly', 'Digest', 'Offers', 'Journal', 'Updates'))}",
        list_id=f"{word}.{host}",
        sender=f"{word}@{host}",
        host=host,
        template=number % 3,
        greeting=LANGUAGE.sentence(rng),
        footer=LANGUAGE.paragraph(rng, 6),
        colour=f"#{rng.randrange(1 << 24):06x}",
    )
