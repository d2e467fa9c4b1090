#include "notify_curl.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "base/mem.h"

struct notify_curl {
	struct event_base *base;
	struct notify_curl_limits limits;
	CURLM *multi; /* NULL before the first message */
	struct event *timer;
};

struct notify_post {
	struct notify_curl *owner;
	const struct message *message;
	CURL *easy;
	struct curl_slist *headers, *recipients;
	size_t sent; /* of a mail's text */
	size_t header_bytes, body_bytes, kept;
	bool header_cut, body_cut;
	char body[NOTIFY_ANSWER];
	notify_answered *answered;
	void *context;
	char error[CURL_ERROR_SIZE];
};

static void
post_free(struct notify_post *p)
{
	curl_easy_cleanup(p->easy);
	curl_slist_free_all(p->headers);
	curl_slist_free_all(p->recipients);
	free(p);
}

static const char *
post_error(const struct notify_post *p, CURLcode code)
{
	if (p->header_cut)
		return "the headers of the answer are too long";
	return p->error[0] != '\0' ? p->error : curl_easy_strerror(code);
}

static void
post_finish(struct notify_post *p, CURLcode code)
{
	struct notify_answer answer = {.said = {.error = "", .body = p->body}};
	bool mail = p->message->method == NULL;
	curl_off_t retry_after = 0;
	long status = 0;

	if (code == CURLE_OK || p->body_cut || mail) {
		curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &retry_after);
	}
	answer.said.status = (int)status;
	answer.said.refused = code == CURLE_LOGIN_DENIED;
	answer.retry_after = retry_after;
	if (status == 0 || (mail && code != CURLE_OK))
		answer.said.error = post_error(p, code);
	curl_multi_remove_handle(p->owner->multi, p->easy);
	p->answered(p->context, &answer);
	post_free(p);
}

static void
drive(struct notify_curl *c, curl_socket_t fd, int what)
{
	struct notify_post *p;
	const CURLMsg *m;
	int n;

	curl_multi_socket_action(c->multi, fd, what, &n);
	while ((m = curl_multi_info_read(c->multi, &n)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&p);
		post_finish(p, m->data.result);
	}
}

static void
on_ready(evutil_socket_t fd, short what, void *c)
{
	drive(c, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_time(evutil_socket_t fd, short what, void *c)
{
	(void)fd;
	(void)what;
	drive(c, CURL_SOCKET_TIMEOUT, 0);
}

static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *watched)
{
	struct notify_curl *c = context;
	struct event *e = watched;
	int flags = EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
	    (what & CURL_POLL_OUT ? EV_WRITE : 0);

	(void)easy;
	if (e != NULL)
		event_free(e);
	e = NULL;
	if (what != CURL_POLL_REMOVE) {
		e = event_new(c->base, fd, (short)flags, on_ready, c);
		if (e == NULL || event_add(e, NULL) != 0)
			return -1;
	}
	curl_multi_assign(c->multi, fd, e);
	return 0;
}

static int
watch_time(CURLM *multi, long ms, void *context)
{
	struct notify_curl *c = context;
	struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		return event_del(c->timer);
	return event_add(c->timer, &wait);
}

struct notify_curl *
notify_curl_new(struct event_base *base, const struct notify_curl_limits *limits, struct err *err)
{
	struct notify_curl *c = mem_alloc(1, sizeof(*c));

	c->base = base;
	c->limits = *limits;
	c->timer = evtimer_new(base, on_time, c);
	if (c->timer != NULL)
		return c;
	err_set(err, "there is no memory for libcurl");
	free(c);
	return NULL;
}

/* Libcurl and the libraries it begins are some memory, and many a slad has nobody to tell anything.
 */
static bool
start(struct notify_curl *c)
{
	if (c->multi != NULL)
		return true;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	c->multi = curl_multi_init();
	if (c->multi == NULL) {
		curl_global_cleanup();
		return false;
	}
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, watch_time);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	return true;
}

void
notify_curl_free(struct notify_curl *c)
{
	if (c == NULL)
		return;
	if (c->multi != NULL) {
		curl_multi_cleanup(c->multi);
		curl_global_cleanup();
	}
	event_free(c->timer);
	free(c);
}

/* Keeps the first line by which a mail server refuses something. */
static void
take_refusal(struct notify_post *p, const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (p->kept > 0 || len < 3 || len >= sizeof(p->body) || (*line != '4' && *line != '5'))
		return;
	memcpy(p->body, line, len);
	p->kept = len;
}

static size_t
take_header(char *bytes, size_t size, size_t n, void *post)
{
	struct notify_post *p = post;

	if (p->message->method == NULL)
		take_refusal(p, bytes, size * n);
	p->header_bytes += size * n;
	p->header_cut = p->header_bytes > p->owner->limits.answer;
	return p->header_cut ? 0 : size * n;
}

