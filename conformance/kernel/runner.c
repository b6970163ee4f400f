// SPDX-License-Identifier: Apache-2.0
/*
 * Runs in the guest: takes scenarios from a file, gives each command to the
 * kernel module or does it itself below /sys, and writes what the kernel's log
 * then has to a port that the host listens on.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMAND "/sys/kernel/debug/auxscenario/command"
/* A command, and what is said of it: more is no record of the kernel's log. */
#define MAX_LINE 900
#define MAX_WORDS 40
/* A file, or the names in a folder. */
#define MAX_TEXT 8192
#define MAX_BACKGROUND 64
/* Nothing more happens when the log has been quiet for so long, in the guest's time. */
#define QUIET_MS 120
/* When it has not been quiet for so long, it never will be. */
#define NEVER_QUIET_MS 10000

/* Where QEMU's debug console listens. */
#define PORT 0xe9

static int log_fd;
static FILE *host;
static pid_t background[MAX_BACKGROUND];
static int background_count;
static bool two_cpus;

static const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	/* The kernel's own. */
	if (error == 517)
		name = "EPROBE_DEFER";
	return name ? name : "EUNKNOWN";
}

static ssize_t to_port(void *cookie, const char *text, size_t length)
{
	(void)cookie;
	outsb(PORT, text, length);
	return length;
}

/* One line to the module; what it answers is in the log. */
static int to_module(const char *line)
{
	int fd = open(COMMAND, O_WRONLY);
	int result = 0;

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		result = errno;
	if (fd >= 0)
		close(fd);
	return result;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[MAX_LINE + 4] = "say ";
	char shown[80];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line + 4, sizeof(line) - 4, format, args);
	va_end(args);
	/* What is not all there is nothing to compare with. */
	if (length >= (int)sizeof(line) - 4) {
		snprintf(shown, sizeof(shown), "%s", line + 4);
		snprintf(line, sizeof(line), "say NOT UNDERSTOOD %s: too long", shown);
	}
	to_module(line);
}

/* Sends what the kernel has logged since the last time; tells whether there was anything. */
static bool more_in_log(void)
{
	static char record[8192];
	bool more = false;
	ssize_t length;

	while ((length = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		char *text, *end;

		if (length <= 0)
			continue;
		record[length] = 0;
		text = strchr(record, ';');
		end = text ? strchr(text, '\n') : NULL;
		if (!end)
			continue;
		*end = 0;
		fprintf(host, "%s\n", text + 1);
		more = true;
	}
	return more;
}

static void sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static void reap(void)
{
	int i;

	for (i = 0; i < background_count; i++)
		if (background[i] && waitpid(background[i], NULL, WNOHANG) == background[i])
			background[i] = 0;
}

/* Waits until nothing happens any more; tells whether that was so. */
static bool settle(void)
{
	int quiet = 0, ms;

	for (ms = 0; ms < NEVER_QUIET_MS; ms += 10) {
		sleep_ms(10);
		reap();
		quiet = more_in_log() ? 0 : quiet + 10;
		if (quiet >= QUIET_MS)
			return true;
	}
	return false;
}

static int write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	int result = 0;

	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) < 0)
		result = errno;
	close(fd);
	return result;
}

static void answered(const char *label, int error)
{
	if (error)
		say("%s -> -%s", label, error_name(error));
	else
		say("%s -> 0", label);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Another word of a list, if there is room. */
static void append(char text[MAX_TEXT], const char *word)
{
	size_t length = strlen(text);

	snprintf(text + length, MAX_TEXT - length, " %s", word);
}

static void list_folder(const char *label, const char *path)
{
	char text[MAX_TEXT] = "";
	char *names[1024];
	int count = 0, i;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir) {
		answered(label, errno);
		return;
	}
	while ((entry = readdir(dir)) && count < 1024)
		if (entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, count, sizeof(*names), by_bytes);
	for (i = 0; i < count; i++) {
		append(text, names[i]);
		free(names[i]);
	}
	say("%s:%s", label, text);
}

static void show_file(const char *label, const char *path)
{
	char text[MAX_TEXT];
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *each;

	if (length < 0) {
		answered(label, errno);
	} else {
		while (length > 0 && strchr(" \t\n", text[length - 1]))
			length--;
		text[length] = 0;
		for (each = text; *each; each++)
			if (*each == '\n')
				*each = ' ';
		say("%s:%s%s", label, length ? " " : "", text);
	}
	if (fd >= 0)
		close(fd);
}

static void show_link(const char *label, const char *path)
{
	char text[MAX_TEXT];
	ssize_t length = readlink(path, text, sizeof(text) - 1);

	if (length < 0) {
		answered(label, errno);
		return;
	}
	text[length] = 0;
	say("%s: %s", label, text);
}

static void show_deferred(const char *label)
{
	char line[MAX_TEXT], text[MAX_TEXT] = "";
	FILE *file = fopen("/sys/kernel/debug/devices_deferred", "r");

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\t\n")] = 0;
		append(text, line);
	}
	if (file)
		fclose(file);
	say("%s:%s", label, text);
}

static void power(const char *label, const char *level)
{
	int error = write_file("/sys/power/pm_test", level);

	if (!error)
		error = write_file("/sys/power/state", "freeze");
	write_file("/sys/power/pm_test", "none");
	answered(label, error);
}

