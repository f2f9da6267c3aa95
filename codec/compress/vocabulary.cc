// Written for this purpose: words of RFCs and of the programs that make mail, nothing of anybody's mail. The rarest
// stand first: what is near is cheaper to name.
#include "codec/compress/vocabulary.h"

#include <string>
#include <string_view>

namespace codec::compress {
namespace {

// RFC 5545, RFC 6350
constexpr std::string_view kAgenda = R"~(BEGIN:VCARD
VERSION:3.0
PRODID:-//
N:;;;
FN:
ORG:
TITLE:
EMAIL;TYPE=INTERNET;TYPE=HOME:
EMAIL;type=INTERNET;type=WORK;type=pref:
TEL;TYPE=CELL:
TEL;TYPE=WORK,VOICE:+
ADR;TYPE=HOME:;;
URL:https://
NOTE:
BDAY:19
REV:20
UID:
PHOTO;ENCODING=b;TYPE=JPEG:
CATEGORIES:
END:VCARD
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REQUEST
METHOD:REPLY
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/London
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:
DTSTAMP:20
DTSTART;TZID=America/New_York:20
DTEND;TZID=America/New_York:20
DTSTART;VALUE=DATE:20
DTEND;VALUE=DATE:20
ORGANIZER;CN=:mailto:
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=;X-NUM-GUESTS=0:mailto:
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=:mailto:
RRULE:FREQ=WEEKLY;UNTIL=20;BYDAY=MO,TU,WE,TH,FR
RECURRENCE-ID;TZID=
EXDATE;TZID=
CREATED:20
LAST-MODIFIED:20
CLASS:PUBLIC
PRIORITY:5
LOCATION:
DESCRIPTION:
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY;LANGUAGE=en-US:
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
X-MICROSOFT-CDO-IMPORTANCE:1
X-MICROSOFT-CDO-INSTTYPE:0
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:This is an event reminder
TRIGGER;RELATED=START:-PT15M
TRIGGER:-P0DT0H10M0S
END:VALARM
END:VEVENT
END:VCALENDAR
)~";

// What newsletters and shops are built of: HTML 4.01, CSS 2, and what mail programs ask for beside them.
constexpr std::string_view kMarkup =
    R"~(<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml" xmlns="http://www.w3.org/TR/REC-html40">
<!doctype html><html lang="en"><head><meta charset="utf-8">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta http-equiv="Content-Type" content="text/html; charset=us-ascii">
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<meta http-equiv="X-UA-Compatible" content="IE=edge" />
<meta name="format-detection" content="telephone=no" />
<meta name="x-apple-disable-message-reformatting">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0" width="600" align="center"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<!--[if mso | IE]></td></tr></table><![endif]-->
<!--[if !mso]><!--><link href="https://fonts.googleapis.com/css?family=Open+Sans:400,700" rel="stylesheet" type="text/css"><!--<![endif]-->
<style type="text/css">
#outlook a { padding:0; }
body { margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%; }
table, td { border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt; }
img { border:0;height:auto;line-height:100%; outline:none;text-decoration:none;-ms-interpolation-mode:bicubic; }
p { display:block;margin:13px 0; }
.ReadMsgBody { width: 100%; } .ExternalClass { width: 100%; }
.ExternalClass, .ExternalClass p, .ExternalClass span, .ExternalClass font, .ExternalClass td, .ExternalClass div { line-height: 100%; }
a[x-apple-data-detectors] { color: inherit !important; text-decoration: none !important; font-size: inherit !important; font-family: inherit !important; font-weight: inherit !important; line-height: inherit !important; }
@media only screen and (max-width: 600px) { .mobile { display: block !important; width: 100% !important; max-width: 100% !important; height: auto !important; padding: 0 !important; text-align: center !important; } }
@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0in; margin-bottom:.0001pt; font-size:11.0pt; font-family:"Calibri",sans-serif;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.EmailStyle17 {mso-style-type:personal-compose; font-family:"Calibri",sans-serif; color:windowtext;}
@page WordSection1 {size:8.5in 11.0in; margin:1.0in 1.0in 1.0in 1.0in;} div.WordSection1 {page:WordSection1;}
</style>
</head>
<body lang="EN-US" link="#0563C1" vlink="#954F72"><div class="WordSection1"><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<body bgcolor="#ffffff" style="margin: 0; padding: 0; background-color: #f4f4f4; font-family: Arial, Helvetica, sans-serif;" leftmargin="0" topmargin="0" marginwidth="0" marginheight="0">
<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;">&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&#8204;&#8199;&#847;</div>
<table align="center" border="0" cellpadding="0" cellspacing="0" width="100%" style="border-collapse: collapse; max-width: 600px; margin: 0 auto;" role="presentation">
<tbody><tr>
<td align="center" valign="top" style="padding: 20px 0; font-family: 'Helvetica Neue', Helvetica, Arial, sans-serif; font-size: 14px; line-height: 20px; color: #333333; text-align: left;">
<a href="https://www.example.com/?utm_source=newsletter&utm_medium=email&utm_campaign=&utm_content=" target="_blank" rel="noopener" style="color: #1155cc; text-decoration: none;">
<img src="https://www.example.com/images/logo.png" alt="" width="600" height="1" border="0" style="display: block; width: 100%; max-width: 600px; height: auto;" />
<img src="https://click.example.com/open.aspx?" width="1" height="1" alt="" style="border-width: 0; height: 1px; width: 1px" />
<span style="font-size: 12px; color: #999999; font-weight: bold; text-decoration: underline;">View this email in your browser</span>
<p style="margin: 0 0 10px 0;"><strong></strong></p><ul><li></li></ul><h1 style="margin: 0; font-size: 24px;"></h1><h2></h2><b></b><i></i><hr>
<font face="Arial, Helvetica, sans-serif" size="2" color="#000000"><br></font><center></center>
</td></tr><tr><td height="20" style="font-size: 0; line-height: 0;">&nbsp;</td></tr></tbody></table></td>
<div dir="ltr"><br></div><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Jan 1, 2024 at 10:00&#8239;AM &lt;<a href="mailto:">&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">
<blockquote type="cite"><pre class="moz-signature" cols="72"><div><br class=""></div></blockquote></div>
You are receiving this email because you subscribed to our newsletter. If you no longer wish to receive these emails, you can unsubscribe at any time. To unsubscribe from this list, click here. Update your preferences. Privacy Policy | Terms of Service | Contact us. &copy; 2024 All rights reserved. Our mailing address is: Please do not reply to this message. Was this forwarded to you? Add us to your address book. Follow us on Facebook, Twitter, Instagram, LinkedIn and YouTube.
</body>
</html>
)~";

