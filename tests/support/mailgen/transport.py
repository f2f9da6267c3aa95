"""Header blocks with what mail collects on its way: Received chains, DKIM, ARC, Authentication-Results, X- lines."""

import base64
import binascii
from email.utils import formatdate

_HEX = "0123456789abcdef"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def token(rng, length, alphabet=_ALNUM):
    return "".join(rng.choices(alphabet, k=length))


def b64(rng, octets):
    return base64.b64encode(rng.randbytes(octets)).decode()


def message_id(rng, domain, when):
    style = rng.randrange(4)
    if style == 0:
        local = f"{token(rng, 8, _HEX)}-{token(rng, 4, _HEX)}-4{token(rng, 3, _HEX)}-{token(rng, 12, _HEX)}"
    elif style == 1:
        local = f"{when:x}.{token(rng, 10)}"
    elif style == 2:
        local = f"CA+{token(rng, 30)}={token(rng, 8)}"
    else:
        local = f"{token(rng, 20, _ALNUM[:26] + '0123456789')}"
    return f"<{local}@{domain}>"


def folded(name, text, width=76, glue="\r\n\t"):
    """Folds a long base64 value as signers do."""
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return f"{name}{glue.join(lines)}"


def encoded_word(text):
    """A phrase for a header: RFC 2047 when it needs it, in words of at most 60 encoded octets."""
    if text.isascii():
        return text
    words, current = [], ""
    for letter in text:
        if len((current + letter).encode()) > 42:
            words.append(current)
            current = ""
        current += letter
    words.append(current)
    return "\r\n ".join("=?UTF-8?B?" + base64.b64encode(w.encode()).decode() + "?=" for w in words)


def header_qp(text):
    if text.isascii():
        return text
    data = binascii.b2a_qp(text.encode(), header=True, quotetabs=True).decode().replace("=\n", "").replace("?", "=3F")
    return f"=?utf-8?Q?{data}?="


def ip(rng):
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def received(rng, relays, to, when, tls=True):
    """The chain, newest first, ending at the recipient's own server."""
    domain = to.split("@")[1]
    hops = [*relays, f"mx.{domain}", f"store1.{domain}"]
    lines = []
    for place in range(len(hops) - 1, 0, -1):
        source, here = hops[place - 1], hops[place]
        cipher = (
            "\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519 "
            "server-signature RSA-PSS (2048 bits) server-digest SHA256)\r\n\t(No client certificate requested)"
            if tls and place == len(hops) - 2
            else ""
        )
        lines.append(
            f"Received: from {source} ({source} [{ip(rng)}]){cipher}\r\n\tby {here} (Postfix) with "
            f"{'ESMTPS' if tls else 'ESMTP'} id {token(rng, 14)}\r\n\tfor <{to}>; {formatdate(when + place, False)}"
        )
    return lines


def dkim(rng, domain, when, selector="s1", names="from:to:subject:date:message-id"):
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};\r\n\tt={when}; h={names};\r\n"
        f"\tbh={b64(rng, 32)};\r\n\t" + folded("b=", b64(rng, 256))
    )


def arc(rng, domain, sender, when):
    verdict = f"dkim=pass header.d={sender} header.s=s1;\r\n\tspf=pass smtp.mailfrom={sender}; dmarc=pass header.from={sender}"
    return [
        f"ARC-Seal: i=1; s=arc1; d={domain}; t={when}; a=rsa-sha256; cv=none;\r\n\t" + folded("b=", b64(rng, 128)),
        f"ARC-Message-Signature: i=1; a=rsa-sha256; d={domain}; s=arc1; t={when};\r\n\tc=relaxed/relaxed; "
        f"h=from:to:subject:date; bh={b64(rng, 32)};\r\n\t" + folded("b=", b64(rng, 128)),
        f"ARC-Authentication-Results: i=1; mx.{domain}; {verdict}",
    ]


def trace(rng, sender_domain, relays, to, when, signed=True, with_arc=False, list_mail=False):
    """Everything the recipient's side puts on top, as header lines without their last CRLF."""
    home = to.split("@")[1]
    lines = [f"Return-Path: <{'bounce-' + token(rng, 10) if list_mail else 'mail'}@{sender_domain}>", f"Delivered-To: {to}"]
    lines += received(rng, relays, to, when)
    if with_arc:
        lines += arc(rng, home, sender_domain, when)
    lines.append(
        f"Authentication-Results: mx.{home};\r\n\tdkim={'pass' if signed else 'none'} header.d={sender_domain} "
        f"header.s=s1;\r\n\tspf=pass smtp.mailfrom={sender_domain};\r\n\tdmarc=pass (p=none) header.from={sender_domain}"
    )
    if signed:
        lines.append(dkim(rng, sender_domain, when))
    if rng.random() < 0.35:
        lines.append(f"X-Spam-Status: No, score={rng.uniform(-4, 2):.1f} required=5.0 tests=DKIM_VALID,SPF_PASS,HTML_MESSAGE")
    if rng.random() < 0.2:
        lines.append(f"X-Envelope-Id: {token(rng, 24)}")
    return lines
