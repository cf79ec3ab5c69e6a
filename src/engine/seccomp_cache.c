// SPDX-License-Identifier: Apache-2.0
/* Keeps what crun compiled a seccomp profile to: compiling takes longer than all else that crun does for a container.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/rootfs_private.h"
#include "io/file.h"

#define PROGRAM_MAX  (256U * 1024)
#define KEY_FILE     "seccomp.key"
#define SECCOMP_NOTE "run.oci.seccomp_bpf_data" /* crun(1), annotations; other runtimes read linux.seccomp */

static char *kept_path(const char *run_dir, const char *key)
{
    return mem_printf("%s/seccomp/%s", run_dir, key);
}

static void note_program(json_t *config, const void *program, size_t len)
{
    AUTO_FREE char *text = str_base64(program, len);
    json_t *notes = json_object_get(config, "annotations");
    if (!notes) {
        notes = json_object();
        json_object_set_new(config, "annotations", notes);
    }
    json_put_str(notes, SECCOMP_NOTE, text);
}

void seccomp_cache_use(const char *run_dir, const char *bundle, json_t *config)
{
    const json_t *profile = json_at(config, "linux", "seccomp", NULL);
    if (!profile)
        return;
    AUTO_FREE char *text = json_text(profile);
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    const char *key = digest + strlen("sha256:");
    AUTO_FREE char *kept = kept_path(run_dir, key);
    AUTO_FREE char *wish = file_join(bundle, KEY_FILE);
    AUTO_FREE char *program = NULL;
    size_t len;
    if (file_read(kept, PROGRAM_MAX, &program, &len, NULL) == 0 && len > 0)
        note_program(config, program, len);
    else if (file_write_fast(wish, key, strlen(key), 0600, NULL) < 0)
        log_debug("the seccomp program of %s will not be kept", bundle);
}

void seccomp_cache_keep(const char *run_dir, const char *bundle, const char *id)
{
    AUTO_FREE char *wish = file_join(bundle, KEY_FILE);
    AUTO_FREE char *key = NULL;
    AUTO_FREE char *program = NULL;
    size_t len;
    if (file_read(wish, 64, &key, &len, NULL) < 0 || len != 64)
        return;
    AUTO_FREE char *made = mem_printf("%s/crun/%s/seccomp.bpf", run_dir, id);
    AUTO_FREE char *folder = file_join(run_dir, "seccomp");
    AUTO_FREE char *kept = kept_path(run_dir, key);
    if (file_read(made, PROGRAM_MAX, &program, &len, NULL) == 0 && len > 0 && len % 8 == 0 &&
        file_mkdirs(folder, 0700, NULL) == 0 && file_write_fast(kept, program, len, 0600, NULL) == 0)
        unlink(wish);
}