constexpr std::string_view kText =
    R"~( the following to this is not available. If you have any questions, please contact us at http://www. and we will be able to help you with your order. Thank you for your interest in the information about our new products and services. Click here to read more and find out what has changed. Please let me know if there is anything else that I can do for you. I would like to thank you for your time. I think that it should be possible, but I don't know whether they have been able to get it working. What do you think? We are looking forward to hearing from you. There is a meeting on Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday. January, February, March, April, May, June, July, August, September, October, November, December. Dear Sir or Madam, Dear all, Dear customer, Hello, Hi everyone, Hi, thanks for your message. Sorry for the late reply. I am out of the office. Please find attached the document as discussed. You can see the attached file for details. I have made some changes because of the problem that you reported. It seems to me that they would want to do something about it, for example by using the other version which was released last week. However, some people might not agree with what has been said here before. In my opinion the best way would be just to wait until the next release comes out. Could you please have a look at it when you get a chance? It doesn't work, isn't it? That's fine with me. I'm not sure, I've never tried, you're right, can't, won't, didn't, wasn't.
> > > > > wrote:
>> On Sun, 31 Dec 2023 at 23:59:59 +0000, wrote:
> -----Original Message-----
> From: 
> Sent: Thursday, 
> To: 
> Subject: RE: 
________________________________
From: 
Sent: Friday, 
To: 
Cc: 
Subject: Re: 
---------- Forwarded message ---------
----- Forwarded Message -----
Begin forwarded message:
-------- Original Message --------
diff --git a/src/main.c b/src/main.c
index 0000000..1111111 100644
new file mode 100644
deleted file mode 100644
--- a/Makefile
+++ b/drivers/include/
@@ -1,7 +1,7 @@ static int 
 #include <linux/
 	if (!ret)
 		return -EINVAL;
 	struct 
