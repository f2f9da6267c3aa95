#include "booster/transport/trace/qlog.h"

#include <charconv>
#include <optional>

namespace booster::transport::trace {
namespace {

constexpr char kRecordSeparator = '\x1e';  // RFC 7464
constexpr int kMicroseconds = 3;           // digits of a millisecond
constexpr int kSharePlaces = 4;

template <class... Args>
void append_number(std::string& into, Args... args) {
  char digits[40];
  into.append(digits, std::to_chars(std::begin(digits), std::end(digits), args...).ptr);
}

void append_text(std::string& into, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  into += '"';
  for (const char each : text) {
    const auto octet = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      into += '\\';
      into += each;
    } else if (octet < 0x20) {
      into += "\\u00";
      into += kHex[octet >> 4];
      into += kHex[octet & 15];
    } else {
      into += each;
    }
  }
  into += '"';
}

// The members of one object; ends it when it goes.
class Members {
 public:
  explicit Members(std::string& into) : into_(into) { into_ += '{'; }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  ~Members() { into_ += '}'; }

  std::string& name(std::string_view name) {
    if (!first_) into_ += ',';
    first_ = false;
    append_text(into_, name);
    into_ += ':';
    return into_;
  }
  void text(std::string_view key, std::string_view value) { append_text(name(key), value); }
  void number(std::string_view key, std::uint64_t value) { append_number(name(key), value); }
  void flag(std::string_view key, bool value) { name(key) += value ? "true" : "false"; }
  void share(std::string_view key, double value) {
    append_number(name(key), value, std::chars_format::fixed, kSharePlaces);
  }
  void milliseconds(std::string_view key, Duration value) {
    const double length = std::chrono::duration<double, std::milli>(value).count();
    append_number(name(key), length, std::chars_format::fixed, kMicroseconds);
  }

