/*
 * spawn-times: how long a program takes from its start to its end, many times.
 *
 *   spawn-times COUNT STDIN SOCKET PROGRAM [REFERENCE]
 *
 * Runs PROGRAM and REFERENCE in turn, COUNT times each, with the file STDIN as standard input and this environment. Meanwhile it is an agent
 * that answers every caller of the unix socket SOCKET at once with an empty success. Prints one line a program: p50, p90, p99 and maximum in
 * microseconds. A run that does not end with status 0 ends everything with status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void *answer_all(void *listening) {
    static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    char request[1 << 16];
    for (;;) {
        int caller = accept(*(int *) listening, NULL, NULL);
        if (caller < 0) return NULL;
        if (read(caller, request, sizeof request) > 0 && write(caller, answer, sizeof answer - 1) < 0) perror("answer");
        close(caller);
    }
}

static long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static long run(const char *program, const char *input) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int status;
    char *arguments[] = {(char *) program, NULL};
    long begin = now_us();
    errno = posix_spawn(&child, program, &files, NULL, arguments, environ);
    if (errno) die(program);
    if (waitpid(child, &status, 0) < 0) die("wait");
    long took = now_us() - begin;
    posix_spawn_file_actions_destroy(&files);
    if (status != 0) {
        fprintf(stderr, "%s ended with status %d\n", program, status);
        exit(1);
    }
    return took;
}

static int by_value(const void *a, const void *b) {
    long x = *(const long *) a, y = *(const long *) b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    if (count < 5) return fputs("usage: spawn-times COUNT STDIN SOCKET PROGRAM [REFERENCE]\n", stderr), 2;
    int runs = atoi(arguments[1]), programs = count - 4, listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", arguments[3]);
    if (bind(listening, (struct sockaddr *) &address, sizeof address) < 0 || listen(listening, 16) < 0) die("listen");
    pthread_t agent;
    if (runs < 1 || pthread_create(&agent, NULL, answer_all, &listening)) die("start the agent");
    long *took = calloc((size_t) (runs * programs), sizeof *took);
    if (!took) die("memory");
    for (int i = 0; i < runs; i++)
        for (int p = 0; p < programs; p++) took[p * runs + i] = run(arguments[4 + p], arguments[2]);
    for (int p = 0; p < programs; p++) {
        long *mine = took + p * runs;
        qsort(mine, (size_t) runs, sizeof *mine, by_value);
        printf("%ld %ld %ld %ld\n", mine[runs / 2], mine[runs * 9 / 10], mine[runs * 99 / 100], mine[runs - 1]);
    }
    return 0;
}
