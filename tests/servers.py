"""Real servers for tests: an Elasticsearch put together from Maven Central, started once, and
Debian's PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

VERSION = "8.19.13"
POM = Path(__file__).parents[1] / "deploy" / "elasticsearch" / "pom.xml"
_JVM = (
    "-Djava.io.tmpdir=${ES_TMPDIR}",
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-AlwaysPreTouch",
    "-XX:+ExitOnOutOfMemoryError",
)

# Neither server runs as root; a user namespace needs no account and no chown.
_AS_SERVICE = (
    ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.getuid() == 0 else ()
)


def elasticsearch_home(version: str = VERSION) -> Path:
    """The server's folder, put together by Maven when it is not in the cache yet.

    The cache is SHENGYUAN_ES_CACHE or ~/.cache/shengyuan-elasticsearch. Raises
    CalledProcessError with Maven's output when it cannot be had.
    """
    cache = Path(
        os.environ.get("SHENGYUAN_ES_CACHE") or Path.home() / ".cache/shengyuan-elasticsearch"
    )
    home = cache / f"elasticsearch-{version}"
    if not (home / "bin" / "elasticsearch").exists():
        # Maven believes its markers, not the tree: without the tree they must go too.
        shutil.rmtree(cache, ignore_errors=True)
        command = ["mvn", "-q", "-B", f"-Des.dir={cache}", "process-resources"]
        subprocess.run(command, cwd=POM.parent, check=True)
    return home


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """One Elasticsearch server on loopback; its data outlives a stop, not `remove`."""

    def __init__(self, home: Path, **settings: object) -> None:
        self.home = home
        self.dir = Path(tempfile.mkdtemp(prefix="shengyuan-es-"))
        for name in ("config", "data", "logs", "tmp"):
            (self.dir / name).mkdir()
        http, transport = free_port(), free_port()
        settings = {
            "cluster.name": "test",
            "discovery.type": "single-node",
            "http.host": "127.0.0.1",
            "http.port": http,
            "transport.host": "127.0.0.1",
            "transport.port": transport,
            "path.data": self.dir / "data",
            "path.logs": self.dir / "logs",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "node.store.allow_mmap": "false",
            "xpack.security.enabled": "false",
            **settings,
        }
        lines = "".join(f"{key}: {value}\n" for key, value in settings.items() if value)
        (self.dir / "config/elasticsearch.yml").write_text(lines)
        (self.dir / "config/jvm.options").write_text("\n".join(_JVM))
        shutil.copy(home / "config/log4j2.properties", self.dir / "config")
        self.url = f"http://127.0.0.1:{http}"

    def start(self, seconds: float = 180) -> "Node":
        """Start and wait until the server answers. Raises RuntimeError with the end of its log."""
        command = [*_AS_SERVICE, "setpriv", "--pdeathsig=KILL", self.home / "bin/elasticsearch"]
        env = {k: v for k, v in os.environ.items() if k not in ("JAVA_HOME", "ES_JAVA_OPTS")}
        env |= {
            "ES_JAVA_HOME": str(java_home()),
            "ES_PATH_CONF": str(self.dir / "config"),
            "ES_TMPDIR": str(self.dir / "tmp"),
        }
        with (self.dir / "stdout.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        end = time.monotonic() + seconds
        health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(health, timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                return self
        if self.process.poll() is None:
            self.stop()
        raise RuntimeError((self.dir / "stdout.log").read_text(errors="replace")[-4000:])

    def stop(self) -> None:
        """Stop in good order."""
        self.process.terminate()
        self.process.wait(60)

    def kill(self) -> None:
        """Kill -9 the server; its launcher then ends by itself."""
        children = subprocess.check_output(["pgrep", "-P", str(self.process.pid)], text=True)
        os.kill(int(children.split()[0]), signal.SIGKILL)
        self.process.wait(30)

    def remove(self) -> None:
        """Stop and delete the data."""
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


class Postgres:
    """One PostgreSQL on loopback with a user `test`. Durable across `kill` and `start`."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
        if not found:
            raise RuntimeError("no PostgreSQL found: install the Debian package postgresql")
        self._bin = found[-1]
        self.dir = Path(tempfile.mkdtemp(prefix="shengyuan-pg-"))
        self.port = free_port()
        command = [*_AS_SERVICE, self._bin / "initdb", "--no-sync", "--auth=trust", "-U", "test"]
        done = subprocess.run(
            [*command, "-E", "UTF8", "--locale=C.UTF-8", "-D", self.dir / "data"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def url(self, name: str) -> str:
        """The address of a database in the form of `ledger.url`."""
        return f"postgresql://test@127.0.0.1:{self.port}/{name}"

    def start(self, seconds: float = 60) -> "Postgres":
        """Start and wait until it answers. Raises RuntimeError with the end of its log."""
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "fsync": "off"}
        settings |= {"unix_socket_directories": "", "max_connections": 30}
        options = [f"-c{key}={value}" for key, value in settings.items()]
        command = [*_AS_SERVICE, "setpriv", "--pdeathsig=KILL", self._bin / "postgres"]
        with (self.dir / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-D", self.dir / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + seconds
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < end and self.process.poll() is None:
            if subprocess.run(ready, check=False).returncode == 0:
                return self
            time.sleep(0.05)
        raise RuntimeError((self.dir / "log").read_text(errors="replace")[-4000:])

    def run(self, statement: str, database: str = "postgres") -> str:
        """What psql prints for a statement. Raises RuntimeError with the server's words."""
        command = [self._bin / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(
            [*command, self.url(database)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def stop(self) -> None:
        """Stop at once: sessions are cut off, what was committed stays."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def remove(self) -> None:
        """Stop and delete the data."""
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


def java_home() -> Path:
    """The home of a Java 17 or newer that runs the server."""
    found = sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*"))
    if found:
        return found[0]
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("no Java found: install openjdk-17-jre-headless")
    return Path(java).resolve().parents[1]
