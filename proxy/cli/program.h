// The packetboat program: its sub-commands and their help.
#pragma once

namespace proxy::cli {

// Gives the exit status: 0 done, 1 refused or failed, 2 usage or configuration.
int run_program(int argc, char** argv);

}  // namespace proxy::cli