-- 
2.43.0
 1 file changed, 1 insertion(+), 1 deletion(-)
 2 files changed, 10 insertions(+), 2 deletions(-)
Fixes: 0123456789ab ("
Link: https://lore.kernel.org/r/
Cc: <stable@vger.kernel.org>
Reported-by: 
Suggested-by: 
Acked-by: 
Tested-by: 
Reviewed-by: 
Signed-off-by: 
_______________________________________________
 mailing list
To unsubscribe from this list: send the line "unsubscribe " in the body of a message to majordomo@
More majordomo info at  http://
https://lists.example.org/mailman/listinfo/
To unsubscribe, e-mail: dev-unsubscribe@
For additional commands, e-mail: dev-help@
You received this message because you are subscribed to the Google Groups "" group.
To unsubscribe from this group and stop receiving emails from it, send an email to +unsubscribe@googlegroups.com.
To view this discussion on the web visit https://groups.google.com/d/msgid/
This e-mail and any attachments are confidential and intended solely for the use of the individual or entity to whom they are addressed. If you have received this email in error please notify the sender and delete it from your system.
Sent from my iPhone
-----BEGIN PGP SIGNATURE-----
Version: GnuPG v2
-----END PGP SIGNATURE-----
Kind regards,
Best regards,
Best,
Cheers,
Thanks,
)~";

// RFC 5322, 2045 ff., 2369, 2919, 6376, 8601, 8617, and what programs put beside them.
constexpr std::string_view kHeaders = R"~(X-MS-Exchange-Organization-AuthAs: Internal
X-MS-Exchange-Organization-AuthMechanism: 04
X-MS-Exchange-Organization-AuthSource: .prod.outlook.com
X-MS-Exchange-Organization-SCL: -1
X-MS-Exchange-Organization-ExpirationStartTime: 
X-MS-Exchange-Organization-Network-Message-Id: 
X-MS-Exchange-Transport-CrossTenantHeadersStamped: 
X-MS-Exchange-Transport-EndToEndLatency: 00:00:
X-MS-Exchange-CrossTenant-FromEntityHeader: Hosted
X-MS-Exchange-CrossTenant-Network-Message-Id: 
X-MS-Exchange-CrossTenant-OriginalArrivalTime: 01 Jan 2024 00:00:00.0000 (UTC)
X-MS-Exchange-CrossTenant-id: 
X-MS-Exchange-CrossTenant-AuthAs: Internal
X-MS-Exchange-AntiSpam-MessageData-0: 
X-MS-Exchange-AntiSpam-MessageData-ChunkCount: 1
X-MS-Exchange-SenderADCheck: 1
X-MS-Exchange-AntiSpam-Relay: 0
X-MS-Office365-Filtering-Correlation-Id: 
X-MS-PublicTrafficType: Email
X-MS-TrafficTypeDiagnostic: 
X-MS-Has-Attach: yes
X-MS-TNEF-Correlator: 
X-Microsoft-Antispam: BCL:0;ARA:13230040|
X-Microsoft-Antispam-Message-Info: 
X-Forefront-Antispam-Report: CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:;PTR:;CAT:NONE;SFS:;DIR:OUT;SFP:1101;
X-OriginatorOrg: 
Thread-Topic: 
Thread-Index: Ad
Accept-Language: en-US, en-GB
Content-Language: en-US
x-originating-ip: [
x-ms-exchange-messagesentrepresentingtype: 1
X-MimeOLE: Produced By Microsoft MimeOLE V6.00.2900.2180
X-Mailer: Microsoft Outlook Express 6.00.2900.2180
X-Mailer: Microsoft Outlook 16.0
X-Mailer: Microsoft Outlook IMO, Build 9.0.2416 (9.0.2911.0)
X-Mailer: Apple Mail (2.3445.104.11)
X-Mailer: iPhone Mail (21A360)
X-Mailer: git-send-email 2.43.0
X-Mailer: Evolution 3.46.4-2
X-Mailer: MailChimp Mailer - **CID
X-MSMail-Priority: Normal
X-Priority: 3 (Normal)
Importance: Normal
User-Agent: Mutt/2.2.12 (2023-09-09)
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Thunderbird/102.11.0
User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:60.0) Gecko/20100101
 Thunderbird/60.8.0
