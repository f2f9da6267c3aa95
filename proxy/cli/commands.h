// One function per sub-command; each adds itself to the program and leaves its exit status in `status`.
#pragma once
#include <memory>

namespace CLI {
class App;
}

namespace proxy::cli {

void add_gateway(CLI::App& program, int& status);
void add_client(CLI::App& program, int& status);
void add_children(CLI::App& program, int& status);  // worker, broker, flow-worker: started by the gateway only
void add_check(CLI::App& program, int& status);
void add_status(CLI::App& program, int& status);
void add_link(CLI::App& program, int& status);
void add_queue(CLI::App& program, int& status);
void add_refresh(CLI::App& program, int& status);
void add_pair(CLI::App& program, int& status);
void add_devices(CLI::App& program, int& status);
void add_account(CLI::App& program, int& status);
void add_version(CLI::App& program, int& status);

}  // namespace proxy::cli
