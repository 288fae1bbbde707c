"""A small virtual machine with Debian's own kernel, for what this machine's
kernel lacks, and for what must not be done to this machine.

	with Vm(scratch, ["program", "argument"], [image, ...]) as vm:
		for line in vm.lines(seconds=60):
			...

runs the command in the VM as root.  It finds this machine's whole file system
there, through virtiofs, below a tmpfs that takes its changes; and the images
as /dev/vda, /dev/vdb, ... What it prints comes out here line by line, and with
each line comes how long the logs of the disks had become (vm.mark): all that
the command knew when it printed the line is in the log up to there.  Leaving
the context is a power cut: qemu gets SIGKILL; so is vm.cut(), behind which
lines() still gives what was said before.  vm.status is the command's exit
status, None where it did not end by itself.

A test that runs in there calls relay() out here.

No distribution is booted, only a kernel (unpacked by "tests/unpack linux",
never installed) with an initramfs that is made here: busybox and a dozen
modules.  qemu's TCG needs no hardware for it; a boot takes 3 to 6 seconds.

crash/blocklog.py reads the logs, which qemu's block driver blklogwrites
writes."""

import glob
import os
import platform
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from tap import PEERS, Skip, need, need_root, tool, true, until

MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "virtiofs",
    "overlay", "crc32c_generic")
BELOW = {"ext4": ("ext4", "quota_v2"), "xfs": ("xfs",), "btrfs": ("btrfs",)}
START, END = "vm starts", "vm ends "
PASSED = ("BUILD", "ONLY", "PATH", "PROOF", "PYTHONPATH", "SMTP_RECEIVE")
INSIDE = "INSIDE_VM" in os.environ
DIE = ["setpriv", "--pdeathsig", "KILL"]

# $COMMAND runs in the root that it is to see.  The port that it prints to is
# there some time after its module is.
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in $(cat /modules); do insmod "/lib/$module"; done
mount -t virtiofs root /lower
mount -t tmpfs upper /upper
mkdir /upper/files /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work \\
    root /root
