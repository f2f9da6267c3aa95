#include "proxy/cli/program.h"

int main(int argc, char** argv) {
  return proxy::cli::run_program(argc, argv);
}
