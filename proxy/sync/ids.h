// The registered properties of the mail lane's messages.                                   Source: PROTOCOL.md
#pragma once
#include "codec/property/registry.h"

namespace proxy::sync::id {

using codec::property::Name;
using codec::property::name_of;
using codec::property::Property;
using codec::property::Type;

// What kind of message a chain is; the first property of each.
inline constexpr Property<Type::Unsigned> kKind{0x01, "kind"};
inline constexpr Property<Type::Text> kText{0x02, "text"};
inline constexpr Property<Type::Unsigned> kCode{0x03, "code"};

// control.h
inline constexpr Property<Type::Unsigned> kAccount{0x60, "account"};
inline constexpr Property<Type::Text> kAddress{0x61, "address"};
inline constexpr Property<Type::Text> kUser{0x62, "user"};
inline constexpr Property<Type::Bytes> kPassword{0x63, "password"};
inline constexpr Property<Type::Text> kDevice{0x64, "device"};
inline constexpr Property<Type::Unsigned> kProbe{0x65, "probe"};
inline constexpr Property<Type::Text> kServer{0x66, "server"};
inline constexpr Property<Type::Unsigned> kSubmissionSize{0x67, "submission size"};
inline constexpr Property<Type::Text> kEnrolCode{0x68, "enrolment code"};
inline constexpr Property<Type::Bytes> kRequest{0x69, "certificate request"};
inline constexpr Property<Type::Bytes> kCertificate{0x6a, "certificate"};
inline constexpr Property<Type::Unsigned> kLane{0x6b, "lane"};
inline constexpr Property<Type::Unsigned> kPurpose{0x6c, "purpose"};
inline constexpr Property<Type::Text> kTarget{0x6d, "target"};
inline constexpr Name kControlNames[] = {
    name_of(kAccount),     name_of(kAddress), name_of(kUser),           name_of(kPassword),  name_of(kDevice),
    name_of(kProbe),       name_of(kServer),  name_of(kSubmissionSize), name_of(kEnrolCode), name_of(kRequest),
    name_of(kCertificate), name_of(kLane),    name_of(kPurpose),        name_of(kTarget)};
static_assert(codec::property::well_registered(kControlNames, codec::property::kLoginIds));

// feed.h, items.h
inline constexpr Property<Type::Bytes> kLedger{0xa0, "ledger"};
inline constexpr Property<Type::Chain> kVector{0xa1, "mailbox vector"};
inline constexpr Property<Type::Text> kName{0xa2, "mailbox name"};
inline constexpr Property<Type::Unsigned> kValidity{0xa3, "uid validity"};
inline constexpr Property<Type::Unsigned> kUidNext{0xa4, "uid next"};
inline constexpr Property<Type::Unsigned> kModSeq{0xa5, "modseq"};
inline constexpr Property<Type::Unsigned> kCount{0xa6, "count"};
inline constexpr Property<Type::Bytes> kDigest{0xa7, "set digest"};
inline constexpr Property<Type::Unsigned> kOverviewBelow{0xa8, "overviews missing below"};
inline constexpr Property<Type::Bytes> kFoldersDigest{0xa9, "folders digest"};
inline constexpr Property<Type::Unsigned> kToken{0xaa, "token"};
inline constexpr Property<Type::Unsigned> kMailbox{0xab, "mailbox number"};
inline constexpr Property<Type::Chain> kRange{0xac, "range"};
inline constexpr Property<Type::Unsigned> kLow{0xad, "low uid"};
inline constexpr Property<Type::Unsigned> kHigh{0xae, "high uid"};
inline constexpr Property<Type::Unsigned> kWhole{0xaf, "whole"};
inline constexpr Property<Type::Bytes> kEntries{0xb0, "entries"};
inline constexpr Property<Type::Chain> kFolder{0xb1, "folder"};
inline constexpr Property<Type::Unsigned> kDelimiter{0xb2, "delimiter"};
inline constexpr Property<Type::Unsigned> kAttributes{0xb3, "attributes"};
inline constexpr Property<Type::Text> kSpecialUse{0xb4, "special use"};
inline constexpr Property<Type::Text> kObjectId{0xb5, "object id"};
inline constexpr Property<Type::Text> kKeyword{0xb6, "keyword"};
inline constexpr Property<Type::Unsigned> kSentByServer{0xb7, "sent by server"};
inline constexpr Property<Type::Bytes> kSkeleton{0xb8, "skeleton"};
inline constexpr Property<Type::Unsigned> kCompleteBelow{0xb9, "complete below"};
inline constexpr Property<Type::Bytes> kUids{0xba, "uids"};
inline constexpr Property<Type::Bytes> kKeys{0xbb, "match keys"};
inline constexpr Property<Type::Unsigned> kLast{0xbc, "last"};
inline constexpr Property<Type::Chain> kOverview{0xbd, "overview"};
inline constexpr Property<Type::Unsigned> kCompleteFrom{0xbe, "complete from"};
inline constexpr Property<Type::Unsigned> kTrouble{0xbf, "trouble"};
inline constexpr Property<Type::Unsigned> kUid{0xc0, "uid"};
inline constexpr Property<Type::Unsigned> kOffset{0xc1, "offset"};
inline constexpr Property<Type::Bytes> kRunning{0xc2, "running digest"};
inline constexpr Property<Type::Unsigned> kBytes{0xc3, "bytes"};
inline constexpr Property<Type::Unsigned> kSize{0xc4, "size"};
inline constexpr Property<Type::Bytes> kOctets{0xc5, "octets"};
inline constexpr Property<Type::Bytes> kSha256{0xc6, "sha-256"};
inline constexpr Property<Type::Unsigned> kGone{0xc7, "gone"};
inline constexpr Property<Type::Bytes> kTicket{0xc8, "ticket"};
inline constexpr Property<Type::Bytes> kLayout{0xc9, "layout of the octets"};
inline constexpr Property<Type::Unsigned> kWrittenSize{0xca, "size as written"};
inline constexpr Property<Type::Unsigned> kBodiesFollow{0xcb, "bodies follow"};
inline constexpr Property<Type::Chain> kReference{0xcc, "reference"};
inline constexpr Property<Type::Bytes> kCheck{0xcd, "check"};
inline constexpr Property<Type::Bytes> kRecipe{0xce, "recipe of the octets"};
inline constexpr Property<Type::Chain> kWholeReference{0xcf, "whole reference"};
inline constexpr Property<Type::Unsigned> kRaw{0xd0, "raw"};
inline constexpr Property<Type::Bytes> kFigures{0xd1, "figures of the octets"};
inline constexpr Property<Type::Bytes> kRepeats{0xd2, "repeats of the octets"};
inline constexpr Property<Type::Chain> kSource{0xd3, "source of repeats"};
inline constexpr Property<Type::Chain> kHere{0xd4, "items that are here"};
inline constexpr Property<Type::Unsigned> kAskedFor{0xd5, "asked for on another stream"};
inline constexpr Name kSyncNames[] = {
    name_of(kLedger),        name_of(kVector),        name_of(kName),         name_of(kValidity),
    name_of(kUidNext),       name_of(kModSeq),        name_of(kCount),        name_of(kDigest),
    name_of(kOverviewBelow), name_of(kFoldersDigest), name_of(kToken),        name_of(kMailbox),
    name_of(kRange),         name_of(kLow),           name_of(kHigh),         name_of(kWhole),
    name_of(kEntries),       name_of(kFolder),        name_of(kDelimiter),    name_of(kAttributes),
    name_of(kSpecialUse),    name_of(kObjectId),      name_of(kKeyword),      name_of(kSentByServer),
    name_of(kSkeleton),      name_of(kCompleteBelow), name_of(kUids),         name_of(kKeys),
    name_of(kLast),          name_of(kOverview),      name_of(kCompleteFrom), name_of(kTrouble),
    name_of(kUid),           name_of(kOffset),        name_of(kRunning),      name_of(kBytes),
    name_of(kSize),          name_of(kOctets),        name_of(kSha256),       name_of(kGone),
    name_of(kTicket),        name_of(kLayout),        name_of(kWrittenSize),  name_of(kBodiesFollow),
    name_of(kReference),     name_of(kCheck),         name_of(kRecipe),       name_of(kWholeReference),
    name_of(kRaw),           name_of(kFigures),       name_of(kRepeats),      name_of(kSource),
    name_of(kHere),          name_of(kAskedFor)};
static_assert(codec::property::well_registered(kSyncNames, codec::property::kSyncIds));

// operation.h
inline constexpr Property<Type::Unsigned> kOperation{0x100, "operation"};
inline constexpr Property<Type::Chain> kItem{0x101, "item"};
inline constexpr Property<Type::Bytes> kMadeBy{0x102, "made by"};
inline constexpr Property<Type::Unsigned> kIndex{0x103, "index"};
inline constexpr Property<Type::Bytes> kAdd{0x104, "flags to add"};
inline constexpr Property<Type::Bytes> kRemove{0x105, "flags to remove"};
inline constexpr Property<Type::Text> kTargetMailbox{0x106, "target mailbox"};
inline constexpr Property<Type::Signed> kDate{0x107, "internal date"};
inline constexpr Property<Type::Signed> kZone{0x108, "zone"};
inline constexpr Property<Type::Bytes> kSameAs{0x109, "same as"};
inline constexpr Property<Type::Unsigned> kTargetValidity{0x10a, "target uid validity"};
inline constexpr Property<Type::Bytes> kMade{0x10b, "uids made"};
inline constexpr Name kOperationNames[] = {
    name_of(kOperation), name_of(kItem),   name_of(kMadeBy),         name_of(kIndex),
    name_of(kAdd),       name_of(kRemove), name_of(kTargetMailbox),  name_of(kDate),
    name_of(kZone),      name_of(kSameAs), name_of(kTargetValidity), name_of(kMade)};
static_assert(codec::property::well_registered(kOperationNames, codec::property::kOperationIds));

inline constexpr Property<Type::Text> kSender{0x140, "sender"};
inline constexpr Property<Type::Chain> kRecipient{0x141, "recipient"};
inline constexpr Property<Type::Text> kRecipientAddress{0x142, "recipient address"};
inline constexpr Property<Type::Unsigned> kNotify{0x143, "notify"};
inline constexpr Property<Type::Text> kOriginal{0x144, "original recipient"};
inline constexpr Property<Type::Unsigned> kBody{0x145, "body parameters"};
inline constexpr Property<Type::Text> kRet{0x146, "ret"};
inline constexpr Property<Type::Text> kEnvid{0x147, "envid"};
inline constexpr Property<Type::Unsigned> kState{0x148, "state"};
inline constexpr Property<Type::Text> kReply{0x149, "reply"};
inline constexpr Property<Type::Unsigned> kMarks{0x14a, "marks"};
inline constexpr Property<Type::Unsigned> kDecision{0x14b, "decision"};
inline constexpr Name kSubmissionNames[] = {name_of(kSender), name_of(kRecipient), name_of(kRecipientAddress),
                                            name_of(kNotify), name_of(kOriginal),  name_of(kBody),
                                            name_of(kRet),    name_of(kEnvid),     name_of(kState),
                                            name_of(kReply),  name_of(kMarks),     name_of(kDecision)};
static_assert(codec::property::well_registered(kSubmissionNames, codec::property::kSubmissionIds));

}  // namespace proxy::sync::id
