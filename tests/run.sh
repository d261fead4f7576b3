#!/bin/sh
# Everything `make test` promises, in the order in which it fails fastest. $1: the environment's bin folder.
set -eu
bin=$1

need() {  # need COMMAND PACKAGE…: install Debian packages for a command that is absent
    command -v "$1" >/dev/null 2>&1 && return 0
    shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        [ -n "${apt_ready:-}" ] || { apt-get update -qq; apt_ready=1; }
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "缺少测试所需的程序，请先安装 Debian 软件包：$*" >&2
        exit 2
    fi
}

need java openjdk-17-jre-headless
need mvn maven
need chromium chromium fonts-noto-cjk
need chromedriver chromium-driver
need fc-list fontconfig
need unshare util-linux
[ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || need no-such-command postgresql
need pgrep procps
fc-list :lang=zh | grep -q . || need no-such-command fonts-noto-cjk

"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
exec "$bin/pytest" -n 2 --dist loadgroup
