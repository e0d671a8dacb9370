/* The calls a program makes to the system, seen from outside it.
 *
 * Loaded into the real, unchanged duban with LD_PRELOAD. It knows the ledger's files by their
 * paths and the two channels by their ports, and does what the environment says:
 *
 *   SHIM_STOP=<point>:<n>   ends the process with SIGKILL at the n-th time the point is reached;
 *                           a point inside a write lets half of its bytes through first.
 *   SHIM_TRACE=<file>       appends every write, truncation and sync of the ledger's files and every
 *                           write to a socket, in the order in which they were begun (a sync also
 *                           when it has ended). With a stop as well, only what went to sockets.
 *   SHIM_FAIL=<file>        while there is such a file, the calls that it names fail. It holds one line:
 *                           "<id> <files> <call> <errno> <n> <times>": from the n-th such call on, so
 *                           many of them. Files: db, wal, journal, shm, head, box, log, or all of
 *                           them. Calls: open, write,
 *                           short (half of a write goes through, the next one fails), sync, truncate,
 *                           mmap, rename. For each call that failed a byte goes to <file>.hits.
 *
 * SHIM_LEDGER is the ledger's path, SHIM_COPY the beginning of the path of a backup, SHIM_MAIL and
 * SHIM_HOOK are the ports, SHIM_BOX is the folder of mails that are written as files, SHIM_CHANNEL ("mail", "hook") says whose conversation stops, and
 * SHIM_TOKEN is a text that only the plan in question writes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
#define PAGES 65536
#define REAL(name) ((__typeof__(&name))real(#name))

enum file { OTHER, DATABASE, WAL, JOURNAL, COPY, FOLDER, MAIL, HOOK, NOTIFY, SHM, HEAD, BOX, LOG };
enum phase { TALKING, INVITED, BODY_SENT, DOT_SENT };

static unsigned char file_of[FDS], phase_of[FDS];
static char *ledger, *folder, *copy, *box, *token, *stop_at, *orders;
static long stop_nth, stops_seen;
static int mail_port, hook_port, stop_channel, trace = -1;
static int wal_seen, draining, has_token, token_written;
/* Of the ledger as it is written; one thread writes it, so these need no lock. */
static char holder[32];
static uint32_t page, ends_commit;
static long begun, ended, begun_on[PAGES], ended_on[PAGES];
static pthread_mutex_t tracing = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static char *setting(const char *name) {
  char *value = getenv(name);
  return value && *value ? strdup(value) : NULL;
}

__attribute__((constructor)) static void read_settings(void) {
  ledger = setting("SHIM_LEDGER");
  copy = setting("SHIM_COPY");
  box = setting("SHIM_BOX");
  orders = setting("SHIM_FAIL");
  token = setting("SHIM_TOKEN");
  file_of[STDERR_FILENO] = LOG;
  if (ledger && strrchr(ledger, '/')) folder = strndup(ledger, strrchr(ledger, '/') - ledger);
  mail_port = atoi(getenv("SHIM_MAIL") ?: "0");
  hook_port = atoi(getenv("SHIM_HOOK") ?: "0");
  char *channel = getenv("SHIM_CHANNEL") ?: "";
  stop_channel = !strcmp(channel, "mail") ? MAIL : !strcmp(channel, "hook") ? HOOK : OTHER;
  snprintf(holder, sizeof holder, "pid-%d", getpid());
  stop_at = setting("SHIM_STOP");
  char *nth = stop_at ? strrchr(stop_at, ':') : NULL;
  if (nth) {
    stop_nth = atol(nth + 1);
    *nth = 0;
  }
  char *file = getenv("SHIM_TRACE");
  if (file) trace = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* ------------------------------------------------------------------------------- stopping */

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int is_reached(const char *point) {
  return stop_at && !strcmp(stop_at, point) && __sync_add_and_fetch(&stops_seen, 1) == stop_nth;
}

static void stop(const char *point) {
  if (is_reached(point)) die();
}

static void stop_on(int fd, const char *point) {
  if (stop_channel == OTHER || stop_channel == file_of[fd]) stop(point);
}

/* A point that is reached once a total has come to n, and no more often. */
static int is_total(const char *point, long total) {
  return stop_at && total >= stop_nth && !strcmp(stop_at, point);
}

/* -------------------------------------------------------------------------------- failing */

static const char *const classes[] = {[DATABASE] = "db", [WAL] = "wal", [JOURNAL] = "journal", [SHM] = "shm", [HEAD] = "head",
                                      [BOX] = "box", [LOG] = "log"};

static void note_hit(void) {
  char path[512];
  snprintf(path, sizeof path, "%s.hits", orders);
  int fd = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || REAL(write)(fd, "x", 1) != 1) abort();
  REAL(close)(fd);
}

