# Sourced by ops/bn and ops/check: makes .venv at the project's root where it is missing, stale or half made.
#
# The stamp in .venv is written last and names what the environment was made from and for. Where it does not match, a lock is
# taken and the environment is made anew, so an interrupted or moved one never gets used. A matching one costs a few
# milliseconds. POSIX sh; the caller sets `root`, the project's root with symbolic links resolved.

unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# wanted_stamp KIND: what .venv/stamp must say. The interpreter's resolved path stands for its version.
wanted_stamp() {
    printf '%s\n%s\n%s\n%s' "$1" "$root" "$(readlink -f "$root/.venv/bin/python" || :)" \
        "$(cat "$root/pyproject.toml" "$root/ops/constraints.txt" | cksum)"
}

# ready KIND: is the environment good for KIND (run, or test, which is good for run too)?
ready() {
    [ -x "$root/.venv/bin/python" ] && [ -f "$root/.venv/stamp" ] || return 1
    found=$(cat "$root/.venv/stamp")
    [ "$found" = "$(wanted_stamp test)" ] || { [ "$1" = run ] && [ "$found" = "$(wanted_stamp run)" ]; }
}

# find_python: the first Python 3.11 to 3.13 with venv, in `python`.
find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            >/dev/null 2>&1; then
            return 0
        fi
    done
    say "found no Python 3.11, 3.12 or 3.13 with venv; install one (Debian: apt-get install python3 python3-venv)"
    return 1
}

# lock: one set-up at a time. Where there is no flock, a folder is the lock and holds its owner's process id.
lock() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$root/.venv.lock" || return 1
        flock -n 9 || { say "waiting for another set-up to end"; flock 9; }
        return
    fi
    until mkdir "$root/.venv.lock.d" 2>/dev/null; do
        # Not whether the folder is there: its owner may have taken it away since.
        [ -w "$root" ] || { say "cannot write to $root"; return 1; }
        owner=$(cat "$root/.venv.lock.d/pid" 2>/dev/null || :)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$root/.venv.lock.d"; else sleep 1; fi
    done
    echo $$ >"$root/.venv.lock.d/pid"
    trap 'rm -rf "$root/.venv.lock.d"' EXIT
}

unlock() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>&-
    else
        rm -rf "$root/.venv.lock.d"
        trap - EXIT
    fi
}

# make_environment KIND: from nothing, or the tests' libraries added to an environment that is good for running.
make_environment() {
    if [ "$1" = test ] && ready run; then
        say "adding the tests' libraries to .venv"
        rm -f "$root/.venv/stamp"
    else
        find_python || return 1
        say "making the environment in $root/.venv with $("$python" --version) (once, about a minute)"
        rm -rf "$root/.venv" && mkdir "$root/.venv" || return 1
        logged "$python" -m venv "$root/.venv" || return 1
    fi
    extra=
    [ "$1" = run ] || extra='[test]'
    # From the root, so that no path with a space is ever part of an option.
    cd "$root" || return 1
    logged .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
        -e ".$extra" -c ops/constraints.txt || return 1
    # On all cores, which pip does not; and here, since a user with PYTHONDONTWRITEBYTECODE would else wait for it at every
    # start (half of it). A library's broken example file is no reason to fail.
    .venv/bin/python -m compileall -q -j 0 .venv/lib system simulator >>.venv/setup.log 2>&1 || :
    wanted_stamp "$1" >.venv/stamp.new && mv .venv/stamp.new .venv/stamp
}

# logged COMMAND...: what it says is of interest only where it fails.
logged() {
    "$@" >"$root/.venv/setup.log" 2>&1 || { tail -n 30 "$root/.venv/setup.log" >&2; return 1; }
}

# ensure_environment KIND: returns with an environment that is good for KIND, or says why not and fails.
ensure_environment() {
    if ready "$1"; then return 0; fi
    trap 'say "interrupted; the next call starts afresh"; exit 130' INT
    trap 'say "terminated; the next call starts afresh"; exit 143' TERM
    lock || { say "cannot lock $root/.venv.lock"; return 1; }
    if ! ready "$1"; then
        # In a subshell: the caller's current folder stays.
        (make_environment "$1") || { say "the environment could not be made; the next call starts afresh"; unlock; return 1; }
        say "environment ready"
    fi
    unlock
    trap - INT TERM
}
