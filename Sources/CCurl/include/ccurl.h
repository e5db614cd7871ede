// libcurl, loaded when it is first needed, with typed forms of its variadic functions, which Swift cannot call.
// But for the first, each is libcurl's function of about that name, and needs ccurl_load().
#pragma once

#include <curl/curl.h>

// O_PATH, which glibc declares only for GNU sources.
enum { CCURL_OPEN_PATH = 010000000 };

// Names the calling thread; at most 15 bytes are kept.
int ccurl_name_this_thread(const char *name);

// Returns the descriptor, close-on-exec and non-blocking, or -1 with errno.
int ccurl_open_event(void);

// Loads libcurl. Returns NULL, or why it cannot be used. Not for two threads at once.
const char *ccurl_load(void);

CURLcode ccurl_global_initialise(void);
void ccurl_free(void *memory);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *line);
void ccurl_slist_free_all(struct curl_slist *list);
CURLU *ccurl_url(void);
void ccurl_url_cleanup(CURLU *url);
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags);
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags);
CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
CURLcode ccurl_easy_pause(CURL *easy, int what);
const char *ccurl_easy_strerror(CURLcode code);
CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int milliseconds, int *ready);
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left);
const char *ccurl_multi_strerror(CURLMcode code);

typedef curl_socket_t (*ccurl_open_socket_callback)(
    void *context, curlsocktype purpose, struct curl_sockaddr *address);

CURLcode ccurl_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value);
// libcurl copies the string, except for CURLOPT_POSTFIELDS.
CURLcode ccurl_easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_easy_set_pointer(CURL *easy, CURLoption option, void *value);
// libcurl keeps the list; the caller frees it after the easy handle.
CURLcode ccurl_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *list);
CURLcode ccurl_easy_set_body_callback(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_easy_set_header_callback(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_easy_set_open_socket_callback(CURL *easy, ccurl_open_socket_callback callback, void *context);
CURLcode ccurl_easy_read_long(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_easy_read_offset(CURL *easy, CURLINFO info, curl_off_t *value);
// The string belongs to the handle: copy it before the next call.
CURLcode ccurl_easy_read_string(CURL *easy, CURLINFO info, char **value);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The result of a finished transfer is a union member, which Swift imports poorly.
CURLcode ccurl_message_result(const CURLMsg *message);
