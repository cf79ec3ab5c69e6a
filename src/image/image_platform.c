// SPDX-License-Identifier: Apache-2.0
/* Names of processor families as OCI has them, and which image fits which machine. */
#include "image/image_platform.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

/* What kernels and Debian call a machine, and what OCI does. */
static const struct {
    const char *name, *arch, *variant;
} names[] = {
    {"x86_64", "amd64", NULL},    {"aarch64", "arm64", "v8"}, {"armv7l", "arm", "v7"}, {"armv8l", "arm", "v7"},
    {"armv6l", "arm", "v6"},      {"armv5tel", "arm", "v5"},  {"armhf", "arm", "v7"},  {"armel", "arm", "v5"},
    {"i386", "386", NULL},        {"i686", "386", NULL},      {"i586", "386", NULL},   {"ppc64el", "ppc64le", NULL},
    {"mips64", "mips64le", NULL},
};

static void set_arch(struct image_platform *p, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(names[i].name, name)) {
            p->arch = mem_strdup(names[i].arch);
            p->variant = mem_strdup(names[i].variant);
            return;
        }
    }
    p->arch = mem_strdup(name);
}

int image_platform_parse(const char *text, struct image_platform *ret, struct err *e)
{
    *ret = (struct image_platform){0};
    AUTO_STRV struct strv parts = {0};
    strv_split(&parts, text, "/");
    if (parts.n < 2 || parts.n > 3 || strlen(text) > 64)
        return err_set(e, EINVAL, "platform '%.64s': write os/arch or os/arch/variant, such as linux/arm/v7", text);
    ret->os = mem_strdup(parts.v[0]);
    set_arch(ret, parts.v[1]);
    if (parts.n == 3) {
        free(ret->variant);
        ret->variant = mem_strdup(parts.v[2]);
    }
    return 0;
}

void image_platform_host(struct image_platform *ret)
{
    struct utsname u;
    *ret = (struct image_platform){.os = mem_strdup("linux")};
    set_arch(ret, uname(&u) == 0 ? u.machine : "unknown");
    /* A 64-bit kernel under 32-bit user space still starts 64-bit programs, but a 32-bit build of ours wants 32-bit
     * images. */
    if (sizeof(void *) == 4 && str_eq(ret->arch, "arm64")) {
        image_platform_done(ret);
        *ret =
            (struct image_platform){.os = mem_strdup("linux"), .arch = mem_strdup("arm"), .variant = mem_strdup("v7")};
    }
}

/* "v7" -> 7; what is not said is the family's usual one. */
static int variant_number(const char *arch, const char *variant)
{
    int64_t n;
    if (!str_empty(variant) && variant[0] == 'v' && str_to_i64(variant + 1, 1, 99, &n))
        return (int)n;
    if (!str_empty(variant))
        return 100;
    return str_eq(arch, "arm") ? 7 : str_eq(arch, "arm64") ? 8 : 1;
}

int image_platform_score(const struct image_platform *want, const char *os, const char *arch, const char *variant)
{
    if (!str_eq(want->os, str_empty(os) ? "linux" : os) || !str_eq(want->arch, str_empty(arch) ? want->arch : arch))
        return 0;
    int have = variant_number(want->arch, variant), most = variant_number(want->arch, want->variant);
    /* Newer than the machine does not run; among what runs the newest is the fastest. */
    return have > most ? 0 : 100 + have;
}

char *image_platform_text(const struct image_platform *p)
{
    return mem_printf("%s/%s%s%s", p->os, p->arch, p->variant ? "/" : "", p->variant ? p->variant : "");
}

void image_platform_done(struct image_platform *p)
{
    free(p->os);
    free(p->arch);
    free(p->variant);
    *p = (struct image_platform){0};
}
