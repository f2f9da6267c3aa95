// The text form of metrics that Prometheus and others scrape.
//   Source  OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec)
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proxy::admin {

constexpr const char* kOpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

using Labels = std::vector<std::pair<std::string_view, std::string>>;

// One quantity with a row for each set of labels.
class MetricFamily {
 public:
  enum class Kind { Gauge, Counter };  // what may fall; what only rises while its labels live
  // `name` of a counter is without _total; it ends in `unit` where there is one.
  MetricFamily(std::string name, Kind kind, std::string unit, std::string help)
      : name_(std::move(name)), kind_(kind), unit_(std::move(unit)), help_(std::move(help)) {}
  void add(const Labels& labels, double value);
  void write(std::string& into) const;  // nothing without rows

 private:
  std::string name_;
  Kind kind_;
  std::string unit_;
  std::string help_;
  std::string rows_;
};

// All families, and the mark of the end.
std::string open_metrics(const std::vector<MetricFamily>& families);

}  // namespace proxy::admin
