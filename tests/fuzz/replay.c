// SPDX-License-Identifier: Apache-2.0
/* Feeds each file of the folders or files given as arguments to a fuzz target, so that whatever a corpus has found
 * stays found. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void close_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}

/* 1 when it was fed, -1 when it could not be read. */
static int replay_file(const char *path)
{
    struct stat st;
    AUTO(close_file)
    FILE *f = fopen(path, "rbe");
    if (f == NULL || fstat(fileno(f), &st) < 0) {
        fprintf(stderr, "replay: open '%s': %s\n", path, strerror(errno));
        return -1;
    }
    /* Its very size, so that the sanitizers see a read past the end. */
    AUTO_FREE uint8_t *data = mem_alloc((size_t)st.st_size);
    size_t n = fread(data, 1, (size_t)st.st_size, f);
    if (ferror(f)) {
        fprintf(stderr, "replay: read '%s' failed\n", path);
        return -1;
    }
    LLVMFuzzerTestOneInput(data, n);
    return 1;
}

/* How many files were fed, or -1. */
static int replay_folder(const char *path)
{
    struct dirent **names;
    int fed = 0, n = scandir(path, &names, NULL, alphasort);
    if (n < 0) {
        fprintf(stderr, "replay: read folder '%s': %s\n", path, strerror(errno));
        return -1;
    }
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.' && fed >= 0) {
            AUTO_FREE char *file = mem_printf("%s/%s", path, names[i]->d_name);
            fed = replay_file(file) < 0 ? -1 : fed + 1;
        }
        free(names[i]);
    }
    free(names);
    return fed;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        int fed = folder ? replay_folder(argv[i]) : replay_file(argv[i]);
        if (fed < 0)
            return 1;
        total += fed;
    }
    if (total == 0) {
        fprintf(stderr, "replay: nothing to feed; name a folder of inputs\n");
        return 1;
    }
    printf("%d inputs\n", total);
    return 0;
}
