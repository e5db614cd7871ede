// libcurl's own checks of arguments are macros of the names that are taken as names here.
#define CURL_DISABLE_TYPECHECK

#include "include/ccurl.h"

#include <cloader.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

int ccurl_name_this_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

int ccurl_open_event(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

// Every function that is used, for the table and its names.
#define FUNCTIONS(DO) \
    DO(curl_global_init) \
    DO(curl_free) \
    DO(curl_slist_append) \
    DO(curl_slist_free_all) \
    DO(curl_url) \
    DO(curl_url_cleanup) \
    DO(curl_url_get) \
    DO(curl_url_set) \
    DO(curl_easy_init) \
    DO(curl_easy_cleanup) \
    DO(curl_easy_pause) \
    DO(curl_easy_strerror) \
    DO(curl_multi_init) \
    DO(curl_multi_cleanup) \
    DO(curl_multi_add_handle) \
    DO(curl_multi_remove_handle) \
    DO(curl_multi_perform) \
    DO(curl_multi_poll) \
    DO(curl_multi_info_read) \
    DO(curl_multi_strerror) \
    DO(curl_easy_setopt) \
    DO(curl_easy_getinfo) \
    DO(curl_multi_setopt)

#define FIELD(name) __typeof__(name) *name;
#define NAME(name) {#name, &library.name},

static struct {
    FUNCTIONS(FIELD)
} library;

static const struct cloader_function functions[] = {FUNCTIONS(NAME)};

const char *ccurl_load(void) {
    return cloader_load("libcurl.so.4", functions, sizeof functions / sizeof *functions);
}

CURLcode ccurl_global_initialise(void) {
    return library.curl_global_init(CURL_GLOBAL_DEFAULT);
}

void ccurl_free(void *memory) {
    library.curl_free(memory);
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *line) {
    return library.curl_slist_append(list, line);
}

void ccurl_slist_free_all(struct curl_slist *list) {
    library.curl_slist_free_all(list);
}

CURLU *ccurl_url(void) {
    return library.curl_url();
}

void ccurl_url_cleanup(CURLU *url) {
    library.curl_url_cleanup(url);
}

CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) {
    return library.curl_url_get(url, part, text, flags);
}

CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
    return library.curl_url_set(url, part, text, flags);
}

CURL *ccurl_easy_init(void) {
    return library.curl_easy_init();
}

void ccurl_easy_cleanup(CURL *easy) {
    library.curl_easy_cleanup(easy);
}

CURLcode ccurl_easy_pause(CURL *easy, int what) {
    return library.curl_easy_pause(easy, what);
}

const char *ccurl_easy_strerror(CURLcode code) {
    return library.curl_easy_strerror(code);
}

CURLM *ccurl_multi_init(void) {
    return library.curl_multi_init();
}

CURLMcode ccurl_multi_cleanup(CURLM *multi) {
    return library.curl_multi_cleanup(multi);
}

CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) {
    return library.curl_multi_add_handle(multi, easy);
}

CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) {
    return library.curl_multi_remove_handle(multi, easy);
}

CURLMcode ccurl_multi_perform(CURLM *multi, int *running) {
    return library.curl_multi_perform(multi, running);
}

CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int milliseconds, int *ready) {
    return library.curl_multi_poll(multi, extra, count, milliseconds, ready);
}

CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) {
    return library.curl_multi_info_read(multi, left);
}

const char *ccurl_multi_strerror(CURLMcode code) {
    return library.curl_multi_strerror(code);
}

CURLcode ccurl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return (library.curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return (library.curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return (library.curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return (library.curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return (library.curl_easy_setopt)(easy, option, list);
}

CURLcode ccurl_easy_set_body_callback(CURL *easy, curl_write_callback callback, void *context) {
    CURLcode code = (library.curl_easy_setopt)(easy, CURLOPT_WRITEFUNCTION, callback);
    return code != CURLE_OK ? code : (library.curl_easy_setopt)(easy, CURLOPT_WRITEDATA, context);
}

CURLcode ccurl_easy_set_header_callback(CURL *easy, curl_write_callback callback, void *context) {
    CURLcode code = (library.curl_easy_setopt)(easy, CURLOPT_HEADERFUNCTION, callback);
    return code != CURLE_OK ? code : (library.curl_easy_setopt)(easy, CURLOPT_HEADERDATA, context);
}

CURLcode ccurl_easy_set_open_socket_callback(CURL *easy, ccurl_open_socket_callback callback, void *context) {
    CURLcode code = (library.curl_easy_setopt)(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    return code != CURLE_OK ? code : (library.curl_easy_setopt)(easy, CURLOPT_OPENSOCKETDATA, context);
}

CURLcode ccurl_easy_read_long(CURL *easy, CURLINFO info, long *value) {
    return (library.curl_easy_getinfo)(easy, info, value);
}

CURLcode ccurl_easy_read_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return (library.curl_easy_getinfo)(easy, info, value);
}

CURLcode ccurl_easy_read_string(CURL *easy, CURLINFO info, char **value) {
    return (library.curl_easy_getinfo)(easy, info, value);
}

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (library.curl_multi_setopt)(multi, option, value);
}

CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}
