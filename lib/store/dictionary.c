#include "store/dictionary.h"

#include <stddef.h>

#define TABLES 150
#define WORDS 3531

/*
 * Nothing here may change: what was packed by it is read by it.
 *
 * tables: of zstd, for the bytes of 6,000 made-up events: ids of many kinds, words in English and
 * Chinese. words: what events have in common, as slad writes it; the more usual, the later.
 */
/* clang-format off */
static const struct {
	unsigned char tables[TABLES];
	char words[WORDS];
} first = {
	.tables = {
		0x37, 0xa4, 0x30, 0xec, 0x01, 0x00, 0x00, 0x00, 0x37, 0x10, 0xc8, 0x93, 0xa4, 0x03, 0xff, 0x08,
		0xac, 0xb5, 0xad, 0x99, 0x91, 0xa8, 0x76, 0x85, 0xd4, 0x1a, 0xad, 0x9d, 0xe6, 0xb1, 0x89, 0x4e,
		0x6c, 0xb6, 0x91, 0xdb, 0x90, 0x4d, 0x5a, 0x63, 0xf2, 0xdb, 0x96, 0x52, 0x96, 0x66, 0x33, 0x80,
		0xb5, 0x60, 0x29, 0xa5, 0x94, 0x29, 0xc9, 0x94, 0x92, 0x4d, 0xbb, 0x82, 0xe0, 0x7f, 0x8c, 0x01,
		0xa3, 0x00, 0x00, 0x00, 0x00, 0x03, 0x41, 0x8d, 0xe9, 0x22, 0xde, 0x00, 0x00, 0x04, 0x00, 0x81,
		0x8b, 0x8a, 0x8d, 0x1a, 0x16, 0x1a, 0x17, 0x91, 0x12, 0x42, 0x21, 0x31, 0x50, 0x0a, 0x09, 0x00,
		0x06, 0x00, 0x10, 0x80, 0x61, 0x00, 0x00, 0xe0, 0x81, 0x03, 0x00, 0x00, 0x60, 0x02, 0x00, 0x00,
		0x00, 0x00, 0xb4, 0x6e, 0xe2, 0xa1, 0x42, 0x85, 0xe2, 0x88, 0x34, 0x16, 0x48, 0x41, 0x10, 0x44,
		0x41, 0x19, 0xd2, 0x10, 0x40, 0x86, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x04, 0x00,
		0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
	},
	.words =
		".attachments\"datacontenttype\":\"application/json\","
		"\"dataschema\":\"sequencetype\":\"Integer\",\"traceparent\":\"00-"
		"{\"data\":{\"agreement\":\"\",\"assessor\":\"\",\"evidence\":\"\",\"indicator\":\"\","
		"\"level\":3,\"valid_until\":\""
		"{\"data\":{\"a\":0,\"agreement\":\"\",\"b\":0,\"c\":0,\"indicator\":\"\",\"period\":\"2026-"
		"{\"data\":{\"agreement\":\"\",\"level\":\"customer\",\"level\":\"project\","
		"\"level\":\"ticket\",\"scale\":5,\"score\":4,\"service\":\"\",\"ticket\":\""
		"{\"data\":{\"agreement\":\"\",\"conforming\":false,\"conforming\":true,"
		"\"period\":\"2026-10\",\"report\":\"monthly"
		"{\"data\":{\"agreement\":\"\",\"from\":\"2026-01-01T00:00:00Z\",\"service\":\"\","
		"\"to\":\"2026-01-01T00:00:00Z\"},\"id\":\""
		"{\"data\":{\"agreement\":\"\",\"count\":1,\"service\":\"Z\",\"type\":\"event.retracted\"}"
		"Z\",\"type\":\"assessment.recorded\"}Z\",\"type\":\"measurement.recorded\"}"
		"Z\",\"type\":\"change.applied\"}Z\",\"type\":\"security.leaked\"}"
		"Z\",\"type\":\"security.tampered\"}Z\",\"type\":\"survey.answered\"}"
		"Z\",\"type\":\"report.submitted\"}Z\",\"type\":\"call.abandoned\"}"
		"Z\",\"type\":\"call.answered\"}Z\",\"type\":\"maintenance.cancelled\"}"
		"Z\",\"type\":\"maintenance.planned\"}Z\",\"type\":\"outage.ended\"}"
		"Z\",\"type\":\"outage.started\"}"
		"\"outage\":true,\"recover_by\":\"20\",\"resolve_by\":\"20\",\"respond_by\":\"20\","
		"\"started_at\":\"20\",\"kind\":\"complaint\",\"kind\":\"incident\",\"kind\":\"request\","
		"\"major\":true,\"major\":false"
		"\"channel\":\"phone\",\"channel\":\"web\",\"channel\":\"chat\",\"channel\":\"mail\","
		"\"channel\":\"portal\",\"channel\":\""
		"{\"data\":{\"cause\":\"no_agreement\"{\"data\":{\"cause\":\"invalid\"{\"data\":{\"cause\":\""
		"cancelled\"{\"data\":{\"cause\":\"test\"{\"data\":{\"cause\":\"spam\"{\"data\":{\"cause\":\""
		"duplicate\",\"duplicate_of\":\""
		"{\"data\":{\"effective\":false,\"effective\":true,\"first_contact\":false,"
		"\"first_contact\":true},\"id\":\"\"by\":\"agent\",\"by\":\"customer\"},\"id\":\""
		"\",\"type\":\"complaint.included\"}\",\"type\":\"incident.included\"}"
		"\",\"type\":\"request.included\"}\",\"type\":\"complaint.excluded\"}"
		"\",\"type\":\"incident.excluded\"}\",\"type\":\"request.excluded\"}"
		"\",\"type\":\"complaint.reopened\"}\",\"type\":\"incident.reopened\"}"
		"\",\"type\":\"request.reopened\"}\",\"type\":\"complaint.contacted\"}"
		"\",\"type\":\"incident.contacted\"}\",\"type\":\"request.contacted\"}"
		"\",\"type\":\"complaint.recovered\"}\",\"type\":\"incident.recovered\"}"
		"\",\"type\":\"request.recovered\"}\",\"type\":\"complaint.updated\"}"
		"\",\"type\":\"incident.updated\"}\",\"type\":\"request.updated\"}"
		"https://www..com/.cn/.org/.net/api/helpdesk/servicedesk/support.example.com/tickets/rest/v1/"
		"+00:00\",\"type\":\"+08:00\",\"type\":\""
		"{\"data\":{\"agent\":\"\",\"cause\":\"agreed\"},\"id\":\"{\"data\":{\"agent\":\"\","
		"\"cause\":\"customer\"},\"id\":\"\",\"sequence\":1,\"source\":\"urn:"
		".000Z\",\"type\":\"complaint.closed\"}.000Z\",\"type\":\"incident.closed\"}"
		".000Z\",\"type\":\"request.closed\"}.000Z\",\"type\":\"complaint.resumed\"}"
		".000Z\",\"type\":\"incident.resumed\"}.000Z\",\"type\":\"request.resumed\"}"
		".000Z\",\"type\":\"complaint.paused\"}.000Z\",\"type\":\"incident.paused\"}"
		".000Z\",\"type\":\"request.paused\"}.000Z\",\"type\":\"complaint.assigned\"}"
		".000Z\",\"type\":\"incident.assigned\"}.000Z\",\"type\":\"request.assigned\"}"
		".000Z\",\"type\":\"complaint.resolved\"}.000Z\",\"type\":\"incident.resolved\"}"
		".000Z\",\"type\":\"request.resolved\"}.000Z\",\"type\":\"complaint.responded\"}"
		".000Z\",\"type\":\"incident.responded\"}.000Z\",\"type\":\"request.responded\"}"
		".000Z\",\"type\":\"complaint.opened\"}.000Z\",\"type\":\"incident.opened\"}"
		".000Z\",\"type\":\"request.opened\"}"
		"{\"data\":{\"agent\":\"\",\"agreement\":\"\",\"channel\":\"\",\"priority\":\"P1\","
		"\"service\":\"\",\"team\":\"\",\"title\":\""
		"{\"data\":{\"agreement\":\"\",\"priority\":\"P2\",\"service\":\"\",\"team\":\"\","
		"\"title\":\""
		"{\"data\":{\"agent\":\"\",\"note\":\"\",\"team\":\"{\"data\":{\"agent\":\"\",\"team\":\""
		"{\"data\":{},\"id\":\"{\"data\":{\"agent\":\"\"},\"id\":\""
		"00000000-0000-4000-8000-000000000000\",\"source\":\"https://desk.example\","
		"\"specversion\":\"1.0\",\"subject\":\"INC00000REQ-T-1\","
		"\"time\":\"2027-01-01T2026-12-01T08:00:00.000Z\",\"type\":\"request.",
};
/* clang-format on */

struct blob
dictionary_first(void)
{
	return (struct blob){&first, sizeof(first)};
}
