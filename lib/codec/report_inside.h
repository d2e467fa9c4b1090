/*
 * report_inside: the formats of a report, for report.c alone.
 */
#ifndef SLAD_CODEC_REPORT_INSIDE_H
#define SLAD_CODEC_REPORT_INSIDE_H

#include "codec/report.h"

void report_html(const struct service_report *r, bool zh, struct buf *out);
void report_md(const struct service_report *r, bool zh, struct buf *out);
void report_json(const struct service_report *r, bool zh, struct buf *out);
void report_csv(const struct service_report *r, bool zh, struct buf *out);

#endif