for each in dev proc sys; do mount --move /$each /root/$each; done
mkdir -p /root/dev/shm /root/dev/pts
ln -sf /proc/self/fd /root/dev/fd
mount -t tmpfs -o mode=1777 shm /root/dev/shm
mount -t devpts pts /root/dev/pts
mount -t tmpfs run /root/run
ip link set lo up
until set -- /root/dev/vport*p1 && [ -c "$1" ]; do sleep 0.05; done
exec </root/dev/null >"$1" 2>&1
echo START
chroot /root COMMAND
echo END$?
sleep 1000
"""


# What is put together for a boot

def kernel():
    """(the image, the directory of its modules)."""
    need(platform.machine() == "x86_64", "a kernel for x86_64 only")
    images = glob.glob(PEERS + "/linux/boot/vmlinuz-*")
    need(images, "no kernel: tests/unpack linux")
    version = os.path.basename(images[0]).split("-", 1)[1]
    return images[0], "%s/linux/lib/modules/%s" % (PEERS, version)


def modules(directory, names):
    """Their files, each behind those that it depends on.  What has no file
    is built in."""
    files = {os.path.basename(path)[:-3].replace("-", "_"): path
        for path in glob.glob(directory + "/kernel/**/*.ko", recursive=True)}
    need(files, "no modules that busybox can load")
    found = []

    def add(name):
        path = files.get(name.replace("-", "_"))
        if path is None or path in found:
            return
        with open(path, "rb") as file:
            depends = re.search(rb"\0depends=([^\0]*)\0", file.read())
        for each in filter(None, depends[1].decode().split(",")):
            add(each)
        found.append(path)
    for name in names:
        add(name)
    return found


def entry(name, octets=b"", mode=0o40755):
    """One member of an archive as "cpio -H newc" makes it."""
    fields = [0, mode, 0, 0, 1, 0, len(octets), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % each for each in fields)
    head += name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + octets + bytes(-len(octets) % 4)


def initramfs(names, command):
    _, directory = kernel()
    paths = modules(directory, names)
    init = INIT.replace("START", START).replace("END", END).replace(
        "COMMAND", shlex.join(command))
    files = {"init": init.encode(), "modules": "\n".join(
        map(os.path.basename, paths)).encode()}
    for path in [tool("busybox"), *paths]:
        place = "lib/" if path.endswith(".ko") else "bin/"
        with open(path, "rb") as file:
            files[place + os.path.basename(path)] = file.read()
    archive = [entry(each) for each in ("bin", "lib", "dev", "proc", "sys",
        "lower", "upper", "root")]
    archive += [entry(name, octets, 0o100755)
        for name, octets in files.items()]
    return b"".join(archive) + entry("TRAILER!!!")


def virtiofsd():
    found = [path for path in ("/usr/lib/qemu/virtiofsd",
        "/usr/libexec/virtiofsd") if os.path.exists(path)]
    need(found, "no virtiofsd")
    return found[0]


def blank(path, megabytes):
    with open(path, "wb") as file:
        file.truncate(megabytes << 20)
    return path


def drive(number, image, log):
    """A disk whose writes and flushes are logged in their order.  Not merged:
    with the log's own two a merged one has more pieces than pwritev(2) takes,
    and the VM would see an I/O error that no disk has made."""
    return ["-blockdev", "driver=file,filename=%s,node-name=image%d"
            % (image, number),
        "-blockdev", "driver=file,filename=%s,node-name=log%d" % (log, number),
        "-blockdev", "driver=blklogwrites,node-name=disk%d,file=image%d,"
            "log=log%d,log-sector-size=512" % ((number,) * 3),
        "-device", "virtio-blk-pci,drive=disk%d,discard=off,write-zeroes=off,"
            "request-merging=off" % number]


class Vm:
    """scratch: a directory, where the logs are found afterwards.  images: files
    that become disks.  filesystems: what the kernel shall know, of ext4, xfs
    and btrfs."""

    def __init__(self, scratch, command, images, filesystems=("ext4",),
            memory=768):
        need_root()
        self.scratch = scratch
        self.kernel, _ = kernel()
        self.images, self.memory = list(images), memory
        self.qemu_path, self.fs_path = tool("qemu-system-x86_64"), virtiofsd()
        names = [name for each in filesystems for name in BELOW[each]]
        self.initramfs = initramfs([*MODULES, *names], command)
        self.processes, self.status, self.mark = [], None, []

    def __enter__(self):
        self.logs = [self.path("log%d" % number)
            for number in range(len(self.images))]
        try:
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        for process in self.processes:
            process.kill()
            process.wait()
        return False

    def path(self, name):
        return self.scratch + "/" + name

    def start(self, command, name, **more):
        with open(self.path(name), "wb") as log:
            process = subprocess.Popen(DIE + command, stderr=log,
                stdin=subprocess.DEVNULL, **{"stdout": log, **more})
        self.processes.append(process)
        return process

    def boot(self):
        with open(self.path("initramfs"), "wb") as file:
            file.write(self.initramfs)
        for log in self.logs:
            open(log, "wb").close()
        # It keeps a descriptor for each file that was looked up in the VM.
        self.start([self.fs_path, "-f", "--socket-path=" + self.path("fs"),
            "-o", "source=/", "-o", "cache=always", "-o", "sandbox=chroot"],
            "fs.log")
        until(lambda: os.path.exists(self.path("fs")), "virtiofsd")
        self.qemu = self.start(self.command(), "qemu.log",
            stdout=subprocess.PIPE)

    def command(self):
        drives = [word for number, image in enumerate(self.images)
            for word in drive(number, image, self.logs[number])]
        return [self.qemu_path, "-M", "q35", "-accel", "tcg", "-cpu", "max",
            "-smp", "2", "-m", "%d" % self.memory, "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot",
            "-object", "memory-backend-memfd,id=memory,size=%dM,share=on"
                % self.memory, "-numa", "node,memdev=memory",
            "-kernel", self.kernel, "-initrd", self.path("initramfs"),
            "-append", "console=ttyS0 quiet panic=-1 rdinit=/init",
            "-serial", "file:" + self.path("console"),
            "-chardev", "socket,id=fs,path=" + self.path("fs"),
            "-device", "vhost-user-fs-pci,chardev=fs,tag=root",
            "-chardev", "file,id=port,path=/dev/stdout",
            "-device", "virtio-serial-pci",
            "-device", "virtserialport,chardev=port", *drives]

    def cut(self):
        self.qemu.kill()

    # What comes out

    def read(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.qemu.stdout], [], [],
                left)[0]:
            raise AssertionError("the VM is not done\n" + self.told())
        return os.read(self.qemu.stdout.fileno(), 65536)

    def raw_lines(self, deadline):
        """Half a line at the end says nothing."""
        waiting = b""
        while octets := self.read(deadline):
            *lines, waiting = (waiting + octets).split(b"\n")
            self.mark = [os.path.getsize(log) for log in self.logs]
            yield from (line.decode("latin-1") for line in lines)

    def lines(self, seconds):
        """Those of the command, until it ends or the VM does."""
        started = False
        for line in self.raw_lines(time.monotonic() + seconds):
            if line == START:
                started = True
                self.start_mark = self.mark
            elif line.startswith(END):
                self.status = int(line[len(END):])
                return
            else:
                yield line
        if not started:
            raise AssertionError("the VM did not come up\n" + self.told())

    def told(self, most=2000):
        """The last words of all that might have been the cause."""
        texts = []
        for name in "fs.log", "qemu.log", "console":
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="latin-1") as file:
                    texts.append("%s: %s" % (name, file.read()[-most:]))
        return "\n".join(texts)


# A script that is run once more, in the VM

def again(*arguments, script=sys.argv[0]):
    """The command that does so, with what tests know of their surroundings."""
    known = ["%s=%s" % (name, os.environ[name]) for name in PASSED
        if name in os.environ]
    return ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", os.getcwd(),
        "env", "INSIDE_VM=yes", *known, sys.executable,
        os.path.abspath(script), *arguments]


def show(vm, seconds):
    for line in vm.lines(seconds):
        print(line, flush=True)
    true(vm.status is not None, "the VM has ended\n" + vm.told())
    return vm.status


def relay(disks, filesystems=("ext4",), seconds=850):
    """What the script prints in the VM is printed here, its TAP included.
    disks: their sizes in MiB."""
    with tempfile.TemporaryDirectory() as scratch:
        images = [blank("%s/disk%d" % (scratch, number), megabytes)
            for number, megabytes in enumerate(disks)]
        with Vm(scratch, again(), images, filesystems) as vm:
            return show(vm, seconds)


def or_skip(function):
    """All of the script, where there can be no VM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return function()
    except Skip as why:
        print("1..0 # SKIP %s" % why)
