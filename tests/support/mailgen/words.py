"""A made-up language that compresses like office prose.

A Zipf draw over hand-written and generated words, tied together by a fixed table of successors, gives text whose
entropy per letter is near that of real mail without holding anybody's real text. The language itself never depends on
the seed: two mailboxes from two seeds share their vocabulary, as the mail of two people does.
"""

import bisect
import itertools
import random
import textwrap

FUNCTION = (
    "the of and to in a is that for it on with as we this be at by you I from not have are will our if can but your "
    "or an has was all so which they been more me there one would no about when up what their my out do any also he "
    "were may please now only new should us these see before after then because some first it's need just could both "
    "into than other back two over she still here next until well since those very each without through while until "
    "where between too again how many most must under against during per let might down such same once soon yet"
).split()

CONTENT = (
    "meeting report invoice draft budget schedule customer order delivery contract version document file server update "
    "release week Monday Tuesday Wednesday Thursday Friday morning afternoon team project plan change question answer "
    "number price quote ship harbour cargo crew engine weather route supply office station line request review comment "
    "section table figure chapter page list note copy original attached attachment signed deadline month quarter year "
    "account payment transfer bank tax total amount balance order sample test result value measure problem issue fix "
    "failure reason network link satellite antenna modem router cable power battery generator fuel water pump valve "
    "pressure temperature sensor record log entry date time hour minute late early delay arrival departure berth pilot "
    "agent customs clearance manifest container pallet weight volume loading unloading inspection certificate permit "
    "safety drill training manual procedure checklist spare part repair service warranty supplier vendor offer tender "
    "proposal decision approval board member minutes agenda topic point action owner follow confirm send receive call "
    "phone visit travel ticket hotel flight train car room key dinner lunch family photo weekend holiday birthday garden"
).split()

MONTHS = "January February March April May June July August September October November December".split()

_ONSET = "b c d f g h j k l m n p r s t v w br ch cl cr dr fl gr pl pr sh sl sp st str th tr".split()
_VOWEL = "a e i o u ai ea ee io oo ou".split()
_CODA = ["", "", "", "n", "r", "s", "l", "t", "m", "nd", "nt", "rt", "st", "ck", "ng", "x"]
_SUFFIX = ["", "", "", "", "", "", "", "ing", "ed", "er", "ly", "tion", "ment", "al", "able", "ness", "ity", "ive", "s"]
_ACCENT = str.maketrans("aeouc", "äéöüç")

GENERATED = 9000
FOLLOW = 0.72  # how often a word is drawn from its predecessor's successors; sets the entropy of the text
FANOUT = 5
ZIPF = 1.17
PARTICULAR = 0.35  # how often a sentence names something that no vocabulary holds: a person, a date, a number


def make_word(rng):
    syllables = rng.choice((1, 1, 1, 2, 2, 2, 3))
    return "".join(rng.choice(_ONSET) + rng.choice(_VOWEL) + rng.choice(_CODA) for _ in range(syllables)) + rng.choice(
        _SUFFIX
    )


def particular(rng):
    """What a person writes that is in no dictionary."""
    kind = rng.randrange(8)
    if kind < 2:
        return f"{make_word(rng).capitalize()} {make_word(rng).capitalize()}"
    if kind == 2:
        return f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(2019, 2026)}"
    if kind == 3:
        return f"{rng.randint(6, 21)}:{rng.randrange(60):02}"
    if kind == 4:
        return f"{rng.choice(('EUR ', 'USD ', 'GBP '))}{rng.randint(1, 900)},{rng.randrange(1000):03}" if rng.random() < 0.2 else f"{rng.randint(2, 99999)}"
    if kind == 5:
        return f"{''.join(rng.choices('ABCDEFGHKLMNPRSTUVWX', k=rng.randint(2, 4)))}-{rng.randint(100, 999999)}"
    if kind == 6:
        return f"{rng.randint(1, 4000)}.{rng.randrange(100):02} {rng.choice(('kg', 'nm', 'mb', 'EUR', 'USD', 'm3', 'kW', '%'))}"
    return f"{make_word(rng)}@{make_word(rng)}.example" if rng.random() < 0.3 else f"({make_word(rng)})"


class Language:
    """Draws words, sentences, paragraphs. All randomness of a text comes from the caller's rng."""

    def __init__(self):
        fixed = random.Random("packetboat language")
        generated = sorted({make_word(fixed) for _ in range(GENERATED)})
        fixed.shuffle(generated)
        self.words = FUNCTION + CONTENT + generated
        weights = ((rank + 2.7) ** -ZIPF for rank in range(len(self.words)))
        self._cumulative = list(itertools.accumulate(weights))
        self._follow = [[self._draw(fixed) for _ in range(FANOUT)] for _ in self.words]

    def _draw(self, rng):
        return bisect.bisect_left(self._cumulative, rng.random() * self._cumulative[-1])

    def word(self, rng):
        return self.words[len(FUNCTION) + rng.randrange(len(self.words) - len(FUNCTION))]

    def phrase(self, rng, count):
        return " ".join(self.words[i] for i in self._walk(rng, count))

    def title(self, rng):
        picked = [rng.choice(CONTENT) for _ in range(rng.randint(1, 2))] + [self.word(rng)]
        rng.shuffle(picked)
        text = " ".join(picked)
        if rng.random() < 0.4:
            text += " " + rng.choice(("for", "of", "on", "and", "in")) + " " + rng.choice(CONTENT)
        return text[0].upper() + text[1:]

    def _walk(self, rng, count):
        at = self._draw(rng)
        for _ in range(count):
            yield at
            at = self._follow[at][int(rng.random() ** 2 * FANOUT)] if rng.random() < FOLLOW else self._draw(rng)

    def sentence(self, rng):
        words = [self.words[i] for i in self._walk(rng, rng.randint(5, 19))]
        if len(words) > 9 and rng.random() < 0.5:
            words[len(words) // 2] += ","
        if rng.random() < PARTICULAR:
            words.insert(rng.randint(1, len(words)), particular(rng))
        text = " ".join(words)
        return text[0].upper() + text[1:] + rng.choice("......?!")

    def paragraph(self, rng, sentences=None):
        return " ".join(self.sentence(rng) for _ in range(sentences or rng.randint(1, 5)))

    def prose(self, rng, size):
        """Paragraphs of about `size` characters in all, not wrapped."""
        made, out = 0, []
        while made < size:
            out.append(self.paragraph(rng))
            made += len(out[-1]) + 2
        return out


def wrap(paragraphs, width=72):
    return "\n\n".join(textwrap.fill(p, width, break_long_words=False, break_on_hyphens=False) for p in paragraphs)


def accented(rng, text, share=0.3):
    """The same text as a language with accents writes it."""
    return " ".join(w.translate(_ACCENT) if len(w) > 3 and rng.random() < share else w for w in text.split(" "))


LANGUAGE = Language()
