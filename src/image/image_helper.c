// SPDX-License-Identifier: Apache-2.0
/* The helper's program: reads its arguments, opens the store, pulls or imports, and ends. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "image/image_bring.h"
#include "image/image_disk.h"
#include "image/image_fetch.h"
#include "image/image_ref.h"
#include "image/registry_settings.h"
#include "io/file.h"

#define DEFAULT_REGISTRIES "/etc/sedge/registries.json"

struct arguments {
    const char *store, *platform, *registries, *name;
    int64_t max_bytes;
    const char *verb, *ref;
};

static int usage_fault(struct err *e, const char *what)
{
    return err_set(
        e, EINVAL,
        "%s; usage: image-helper pull REF | import [--name NAME], with --store FOLDER [--platform OS/ARCH[/VARIANT]] "
        "[--registries FILE] [--max-bytes N]",
        what);
}

static int read_option(int option, struct arguments *a, struct err *e)
{
    const struct {
        int option;
        const char **into;
    } texts[] = {{'s', &a->store}, {'p', &a->platform}, {'r', &a->registries}, {'n', &a->name}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i].option == option) {
            *texts[i].into = optarg;
            return 0;
        }
    }
    if (option == 'm' && str_to_i64(optarg, 1, INT64_MAX / 4, &a->max_bytes))
        return 0;
    return usage_fault(e, option == 'm' ? "--max-bytes takes a number of bytes" : "unknown or incomplete option");
}

static int read_arguments(int argc, char **argv, struct arguments *ret, struct err *e)
{
    static const struct option options[] = {
        {"store", required_argument, NULL, 's'},      {"platform", required_argument, NULL, 'p'},
        {"registries", required_argument, NULL, 'r'}, {"name", required_argument, NULL, 'n'},
        {"max-bytes", required_argument, NULL, 'm'},  {0}};
    struct arguments a = {.registries = DEFAULT_REGISTRIES};
    int option;
    optind = 0; /* from the start, whatever was read before */
    while ((option = getopt_long(argc, argv, ":", options, NULL)) >= 0) {
        int r = read_option(option, &a, e);
        if (r < 0)
            return r;
    }
    a.verb = optind < argc ? argv[optind] : "";
    a.ref = optind + 1 < argc ? argv[optind + 1] : NULL;
    int wanted = str_eq(a.verb, "pull") ? 2 : str_eq(a.verb, "import") ? 1 : 0;
    if (!wanted || argc - optind != wanted)
        return usage_fault(e, wanted ? "wrong number of arguments" : "say pull or import");
    if (!a.store)
        return usage_fault(e, "--store is missing");
    *ret = a;
    return 0;
}

static int helper_pull(struct image_bring *b, const struct arguments *a, struct err *e)
{
    struct image_ref ref;
    struct registry_settings settings;
    int r = image_ref_parse(a->ref, &ref, e);
    if (r < 0)
        return r;
    r = registry_settings_load(a->registries, &settings, e);
    if (r == 0) {
        r = image_pull(b, &ref, &settings, e);
        registry_settings_done(&settings);
    }
    image_ref_done(&ref);
    return r;
}

static int helper_import(struct image_bring *b, const struct arguments *a, struct err *e)
{
    if (!a->name)
        return image_import(b, STDIN_FILENO, NULL, e);
    struct image_ref ref;
    int r = image_ref_parse(a->name, &ref, e);
    if (r < 0)
        return r;
    AUTO_FREE char *full = image_ref_text(&ref);
    image_ref_done(&ref);
    return image_import(b, STDIN_FILENO, full, e);
}

static int helper_work(struct image_bring *b, const struct arguments *a, struct err *e)
{
    int r = 0;
    if (a->platform) {
        r = image_platform_parse(a->platform, &b->platform, e);
        b->platform_given = true;
    } else {
        image_platform_host(&b->platform);
    }
    if (r < 0)
        return r;
    AUTO_CLOSE int lock = -1;
    r = image_lock(b->folder, IMAGE_LOCK_USE, &lock, e);
    if (r < 0)
        return r;
    b->budget = a->max_bytes ? a->max_bytes : image_disk_budget(b->folder);
    r = str_eq(a->verb, "pull") ? helper_pull(b, a, e) : helper_import(b, a, e);
    mem_closep(&lock);
    /* What came before it failed is of no use, but for a pull that the network broke: that goes on where it broke. */
    if (r < 0 && r != -ENETUNREACH)
        image_store_sweep_ask(b->folder);
    else
        image_store_sweep_later(b->folder);
    return r;
}

int image_helper_main(int argc, char **argv)
{
    struct arguments a = {0};
    struct err e = {0};
    struct image_bring b = {0};
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && str_eq(argv[1], "image-helper")) { /* called with the whole command line */
        argc--;
        argv++;
    }
    int r = read_arguments(argc, argv, &a, &e);
    if (r == 0)
        r = image_store_open(a.store, &b.store, &e);
    if (r == 0) {
        b.folder = image_store_folder(b.store);
        r = helper_work(&b, &a, &e);
        image_platform_done(&b.platform);
    }
    image_store_close(b.store);
    if (r < 0)
        e.code = -r; /* what was found out last: a fault in a document's JSON is a bad image, not a bad name */
    return r < 0 ? image_say_error(&e) : 0;
}
