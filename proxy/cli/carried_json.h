// What mail cost to carry, for scripts and for people.
#pragma once
#include <nlohmann/json.hpp>

#include "proxy/client/carried_log.h"

namespace proxy::cli {

nlohmann::json carried_json(const messaging::Carried& carried);
nlohmann::json carried_json(const client::CarriedItem& item);
// "12.3 MB as 1.9 MB (.15), 3 of 412 referred, 0 fell back to raw, 4.1 s CPU"
std::string carried_text(const nlohmann::json& carried);

}  // namespace proxy::cli
