// libpq, loaded when it is first needed.
// Most are libpq's functions under names of their own, and all but cpostgres_load() need that to be called before.
#pragma once

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

// Loads libpq. Returns NULL, or why it cannot be used. Not for two threads at once.
const char *cpostgres_load(void);

PGconn *cpostgres_connectdb_params(const char *const *keywords, const char *const *values, int expands);
void cpostgres_finish(PGconn *connection);
PQconninfoOption *cpostgres_conninfo_parse(const char *text, char **message);
void cpostgres_conninfo_free(PQconninfoOption *options);
void cpostgres_freemem(void *memory);
ConnStatusType cpostgres_status(const PGconn *connection);
PGTransactionStatusType cpostgres_transaction_status(const PGconn *connection);
char *cpostgres_error_message(const PGconn *connection);
int cpostgres_server_version(const PGconn *connection);
int cpostgres_backend_pid(const PGconn *connection);
int cpostgres_socket(const PGconn *connection);
int cpostgres_set_nonblocking(PGconn *connection, int flag);
int cpostgres_flush(PGconn *connection);
int cpostgres_is_busy(PGconn *connection);
int cpostgres_consume_input(PGconn *connection);
int cpostgres_enter_pipeline_mode(PGconn *connection);
int cpostgres_pipeline_sync(PGconn *connection);
int cpostgres_send_prepare(PGconn *connection, const char *name, const char *sql, int count, const Oid *types);
int cpostgres_send_query_prepared(
    PGconn *connection, const char *name, int count, const char *const *values,
    const int *lengths, const int *formats, int format);
int cpostgres_send_query_params(
    PGconn *connection, const char *sql, int count, const Oid *types, const char *const *values,
    const int *lengths, const int *formats, int format);
PGresult *cpostgres_get_result(PGconn *connection);
PGnotify *cpostgres_notifies(PGconn *connection);
PGcancel *cpostgres_get_cancel(PGconn *connection);
int cpostgres_cancel(PGcancel *cancel, char *reason, int size);
void cpostgres_free_cancel(PGcancel *cancel);
void cpostgres_clear(PGresult *result);
ExecStatusType cpostgres_result_status(const PGresult *result);
char *cpostgres_result_error_message(const PGresult *result);
char *cpostgres_cmd_tuples(PGresult *result);
int cpostgres_ntuples(const PGresult *result);
int cpostgres_nfields(const PGresult *result);
int cpostgres_get_isnull(const PGresult *result, int row, int column);
int cpostgres_get_length(const PGresult *result, int row, int column);
char *cpostgres_get_value(const PGresult *result, int row, int column);

// libpq names the fields of an error with character constants, which Swift does not import.
const char *cpostgres_error_state(const PGresult *result);
const char *cpostgres_error_summary(const PGresult *result);
const char *cpostgres_error_hint(const PGresult *result);

// libpq writes notices to standard error unless told otherwise.
void cpostgres_drop_notices(PGconn *connection);
