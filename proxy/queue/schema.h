// Tables of journal.db. Steps that have shipped are never edited.
#pragma once
#include "booster/sql/migrate.h"

namespace proxy::queue {

extern const booster::sql::Schema kJournalSchema;

}  // namespace proxy::queue