X-Accept-Language: en-us, en
X-Spam-Status: No, score=-2.6 required=5.0 tests=BAYES_00,DKIM_SIGNED,
	DKIM_VALID,DKIM_VALID_AU,DKIM_VALID_EF,HTML_MESSAGE,MAILING_LIST_MULTI,RCVD_IN_DNSWL_NONE,
	RCVD_IN_MSPIKE_H2,SPF_HELO_NONE,SPF_PASS,T_SCC_BODY_TEXT_LINE,URIBL_BLOCKED
	autolearn=ham autolearn_force=no version=3.4.6
X-Spam-Level: 
X-Spam-Flag: NO
X-Spam-Checker-Version: SpamAssassin 3.4.2 (2018-09-13) on 
X-Virus-Scanned: Debian amavisd-new at 
X-Virus-Scanned: clamav-milter 0.103.8 at 
X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
        d=1e100.net; s=20230601; t=;
        h=to:subject:message-id:date:from:in-reply-to:references:mime-version
         :x-gm-message-state:from:to:cc:subject:date:message-id:reply-to;
        bh=
X-Gm-Message-State: A
X-Google-Smtp-Source: A
X-Received: by 2002:a17:90b:: with SMTP id
 . ; Mon, 01 Jan 2024 00:00:00 -0800 (PST)
