/*
 * crash-at: lets a running process fail at a chosen system call.
 *
 *   crash-at PID list                 print every point as it is reached, until SIGTERM
 *   crash-at PID kill POINT           SIGKILL the process as it enters the POINT-th call, before the kernel has done anything
 *   crash-at PID ERRNO POINT          let the POINT-th call and every later one of its kind fail with that error number (28, 5)
 *
 * A point is a system call that can leave a trace outside the process: on files, sockets, namespaces and processes. Calls on memory,
 * threads, clocks and event queues are none, nor is reading a TUN device. Points are numbered over all threads in the order in which
 * they happen; strace counts for each thread by itself, which says little of a process whose work moves between threads. With ERRNO
 * only calls that write or rename files of the state directory (the rest of the command line: a path prefix) are points.
 *
 * Prints "ready" once every thread is watched, then one line a point: NUMBER CALL WHAT.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 512, THREADS = 4096 };
enum what { NO_FD, FIRST_FD, FIRST_PATH, SECOND_PATH };

static const struct call { long number; const char *name; enum what what; int changes_files; } calls[] = {
    {SYS_openat, "openat", SECOND_PATH, 1}, {SYS_open, "open", FIRST_PATH, 1}, {SYS_close, "close", FIRST_FD, 0},
    {SYS_read, "read", FIRST_FD, 0}, {SYS_pread64, "pread64", FIRST_FD, 0}, {SYS_readv, "readv", FIRST_FD, 0},
    {SYS_write, "write", FIRST_FD, 1}, {SYS_pwrite64, "pwrite64", FIRST_FD, 1}, {SYS_writev, "writev", FIRST_FD, 1},
    {SYS_fsync, "fsync", FIRST_FD, 1}, {SYS_fdatasync, "fdatasync", FIRST_FD, 1}, {SYS_ftruncate, "ftruncate", FIRST_FD, 1},
    {SYS_rename, "rename", FIRST_PATH, 1}, {SYS_renameat, "renameat", SECOND_PATH, 1}, {SYS_renameat2, "renameat2", SECOND_PATH, 1},
    {SYS_unlink, "unlink", FIRST_PATH, 0}, {SYS_unlinkat, "unlinkat", SECOND_PATH, 0}, {SYS_mkdir, "mkdir", FIRST_PATH, 0},
    {SYS_stat, "stat", FIRST_PATH, 0}, {SYS_lstat, "lstat", FIRST_PATH, 0}, {SYS_fstat, "fstat", FIRST_FD, 0},
    {SYS_newfstatat, "newfstatat", SECOND_PATH, 0}, {SYS_statx, "statx", SECOND_PATH, 0}, {SYS_access, "access", FIRST_PATH, 0},
    {SYS_faccessat2, "faccessat2", SECOND_PATH, 0}, {SYS_readlink, "readlink", FIRST_PATH, 0}, {SYS_fstatfs, "fstatfs", FIRST_FD, 0},
    {SYS_getdents64, "getdents64", FIRST_FD, 0}, {SYS_ioctl, "ioctl", FIRST_FD, 0}, {SYS_chmod, "chmod", FIRST_PATH, 0},
    {SYS_socket, "socket", NO_FD, 0}, {SYS_bind, "bind", FIRST_FD, 0}, {SYS_connect, "connect", FIRST_FD, 0},
    {SYS_setsockopt, "setsockopt", FIRST_FD, 0}, {SYS_getsockopt, "getsockopt", FIRST_FD, 0}, {SYS_accept4, "accept4", FIRST_FD, 0},
    {SYS_sendto, "sendto", FIRST_FD, 0}, {SYS_sendmsg, "sendmsg", FIRST_FD, 0}, {SYS_recvfrom, "recvfrom", FIRST_FD, 0},
    {SYS_recvmsg, "recvmsg", FIRST_FD, 0}, {SYS_shutdown, "shutdown", FIRST_FD, 0}, {SYS_setns, "setns", FIRST_FD, 0},
    {SYS_unshare, "unshare", NO_FD, 0}, {SYS_vfork, "vfork", NO_FD, 0}, {SYS_execve, "execve", FIRST_PATH, 0},
    {SYS_kill, "kill", NO_FD, 0}, {SYS_wait4, "wait4", NO_FD, 0}, {SYS_pipe2, "pipe2", NO_FD, 0}, {SYS_dup2, "dup2", FIRST_FD, 0},
};

static pid_t process;
static pid_t known[THREADS]; /* threads that are watched; 0 is a free place */
static pid_t failing[THREADS]; /* in the same place: the thread is inside a call that is to fail */

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void read_text(unsigned long address, char *into, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, into, size - 1, (off_t) address);
    if (fd >= 0) close(fd);
    into[n < 0 ? 0 : n] = 0;
}

