"""A group of the processors for the bench, so that a busy machine treats all contenders alike.

Where others work on the machine, too, Linux shares its processors out between sessions, and each backend
of PostgreSQL is a session of its own: 64 of them would get 64 shares, and a slad one. In a control group
the whole bench has one share, or as many as it is told, whoever's turn it is. That takes root; without
it, or without the cpu controller, nothing is done, and a busy machine favours the peer of S1.
"""
import os


def control_groups():
    """The directory of this process in the hierarchy that has the cpu controller, or None."""
    with open("/proc/self/cgroup", encoding="ascii") as mine:
        paths = {controllers: path for _, controllers, path in
                 (line.rstrip("\n").split(":", 2) for line in mine)}
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, where, kind, options = line.split()[:4]
            if kind == "cgroup" and "cpu" in options.split(","):
                own = next((p for c, p in paths.items() if "cpu" in c.split(",")), None)
            elif kind == "cgroup2":
                own = paths.get("")
            else:
                continue
            directory = where + (own or "").rstrip("/")
            if own is not None and (kind == "cgroup" or shares_out(directory)):
                return directory
    return None


def shares_out(directory):
    try:
        with open(os.path.join(directory, "cgroup.subtree_control"), encoding="ascii") as control:
            return "cpu" in control.read().split()
    except OSError:
        return False


class Share:
    """A control group of our own while a `with` lasts, with so many shares; made is whether there is one."""

    def __init__(self, weight=1):
        self.weight = weight
        self.parent = self.group = None

    @property
    def made(self):
        return self.group is not None

    def __enter__(self):
        self.parent = control_groups()
        group = self.parent and os.path.join(self.parent, f"slad-bench-{os.getpid()}")
        try:
            if group:
                os.mkdir(group)
                self.group = group
                self.weigh(group)
                self.join(group)
        except OSError:
            self.leave()
        return self

    def __exit__(self, *exception):
        self.leave()

    def weigh(self, group):
        """The two versions of control groups count in shares of their own."""
        for name, one in (("cpu.shares", 1024), ("cpu.weight", 100)):
            path = os.path.join(group, name)
            if os.path.exists(path):
                with open(path, "w", encoding="ascii") as out:
                    out.write(str(one * self.weight))

    def join(self, group):
        with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write(str(os.getpid()))

    def leave(self):
        if self.group is None:
            return
        try:
            self.join(self.parent)
            os.rmdir(self.group)
        except OSError as error:
            print(f"{self.group} stays: {error}")
        self.group = None
