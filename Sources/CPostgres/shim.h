#pragma once

#include <libpq-fe.h>

// libpq names the fields of an error with character constants, which Swift does not import.

static inline const char *cpostgres_error_state(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *cpostgres_error_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *cpostgres_error_detail(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
}

static inline const char *cpostgres_error_hint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
}

// libpq writes notices to standard error unless told otherwise.
static inline void cpostgres_drop_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

static inline void cpostgres_drop_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, cpostgres_drop_notice, NULL);
}