 private:
  std::string& into_;
  bool first_ = true;
};

const char* packet_type(PathId path) {
  return path == kHandshakePath ? "handshake" : "1RTT";
}

const char* number_space(PathId path) {
  return path == kHandshakePath ? "handshake" : "application_data";
}

void add_packet(Members& data, PathId path, PacketNumber number, std::uint32_t size) {
  {
    Members header(data.name("header"));
    header.text("packet_type", packet_type(path));
    header.number("packet_number", number.value);
  }
  Members raw(data.name("raw"));
  raw.number("length", size);
}

const char* word_of(PathChanged::To to) {
  constexpr const char* kWords[] = {"opened", "proved", "failed", "in_use", "moved", "gone"};
  return kWords[static_cast<std::size_t>(to)];
}

const char* word_of(Ecn ecn) {
  constexpr const char* kWords[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};
  return kWords[static_cast<std::size_t>(ecn)];
}

// Each: its name, and what stands in `data`.

const char* name_of(const PacketSent&) {
  return "quic:packet_sent";
}
void add(Members& data, const PacketSent& event) {
  add_packet(data, event.path, event.number, event.size);
  data.flag("ack_eliciting", event.eliciting);
}

const char* name_of(const PacketReceived&) {
  return "quic:packet_received";
}
void add(Members& data, const PacketReceived& event) {
  add_packet(data, event.path, event.number, event.size);
  if (event.ecn != Ecn::NotEct) data.text("ecn", word_of(event.ecn));
}

const char* name_of(const PacketsAcked& event) {
  return event.after_all ? "packetboat:lost_arrived" : "quic:packets_acked";
}
void add(Members& data, const PacketsAcked& event) {
  data.text("packet_number_space", number_space(event.path));
  std::string& list = data.name("packet_numbers");
  list += '[';
  for (const PacketNumber number : event.numbers) {
    if (list.back() != '[') list += ',';
    append_number(list, number.value);
  }
  list += ']';
}

const char* name_of(const PacketLost&) {
  return "quic:packet_lost";
}
void add(Members& data, const PacketLost& event) {
  add_packet(data, event.path, event.number, event.size);
  if (event.probe_of_size) data.flag("is_mtu_probe_packet", true);
}

const char* name_of(const CopiesSent&) {
  return "packetboat:copies_sent";
}
void add(Members& data, const CopiesSent& event) {
  data.number("packets", event.packets);
}

const char* name_of(const Metrics&) {
  return "quic:recovery_metrics_updated";
}
void add(Members& data, const Metrics& event) {
  data.milliseconds("min_rtt", event.least_rtt);
  data.milliseconds("smoothed_rtt", event.smoothed_rtt);
  data.milliseconds("latest_rtt", event.latest_rtt);
  data.milliseconds("rtt_variance", event.rtt_variation);
  data.number("congestion_window", event.window);
  data.number("bytes_in_flight", event.in_flight);
  data.number("pacing_rate", event.pacing.value);
  data.number("bottleneck_rate", event.rate.value);
  data.milliseconds("queue", event.queue);
}

const char* name_of(const LossJudged&) {
  return "packetboat:loss_judged";
}
void add(Members& data, const LossJudged& event) {
  data.share("loss", event.all);
  data.share("radio_loss", event.radio);
}

const char* name_of(const PolicerJudged&) {
  return "packetboat:policer_judged";
}
void add(Members& data, const PolicerJudged& event) {
  data.flag("found", event.found);
  data.number("rate", event.rate.value);
}

const char* name_of(const RivalsJudged&) {
  return "packetboat:rivals_judged";
}
void add(Members& data, const RivalsJudged& event) {
  data.flag("present", event.present);
}

const char* name_of(const PathChanged&) {
  return "packetboat:path_changed";
}
void add(Members& data, const PathChanged& event) {
  data.text("to", word_of(event.to));
}

const char* name_of(const MtuFound&) {
  return "quic:mtu_updated";
}
void add(Members& data, const MtuFound& event) {
  data.number("old", event.before);
  data.number("new", event.now);
}

const char* name_of(const KeyUpdated&) {
  return "quic:key_updated";
}
void add(Members& data, const KeyUpdated& event) {
  data.text("key_type", "client_1rtt_secret");  // both directions' change together
  data.number("key_phase", event.updates);
}

const char* name_of(const ProbeTimeout&) {
  return "packetboat:probe_timeout";
}
void add(Members& data, const ProbeTimeout& event) {
  data.number("in_row", static_cast<std::uint64_t>(event.in_row));
}

const char* name_of(const OutageBegan&) {
  return "packetboat:outage_began";
}
void add(Members&, const OutageBegan&) {}

const char* name_of(const OutageEnded&) {
  return "packetboat:outage_ended";
}
void add(Members& data, const OutageEnded& event) {
  data.milliseconds("lasted", event.lasted);
}

const char* name_of(const ConnectionClosed&) {
  return "quic:connection_closed";
}
void add(Members& data, const ConnectionClosed& event) {
  data.text("initiator", event.by_peer ? "remote" : "local");
  data.text("code", codec::to_string(event.error.code));
  data.text("reason", event.error.what);
}

template <class E>
std::optional<PathId> path_of(const E& event) {
  if constexpr (requires { event.path; }) {
    if (event.path != kHandshakePath) return event.path;
  }
  return std::nullopt;
}

// The frame of one record around its data.
template <class AddData>
void append_record(std::string& into, std::string_view name, std::optional<std::uint64_t> connection,
                   std::optional<PathId> path, Duration time, AddData add_data) {
  into += kRecordSeparator;
  {
    Members record(into);
    record.milliseconds("time", time);
    record.text("name", name);
    if (connection) record.text("group_id", std::to_string(*connection));
    if (path) record.text("tuple", std::to_string(path->value));
    Members data(record.name("data"));
    add_data(data);
  }
  into += '\n';
}

}  // namespace

std::string qlog_header(Role role, std::string_view program, std::string_view began) {
  std::string text(1, kRecordSeparator);
  {
    Members file(text);
    file.text("file_schema", "urn:ietf:params:qlog:file:sequential");
    file.text("serialization_format", "application/qlog+json-seq");
    file.text("title", program);
    Members trace(file.name("trace"));
    {
      Members vantage(trace.name("vantage_point"));
      vantage.text("type", role == Role::Client ? "client" : "server");
    }
    trace.name("event_schemas") += R"(["urn:ietf:params:qlog:events:quic-13","urn:packetboat:events:bst-1"])";
    Members common(trace.name("common_fields"));
    common.text("time_format", "relative_to_epoch");
    Members reference(common.name("reference_time"));
    reference.text("clock_type", "monotonic");
    reference.text("epoch", "unknown");
    reference.text("wall_clock_time", began);
  }
  text += '\n';
  return text;
}

void append_qlog(std::string& into, const Event& event, std::uint64_t connection, Duration time) {
  std::visit(
      [&](const auto& each) {
        append_record(into, name_of(each), connection, path_of(each), time, [&](Members& data) { add(data, each); });
      },
      event);
}

void append_qlog_connection(std::string& into, std::string_view peer, std::uint64_t connection, Duration time) {
  append_record(into, "packetboat:connection_traced", connection, std::nullopt, time,
                [&](Members& data) { data.text("peer", peer); });
}

void append_qlog_dropped(std::string& into, std::uint64_t events, Duration time) {
  append_record(into, "packetboat:events_dropped", std::nullopt, std::nullopt, time,
                [&](Members& data) { data.number("events", events); });
}

}  // namespace booster::transport::trace
