// SPDX-License-Identifier: Apache-2.0
// What libkmod does with a list of modaliases, one on each line of the standard input.
//   libkmod DIR answers    prints for each the modules that it names, in libkmod's order
//   libkmod DIR ROUNDS     prints how many lookups a second it makes, its index loaded
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char **read_lines(size_t *count) {
  char **lines = NULL, *line = NULL;
  size_t size = 0, capacity = 0;
  ssize_t length;
  *count = 0;
  while ((length = getline(&line, &size, stdin)) != -1) {
    if (length > 0 && line[length - 1] == '\n') line[length - 1] = '\0';
    if (*count == capacity) {
      capacity = capacity == 0 ? 1024 : capacity * 2;
      lines = realloc(lines, capacity * sizeof *lines);
      if (lines == NULL) exit(1);
    }
    lines[(*count)++] = strdup(line);
  }
  free(line);
  return lines;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: libkmod DIR answers|ROUNDS <MODALIASES\n");
    return 2;
  }
  const char *no_config = NULL;
  struct kmod_ctx *ctx = kmod_new(argv[1], &no_config);
  if (ctx == NULL || kmod_load_resources(ctx) < 0) {
    fprintf(stderr, "no module tree in %s\n", argv[1]);
    return 1;
  }
  size_t count;
  char **lines = read_lines(&count);
  int answers = strcmp(argv[2], "answers") == 0;
  long rounds = answers ? 1 : atol(argv[2]);
  double start = now();
  for (long round = 0; round < rounds; round++) {
    for (size_t i = 0; i < count; i++) {
      struct kmod_list *list = NULL, *item;
      kmod_module_new_from_lookup(ctx, lines[i], &list);
      if (answers) {
        kmod_list_foreach(item, list) {
          struct kmod_module *module = kmod_module_get_module(item);
          printf("%s ", kmod_module_get_name(module));
          kmod_module_unref(module);
        }
        printf("\n");
      }
      kmod_module_unref_list(list);
    }
  }
  if (!answers) printf("%.0f\n", rounds * count / (now() - start));
  kmod_unref(ctx);
  return 0;
}
