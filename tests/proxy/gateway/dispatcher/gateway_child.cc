// The gateway's other processes for process_test.cc: a worker whose mail server is a table, and the real broker.
#include <cstring>

#include "proxy/gateway/broker/broker.h"
#include "proxy/gateway/worker/worker.h"
#include "tests/proxy/gateway/worker/scripted_host.h"

int main(int argc, char** argv) {
  namespace worker = proxy::gateway::worker;
  if (argc == 2 && std::strcmp(argv[1], "broker") == 0) return proxy::gateway::broker::broker_main();
  if (argc != 2 || std::strcmp(argv[1], "worker") != 0) return 2;
  booster::runtime::Loop loop;
  worker::ScriptedHost::Server server;
  server.passwords = {{"alice@example.org", "a"}, {"bob@example.org", "b"}, {"carol@example.org", "c"}};
  worker::ScriptedHost host(loop, server);
  return worker::worker_main(host, loop);
}
