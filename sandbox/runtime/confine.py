"""Shuts this process in before it touches bytes from outside: resource limits, and a system call filter if it can."""

import logging
import os
import resource
from dataclasses import dataclass

import seccompy

log = logging.getLogger(__name__)

# fmt: off
SYSCALLS = (
    "read", "write", "close", "fstat", "newfstatat", "lseek", "ioctl", "poll", "ppoll", "select", "pselect6",
    "mmap", "munmap", "mprotect", "madvise", "mremap", "brk", "futex", "rseq", "set_robust_list",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "clock_gettime",
    "clock_nanosleep", "nanosleep", "getrandom", "sched_yield", "sched_getaffinity", "getpid", "gettid",
    "getrusage", "exit", "exit_group",
)
# What a program needs beside these to be loaded and to read its files.
LOADING = (
    "execve", "arch_prctl", "set_tid_address", "pread64", "access", "faccessat", "faccessat2", "statx", "fcntl",
    "getdents64", "readlink", "readlinkat", "getuid", "geteuid", "getgid", "getegid", "getppid", "getcwd", "uname",
)
# fmt: on
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the process may take from now on; without `cpu_seconds` it may live as long as it likes."""

    address_space: int
    cpu_seconds: int | None = None
    open_files: int = 16

    def rlimits(self) -> dict[int, tuple[int, int]]:
        """Soft and hard limit per resource; one second between them lets SIGXCPU be seen before SIGKILL."""
        limits = {
            resource.RLIMIT_AS: (self.address_space, self.address_space),
            resource.RLIMIT_NOFILE: (self.open_files, self.open_files),
            resource.RLIMIT_FSIZE: (0, 0),
            resource.RLIMIT_CORE: (0, 0),
            resource.RLIMIT_NPROC: (0, 0),
        }
        if self.cpu_seconds is not None:
            limits[resource.RLIMIT_CPU] = (self.cpu_seconds, self.cpu_seconds + 1)
        return limits


def confine(limits: Limits, *, becomes_program: bool = False) -> bool:
    """Limit this process for good and tell whether the system call filter is on.

    Do every import first: an import afterwards opens files, and dies of SIGSYS. A process that becomes another program
    may still open files for reading.
    """
    seccompy.supported()  # it looks for the C library with child processes, which the limits forbid to all but root
    for name, (soft, hard) in limits.rlimits().items():
        ceiling = resource.getrlimit(name)[1]
        ceiling = hard if ceiling == resource.RLIM_INFINITY else ceiling
        resource.setrlimit(name, (min(soft, ceiling), min(hard, ceiling)))
    return _filter_syscalls(becomes_program=becomes_program)


def _filter_syscalls(*, becomes_program: bool) -> bool:
    """Allow only computing and talking over open pipes; any other system call ends the process."""
    try:
        allowed = seccompy.Filter(default=seccompy.Action.KILL_PROCESS, flags=seccompy.FilterFlag.TSYNC)
        for name in SYSCALLS + LOADING * becomes_program:
            if _exists(name):
                allowed.allow(name)
        if becomes_program:
            allowed.allow("openat", args=[seccompy.ArgCmp(2, seccompy.CmpOp.MASKED_EQ, 0, WRITING)])
        # These two reach other processes of the same user: only aborting itself and reading its own limits is let be.
        allowed.allow("tgkill", args={0: os.getpid()})
        allowed.allow("prlimit64", args={0: 0, 2: 0})
        allowed.load()
    except (seccompy.SeccompError, OSError) as error:
        log.warning("no system call filter, only resource limits protect this process: %s", error)
        return False
    return True


def _exists(name: str) -> bool:
    """Tell whether this processor's kernel interface has the call; aarch64 lacks the old ones."""
    try:
        seccompy.syscall_nr(name)
    except (seccompy.SeccompError, LookupError, ValueError):
        return False
    return True