/* How often this call has failed under the order in force; then errno says why. Else 0. */
static long fails(int file, const char *call) {
  static pthread_mutex_t ordering = PTHREAD_MUTEX_INITIALIZER;
  static char last[96];
  static long calls;
  char now[96] = "", id[24], of[8], what[16];
  int error;
  long nth, times, failed = 0;
  if (!orders || file >= (int)(sizeof classes / sizeof *classes) || !classes[file]) return 0;
  int fd = REAL(open)(orders, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t length = read(fd, now, sizeof now - 1);
  REAL(close)(fd);
  if (length <= 0 || sscanf(now, "%23s %7s %15s %d %ld %ld", id, of, what, &error, &nth, &times) != 6) return 0;
  if ((strcmp(of, "all") && strcmp(of, classes[file])) || strcmp(what, call)) return 0;
  pthread_mutex_lock(&ordering);
  if (strcmp(last, now)) {
    strcpy(last, now);
    calls = 0;
  }
  if (++calls >= nth && calls < nth + times) {
    failed = calls - nth + 1;
    note_hit();
  }
  pthread_mutex_unlock(&ordering);
  errno = error;
  return failed;
}

/* How much of a write gets through: -1 where it fails. */
static ssize_t allowed(int file, size_t size) {
  if (fails(file, "write")) return -1;
  long failed = fails(file, "short");
  return !failed ? (ssize_t)size : failed % 2 ? (ssize_t)size / 2 : -1;
}

/* -------------------------------------------------------------------------------- tracing */

/* One record: what, which file, the process, an offset or length, and bytes. */
static void record_of(int file, char what, int fd, int64_t at, const struct iovec *parts, int count) {
  if (trace < 0 || (stop_at && !strchr("mo", what))) return;
  struct {
    char what;
    unsigned char file;
    uint16_t fd;
    uint32_t pid;
    int64_t at;
    uint32_t length;
    uint32_t zero;
  } head = {what, file, fd, getpid(), at, 0, 0};
  struct iovec all[66] = {{&head, sizeof head}};
  if (count > 64) count = 64;
  for (int i = 0; i < count; i++) {
    all[i + 1] = parts[i];
    head.length += parts[i].iov_len;
  }
  pthread_mutex_lock(&tracing);
  if (REAL(writev)(trace, all, count + 1) < 0) abort();
  pthread_mutex_unlock(&tracing);
}

static void record(char what, int fd, int64_t at, const struct iovec *parts, int count) {
  record_of(file_of[fd], what, fd, at, parts, count);
}

static void record_bytes(char what, int fd, int64_t at, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  record(what, fd, at, &part, 1);
}

/* ------------------------------------------------------------------------ files of the ledger */

static int known(const char *path) {
  if (ledger && !strncmp(path, ledger, strlen(ledger))) {
    const char *rest = path + strlen(ledger);
    if (!*rest) return DATABASE;
    if (!strcmp(rest, "-wal")) return WAL;
    if (!strcmp(rest, "-journal")) return JOURNAL;
    if (!strcmp(rest, "-shm")) return SHM;
    if (!strncmp(rest, ".head", 5)) return HEAD;
  }
  if (folder && !strcmp(path, folder)) return FOLDER;
  if (copy && !strncmp(path, copy, strlen(copy))) return COPY;
  if (box && !strncmp(path, box, strlen(box))) return BOX;
  return OTHER;
}

static int is_ledger(int fd) { return fd >= 0 && fd < FDS && file_of[fd] >= DATABASE && file_of[fd] <= JOURNAL; }

static int opened(const char *path, int flags, int was_there, int fd) {
  if (fd < 0 || fd >= FDS) return fd;
  file_of[fd] = known(path);
  if (file_of[fd] == WAL) wal_seen = 1;
  if (is_ledger(fd) && (flags & O_CREAT) && !was_there) record('c', fd, 0, NULL, 0);
  return fd;
}

#define OPEN(name)                                                   \
  int name(const char *path, int flags, ...) {                       \
    va_list more;                                                    \
    va_start(more, flags);                                           \
    mode_t mode = va_arg(more, mode_t);                              \
    va_end(more);                                                    \
    int was_there = !access(path, F_OK);                             \
    if (fails(known(path), "open")) return -1;                       \
    return opened(path, flags, was_there, REAL(name)(path, flags, mode)); \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < FDS) file_of[fd] = phase_of[fd] = 0;
  return REAL(close)(fd);
}