X-SG-EID: 
X-SES-Outgoing: 2024.01.01-
Feedback-ID: 
X-Report-Abuse: Please report abuse for this campaign
X-Campaign: 
X-CSA-Complaints: csa-complaints@eco.de
X-Amavis-Alert: 
X-Original-To: 
X-Originating-Email: 
X-Originating-IP: 
X-OriginalArrivalTime: 01 Jan 2002 00:00:00.0000 (UTC) FILETIME=[
X-AntiAbuse: Primary Hostname - 
X-Authentication-Warning:  owned process doing -bs
X-Authority-Analysis: v=2.4 cv=
X-Proofpoint-Virus-Version: vendor=baseguard engine=ICAP:2.0.293,Aquarius:18.0.
X-Proofpoint-Spam-Details: rule=notspam policy=default score=0 suspectscore=0
X-Mailman-Version: 2.1.39
X-Mailman-Approved-At: 
X-BeenThere: 
X-Loop: 
X-Mailing-List: 
Mailing-List: contact ; run by ezmlm
Delivered-To: mailing list 
Errors-To: -bounces@
Sender: -bounces@
List-Id: <.lists.>
List-Unsubscribe: <https://lists./mailman/options/>,
 <mailto:-request@?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Archive: <https://lists./pipermail/>
List-Archive: <http://www.mail-archive.com/>
List-Post: <mailto:>
List-Help: <mailto:-request@?subject=help>
List-Subscribe: <https://lists./mailman/listinfo/>,
 <mailto:-request@?subject=subscribe>
List-Owner: <mailto:owner-
Precedence: list
Precedence: bulk
Auto-Submitted: auto-generated
Received-SPF: pass (google.com: domain of  designates  as permitted sender) client-ip=;
Received-SPF: Pass (protection.outlook.com: domain of  designates  as
 permitted sender) receiver=protection.outlook.com; client-ip=; helo=; pr=C
ARC-Seal: i=1; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=none;
 b=
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=microsoft.com;
 s=arcselector10001;
 h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-AntiSpam-MessageData-ChunkCount:X-MS-Exchange-AntiSpam-MessageData-0:X-MS-Exchange-AntiSpam-MessageData-1;
 bh=
ARC-Seal: i=1; a=rsa-sha256; t=; cv=none;
        d=google.com; s=arc-20240605;
        b=
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=google.com; s=arc-20240605;
        h=list-unsubscribe:list-subscribe:list-help:list-post:list-id:precedence:content-transfer-encoding:
ARC-Authentication-Results: i=1; mx.google.com;
       dkim=pass header.i=@ header.s=selector1 header.b=;
       dkim=neutral (body hash did not verify)
       spf=pass (google.com: domain of  designates  as permitted sender) smtp.mailfrom=;
       dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=
Authentication-Results: mx.google.com;
Authentication-Results: spf=pass (sender IP is )
 smtp.mailfrom=; dkim=pass (signature was verified)
 header.d=;dmarc=pass action=none header.from=;compauth=pass reason=100
Authentication-Results: ;
	dkim=pass (2048-bit key; unprotected) header.d= header.i=@ header.a=rsa-sha256 header.s=default header.b=;
	dkim-atps=neutral
DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/simple; s=; d=amazonses.com; t=;
	h=From:To:Subject:MIME-Version:Content-Type:Message-ID:Date:Feedback-ID;
DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; s=; d=; h=
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=; s=selector1;
 h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck;
 bh=
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
        d=gmail.com; s=20230601; t=; x=; darn=;
        h=content-transfer-encoding:cc:to:subject:message-id:date:from
         :in-reply-to:references:mime-version:from:to:cc:subject:date
         :message-id:reply-to;
        bh=;
        b=
Received: (from root@localhost)
	by localhost (8.14.4/8.14.4/Submit) id ;
Received: (qmail 0 invoked by uid 0); 1 Jan 2004 00:00:00 -0000
Received: (qmail 0 invoked from network); 1 Jan 2004 00:00:00 -0000
Received: by 2002:a05:6402:: with SMTP id ;
        Mon, 1 Jan 2024 00:00:00 -0800 (PST)
Received: from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41])
        by mx.google.com with SMTPS id
        for <>
        (Google Transport Security);
        Tue, 01 Jan 2024 00:00:00 -0800 (PST)
Received: from .prod.outlook.com (2603:10a6::) by
 .prod.outlook.com (2603:10b6::) with Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.0000.00; Wed, 1 Jan 2024 00:00:00
 +0000
Received: from .prod.outlook.com
 ([fe80::]) by .prod.outlook.com
 ([fe80::%4]) with mapi id 15.20.0000.00; Thu, 1 Jan 2024 00:00:00 +0000
