"""A GlusterFS volume with three copies, for the tests alone: three nodes and
two mail hosts, each in a network namespace of its own, joined by a bridge in
another.  Nothing of it can be reached from outside, and a GlusterFS that the
machine has for itself is not touched.

	with Cluster() as cluster:
		cluster.hosts[0].mount		the volume, as that host sees it
		cluster.nodes[1].kill()		SIGKILL for all that runs there
		cluster.nodes[1].start()
		cluster.heal()			until all copies are equal

As in GlusterFS' own tests the nodes share the machine's /usr and are kept
apart by directories, which the options of glusterd name.  Only two paths are
compiled in: its sockets in /run/gluster and the log of glfsheal.  What is
ours there is removed at the end."""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from tap import Skip, need, need_root, tool, true, until

# What the README says is to be set.
OPTIONS = {"network.ping-timeout": "10", "cluster.quorum-type": "auto"}
NETWORK = "10.77.0.%d"
CLONE_NEWNET = 0x40000000
FS_IOC_SHUTDOWN = 0x8004587d	# _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2

GLUSTERD = """\
volume management
    type mgmt/glusterd
    option working-directory {0}/work
    option run-directory {0}/run
    option glusterd-sockfile {0}/sock
    option cluster-test-mode {0}/log
    option transport-type socket
    option transport.socket.listen-port 24007
    option transport.socket.keepalive-time 10
    option transport.socket.keepalive-interval 2
    option ping-timeout 0
    option max-port 60999
end-volume
"""

libc = ctypes.CDLL(None, use_errno=True)


def run(*command, seconds=60):
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=seconds)
    true(done.returncode == 0, "%s: %s" % (" ".join(command), done.stdout))
    return done.stdout


def namespace(pid):
    try:
        return os.readlink("/proc/%s/ns/net" % pid)
    except OSError:
        return None