/* What lies past the limit changes nothing: the status is known, and the rest is not fetched. */
static size_t
take_body(char *bytes, size_t size, size_t n, void *post)
{
	struct notify_post *p = post;
	size_t room = sizeof(p->body) - 1 - p->kept, part = size * n < room ? size * n : room;

	memcpy(p->body + p->kept, bytes, part);
	p->kept += part;
	p->body_bytes += size * n;
	p->body_cut = p->body_bytes > p->owner->limits.answer;
	return p->body_cut ? 0 : size * n;
}

static size_t
give_text(char *to, size_t size, size_t n, void *post)
{
	struct notify_post *p = post;
	size_t left = p->message->body_len - p->sent, part = size * n < left ? size * n : left;

	memcpy(to, p->message->body + p->sent, part);
	p->sent += part;
	return part;
}

static bool
list_put(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* "Expect:" keeps libcurl from asking first whether a long body is welcome. */
static bool
lists_put(struct notify_post *p)
{
	const struct message *m = p->message;
	bool fine = list_put(&p->headers, "Expect:");

	for (size_t i = 0; i < m->headers; i++)
		fine = list_put(&p->headers, m->header[i]) && fine;
	for (size_t i = 0; i < m->receiver->tos; i++)
		fine = list_put(&p->recipients, m->receiver->to[i]) && fine;
	return fine;
}

static void
options_guard(CURL *easy, const struct notify_curl_limits *limits)
{
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A name that does not resolve must not hold up the loop, nor the process's end. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limits->connect);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limits->total);
}

static void
options_login(CURL *easy, const struct message *m)
{
	if (m->user != NULL) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, m->password);
	}
	if (m->token != NULL) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, m->token);
	}
	if (m->receiver->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, m->receiver->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
}

static void
options_http(struct notify_post *p)
{
	const struct message *m = p->message;

	curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	if (m->body != NULL) {
		curl_easy_setopt(p->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE, (long)m->body_len);
		curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, m->body);
	}
	curl_easy_setopt(p->easy, CURLOPT_CUSTOMREQUEST, m->method);
}

/* One recipient that is refused keeps no other from the message. */
static void
options_mail(struct notify_post *p)
{
	static const long security[] = {[STARTTLS_REQUIRED] = CURLUSESSL_ALL,
	    [STARTTLS_TRY] = CURLUSESSL_TRY,
	    [STARTTLS_NEVER] = CURLUSESSL_NONE};

	curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(p->easy, CURLOPT_USE_SSL, security[p->message->receiver->starttls]);
	curl_easy_setopt(p->easy, CURLOPT_MAIL_FROM, p->message->receiver->from);
	curl_easy_setopt(p->easy, CURLOPT_MAIL_RCPT, p->recipients);
	curl_easy_setopt(p->easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(p->easy, CURLOPT_READFUNCTION, give_text);
	curl_easy_setopt(p->easy, CURLOPT_READDATA, p);
	curl_easy_setopt(p->easy, CURLOPT_INFILESIZE, (long)p->message->body_len);
	curl_easy_setopt(p->easy, CURLOPT_UPLOAD, 1L);
}

static CURLcode
options_post(struct notify_post *p)
{
	curl_easy_setopt(p->easy, CURLOPT_PRIVATE, p);
	curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(p->easy, CURLOPT_USERAGENT, "slad/" SLAD_VERSION);
	curl_easy_setopt(p->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(p->easy, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, p);
	options_login(p->easy, p->message);
	if (p->message->method == NULL)
		options_mail(p);
	else
		options_http(p);
	return curl_easy_setopt(p->easy, CURLOPT_URL, p->message->url);
}

struct notify_post *
notify_curl_post(struct notify_curl *c, const struct message *message, notify_answered *answered,
    void *context, struct err *err)
{
	struct notify_post *p = mem_alloc(1, sizeof(*p));

	p->owner = c;
	p->message = message;
	p->answered = answered;
	p->context = context;
	p->easy = start(c) ? curl_easy_init() : NULL;
	if (p->easy == NULL || !lists_put(p))
		goto fail;
	options_guard(p->easy, &c->limits);
	if (options_post(p) != CURLE_OK || curl_multi_add_handle(c->multi, p->easy) != CURLM_OK)
		goto fail;
	return p;
fail:
	err_set(err, "libcurl cannot begin to send a message to receiver '%.64s'",
	    message->receiver->name);
	post_free(p);
	return NULL;
}

void
notify_curl_cancel(struct notify_post *post)
{
	if (post == NULL)
		return;
	curl_multi_remove_handle(post->owner->multi, post->easy);
	post_free(post);
}

const char *
notify_curl_version(void)
{
	return curl_version();
}
