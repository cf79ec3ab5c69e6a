// SPDX-License-Identifier: Apache-2.0
/* What the log's writer and reader agree on. */
#pragma once

/* A line's text is at most so long; longer ones stand as several, all but the last marked P. */
#define LOG_LINE_BYTES (16 * 1024)
/* "2026-01-02T03:04:05.000006Z": always so long, so times compare as text. */
#define LOG_TIME_BYTES 27
/* "<time> stdout F " */
#define LOG_HEAD_BYTES (LOG_TIME_BYTES + 10)
