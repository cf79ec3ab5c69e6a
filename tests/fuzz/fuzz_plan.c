// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the reader of plan files; what it takes must come back the same through our own writing of it. */
#include <string.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "plan/plan.h"

static void check_again(const struct plan *p)
{
    AUTO_STRV struct strv lines = {0};
    for (size_t i = 0; i < p->n; i++)
        strv_take(&lines, plan_step_text(&p->steps[i]));
    AUTO_FREE char *text = strv_join(&lines, "\n");
    struct plan again;
    struct err e = {0};
    must(plan_read(text, strlen(text), false, &again, &e) == 0 && again.n == p->n, "what we write is a plan");
    for (size_t i = 0; i < p->n; i++)
        must(str_eq(p->steps[i].component, again.steps[i].component) &&
                 str_eq(p->steps[i].interface, again.steps[i].interface) &&
                 str_eq(p->steps[i].operation, again.steps[i].operation),
             "and the same one");
    plan_done(&again);
}

static void feed(const char *text, size_t size, bool csv)
{
    struct plan p;
    struct err e = {0};
    if (plan_read(text, size, csv, &p, &e) < 0) {
        must(str_starts(e.text, "line ") && p.steps == NULL && p.n == 0, "a refusal names its line and leaves nothing");
        return;
    }
    for (size_t i = 0; i < p.n; i++)
        must(!str_empty(p.steps[i].component) && !str_empty(p.steps[i].interface) && !str_empty(p.steps[i].operation) &&
                 p.steps[i].line > 0 && (i == 0 || p.steps[i].line > p.steps[i - 1].line),
             "a step is whole and has its line");
    if (!csv)
        check_again(&p);
    plan_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    feed((const char *)data, size, false);
    feed((const char *)data, size, true);
    return 0;
}
