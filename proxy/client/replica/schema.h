// Tables of replica.db. It may always be deleted: what counts is in journal.db and at the server.
#pragma once
#include "booster/sql/migrate.h"

namespace proxy::client::replica {

extern const booster::sql::Schema kReplicaSchema;

}  // namespace proxy::client::replica
