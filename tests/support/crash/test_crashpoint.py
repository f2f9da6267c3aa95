"""The crash point itself: unsynced bytes and names vanish in a power cut, synced ones stay, and so on."""
import os
import pathlib
import subprocess

LIBRARY = os.environ["CRASHPOINT_LIBRARY"]
STORY = os.environ["CRASH_STORY"]
KILLED = -9


def run(directory, story, **settings):
    """Runs one story; settings are CRASHPOINT_<NAME>. Returns (exit code, lines said)."""
    env = dict(os.environ, LD_PRELOAD=LIBRARY, CRASHPOINT_DIR=str(directory))
    env.update({"CRASHPOINT_" + name.upper(): str(value) for name, value in settings.items()})
    done = subprocess.run([STORY, str(directory), story], env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.split("\n")[:-1]


def operations(tmp_path, story):
    """The operations of a story that nobody disturbs: [(operation, name)]."""
    directory = tmp_path / "counted"
    directory.mkdir()
    log = tmp_path / "log"
    code, _ = run(directory, story, log=log)
    assert code == 0
    lines = [line.split(" ", 3) for line in log.read_text().splitlines()]
    assert [int(line[1]) for line in lines] == list(range(1, len(lines) + 1))
    return [(line[2], pathlib.Path(line[3]).name) for line in lines]


def fresh(tmp_path, k):
    directory = tmp_path / f"d{k}"
    directory.mkdir()
    return directory


def tree(directory):
    return {str(p.relative_to(directory)): p.read_text() if p.is_file() else None for p in directory.rglob("*")}


def test_counts_each_durable_operation(tmp_path):
    names = [name for name, _ in operations(tmp_path, "files")]
    assert names == ["create", "write", "fsync", "fsync", "pwrite", "writev", "truncate", "create", "write", "fsync",
                     "rename", "mkdir", "create", "unlink", "fsync"]


def test_kill_keeps_what_was_written(tmp_path):
    directory = fresh(tmp_path, 0)
    code, said = run(directory, "files", at=11, mode="kill")
    assert (code, said) == (KILLED, ["base"])
    assert tree(directory) == {"kept": "LOS", "fresh": "x"}


def test_power_cut_keeps_only_what_was_synced(tmp_path):
    total = len(operations(tmp_path, "files"))
    for k in range(1, total + 2):
        directory = fresh(tmp_path, k)
        code, said = run(directory, "files", at=k, mode="powercut")
        assert code == (KILLED if k <= total else 0), k
        if k <= 4:  # the folder was not synced yet
            assert tree(directory) == {}, k
        elif k <= total:  # bytes, sizes and names of later are all gone
            assert tree(directory) == {"kept": "synced"}, k
        else:
            assert tree(directory) == {"fresh": "x", "folder": None, "folder/inside": ""}, k
        assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".crashpoint")] == [], k


def test_database_keeps_every_row_it_promised(tmp_path):
    total = len(operations(tmp_path, "rows"))
    assert total > 20
    for mode in ("kill", "powercut"):
        for k in range(1, total + 1):
            directory = fresh(tmp_path, f"{mode}{k}")
            code, said = run(directory, "rows", at=k, mode=mode)
            assert code == KILLED, (mode, k)
            check = subprocess.run([STORY, str(directory), "check-rows"], capture_output=True, text=True, timeout=60)
            assert check.returncode == 0, (mode, k, check.stderr)
            assert len(said) <= int(check.stdout) <= len(said) + 1, (mode, k)


def test_whole_files_are_old_or_new(tmp_path):
    total = len(operations(tmp_path, "whole-files"))
    for k in range(1, total + 1):
        directory = fresh(tmp_path, k)
        code, said = run(directory, "whole-files", at=k, mode="powercut")
        assert code == KILLED
        file = directory / "file"
        now = int(file.read_text()) if file.exists() else 0
        assert len(said) <= now <= len(said) + 1, k


def test_a_full_disk_is_reported_and_heals(tmp_path):
    total = len(operations(tmp_path, "rows"))
    for mode in ("enospc", "eio"):
        for count in (1, 0):
            for k in range(1, total + 1, 3):
                directory = fresh(tmp_path, f"{mode}{count}-{k}")
                code, said = run(directory, "rows", at=k, mode=mode, count=count)
                assert code in (0, 1), (mode, count, k)
                check = subprocess.run([STORY, str(directory), "check-rows"], capture_output=True, text=True,
                                       timeout=60)
                assert check.returncode == 0, (mode, count, k, check.stderr)
                assert int(check.stdout) >= len(said), (mode, count, k)
                assert run(directory, "rows")[0] == 0, (mode, count, k)


def test_other_processes_are_left_alone(tmp_path):
    directory = fresh(tmp_path, 0)
    code, said = run(directory, "files", at=1, mode="kill", process="no-such-word")
    assert (code, said) == (0, ["base", "names"])
    directory = fresh(tmp_path, 1)
    assert run(directory, "files", at=1, mode="kill", process="files")[0] == KILLED
