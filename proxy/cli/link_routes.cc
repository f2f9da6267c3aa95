#include "proxy/cli/link_routes.h"

#include <memory>

#include "proxy/admin/open_metrics.h"
#include "proxy/cli/link_metrics.h"

namespace proxy::cli {
namespace {

using admin::Json;
using admin::Request;
using booster::runtime::Task;

Json links(const LinkParts& parts) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  Json reply = {{"side", parts.side},
                {"time", std::chrono::duration<double>(now).count()},
                {"links", Json::array()},
                {"trace", to_json(parts.trace.state())}};
  for (const LinkRow& row : parts.rows()) reply["links"].push_back(to_json(row));
  return reply;
}

Task<Result<Json>> show_links(std::shared_ptr<LinkParts> parts) {
  co_return links(*parts);
}

Task<Result<std::string>> show_metrics(std::shared_ptr<LinkParts> parts) {
  co_return link_metrics(parts->rows(), parts->trace.state());
}

Task<Result<Json>> start_trace(std::shared_ptr<LinkParts> parts, Request request) {
  config::LinkTrace wanted = parts->usual;
  const Json body = request.body.is_object() ? request.body : Json::object();
  if (body.contains("file")) wanted.file = body["file"].is_string() ? body["file"].get<std::string>() : "";
  if (body.contains("size")) wanted.size = body["size"].is_number_unsigned() ? body["size"].get<std::uint64_t>() : 0;
  if (wanted.file.empty() || wanted.file.front() != '/')
    co_return fail(Errc::Protocol, "name the file by its absolute path");
  CO_TRY(co_await parts->trace.start(wanted.file, wanted.size));
  co_return to_json(parts->trace.state());
}

Task<Result<Json>> stop_trace(std::shared_ptr<LinkParts> parts) {
  CO_TRY(co_await parts->trace.stop());
  co_return to_json(parts->trace.state());
}

}  // namespace

config::LinkTrace usual_trace(const config::LinkTrace& configured, const std::string& state_dir) {
  config::LinkTrace usual = configured;
  if (usual.file.empty()) usual.file = state_dir + "/link.sqlog";
  return usual;
}

Task<Result<>> trace_from_start(booster::carrier::TraceLog& trace, config::LinkTrace configured) {
  if (!configured.file.empty()) {
    const Result<> started = co_await trace.start(configured.file, configured.size);
    if (!started) trace.note(codec::to_string(started.error()));
  }
  co_return co_await trace.serve();
}

void add_link_routes(admin::ControlServer& control, LinkParts given) {
  const auto parts = std::make_shared<LinkParts>(std::move(given));
  control.get("/v1/link", [parts](Request) { return show_links(parts); });
  control.get_text("/metrics", admin::kOpenMetricsType, [parts](Request) { return show_metrics(parts); });
  control.post("/v1/link/trace/start", [parts](Request request) { return start_trace(parts, std::move(request)); });
  control.post("/v1/link/trace/stop", [parts](Request) { return stop_trace(parts); });
}

}  // namespace proxy::cli
