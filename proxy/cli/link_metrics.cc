#include "proxy/cli/link_metrics.h"

#include <functional>

#include "proxy/admin/open_metrics.h"

namespace proxy::cli {
namespace {

using admin::Labels;
using admin::MetricFamily;
using booster::carrier::CarrierReport;
using booster::carrier::PathReport;
using Kind = MetricFamily::Kind;

double in_seconds(booster::runtime::Duration length) {
  return std::chrono::duration<double>(length).count();
}

struct PathMetric {
  const char* name;  // after packetboat_path_
  Kind kind;
  const char* unit;
  const char* help;
  double (*value)(const PathReport&);
};

const PathMetric kPathMetrics[] = {
    {"in_use", Kind::Gauge, "", "1: this is where it goes on.", [](const PathReport& p) { return p.in_use ? 1. : 0.; }},
    {"rate_bits_per_second", Kind::Gauge, "", "What the path takes from this end; 0: not known.",
     [](const PathReport& p) { return static_cast<double>(p.rate.value); }},
    {"round_trip_seconds", Kind::Gauge, "seconds", "Smoothed round trip.",
     [](const PathReport& p) { return in_seconds(p.round_trip); }},
    {"least_round_trip_seconds", Kind::Gauge, "seconds", "The least round trip seen.",
     [](const PathReport& p) { return in_seconds(p.least_round_trip); }},
    {"queue_seconds", Kind::Gauge, "seconds", "What waits of ours before the bottleneck.",
     [](const PathReport& p) { return in_seconds(p.queue); }},
    {"loss_ratio", Kind::Gauge, "ratio", "Share of packets lost lately; over TLS: sent again.",
     [](const PathReport& p) { return p.loss; }},
    {"policed", Kind::Gauge, "", "1: a limit drops instead of delaying.",
     [](const PathReport& p) { return p.policed ? 1. : 0.; }},
    {"rivals", Kind::Gauge, "", "1: others keep the queue full.",
     [](const PathReport& p) { return p.rivals ? 1. : 0.; }},
    {"silent", Kind::Gauge, "", "1: probes go unanswered.", [](const PathReport& p) { return p.silent ? 1. : 0.; }},
    {"datagram_bytes", Kind::Gauge, "bytes", "The largest datagram that passes.",
     [](const PathReport& p) { return static_cast<double>(p.datagram); }},
    {"in_flight_bytes", Kind::Gauge, "bytes", "Sent and not yet acknowledged or lost.",
     [](const PathReport& p) { return static_cast<double>(p.in_flight); }},
    {"sent_bytes", Kind::Counter, "bytes", "Sent since the path began.",
     [](const PathReport& p) { return static_cast<double>(p.bytes_sent); }},
    {"received_bytes", Kind::Counter, "bytes", "Received since the path began.",
     [](const PathReport& p) { return static_cast<double>(p.bytes_received); }},
    {"lost_packets", Kind::Counter, "packets", "Given up as lost; over TLS: sent again.",
     [](const PathReport& p) { return static_cast<double>(p.packets_lost); }},
    {"spurious_losses", Kind::Counter, "", "Of the lost ones, arrived after all.",
     [](const PathReport& p) { return static_cast<double>(p.spurious_losses); }},
    {"copies", Kind::Counter, "", "Packets of which something was sent twice at once.",
     [](const PathReport& p) { return static_cast<double>(p.copies); }},
};

// `visit` is given each path with its labels.
void each_path(const std::vector<LinkRow>& rows, const std::function<void(const PathReport&, const Labels&)>& visit) {
  for (const LinkRow& row : rows) {
    if (!row.carrier) continue;
    for (const PathReport& path : row.carrier->paths) {
      visit(path, {{"link", row.id},
                   {"peer", row.peer},
                   {"carrier", std::string(to_string(row.carrier->kind))},
                   {"path", std::to_string(path.id)}});
    }
  }
}

void add_links(const std::vector<LinkRow>& rows, std::vector<MetricFamily>& to) {
  MetricFamily up("packetboat_link_up", Kind::Gauge, "", "1: something carries the session.");
  MetricFamily moves("packetboat_link_moves", Kind::Counter, "", "To other addresses, of the present carrier.");
  MetricFamily sessions("packetboat_link_sessions", Kind::Counter, "", "Begun since the client started.");
  MetricFamily joins("packetboat_link_joins", Kind::Counter, "", "Sessions taken up again on another connection.");
  for (const LinkRow& row : rows) {
    const std::string carrier = row.carrier ? std::string(to_string(row.carrier->kind)) : "";
    up.add({{"link", row.id}, {"peer", row.peer}, {"carrier", carrier}}, row.state == "connected" ? 1 : 0);
    if (row.carrier) moves.add({{"link", row.id}, {"carrier", carrier}}, static_cast<double>(row.carrier->moves));
    if (row.sessions) sessions.add({{"link", row.id}}, static_cast<double>(*row.sessions));
    if (row.joins) joins.add({{"link", row.id}}, static_cast<double>(*row.joins));
  }
  for (MetricFamily* family : {&up, &moves, &sessions, &joins}) to.push_back(std::move(*family));
}

void add_paths(const std::vector<LinkRow>& rows, std::vector<MetricFamily>& to) {
  for (const PathMetric& metric : kPathMetrics) {
    MetricFamily family(std::string("packetboat_path_") + metric.name, metric.kind, metric.unit, metric.help);
    each_path(rows, [&](const PathReport& path, const Labels& labels) { family.add(labels, metric.value(path)); });
    to.push_back(std::move(family));
  }
  MetricFamily radio("packetboat_path_radio_loss_ratio", Kind::Gauge, "ratio",
                     "Of the loss, what our rate is not the cause of.");
  each_path(rows, [&](const PathReport& path, const Labels& labels) {
    if (path.radio_loss) radio.add(labels, *path.radio_loss);
  });
  to.push_back(std::move(radio));
}

}  // namespace

std::string link_metrics(const std::vector<LinkRow>& rows, const booster::carrier::TraceLog::State& trace) {
  std::vector<MetricFamily> families;
  add_links(rows, families);
  add_paths(rows, families);
  MetricFamily on("packetboat_trace_on", Kind::Gauge, "", "1: the tunnel's steps are being written to a file.");
  on.add({}, trace.on ? 1 : 0);
  families.push_back(std::move(on));
  return admin::open_metrics(families);
}

}  // namespace proxy::cli