static const unsigned char *number(const unsigned char *at, uint64_t *value) {
  *value = 0;
  for (int i = 0; i < 8; i++) {
    *value = *value << 7 | (*at & 127);
    if (!(*at++ & 128)) return at;
  }
  *value = *value << 8 | *at;
  return at + 1;
}

/* Attempts that this process began, and those of them that have an outcome, among the rows of one
 * page: the holder's name, the beginning, the end, and an outcome in JSON stand in this order. The
 * cells are read one by one, for SQLite leaves old rows behind in the free space. */
static void count_attempts(const unsigned char *bytes, size_t size, long *begins, long *ends) {
  const unsigned char *head = bytes + (page == 1 ? 100 : 0), *limit = bytes + size;
  *begins = *ends = 0;
  if (head[0] != 13) return;
  size_t name = strlen(holder);
  for (int i = 0, cells = head[3] << 8 | head[4]; i < cells; i++) {
    const unsigned char *cell = bytes + (head[8 + 2 * i] << 8 | head[9 + 2 * i]);
    uint64_t length, row;
    if (cell >= limit - 20) continue;
    const unsigned char *from = number(number(cell, &length), &row);
    if (length > (uint64_t)(limit - from)) length = limit - from;
    const unsigned char *found = memmem(from, length, holder, name);
    if (!found || found + name + 24 > from + length || found[name + 4] != '-') continue;
    ++*begins;
    if (found + name + 48 < from + length && found[name + 48] == '{') ++*ends;
  }
}

/* Whether the process is to end in the middle of this page. */
static int ends_in_page(const void *bytes, size_t size) {
  long begins, ends, before_begun = begun, before_ended = ended;
  if (page >= PAGES) return 0;
  count_attempts(bytes, size, &begins, &ends);
  begun += begins - begun_on[page];
  ended += ends - ended_on[page];
  begun_on[page] = begins;
  ended_on[page] = ends;
  if (token && memmem(bytes, size, token, strlen(token))) has_token = 1;
  if (has_token && is_reached("plan.inside")) return 1;
  if (begun > before_begun && is_total("claim.inside", begun)) return 1;
  return ended > before_ended && is_total("settle.inside", ended);
}

