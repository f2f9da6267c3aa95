"""Bulk mail: one template per list, tables, styles, tracking links with tokens that nothing compresses."""

import binascii
from email.utils import formatdate

from mailgen.transport import message_id, token, trace
from mailgen.words import LANGUAGE, wrap

_STYLE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" /><title>{title}</title>
<style type="text/css">
body {{ margin: 0; padding: 0; min-width: 100%; background-color: #f4f4f4; -webkit-text-size-adjust: 100%; }}
table {{ border-spacing: 0; border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }}
td {{ font-family: Helvetica, Arial, sans-serif; font-size: 15px; line-height: 22px; color: #333333; }}
a {{ color: {colour}; text-decoration: none; }} .button {{ background-color: {colour}; border-radius: 4px; }}
@media only screen and (max-width: 600px) {{ .column {{ width: 100% !important; display: block !important; }} }}
</style></head><body><center><table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0">
"""

_ROWS = (
    '<tr><td class="column" style="padding: 20px 30px 10px 30px;" align="left"><h2 style="margin: 0; font-size: 20px; '
    'color: {colour};">{title}</h2><p style="margin: 10px 0;">{text}</p><a class="button" href="{link}" '
    'style="display: inline-block; padding: 8px 16px; color: #ffffff;">Read more</a></td></tr>\n',
    '<tr><td width="200" class="column" valign="top" style="padding: 12px;"><a href="{link}"><img src="{image}" width="180" '
    'height="120" alt="{title}" border="0" style="display: block;" /></a></td><td width="400" class="column" valign="top" '
    'style="padding: 12px;"><strong>{title}</strong><br />{text}</td></tr>\n',
    '<tr><td style="border-bottom: 1px solid #dddddd; padding: 14px 24px;"><a href="{link}" style="font-weight: bold; '
    'font-size: 17px;">{title}</a><div style="color: #666666; font-size: 13px;">{text}</div></td></tr>\n',
)


def _link(rng, source, path="c"):
    return f"https://click.{source.host}/{path}/{token(rng, 22)}?utm_source=newsletter&amp;utm_medium=email&amp;utm_campaign=weekly"


def issue(rng, source, number, to, when):
    """One issue of `source`, the list's `number`-th."""
    stories = [(LANGUAGE.title(rng), LANGUAGE.paragraph(rng, rng.randint(1, 3))) for _ in range(rng.randint(6, 16))]
    title = f"{source.name} #{number}: {stories[0][0]}"
    unsubscribe = _link(rng, source, "u")
    plain = f"{title}\n\n{wrap([source.greeting])}\n\n" + "\n\n".join(
        f"* {head}\n{wrap([text])}\n{_link(rng, source).replace('&amp;', '&')}" for head, text in stories
    )
    plain += f"\n\n{wrap([source.footer])}\nUnsubscribe: {unsubscribe.replace('&amp;', '&')}\n"
    page = _STYLE.format(title=title, colour=source.colour) + f"<tr><td>{source.greeting}</td></tr>\n"
    for head, text in stories:
        image = f"https://img.{source.host}/m/{token(rng, 8)}.jpg"
        page += _ROWS[source.template].format(
            title=head, text=text, link=_link(rng, source), image=image, colour=source.colour
        )
    page += (
        f'<tr><td style="font-size: 11px; color: #999999; padding: 30px;">{source.footer}<br /><a href="{unsubscribe}">'
        f'Unsubscribe</a></td></tr></table></center><img src="{_link(rng, source, "o")}" width="1" height="1" /></body></html>\n'
    )
    boundary = f"_----{token(rng, 20)}===_{token(rng, 2)}/{token(rng, 6)}"
    relays = [f"mta{rng.randint(1, 9)}.{source.host}", f"out.{source.host}"]
    lines = trace(rng, source.host, relays, to, when, list_mail=True)
    lines += [
        f"From: {source.name} <{source.sender}>",
        f"To: {to}",
        f"Subject: {title}",
        "Date: " + formatdate(when),
        "Message-ID: " + message_id(rng, source.host, when),
        f"List-Id: {source.name} <{source.list_id}>",
        f"List-Unsubscribe: <{unsubscribe.replace('&amp;', '&')}>,\r\n <mailto:unsubscribe@{source.host}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        f"Feedback-ID: {number}:{source.list_id}:bulk",
        f"X-Campaign: {token(rng, 12)}",
        "Precedence: bulk",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    out = "".join(line + "\r\n" for line in lines).encode() + b"\r\n"
    for kind, text in (("plain", plain), ("html", page)):
        head = f"--{boundary}\r\nContent-Type: text/{kind}; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        out += head.encode() + binascii.b2a_qp(text.encode()).replace(b"\n", b"\r\n") + b"\r\n"
    return out + f"--{boundary}--\r\n".encode()