class Host:
    """A network namespace.  It lasts as long as a cat that reads from us:
    should we die, so does it."""

    def __init__(self, directory, number):
        self.directory, self.address = directory, NETWORK % number
        self.name = os.path.basename(directory)
        os.mkdir(directory, 0o755)
        self.holder = subprocess.Popen([tool("unshare"), "--net", "cat"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True)
        until(lambda: namespace(self.holder.pid) != namespace("self")
            or self.holder.poll() is not None, "a network namespace")
        if self.holder.poll() is not None:
            raise Skip("no network namespaces: "
                + self.holder.stderr.read().decode().strip())
        self.path = "/proc/%d/ns/net" % self.holder.pid
        self.namespace = os.readlink(self.path)
        self.children, self.sockets = [], set()

    def inside(self, *command):
        return [tool("nsenter"), "--net=" + self.path, *command]

    def run(self, *command, seconds=60):
        return run(*self.inside(*command), seconds=seconds)

    def spawn(self, *command):
        with open(self.directory + "/out", "ab") as out:
            self.children.append(subprocess.Popen(self.inside(*command),
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/",
                start_new_session=True))

    def enter(self):
        """This thread, and what it starts, is there from now on."""
        with open(self.path) as file:
            true(libc.setns(file.fileno(), CLONE_NEWNET) == 0, "setns")

    def join(self, switch):
        """A wire to the switch."""
        switch.run("ip", "link", "add", self.name, "type", "veth", "peer",
            "name", "eth0", "netns", str(self.holder.pid))
        switch.run("ip", "link", "set", self.name, "master", "bridge", "up")
        self.run("ip", "address", "add", self.address + "/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        self.run("ip", "link", "set", "lo", "up")

    def pids(self):
        """Whoever is in our namespace was started by us."""
        return [int(pid) for pid in filter(str.isdigit, os.listdir("/proc"))
            if int(pid) != self.holder.pid
            and namespace(pid) == self.namespace]

    def note_socket(self, pid):
        try:
            with open("/proc/%d/cmdline" % pid) as file:
                words = file.read().split("\0")
        except OSError:
            return
        self.sockets.update(word for flag, word in zip(words, words[1:])
            if flag == "-S")

    def kill(self):
        """All that runs here, with no time to say good-bye."""
        def killed():
            pids = self.pids()
            for pid in pids:
                self.note_socket(pid)
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for child in self.children:
                child.poll()
            return not pids
        until(killed, "the processes of %s to end" % self.name, 30)

    def end(self):
        self.kill()
        self.holder.stdin.close()
        self.holder.wait(timeout=10)
        for socket in self.sockets:
            if os.path.exists(socket):
                os.unlink(socket)


def mounted(path):
    """A file system that was shut down answers no stat."""
    with open("/proc/self/mounts") as mounts:
        return any(line.split()[1] == path for line in mounts)


def unmount(path):
    until(lambda: not mounted(path) or subprocess.run(["umount", path],
        capture_output=True).returncode == 0, "umount " + path, 20)


class Node(Host):
    """It has a disk, which it can lose power with."""

    def __init__(self, directory, number):
        super().__init__(directory, number)
        for part in "work", "run", "log", "disk":
            os.mkdir(directory + "/" + part)
        with open(directory + "/glusterd.vol", "w") as file:
            file.write(GLUSTERD.format(directory))
        self.image, self.disk = directory + "/image", directory + "/disk"
        self.brick = self.disk + "/brick"
        with open(self.image, "wb") as file:
            file.truncate(512 << 20)
        run(tool("mkfs.xfs"), "-q", self.image)

    def attach(self):
        """On a device of its own each time, and whatever still has the old
        one mounted in another mount namespace."""
        try:
            device = run(tool("losetup"), "--find", "--show",
                self.image).strip()
        except AssertionError as why:
            raise Skip(str(why).strip())
        try:
            run("mount", "-o", "nouuid", device, self.disk)
        finally:
            run(tool("losetup"), "--detach", device)	# once unmounted

    def start(self):
        self.spawn(tool("glusterd"), "--no-daemon",
            "--volfile=%s/glusterd.vol" % self.directory,
            "--log-file=%s/log/glusterd.log" % self.directory,
            "--pid-file=%s/glusterd.pid" % self.directory)

    def cli(self, *words):
        return self.run(tool("gluster"), "--mode=script",
            "--glusterd-sock=%s/sock" % self.directory,
            "--log-file=%s/log/cli.log" % self.directory, *words)

    def peers(self):
        """How many nodes it sees, itself included."""
        try:
            return len(re.findall(r"(?m)\bConnected\s*$",
                self.cli("pool", "list")))
        except AssertionError:
            return 0

    def to_heal(self):
        """How many entries of the other nodes' copies it knows as stale."""
        index = self.brick + "/.glusterfs/indices/"
        return sum(not name.startswith(part + "-") for part in ("xattrop",
            "dirty") for name in os.listdir(index + part))

    def cut_power(self):
        """What was not synced is gone; kill() comes next."""
        disk = os.open(self.disk, os.O_RDONLY)
        try:
            fcntl.ioctl(disk, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(disk)

    def power_on(self):
        unmount(self.disk)
        self.attach()
        self.start()

    def end(self):
        super().end()
        unmount(self.disk)


class MailHost(Host):
    def __init__(self, directory, number):
        super().__init__(directory, number)
        self.mount = directory + "/mail"
        os.mkdir(self.mount)

    def attach(self, nodes, volume):
        self.volume = volume
        self.spawn(tool("glusterfs"), "--no-daemon",
            *["--volfile-server=" + node.address for node in nodes],
            "--volfile-id=" + volume, "--log-file=%s/log" % self.directory,
            self.mount)
        until(lambda: mounted(self.mount) and self.bricks() == len(nodes),
            "%s to mount the volume" % self.name, 30)

    def bricks(self):
        """How many it is connected to."""
        path = "%s/.meta/graphs/active/%s-replicate-0/private" % (self.mount,
            self.volume)
        try:
            with open(path) as file:
                return len(re.findall(r"(?m)^child_up\[\d+\] = 1$",
                    file.read()))
        except OSError:
            return 0

    def end(self):
        # Lazily: nobody here may wait for a volume that is gone.
        subprocess.run(["umount", "--lazy", self.mount], capture_output=True)
        super().end()


class Cluster:
    def __init__(self):
        need_root()
        need(os.path.exists("/dev/fuse"), "no /dev/fuse")
        for each in "glusterd", "gluster", "glusterfs", "ip", "nsenter":
            tool(each)
        self.volume = "proof%d" % os.getpid()
        self.base = tempfile.mkdtemp(prefix="smtp-gluster-", dir="/tmp")
        os.chmod(self.base, 0o755)
        self.nodes, self.hosts, self.all = [], [], []
        try:
            self.build()
        except BaseException:
            self.end()
            raise

    def add(self, kind, name, number, to=()):
        host = kind(self.base + "/" + name, number)
        self.all.append(host)
        if to is not None:
            to.append(host)
        return host

    def build(self):
        self.switch = self.add(Host, "switch", 254, None)
        self.switch.run("ip", "link", "add", "bridge", "type", "bridge")
        self.switch.run("ip", "link", "set", "bridge", "up")
        for number in 1, 2, 3:
            self.add(Node, "g%d" % number, number, self.nodes).attach()
        for number in 1, 2:
            self.add(MailHost, "mx%d" % number, 10 + number, self.hosts)
        for host in self.nodes + self.hosts:
            host.join(self.switch)
        for node in self.nodes:
            node.start()
        self.make_volume()
        for host in self.hosts:
            host.attach(self.nodes, self.volume)
        os.chmod(self.hosts[0].mount, 0o755)

    def make_volume(self):
        first = self.nodes[0]
        for node in self.nodes:
            until(node.peers, "glusterd of " + node.name, 30)
        for node in self.nodes[1:]:
            first.cli("peer", "probe", node.address)
        for node in self.nodes:
            until(lambda: node.peers() == 3, "the nodes to meet", 30)
        first.cli("volume", "create", self.volume, "replica", "3",
            *["%s:%s" % (node.address, node.brick) for node in self.nodes])
        for key, value in OPTIONS.items():
            first.cli("volume", "set", self.volume, key, value)
        first.cli("volume", "start", self.volume)

    def heal_info(self):
        """The entries that each node has for the others, as "gluster volume
        heal NAME info" prints them; "-" for a node that is not there.  It
        takes locks, and is slow while anything is written or healed."""
        # The program behind that command: it alone can be told a socket.
        program = run(tool("glusterfs"), "--print-libexecdir").strip() \
            + "/glfsheal"
        told = self.nodes[0].run(program, self.volume, "glusterd-sock",
            self.nodes[0].directory + "/sock")
        return re.findall(r"Number of entries: (-|\d+)", told)

    def whole(self):
        return all(host.bricks() == len(self.nodes) for host in self.hosts)

    def heal(self):
        """Until the mail hosts see all nodes, and all copies are equal; how
        long it took, in seconds."""
        begin = time.monotonic()
        until(self.whole, "the mail hosts to see all nodes", 60)
        until(self.is_healed, "the volume to heal", 240)
        until(lambda: self.heal_info() == ["0"] * 3, "heal info to agree", 30)
        return time.monotonic() - begin

    def heal_most(self, seconds=30):
        """The same after all nodes went at once: then marks can be left that
        GlusterFS does not get rid of.  How many entries have such."""
        until(self.whole, "the mail hosts to see all nodes", 60)
        deadline = time.monotonic() + seconds
        while not self.is_healed() and time.monotonic() < deadline:
            pass
        return max(node.to_heal() for node in self.nodes)

    def is_healed(self):
        """Asked for each time: by itself it looks every ten minutes for what
        was left over when the node came back."""
        if not any(node.to_heal() for node in self.nodes):
            return True
        try:
            self.nodes[0].cli("volume", "heal", self.volume)
        except AssertionError:	# a node is not ready for it
            pass
        time.sleep(1)
        return False

    def wire(self, host, state):
        self.switch.run("ip", "link", "set", host.name, state)

    def end(self):
        for host in reversed(self.all):
            host.end()
        heal_log = "/var/log/glusterfs/glfsheal-%s.log" % self.volume
        if os.path.exists(heal_log):
            os.unlink(heal_log)
        shutil.rmtree(self.base, ignore_errors=True)