static void shut_down(void)
{
	/* From here on only the console can tell. */
	more_in_log();
	fflush(host);
	klogctl(8, NULL, 8);
	reboot(RB_POWER_OFF);
}

static void execute(const char *line)
{
	char copy[MAX_LINE + 1], label[MAX_LINE + 1] = "", path[MAX_LINE + 100];
	char *words[MAX_WORDS] = { "", "", "", "" };
	char *rest = copy, *word;
	int count = 0, i, error;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " \t\r\n"))) {
		if (!*word)
			continue;
		if (count == MAX_WORDS) {
			say("NOT UNDERSTOOD %.80s: too many words", line);
			return;
		}
		words[count++] = word;
	}
	for (i = 0; i < count; i++)
		snprintf(label + strlen(label), sizeof(label) - strlen(label), "%s%s", i ? " " : "", words[i]);

	if (!strcmp(words[0], "bind") || !strcmp(words[0], "unbind")) {
		snprintf(path, sizeof(path), "/sys/bus/auxiliary/drivers/%s/%s", words[1], words[0]);
		answered(label, write_file(path, words[2]));
	} else if (!strcmp(words[0], "autoprobe")) {
		answered(label, write_file("/sys/bus/auxiliary/drivers_autoprobe", words[1]));
	} else if (!strcmp(words[0], "rescan")) {
		answered(label, write_file("/sys/bus/auxiliary/drivers_probe", words[1]));
	} else if (!strcmp(words[0], "reuevent")) {
		snprintf(path, sizeof(path), "/sys/bus/auxiliary/devices/%s/uevent", words[1]);
		answered(label, write_file(path, words[2]));
	} else if (!strcmp(words[0], "write")) {
		snprintf(path, sizeof(path), "/sys/%s", words[1]);
		answered(label, write_file(path, words[2]));
	} else if (!strcmp(words[0], "ls")) {
		snprintf(path, sizeof(path), "/sys/%s", words[1]);
		list_folder(label, path);
	} else if (!strcmp(words[0], "cat")) {
		snprintf(path, sizeof(path), "/sys/%s", words[1]);
		show_file(label, path);
	} else if (!strcmp(words[0], "readlink")) {
		snprintf(path, sizeof(path), "/sys/%s", words[1]);
		show_link(label, path);
	} else if (!strcmp(words[0], "deferred")) {
		show_deferred(label);
	} else if (!strcmp(words[0], "power")) {
		power(label, words[1]);
	} else if (!strcmp(words[0], "log")) {
		say("%s", strlen(label) > 4 ? label + 4 : "");
	} else if (!strcmp(words[0], "shutdown")) {
		shut_down();
	} else {
		error = to_module(line);
		/* What the module refuses to do is no command of this kernel. */
		if (error)
			say("NOT UNDERSTOOD %s: %s", label, error_name(error));
	}
}

static void start(const char *line)
{
	static int next_cpu;
	pid_t child;
	int slot = 0;

	reap();
	while (slot < background_count && background[slot])
		slot++;
	if (slot == MAX_BACKGROUND) {
		say("NOT UNDERSTOOD bg %.80s: too many", line);
		return;
	}
	fflush(host);
	child = fork();
	if (child < 0) {
		say("NOT UNDERSTOOD bg %.80s: %s", line, error_name(errno));
		return;
	}
	if (child == 0) {
		if (two_cpus) {
			cpu_set_t cpus;

			CPU_ZERO(&cpus);
			CPU_SET(next_cpu % 2, &cpus);
			sched_setaffinity(0, sizeof(cpus), &cpus);
		}
		execute(line);
		_exit(0);
	}
	next_cpu++;
	background[slot] = child;
	if (slot == background_count)
		background_count++;
}

static void end(void)
{
	bool quiet;
	int i;

	to_module("silence");
	for (i = 0; i < background_count; i++)
		if (background[i])
			waitpid(background[i], NULL, 0);
	background_count = 0;
	quiet = settle();
	to_module("cleanup");
	write_file("/sys/bus/auxiliary/drivers_autoprobe", "1");
	quiet = settle() && quiet;
	to_module("leaks");
	if (!quiet)
		say("NEVER QUIET");
	more_in_log();
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	FILE *scenarios = fopen(argc > 1 ? argv[1] : "/scenarios", "r");
	cookie_io_functions_t port = { .write = to_port };

	two_cpus = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	host = ioperm(PORT, 1, 1) ? NULL : fopencookie(NULL, "w", port);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (!scenarios || !host || log_fd < 0) {
		perror("runner");
		return 1;
	}
	lseek(log_fd, 0, SEEK_END);
	while (getline(&line, &size, scenarios) >= 0) {
		line[strcspn(line, "\r\n")] = 0;
		if (!strncmp(line, "=== END", 7))
			end();
		if (!strncmp(line, "=== ", 4)) {
			fprintf(host, "%s\n", line);
			fflush(host);
		} else if (strlen(line) > MAX_LINE) {
			say("NOT UNDERSTOOD %.80s: too long", line);
		} else if (!strncmp(line, "bg ", 3)) {
			start(line + 3);
		} else if (!strcmp(line, "settle")) {
			if (!settle())
				say("NEVER QUIET");
		} else if (*line) {
			execute(line);
			more_in_log();
		}
	}
	free(line);
	fprintf(host, "=== DONE\n");
	fflush(host);
	return 0;
}
