#include "include/cpostgres.h"

#include <cloader.h>

// Every function that is used, for the table and its names.
#define FUNCTIONS(DO) \
    DO(PQconnectdbParams) \
    DO(PQfinish) \
    DO(PQconninfoParse) \
    DO(PQconninfoFree) \
    DO(PQfreemem) \
    DO(PQstatus) \
    DO(PQtransactionStatus) \
    DO(PQerrorMessage) \
    DO(PQserverVersion) \
    DO(PQbackendPID) \
    DO(PQsocket) \
    DO(PQsetnonblocking) \
    DO(PQflush) \
    DO(PQisBusy) \
    DO(PQconsumeInput) \
    DO(PQenterPipelineMode) \
    DO(PQpipelineSync) \
    DO(PQsendPrepare) \
    DO(PQsendQueryPrepared) \
    DO(PQsendQueryParams) \
    DO(PQgetResult) \
    DO(PQnotifies) \
    DO(PQgetCancel) \
    DO(PQcancel) \
    DO(PQfreeCancel) \
    DO(PQclear) \
    DO(PQresultStatus) \
    DO(PQresultErrorMessage) \
    DO(PQcmdTuples) \
    DO(PQntuples) \
    DO(PQnfields) \
    DO(PQgetisnull) \
    DO(PQgetlength) \
    DO(PQgetvalue) \
    DO(PQresultErrorField) \
    DO(PQsetNoticeReceiver)

#define FIELD(name) __typeof__(name) *name;
#define NAME(name) {#name, &library.name},

static struct {
    FUNCTIONS(FIELD)
} library;

static const struct cloader_function functions[] = {FUNCTIONS(NAME)};

const char *cpostgres_load(void) {
    return cloader_load("libpq.so.5", functions, sizeof functions / sizeof *functions);
}

PGconn *cpostgres_connectdb_params(const char *const *keywords, const char *const *values, int expands) {
    return library.PQconnectdbParams(keywords, values, expands);
}

void cpostgres_finish(PGconn *connection) {
    library.PQfinish(connection);
}

PQconninfoOption *cpostgres_conninfo_parse(const char *text, char **message) {
    return library.PQconninfoParse(text, message);
}

void cpostgres_conninfo_free(PQconninfoOption *options) {
    library.PQconninfoFree(options);
}

void cpostgres_freemem(void *memory) {
    library.PQfreemem(memory);
}

ConnStatusType cpostgres_status(const PGconn *connection) {
    return library.PQstatus(connection);
}

PGTransactionStatusType cpostgres_transaction_status(const PGconn *connection) {
    return library.PQtransactionStatus(connection);
}

char *cpostgres_error_message(const PGconn *connection) {
    return library.PQerrorMessage(connection);
}

int cpostgres_server_version(const PGconn *connection) {
    return library.PQserverVersion(connection);
}

int cpostgres_backend_pid(const PGconn *connection) {
    return library.PQbackendPID(connection);
}

int cpostgres_socket(const PGconn *connection) {
    return library.PQsocket(connection);
}

int cpostgres_set_nonblocking(PGconn *connection, int flag) {
    return library.PQsetnonblocking(connection, flag);
}

int cpostgres_flush(PGconn *connection) {
    return library.PQflush(connection);
}

int cpostgres_is_busy(PGconn *connection) {
    return library.PQisBusy(connection);
}

int cpostgres_consume_input(PGconn *connection) {
    return library.PQconsumeInput(connection);
}

int cpostgres_enter_pipeline_mode(PGconn *connection) {
    return library.PQenterPipelineMode(connection);
}

int cpostgres_pipeline_sync(PGconn *connection) {
    return library.PQpipelineSync(connection);
}

int cpostgres_send_prepare(PGconn *connection, const char *name, const char *sql, int count, const Oid *types) {
    return library.PQsendPrepare(connection, name, sql, count, types);
}

int cpostgres_send_query_prepared(
    PGconn *connection, const char *name, int count, const char *const *values,
    const int *lengths, const int *formats, int format) {
    return library.PQsendQueryPrepared(connection, name, count, values, lengths, formats, format);
}

int cpostgres_send_query_params(
    PGconn *connection, const char *sql, int count, const Oid *types, const char *const *values,
    const int *lengths, const int *formats, int format) {
    return library.PQsendQueryParams(connection, sql, count, types, values, lengths, formats, format);
}

PGresult *cpostgres_get_result(PGconn *connection) {
    return library.PQgetResult(connection);
}

PGnotify *cpostgres_notifies(PGconn *connection) {
    return library.PQnotifies(connection);
}

PGcancel *cpostgres_get_cancel(PGconn *connection) {
    return library.PQgetCancel(connection);
}

int cpostgres_cancel(PGcancel *cancel, char *reason, int size) {
    return library.PQcancel(cancel, reason, size);
}

void cpostgres_free_cancel(PGcancel *cancel) {
    library.PQfreeCancel(cancel);
}

void cpostgres_clear(PGresult *result) {
    library.PQclear(result);
}

ExecStatusType cpostgres_result_status(const PGresult *result) {
    return library.PQresultStatus(result);
}

char *cpostgres_result_error_message(const PGresult *result) {
    return library.PQresultErrorMessage(result);
}

char *cpostgres_cmd_tuples(PGresult *result) {
    return library.PQcmdTuples(result);
}

int cpostgres_ntuples(const PGresult *result) {
    return library.PQntuples(result);
}

int cpostgres_nfields(const PGresult *result) {
    return library.PQnfields(result);
}

int cpostgres_get_isnull(const PGresult *result, int row, int column) {
    return library.PQgetisnull(result, row, column);
}

int cpostgres_get_length(const PGresult *result, int row, int column) {
    return library.PQgetlength(result, row, column);
}

char *cpostgres_get_value(const PGresult *result, int row, int column) {
    return library.PQgetvalue(result, row, column);
}

const char *cpostgres_error_state(const PGresult *result) {
    return library.PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

const char *cpostgres_error_summary(const PGresult *result) {
    return library.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

const char *cpostgres_error_hint(const PGresult *result) {
    return library.PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
}

static void drop_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

void cpostgres_drop_notices(PGconn *connection) {
    library.PQsetNoticeReceiver(connection, drop_notice, NULL);
}