Received: from unknown (HELO localhost) (
  by  with SMTP; 1 Jan 2003 00:00:00 -0000
Received: from  ([]) by  with Microsoft SMTPSVC(6.0.3790.211);
	 Fri, 1 Jan 2002 00:00:00 -0500
Received: from 127.0.0.1 (HELO localhost.localdomain)
	by localhost (Postfix) with SMTP id ;
Received: from localhost (localhost.localdomain [127.0.0.1])
	by localhost with IMAP (fetchmail-6.3.26)
	for <@localhost> (single-drop); Sat, 01 Jan 2002 00:00:00 +0000 (GMT)
Received: from [192.168.1.2] (unknown [10.0.0.1])
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
	 key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
	(No client certificate requested)
	(Authenticated sender: )
	by mail. (Postfix) with ESMTPSA id 
Received: from  by  with esmtps (TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256)
	(Exim 4.96) (envelope-from <>) id 
	for ; Sun, 01 Jan 2024 00:00:00 +0100
Received: from mail. (mail. [])
	by  (8.12.8/8.12.8) with ESMTP id  for <>;
	Mon, 1 Jan 2003 00:00:00 -0700 (EDT)
Received: from smtp. (smtp. [])
	by mx. (Postfix) with ESMTPS id 
	for <>; Tue,  1 Jan 2024 00:00:00 +0200 (CEST)
Return-Path: <>
Delivered-To: 
Reply-To: 
Disposition-Notification-To: 
Organization: 
Autocrypt: addr=; prefer-encrypt=mutual; keydata=
 =?UTF-8?B?=?= =?utf-8?Q?=?= =?iso-8859-1?Q?=?= <
Mime-Version: 1.0 (Mac OS X Mail 16.0 (3696.120.41.1.1))
MIME-version: 1.0
This is a multi-part message in MIME format.
This is a cryptographically signed message in MIME format.
Content-Type: multipart/report; report-type=delivery-status;
Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256;
Content-Type: multipart/related; type="multipart/alternative";
	boundary="=_
Content-Type: message/rfc822
Content-Type: text/calendar; charset="utf-8"; method=REQUEST
Content-Type: application/pgp-signature; name="signature.asc"
Content-Description: OpenPGP digital signature
Content-Type: application/octet-stream; name="
Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document;
	name=".docx"
Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; name=".xlsx"
Content-Type: application/pdf; name=".pdf"
Content-Disposition: attachment; filename=".pdf"; size=0;
	creation-date="Mon, 01 Jan 2024 00:00:00 GMT"; modification-date="
X-Attachment-Id: f_
Content-Type: image/png; name="image001.png"
Content-Type: image/jpeg; name=".jpg"
Content-ID: <image001.png@01D>
Content-Disposition: inline; filename="image001.png"
Content-Transfer-Encoding: base64
Content-Type: multipart/mixed; boundary="----=_NextPart_000_0000_01C0
Content-Type: multipart/mixed; boundary="00000000000
Content-Type: multipart/alternative;
	boundary="----=_Part_0_.1700000000000"
Content-Type: multipart/alternative; boundary="_000_prod.outlook.com_"
Content-Type: text/plain; charset=US-ASCII; format=flowed
Content-Type: text/plain; charset=us-ascii
Content-Type: text/plain; charset=ISO-8859-1
Content-Type: text/plain; charset="iso-8859-1"
Content-Type: text/plain; charset=windows-1252
Content-Disposition: inline
Content-Type: text/html; charset="us-ascii"
Content-Type: text/html; charset="UTF-8"
Content-Transfer-Encoding: 8bit
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 7bit
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Type: text/html; charset=utf-8
Cc: 
References: <
 <
In-Reply-To: <
Date: Wed, 10 Jul 2024 12:34:56 +0000
Date: Thu, 20 Sep 2002 11:22:33 -0400
Date: Fri, 30 Nov 2018 21:09:08 +0100
Message-ID: <0000000000.example.com@mail.gmail.com>
Message-Id: <20240101000000.@
Subject: Re: [PATCH v2 1/2] 
Subject: Re: 
Subject: Fwd: 
From: " " <@gmail.com>
To: <@yahoo.com>, @hotmail.com, @outlook.com
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 7bit

)~";

}  // namespace

ByteView vocabulary() {
  static const Bytes kOctets = [] {
    Bytes octets;
    for (const std::string_view part : {kAgenda, kMarkup, kText, kHeaders}) {
      for (const char c : part) {
        if (c == '\n') octets.push_back(std::byte{'\r'});
        octets.push_back(static_cast<std::byte>(c));
      }
    }
    return octets;
  }();
  return kOctets;
}

}  // namespace codec::compress
