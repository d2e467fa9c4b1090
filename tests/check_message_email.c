#include <openssl/evp.h>

#include "message.h"
#include "suite.h"

static const char *const to[] = {"duty@example.org", "boss@example.org"};
static const struct receiver english = {.name = "mail",
    .kind = RECEIVER_EMAIL,
    .url = "smtp://x",
    .from = "slad@example.org",
    .to = to,
    .tos = 2,
    .user = "u",
    .password = "p"};

/* Every line ends with CRLF and is short; nothing but ASCII. */
static void
is_mail(void)
{
	const char *line = message.body, *end;

	ck_assert_ptr_null(message.method);
	for (; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end - line, 76);
		for (const char *s = line; s < end; s++)
			ck_assert_msg(*s >= ' ' && *s < 0x7f, "%s", line);
	}
}

static void
has(const char *text)
{
	ck_assert_msg(strstr(message.body, text) != NULL, "no %s in:\n%s", text, message.body);
}

static void
has_not(const char *text)
{
	ck_assert_msg(strstr(message.body, text) == NULL, "%s in:\n%s", text, message.body);
}

/* The decoded text of the mail. */
static const char *
text(void)
{
	static unsigned char out[65536];
	char all[65536];
	size_t n = 0;
	int len;

	for (const char *s = strstr(message.body, "\r\n\r\n"); *s != '\0'; s++)
		if (*s != '\r' && *s != '\n')
			all[n++] = *s;
	len = EVP_DecodeBlock(out, (const unsigned char *)all, (int)n);
	ck_assert_int_gt(len, 0);
	out[len] = '\0';
	return (const char *)out;
}

START_TEST(test_english)
{
	render(&english, FIRED, (struct message_task){.id = NULL});
	is_mail();
	ck_assert_str_eq(message.user, "u");
	has("Date: Sat, 21 Nov 2026 00:59:00 +0000\r\nFrom: slad@example.org\r\n"
	    "To: duty@example.org,\r\n boss@example.org\r\nSubject: =?UTF-8?B?");
	has("\r\nMessage-ID: <msg_1@example.org>\r\n"
	    "References: <slad_alert_17@example.org>\r\nAuto-Submitted: auto-generated\r\n");
	has_not("In-Reply-To");
	ck_assert_ptr_nonnull(strstr(text(),
	    "[important] slow (acme / mail): Timely response rate 94% (A 6 of B 100), below 95%\n\n"
	    "Alert: 17\n"));
}
END_TEST

START_TEST(test_thread)
{
	render(&english, RESOLVED, (struct message_task){.id = "msg_2", .first = "msg_1"});
	is_mail();
	has("\r\nMessage-ID: <msg_2@example.org>\r\nIn-Reply-To: <msg_1@example.org>\r\n"
	    "References: <slad_alert_17@example.org>\r\n <msg_1@example.org>\r\n");
}
END_TEST

/* A name adds no header and no line, whatever it is. */
START_TEST(test_hostile)
{
	render(&english, EVENT("alert.fired", HOSTILE_JSON, ""),
	    (struct message_task){.id = "a\r\nBcc: <x@y>", .first = "b\r\nBcc: z"});
	is_mail();
	has_not("\nBcc");
	has("Message-ID: <a__Bcc:__x_y_@example.org>\r\n");
	ck_assert_ptr_nonnull(strstr(text(), HOSTILE_LINE));
}
END_TEST

/* The number of encoded words; each is UTF-8 by itself. */
static size_t
words(void)
{
	unsigned char out[256] = {0};
	json_t *word;
	size_t n = 0, len;

	for (const char *s = message.body; (s = strstr(s, "=?UTF-8?B?")) != NULL; n++) {
		s += strlen("=?UTF-8?B?");
		len = strcspn(s, "?");
		ck_assert_int_gt(EVP_DecodeBlock(out, (const unsigned char *)s, (int)len), 0);
		word = json_string((const char *)out);
		ck_assert_ptr_nonnull(word);
		json_decref(word);
		memset(out, 0, sizeof(out));
	}
	return n;
}

START_TEST(test_subjects)
{
	struct receiver chinese = english;

	render(&english, "{\"type\":\"slad.receiver.test\",\"data\":{}}",
	    (struct message_task){.id = NULL});
	has("\r\nSubject: [test] slad: this is a test message\r\n");
	chinese.language = LANGUAGE_ZH;
	render(&chinese, FIRED, (struct message_task){.id = NULL});
	is_mail();
	ck_assert_uint_gt(words(), 1);
	render(&chinese, EVENT("alert.fired", "a", ""), (struct message_task){.id = NULL});
	words();
	render(&chinese, EVENT("alert.fired", "ab", ""), (struct message_task){.id = NULL});
	words();
	render(&english, "{\"type\":\"slad.alert.fired\",\"data\":{\"rule\":\"=?UTF-8?Q?x?=\"}}",
	    (struct message_task){.id = NULL});
	has_not("?Q?");
	ck_assert_uint_eq(words(), 1);
}
END_TEST

static void
answered(int status, const char *error, bool refused, enum sent wanted)
{
	struct message_answer answer = {
	    .status = status, .error = error, .body = "", .refused = refused};
	struct err why = {.msg = ""};

	ck_assert_msg(message_judge(&message, &answer, &why) == wanted, "%d %s", status, error);
	ck_assert((why.msg[0] == '\0') == (wanted == SENT_DELIVERED));
}

/* The server's own line is what is said. */
START_TEST(test_what_is_said)
{
	struct message_answer answer = {
	    .status = 550, .error = "RCPT failed: 550", .body = "550 5.1.1 nobody\tof this name"};
	struct err why;

	render(&english, FIRED, (struct message_task){.id = NULL});
	ck_assert_int_eq(message_judge(&message, &answer, &why), SENT_FAILED);
	ck_assert_str_eq(why.msg, "the mail server answered 550 5.1.1 nobody of this name");
	answer = (struct message_answer){.error = "Could not connect", .body = ""};
	ck_assert_int_eq(message_judge(&message, &answer, &why), SENT_RETRY);
	ck_assert_str_eq(why.msg, "Could not connect");
}
END_TEST

START_TEST(test_answers)
{
	render(&english, FIRED, (struct message_task){.id = NULL});
	answered(250, "", false, SENT_DELIVERED);
	answered(450, "RCPT failed", false, SENT_RETRY);
	answered(454, "Login denied", true, SENT_RETRY);
	answered(535, "Login denied", true, SENT_FAILED);
	answered(550, "RCPT failed", false, SENT_FAILED);
	answered(0, "Could not connect", false, SENT_RETRY);
	answered(220, "SSL certificate problem", false, SENT_RETRY);
	answered(250, "timed out", false, SENT_RETRY);
	answered(0, "Login denied", true, SENT_FAILED);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_english);
	tcase_add_test(t, test_thread);
	tcase_add_test(t, test_hostile);
	tcase_add_test(t, test_subjects);
	tcase_add_test(t, test_what_is_said);
	tcase_add_test(t, test_answers);
}

SUITE_MAIN("message_email", add)