static void describe(const struct call *call, const __uint64_t *arguments, char *into, size_t size) {
    char link[64];
    into[0] = 0;
    if (call->what == FIRST_PATH) read_text(arguments[0], into, size);
    if (call->what == SECOND_PATH) read_text(arguments[1], into, size);
    if (call->what == FIRST_FD) {
        snprintf(link, sizeof link, "/proc/%d/fd/%d", process, (int) arguments[0]);
        ssize_t n = readlink(link, into, size - 1);
        into[n < 0 ? 0 : n] = 0;
    }
}

static const struct call *find(__uint64_t number) {
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if ((__uint64_t) calls[i].number == number) return &calls[i];
    return NULL;
}

static int is_point(const struct call *call, const __uint64_t *arguments, const char *what, const char *prefix) {
    if (strstr(what, "anon_inode:") || strstr(what, "/dev/net/tun")) return 0;
    if (!prefix) return 1;
    int opens_to_read = call->number == SYS_openat && !(arguments[2] & (O_WRONLY | O_RDWR | O_CREAT));
    return call->changes_files && !opens_to_read && strncmp(what, prefix, strlen(prefix)) == 0;
}

static int place_of(pid_t thread) {
    int free_place = -1;
    for (int i = 0; i < THREADS; i++) {
        if (known[i] == thread) return i;
        if (!known[i] && free_place < 0) free_place = i;
    }
    if (free_place < 0) die("more threads than expected");
    known[free_place] = thread;
    return free_place;
}

/* Watches every thread there is; those to come are watched from birth. */
static void attach(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    for (int found = 1; found;) {
        found = 0;
        DIR *tasks = opendir(path);
        if (!tasks) die(path);
        for (struct dirent *each; (each = readdir(tasks));) {
            pid_t thread = atoi(each->d_name);
            if (thread <= 0) continue;
            if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE) == 0) {
                found = 1;
                place_of(thread);
                ptrace(PTRACE_INTERRUPT, thread, 0, 0);
                waitpid(thread, NULL, __WALL);
                ptrace(PTRACE_SYSCALL, thread, 0, 0);
            } else if (errno != EPERM && errno != ESRCH) {
                die("watch a thread");
            }
        }
        closedir(tasks);
    }
}

/* The call is replaced by one that does not exist; its result is put in when it returns. */
static void make_fail(pid_t thread, int place) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, 0, &registers) < 0) die("read registers");
    registers.orig_rax = (unsigned long long) -1;
    if (ptrace(PTRACE_SETREGS, thread, 0, &registers) < 0) die("write registers");
    failing[place] = thread;
}

static void put_error(pid_t thread, int place, int error) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, 0, &registers) < 0) die("read registers");
    registers.rax = (unsigned long long) -error;
    if (ptrace(PTRACE_SETREGS, thread, 0, &registers) < 0) die("write registers");
    failing[place] = 0;
}

static long points, wanted;
static int error;
static const char *prefix;
static const struct call *failing_kind;

static void on_call(pid_t thread) {
    struct __ptrace_syscall_info info;
    int place = place_of(thread);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && failing[place]) put_error(thread, place, error);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    const struct call *call = find(info.entry.nr);
    if (!call) return;
    char what[LINE];
    describe(call, info.entry.args, what, sizeof what);
    if (!is_point(call, info.entry.args, what, prefix)) return;
    points++;
    printf("%ld %s %.200s\n", points, call->name, what);
    fflush(stdout);
    if (points == wanted && !error) kill(process, SIGKILL);
    if (points == wanted) failing_kind = call;
    if (error && failing_kind == call) make_fail(thread, place);
}

int main(int count, char **arguments) {
    if (count < 3 || !(process = atoi(arguments[1]))) return fputs("usage: crash-at PID list|kill|ERRNO [POINT [PREFIX]]\n", stderr), 2;
    error = atoi(arguments[2]);
    wanted = count > 3 ? atol(arguments[3]) : 0;
    prefix = count > 4 ? arguments[4] : NULL;
    attach();
    puts("ready");
    fflush(stdout);
    for (int status;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) return errno == ECHILD ? 0 : 1; /* the last thread is gone */
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            int place = place_of(thread);
            known[place] = failing[place] = 0;
            continue;
        }
        int signal = WSTOPSIG(status), is_event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) on_call(thread);
        else place_of(thread);
        int pass_on = signal == (SIGTRAP | 0x80) || is_event || signal == SIGTRAP ? 0 : signal;
        ptrace(PTRACE_SYSCALL, thread, 0, pass_on);
    }
}