static int ends_in_write(int fd, const void *bytes, size_t size, off64_t at) {
  if (file_of[fd] == COPY) return is_reached("backup.write");
  stop("plan.before");
  if (is_reached("ledger.write")) return 1;
  if (file_of[fd] == DATABASE && wal_seen) return is_reached("checkpoint.write");
  if (file_of[fd] != WAL || at == 0) return 0;
  if (size == 24) {
    const unsigned char *head = bytes;
    page = (uint32_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    ends_commit = head[4] | head[5] | head[6] | head[7];
    return 0;
  }
  int is_end = ends_in_page(bytes, size);
  if (ends_commit && has_token) token_written = 1;
  return is_end;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  if (fd >= 0 && fd < FDS) {
    ssize_t length = allowed(file_of[fd], size);
    if (length < 0) return -1;
    size = length;
  }
  if (fd >= 0 && fd < FDS && (is_ledger(fd) || file_of[fd] == COPY)) {
    /* Only whole pages can be read; part of one is written where writes fail. */
    if (stop_at && ends_in_write(fd, bytes, size, at)) {
      REAL(pwrite64)(fd, bytes, size / 2, at);
      die();
    }
    if (is_ledger(fd)) record_bytes('w', fd, at, bytes, size);
  }
  return REAL(pwrite64)(fd, bytes, size, at);
}

static void stop_synced(int fd) {
  if (file_of[fd] == WAL) {
    if (token_written) stop("plan.committed");
    if (is_total("claim.committed", begun) || is_total("settle.committed", ended)) die();
    if (draining) stop("drain.committed");
  } else if (file_of[fd] == DATABASE && wal_seen) {
    stop("checkpoint.synced");
  } else if (file_of[fd] == COPY) {
    stop("backup.synced");
  }
}

int fsync(int fd) {
  if (fd < 0 || fd >= FDS) return REAL(fsync)(fd);
  if (file_of[fd] == DATABASE && wal_seen) stop("checkpoint.sync");
  if (is_ledger(fd) || file_of[fd] == FOLDER) record('s', fd, 0, NULL, 0);
  if (fails(file_of[fd], "sync")) return -1;
  int result = REAL(fsync)(fd);
  if (result == 0 && (is_ledger(fd) || file_of[fd] == FOLDER)) record('e', fd, 0, NULL, 0);
  if (result == 0) stop_synced(fd);
  return result;
}

int fdatasync(int fd) { return fsync(fd); }

int ftruncate64(int fd, off64_t length) {
  if (fd >= 0 && fd < FDS && fails(file_of[fd], "truncate")) return -1;
  if (is_ledger(fd)) record('t', fd, length, NULL, 0);
  return REAL(ftruncate64)(fd, length);
}

void *mmap64(void *at, size_t length, int access, int flags, int fd, off64_t from) {
  if (fd >= 0 && fd < FDS && fails(file_of[fd], "mmap")) return MAP_FAILED;
  return REAL(mmap64)(at, length, access, flags, fd, from);
}

int unlink(const char *path) {
  int file = known(path);
  if (file == WAL) stop("checkpoint.unlink");
  if (file == COPY) stop("backup.unlink");
  if (file == DATABASE || file == WAL || file == JOURNAL) record_of(file, 'u', 0, 0, NULL, 0);
  return REAL(unlink)(path);
}

static int named(const char *to, int result) {
  if (known(to) == COPY) stop("backup.named");
  return result;
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
  if (known(to) == COPY) stop("backup.name");
  return named(to, REAL(linkat)(from_fd, from, to_fd, to, flags));
}

int rename(const char *from, const char *to) {
  if (fails(known(to), "rename")) return -1;
  if (known(to) == COPY) stop("backup.name");
  return named(to, REAL(rename)(from, to));
}

/* --------------------------------------------------------------------------------- sockets */

static int is_peer(int fd) { return fd >= 0 && fd < FDS && (file_of[fd] == MAIL || file_of[fd] == HOOK); }

int connect(int fd, const struct sockaddr *to, socklen_t length) {
  if (fd < 0 || fd >= FDS) return REAL(connect)(fd, to, length);
  if (to->sa_family == AF_UNIX) file_of[fd] = NOTIFY;
  if (to->sa_family == AF_INET) {
    int port = ntohs(((const struct sockaddr_in *)to)->sin_port);
    file_of[fd] = port == mail_port ? MAIL : port == hook_port ? HOOK : OTHER;
  }
  phase_of[fd] = TALKING;
  if (!is_peer(fd)) return REAL(connect)(fd, to, length);
  stop_on(fd, "connect.before");
  record('o', fd, 0, NULL, 0);
  int result = REAL(connect)(fd, to, length), error = errno;
  stop_on(fd, "connect.after");
  errno = error;
  return result;
}

static int begins(const struct iovec *parts, const char *word) {
  return parts[0].iov_len >= strlen(word) && !memcmp(parts[0].iov_base, word, strlen(word));
}

/* Half of what is to be sent goes out, and the process ends. */
static void die_half_way(int fd, const struct iovec *parts, int count) {
  struct iovec last = parts[count - 1];
  if (count > 1) REAL(writev)(fd, parts, count - 1);
  REAL(send)(fd, last.iov_base, last.iov_len / 2, MSG_NOSIGNAL);
  die();
}

static void before_sending(int fd, const struct iovec *parts, int count) {
  int ours = stop_channel == OTHER || stop_channel == file_of[fd];
  if (file_of[fd] == MAIL && phase_of[fd] == INVITED && ours && is_reached("mail.body")) die_half_way(fd, parts, count);
  if (file_of[fd] == MAIL && phase_of[fd] == BODY_SENT) stop_on(fd, "mail.dot.before");
  if (file_of[fd] == HOOK && ours && is_reached("hook.request")) die_half_way(fd, parts, count);
  record('m', fd, 0, parts, count);
}

static void after_sending(int fd, const struct iovec *parts, ssize_t sent) {
  if (sent <= 0) return;
  if (file_of[fd] == HOOK) {
    stop_on(fd, "hook.sent");
  } else if (phase_of[fd] == INVITED) {
    if ((size_t)sent == parts[0].iov_len) phase_of[fd] = BODY_SENT;
  } else if (phase_of[fd] == BODY_SENT) {
    phase_of[fd] = DOT_SENT;
    stop_on(fd, "mail.dot.after");
  } else if (begins(parts, "EHLO")) {
    stop_on(fd, "mail.ehlo");
  } else if (begins(parts, "MAIL ")) {
    stop_on(fd, "mail.from");
  } else if (begins(parts, "RCPT ")) {
    stop_on(fd, "mail.rcpt");
  } else if (begins(parts, "DATA")) {
    stop_on(fd, "mail.data");
  }
}

/* What systemd is told, what is logged, and files that are not the engine's. */
ssize_t write(int fd, const void *bytes, size_t length) {
  ssize_t written;
  if (fd >= 0 && fd < FDS && file_of[fd] > NOTIFY) {
    if ((written = allowed(file_of[fd], length)) < 0) return -1;
    length = written;
  }
  if (fd < 0 || fd >= FDS || file_of[fd] != NOTIFY) return REAL(write)(fd, bytes, length);
  record_bytes('n', fd, 0, bytes, length);
  written = REAL(write)(fd, bytes, length);
  if (memmem(bytes, length, "STOPPING=1", 10)) draining = 1;
  return written;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  struct iovec part = {(void *)bytes, length};
  if (fd >= 0 && fd < FDS && file_of[fd] == NOTIFY) return write(fd, bytes, length);
  if (!is_peer(fd)) return REAL(send)(fd, bytes, length, flags);
  before_sending(fd, &part, 1);
  ssize_t sent = REAL(send)(fd, bytes, length, flags);
  int error = errno;
  after_sending(fd, &part, sent);
  errno = error;
  return sent;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_peer(fd) || count < 1) return REAL(writev)(fd, parts, count);
  before_sending(fd, parts, count);
  ssize_t sent = REAL(writev)(fd, parts, count);
  int error = errno;
  after_sending(fd, parts, sent);
  errno = error;
  return sent;
}

ssize_t recv(int fd, void *bytes, size_t length, int flags) {
  ssize_t got = REAL(recv)(fd, bytes, length, flags);
  int error = errno;
  if (got > 3 && is_peer(fd) && !(flags & MSG_PEEK)) {
    if (file_of[fd] == HOOK) stop_on(fd, "hook.answered");
    if (file_of[fd] == MAIL && !memcmp(bytes, "220", 3)) stop_on(fd, "mail.greeted");
    if (file_of[fd] == MAIL && !memcmp(bytes, "354", 3)) {
      phase_of[fd] = INVITED;
      stop_on(fd, "mail.go");
    } else if (file_of[fd] == MAIL && phase_of[fd] == DOT_SENT) {
      phase_of[fd] = TALKING;
      stop_on(fd, "mail.answered");
    }
    if (draining) stop_on(fd, "drain.answered");
  }
  errno = error;
  return got;
}
