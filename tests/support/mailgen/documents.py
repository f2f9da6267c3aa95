"""Attachments: word-processor files in a zip, PDF-like files, pictures; and revisions of one document."""

import base64
import io
import zipfile
import zlib

from mailgen.words import LANGUAGE

_DATE = (2024, 1, 1, 0, 0, 0)  # fixed, so that a seed gives the same octets everywhere


def base64_lines(data):
    text = base64.b64encode(data)
    return b"".join(text[i : i + 76] + b"\r\n" for i in range(0, len(text), 76))


def docx(rng, paragraphs, picture=b""):
    body = "".join(
        f'<w:p w:rsidR="00{n * 2654435761 & 0xFFFFFF:06X}"><w:pPr><w:spacing w:after="120"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{p}</w:t></w:r></w:p>'
        for n, p in enumerate(paragraphs)
    )
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0"?><Relationships><Relationship Id="rId1" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document><w:body>{body}</w:body></w:document>',
        "word/styles.xml": "<w:styles>" + "".join(f'<w:style w:styleId="S{i}"/>' for i in range(80)) + "</w:styles>",
        "docProps/core.xml": f"<cp:coreProperties><dc:title>{paragraphs[0][:40]}</dc:title></cp:coreProperties>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            z.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)
        if picture:
            z.writestr(zipfile.ZipInfo("word/media/image1.png", _DATE), picture, zipfile.ZIP_STORED)
    return out.getvalue()


def pdf(rng, paragraphs, picture=b""):
    text = "\n".join(f"BT /F1 11 Tf 72 {720 - 14 * (n % 48)} Td ({p[:90]}) Tj ET" for n, p in enumerate(paragraphs))
    streams = [zlib.compress(text.encode(), 6)] + ([picture] if picture else [])
    out, offsets = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, stream in enumerate(streams, 1):
        offsets.append(len(out))
        kind = b"/Filter /FlateDecode" if number == 1 else b"/Subtype /Image /Filter /DCTDecode"
        out += b"%d 0 obj\n<< /Length %d %s >>\nstream\n" % (number, len(stream), kind)
        out += stream + b"\nendstream\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return bytes(out + b"trailer\n<< /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, xref))


def png(rng, size):
    """A picture's outside; inside, noise that no coder shrinks."""

    def chunk(name, data):
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = (640).to_bytes(4, "big") + (480).to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rng.randbytes(size)) + chunk(b"IEND", b"")


def attachment(rng, limit):
    """(file name, media type, octets): mostly 20-200 kB, now and then up to `limit`."""
    size = int(min(limit * 0.7, max(4000, rng.lognormvariate(10.9, 1.2))))
    name = LANGUAGE.title(rng).replace(" ", "_")
    kind = rng.random()
    if kind < 0.35:
        paragraphs = LANGUAGE.prose(rng, min(size, 60_000) // 2)
        picture = png(rng, size * 3 // 4) if rng.random() < 0.6 else b""
        return f"{name}.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx(
            rng, paragraphs, picture
        )
    if kind < 0.45:
        rows = (f"{n};{LANGUAGE.word(rng)};{rng.randint(1, 999)};{rng.random() * 1e4:.2f};EUR" for n in range(size // 30))
        return f"{name}.csv", "text/csv", "\r\n".join(rows).encode()
    if kind < 0.75:
        return f"{name}.pdf", "application/pdf", pdf(rng, LANGUAGE.prose(rng, min(size, 40_000)), rng.randbytes(size * 3 // 4))
    return f"{name}.png", "image/png", png(rng, size)


class Document:
    """One file that is worked on: every revision changes a few paragraphs and keeps the rest."""

    def __init__(self, rng, limit):
        self.name = LANGUAGE.title(rng).replace(" ", "_") + ".docx"
        self.paragraphs = LANGUAGE.prose(rng, rng.randint(15_000, 120_000))
        self.picture = png(rng, min(limit // 3, rng.randint(5_000, 90_000))) if rng.random() < 0.6 else b""
        self.revision = 0

    def next_revision(self, rng):
        self.revision += 1
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(self.paragraphs))
            if rng.random() < 0.5:
                self.paragraphs[place] = LANGUAGE.paragraph(rng)
            else:
                self.paragraphs.insert(place, LANGUAGE.paragraph(rng))
        return docx(rng, self.paragraphs, self.picture)
