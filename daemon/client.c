#include "client.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/mem.h"

#define CONNECT_MAX 10000L /* ms */
#define ANSWER_MAX 600L /* seconds: a reload judges all tickets again before it takes events */
#define ANSWER_BYTES (1u << 20) /* a hundred mistakes in words are a tenth of it */
#define UNIX_HEAD "unix:"

struct client {
	CURL *easy;
	struct curl_slist *headers;
	struct client_answer answer;
	char error[CURL_ERROR_SIZE];
};

static bool
begins(const char *text, const char *head)
{
	return strncmp(text, head, strlen(head)) == 0;
}

int
client_check(const char *url, struct err *err)
{
	bool fine, user = false;
	char *name = NULL;
	CURLU *parsed;

	if (begins(url, UNIX_HEAD "/"))
		return 0;
	if (!begins(url, "http://") && !begins(url, "https://"))
		return err_set(
		    err, "%s: an address begins with http:// or https://, or is unix:/PATH", url);
	parsed = curl_url();
	fine = parsed != NULL && strpbrk(url, "?#") == NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK;
	if (fine)
		user = curl_url_get(parsed, CURLUPART_USER, &name, 0) == CURLUE_OK;
	curl_free(name);
	curl_url_cleanup(parsed);
	if (user)
		return err_set(err, "the address names a user; slad knows tokens only, see -t");
	return fine ? 0 : err_set(err, "%s: this is no address such as http://127.0.0.1:7523", url);
}

/* What lies past the maximum is of no use to anyone. */
static size_t
take_body(char *bytes, size_t size, size_t n, void *client)
{
	struct client *c = client;

	buf_put(&c->answer.body, bytes, size * n);
	return size * n;
}

static bool
header_put(struct client *c, const char *text)
{
	struct curl_slist *longer = curl_slist_append(c->headers, text);

	if (longer != NULL)
		c->headers = longer;
	return longer != NULL;
}

/* "Expect:" keeps libcurl from asking first whether a long body is welcome. */
static bool
headers_put(struct client *c, const char *token)
{
	struct buf bearer = BUF_INIT(16u << 10);
	bool fine = header_put(c, "Expect:") && header_put(c, "Content-Type: application/x-ndjson");

	if (token != NULL) {
		buf_putf(&bearer, "Authorization: Bearer %s", token);
		fine = fine && buf_ok(&bearer) && header_put(c, buf_text(&bearer));
	}
	buf_free(&bearer);
	return fine;
}

static CURLcode
url_put(struct client *c, const struct client_address *a, const char *path)
{
	struct buf url = BUF_INIT(16u << 10);
	size_t len = strlen(a->url);
	CURLcode rc;

	if (begins(a->url, UNIX_HEAD)) {
		curl_easy_setopt(c->easy, CURLOPT_UNIX_SOCKET_PATH, a->url + strlen(UNIX_HEAD));
		buf_puts(&url, "http://localhost");
	} else {
		while (len > 0 && a->url[len - 1] == '/')
			len--;
		buf_put(&url, a->url, len);
	}
	buf_puts(&url, path);
	rc = curl_easy_setopt(c->easy, CURLOPT_URL, buf_text(&url));
	buf_free(&url);
	return rc;
}

static void
options_put(struct client *c, const struct client_address *a)
{
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(c->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MAX);
	curl_easy_setopt(c->easy, CURLOPT_TIMEOUT, ANSWER_MAX);
	curl_easy_setopt(c->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "slad/" SLAD_VERSION);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	if (a->ca_file != NULL) {
		curl_easy_setopt(c->easy, CURLOPT_CAINFO, a->ca_file);
		curl_easy_setopt(c->easy, CURLOPT_CAPATH, NULL);
	}
}

struct client *
client_new(const struct client_address *address, const char *path, struct err *err)
{
	struct client *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, "libcurl does not start");
		return NULL;
	}
	c = mem_alloc(1, sizeof(*c));
	c->answer.body.max = ANSWER_BYTES;
	c->easy = curl_easy_init();
	if (c->easy == NULL || !headers_put(c, address->token) ||
	    url_put(c, address, path) != CURLE_OK) {
		err_set(err, "libcurl cannot begin to send to %s", address->url);
		client_free(c);
		return NULL;
	}
	options_put(c, address);
	return c;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	buf_free(&c->answer.body);
	free(c);
	curl_global_cleanup();
}

/* Failures that no waiting mends. */
static bool
hopeless(CURLcode code)
{
	static const CURLcode codes[] = {CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL,
	    CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
	    CURLE_SSL_CACERT_BADFILE, CURLE_WEIRD_SERVER_REPLY, CURLE_OUT_OF_MEMORY,
	    CURLE_BAD_FUNCTION_ARGUMENT};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i] == code)
			return true;
	}
	return false;
}

enum client_result
client_post(struct client *c, const char *body, size_t len, const struct client_answer **answer)
{
	curl_off_t retry_after = 0;
	CURLcode code;

	buf_reset(&c->answer.body);
	c->error[0] = '\0';
	c->answer.status = 0;
	c->answer.retry_after = 0;
	*answer = &c->answer;
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)len);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, body);
	code = curl_easy_perform(c->easy);
	if (code != CURLE_OK) {
		snprintf(c->answer.why, sizeof(c->answer.why), "%s",
		    c->error[0] != '\0' ? c->error : curl_easy_strerror(code));
		return hopeless(code) ? CLIENT_IMPOSSIBLE : CLIENT_UNREACHED;
	}
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->answer.status);
	curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_after);
	c->answer.retry_after = retry_after;
	return CLIENT_ANSWERED;
}
