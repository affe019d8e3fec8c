"""Files of wire objects: every piece of any file is read as an object or as a problem."""

import gzip
import io
import os
import re
import resource
import stat
import sys
import threading
import tracemalloc
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from msgspec import json

from gateway.json_files import reader
from gateway.json_files.reader import file_size, read_json_objects
from gateway.json_files.writer import open_writer
from storage.model.errors import Invalid

ADA, BOB, CYD = b'{"id":"ada"}', b'{"id":"bob","contacts":[{"id":"c"}]}', b'{"id":"cyd"}'
THREE = [json.decode(each) for each in (ADA, BOB, CYD)]
PRETTY = json.format(b'{"data":[' + b",".join((ADA, BOB, CYD)) + b'],"meta":{"total":3}}', indent=2)
LISTED = b"[" + b",".join((ADA, BOB, CYD)) + b"]"


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """A function that writes a file and returns its objects and problems, with the file's short
    name."""
    monkeypatch.chdir(tmp_path)

    def read(content: bytes, name: str = "clients", **options):
        Path(name).write_bytes(content)
        return list(read_json_objects(name, **options))

    return read


def read_objects(lines):
    lines = list(lines)
    assert [line for line in lines if line.problem] == []
    return [json.decode(line.raw) for line in lines]


def places(lines):
    return [line.position for line in lines]


def ids_of_lines(lines):
    """Return the id of each object, and None for each problem."""
    assert all(bool(line.raw) != bool(line.problem) for line in lines)
    return [json.decode(line.raw)["id"] if line.raw else None for line in lines]


@contextmanager
def expect_refusal(words: str):
    with pytest.raises(Invalid, match=words) as caught:
        yield
    assert caught.value.problems[0].path == ("file",)


LAYOUTS = {
    "ndjson": b"\n".join((ADA, BOB, CYD, b"")),
    "no last newline": b"\n".join((ADA, BOB, CYD)),
    "crlf": b"\r\n".join((ADA, BOB, CYD, b"")),
    "blank lines": b"\n\n \n".join((b"", ADA, BOB, CYD, b"")),
    "bom": b"\xef\xbb\xbf" + b"\n".join((ADA, BOB, CYD)),
    "bom before a document": b"\xef\xbb\xbf" + PRETTY,
    "compact answer": b'{"data":' + LISTED + b',"meta":{"pagination":{"total":3}}}',
    "meta first": b'{"meta":{"data":1},"data":' + LISTED + b"}",
    "pretty answer": PRETTY,
    "tabs": json.format(PRETTY, indent=4).replace(b"    ", b"\t"),
    "no indent": PRETTY.replace(b"  ", b""),
    "crlf pretty": PRETTY.replace(b"\n", b"\r\n"),
    "planado list": b'{"clients":' + LISTED + b',"total":3}',
    "one planado answer per line": b"".join(b'{"client":%b}\n' % c for c in (ADA, BOB, CYD)),
    "one ninja answer per line": b"".join(b'{"data":%b}\n' % c for c in (ADA, BOB, CYD)),
    "bare list": LISTED,
    "pretty list": json.format(LISTED, indent=2),
    "a list by hand": b"[\n" + b",\n".join((ADA, BOB, CYD)) + b"\n]\n",
    "a list of answers": b'[{"data":[%b,%b]},{"data":%b}]' % (ADA, BOB, CYD),
    "pretty objects": b"\n".join(json.format(c, indent=2) for c in (ADA, BOB, CYD)),
    "glued pretty objects": b"".join(json.format(c, indent=2) for c in (ADA, BOB, CYD)),
    "glued compact objects": ADA + BOB + b" " + CYD,
    "glued compact answers": b'{"data":[%b]}{"data":[%b]}[%b]' % (ADA, BOB, CYD),
    "mixed": b'{"clients":[\n%b\n]}\n%b\n{\n"data": [%b]}' % (ADA, BOB, CYD),
}


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_holds_the_same_objects(lines, content):
    assert read_objects(lines(content)) == THREE


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_can_be_packed(lines, content):
    assert read_objects(lines(gzip.compress(content), "clients.gz")) == THREE


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_can_come_in_small_pieces(lines, content, monkeypatch):
    monkeypatch.setattr(reader, "BLOCK_SIZE", 3)

    assert read_objects(lines(content)) == THREE


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_can_come_from_standard_input(content, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert read_objects(read_json_objects("-")) == THREE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n" + ADA + b"\n" + BOB, ["f:2", "f:3"]),
        (b'{"data":[%b,%b]}' % (ADA, BOB), ["f:data[0]", "f:data[1]"]),
        (b'{"data":%b}\n{"client":%b}' % (ADA, BOB), ["f:data", "f:2:client"]),
        (b'[%b]\n\n{"clients":\n[%b]}\n' % (ADA, BOB), ["f:[0]", "f:3:clients[0]"]),
        (b'[{"data":[%b]},%b]' % (ADA, BOB), ["f:[0].data[0]", "f:[1]"]),
        (ADA + BOB + CYD, ["f:1", "f:1#2", "f:1#3"]),
        (b"{\n}{\n}{}\n{}", ["f:1", "f:2#2", "f:3#2", "f:4"]),
    ],
)
def test_a_place_leads_to_the_object(lines, content, expected):
    assert places(lines(content, "f")) == expected


def test_an_object_comes_as_it_was_written(lines):
    [line] = lines(b' {"b" : 1,  "a":1.50, "a":"\\u0434"}\r\n')

    assert line.raw == b'{"b" : 1,  "a":1.50, "a":"\\u0434"}'


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":"ada","data":[{"id":"x"}]}',
        b'{"uuid":null,"client":{"id":"x"}}',
        b'{"data":"words"}',
        b'{"clients":{"id":"x"}}',
        b'{"client":[{"id":"x"}]}',
        b"{}",
    ],
)
def test_an_object_is_no_envelope_for_a_word_in_it(lines, text):
    assert [line.raw for line in lines(text)] == [text]


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b'{"data":[],"meta":{}}', b"[\n]"])
def test_nothing_is_nothing(lines, content):
    assert lines(content) == []


DEEP = 100_000
FAULTS = {
    "no json": (b"oops", "not JSON"),
    "a number": (b"17", "not a JSON object"),
    "a text": (b'"ada"', "not a JSON object"),
    "cut in a text": (b'{"id":"ad', "breaks off"),
    "cut after a comma": (b'{"id":"ada",', "not JSON|breaks off"),
    "cut in a list": (b'{"id":"ada","contacts":[{"id":1}', "not JSON|breaks off"),
    "not utf-8": (b'{"id":"\xff"}', "not UTF-8"),
    "utf-16": ('{"id":1}'.encode("utf-16")[:-1], "not JSON"),
    "high half": (rb'{"id":"\ud83d"}', "surrogate"),
    "low half": (rb'{"id":"\\\udc00 and more"}', "surrogate"),
    "two highs": (rb'{"id":"\ud83d\ud83d"}', "surrogate"),
    "deep lists": (b"[" * DEEP, "too deep"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "too deep"),
    "too much": (b'{"id":1}}', "trailing"),
    "a comma": (b'{"id":1},', "trailing"),
    "a control character": (b'{"id":"\x00"}', "not JSON"),
    "a bad number": (b'{"id":01}', "not JSON"),
    "an empty number": (b'{"id":}', "not JSON"),
    "a bad escape": (rb'{"id":"\x"}', "not JSON"),
    "a number cut": (b"[1.", "breaks off|not JSON"),
    "a sign alone": (b'{"id":-', "breaks off|not JSON"),
    "single quotes": (b"{'id':1}", "not JSON"),
    "NaN": (b'{"id":NaN}', "not JSON"),
}


@pytest.mark.parametrize(("piece", "words"), FAULTS.values(), ids=FAULTS)
def test_a_bad_line_is_a_problem_and_the_rest_goes_on(lines, piece, words):
    found = lines(b"\n".join((ADA, piece, BOB, CYD)), "f")

    assert ids_of_lines(found) == ["ada", None, "bob", "cyd"]
    assert places(found) == ["f:1", "f:2", "f:3", "f:4"]
    [problem] = [line.problem for line in found if line.problem]
    assert re.search(words, problem)


@pytest.mark.parametrize(("piece", "words"), FAULTS.values(), ids=FAULTS)
def test_a_bad_last_line_is_a_problem(lines, piece, words):
    assert ids_of_lines(lines(ADA + b"\n" + piece)) == ["ada", None]


@pytest.mark.parametrize(("piece", "words"), FAULTS.values(), ids=FAULTS)
def test_two_bad_lines_are_told_of_and_spoil_no_other(lines, piece, words):
    found = lines(b"\n".join((piece, piece, CYD, ADA)))

    assert ids_of_lines(found)[-1] == "ada"
    assert set(ids_of_lines(found)) <= {None, "cyd", "ada"}


@pytest.mark.parametrize(
    "element",
    [b"17", b"null", b'"ada"', b"[]", b'[{"id":1}]', b'{"id":"\xff"}', rb'{"id":"\ud800"}'],
)
@pytest.mark.parametrize("frame", [b"[%b,%b,%b]", b'{"data":[%b,\n%b,\n%b]}'])
def test_a_bad_element_leaves_its_neighbours(lines, element, frame):
    assert ids_of_lines(lines(frame % (ADA, element, CYD))) == ["ada", None, "cyd"]


@pytest.mark.parametrize(
    "text", ["\\\\ud83d", "\\ud83d\\ude00", "\\n\\\\\\ud83d\\ude00", "\\u0434"]
)
def test_a_whole_pair_is_no_half(lines, text):
    content = f'{{"id":"{text}"}}'.encode()

    assert [line.raw for line in lines(b"[\n" + content + b"\n]")] == [content]


def test_a_broken_document_is_one_problem_and_the_next_one_is_read(lines):
    broken = PRETTY.replace(b'"bob"', b"bob")

    found = lines(b"\n".join((broken, PRETTY, ADA)), "f")

    assert ids_of_lines(found) == [None, "ada", "bob", "cyd", "ada"]
    assert "lines 1 to " in found[0].problem
    assert places(found)[0] == "f:1"


@pytest.mark.parametrize("indent", [0, 2])
def test_no_contact_of_a_broken_document_passes_for_a_client(lines, indent):
    pretty = PRETTY if indent else PRETTY.replace(b"  ", b"")

    for stop in range(1, len(pretty) - 1):
        assert "c" not in ids_of_lines(lines(pretty[:stop]))


def test_a_document_without_its_beginning_is_a_problem(lines):
    tail = PRETTY[PRETTY.index(b'"contacts"') :]

    assert set(ids_of_lines(lines(tail))) == {None}


@pytest.mark.parametrize("stop", range(1, len(BOB)))
def test_a_line_cut_anywhere_costs_at_most_the_next(lines, stop):
    found = ids_of_lines(lines(b"\n".join((ADA, BOB[:stop], CYD, ADA, CYD))))

    assert found in (["ada", None, "cyd", "ada", "cyd"], ["ada", None, "ada", "cyd"])


def test_lines_that_are_left_out_are_told(lines):
    found = lines(b"\n".join((BOB[: BOB.index(b"{", 1)], CYD, ADA)))

    assert found[0].problem.endswith("; lines 1 to 2 are left out")


def test_many_cut_lines_take_no_more_than_their_time(lines):
    found = lines((b'{"id":"bob","contacts":[{' + b"\n" + ADA + b"\n") * 5000)

    assert ids_of_lines(found).count("ada") == 5000


def test_what_is_too_long_is_a_problem_and_the_rest_goes_on(lines):
    long = b'{"id":"' + b"x" * 200 + b'"}'

    found = lines(b"\n".join((ADA, long, BOB, PRETTY, CYD)), "f", max_length=100)

    assert ids_of_lines(found) == ["ada", None, "bob", None, "cyd"]
    assert found[1].problem == "longer than 100 bytes"


def test_a_line_too_long_is_never_held(lines, monkeypatch):
    monkeypatch.setattr(reader, "BLOCK_SIZE", 7)

    assert ids_of_lines(lines(b"x" * 500 + b"\n" + ADA, max_length=100)) == [None, "ada"]


def test_a_packed_file_can_have_several_members(lines):
    content = gzip.compress(ADA + b"\n" + BOB[:9]) + gzip.compress(BOB[9:]) + gzip.compress(b"")

    assert ids_of_lines(lines(content, "f.gz")) == ["ada", "bob"]


@pytest.mark.parametrize("cut", [1, 8, 12])
def test_what_came_before_a_packed_file_breaks_off_is_read(lines, cut):
    content = gzip.compress(b"\n".join([ADA, BOB] * 1000), mtime=0)

    found = lines(content[:-cut], "f.gz")

    assert ids_of_lines(found)[:1900] == ["ada", "bob"] * 950
    assert found[-1].problem.startswith("nothing can be read after this: Compressed file ended")
    assert found[-1].position == f"f.gz:{len(found) - 1}"


@pytest.mark.parametrize("tail", [b"junk", gzip.compress(ADA, mtime=0)[:12] + b"\xff" * 40])
def test_a_damaged_member_is_a_problem(lines, tail):
    found = lines(gzip.compress(ADA + b"\n") + tail, "f.gz")

    assert ids_of_lines(found)[0] == "ada"
    assert set(ids_of_lines(found)[1:]) == {None}
    assert found[-1].problem.startswith("nothing can be read after this: ")


def test_a_packed_name_with_plain_content_is_a_problem(lines):
    assert [line.problem for line in lines(ADA, "f.gz")] == [
        "nothing can be read after this: Not a gzipped file (b'{\"')"
    ]


@pytest.mark.parametrize("name", ["missing", ".", "no/such/folder", "file/in/a/file"])
def test_a_file_that_cannot_be_opened_is_refused_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()

    with expect_refusal(f"file: {name} cannot be read: "):
        list(read_json_objects(name))


@pytest.mark.parametrize("name", ["f", "f.gz"])
def test_progress_adds_up_to_the_bytes_of_the_file(lines, name):
    told = []
    content = b"\n".join([ADA] * 50_000)

    lines(gzip.compress(content) if name == "f.gz" else content, name, advance=told.append)

    assert sum(told) == file_size(name) == Path(name).stat().st_size
    assert len(told) > 2


def test_what_cannot_be_counted_is_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert file_size("-") is None
    assert file_size(str(tmp_path / "pipe")) is None
    with expect_refusal("missing cannot be read"):
        file_size(str(tmp_path / "missing"))


def feed(path: Path, times: int) -> threading.Thread:
    def run() -> None:
        block = (b'{"id":"ada","name":"' + b"x" * 2000 + b'"}\n') * 500
        with path.open("wb", buffering=0) as pipe:
            for _ in range(times):
                pipe.write(block)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_memory_stays_flat_however_many_lines_there_are(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    feeder = feed(tmp_path / "pipe", 80)

    tracemalloc.start()
    count = sum(not line.problem for line in read_json_objects(str(tmp_path / "pipe")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    feeder.join()
    assert count == 40_000
    assert peak < 8 * 2**20


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(), VALUES).map(lambda o: o | {"id": 1}), max_size=6)


@given(OBJECTS, st.sampled_from(["f", "f.gz"]), st.booleans())
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read_back(tmp_path_factory, given, name, is_pretty):
    path = str(tmp_path_factory.getbasetemp() / name)

    with open_writer(path, is_forced=True) as write:
        for each in given:
            text = json.encode(each)
            write(json.format(text, indent=2) if is_pretty else text)

    assert read_objects(read_json_objects(path)) == given


@given(OBJECTS, st.sampled_from([-1, 0, 1, 4]), st.sampled_from([b"\n", b"", b"\r\n\n", b" "]))
@settings(max_examples=50, deadline=None)
def test_whatever_the_layout_nothing_is_lost(tmp_path_factory, given, indent, joint):
    path = tmp_path_factory.getbasetemp() / "laid_out"

    path.write_bytes(joint.join(json.format(json.encode(each), indent=indent) for each in given))

    assert read_objects(read_json_objects(str(path))) == given


@given(st.binary(max_size=40) | st.text(alphabet='[]{}",:1\n \\ud8', max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_every_piece_is_an_object_or_a_problem(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content)

    found = list(read_json_objects(str(path)))

    assert all(bool(line.raw) != bool(line.problem) for line in found)
    assert all(isinstance(json.decode(line.raw), dict) for line in found if line.raw)


def test_a_file_appears_when_it_is_whole(tmp_path):
    with open_writer(str(tmp_path / "f")) as write:
        write(ADA)
        assert os.listdir(tmp_path) == [".f.part"]
        write(b'{\n "id": "bob"\n}')

    assert os.listdir(tmp_path) == ["f"]
    assert (tmp_path / "f").read_bytes() == ADA + b'\n{"id":"bob"}\n'
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600


def fail_with(fault: type[BaseException], path: Path, **options):
    with open_writer(str(path), **options) as write:
        write(ADA)
        raise fault


@pytest.mark.parametrize("name", ["f", "f.gz"])
@pytest.mark.parametrize("fault", [KeyError, KeyboardInterrupt])
def test_nothing_is_left_when_the_block_fails(tmp_path, name, fault):
    with pytest.raises(fault):
        fail_with(fault, tmp_path / name)

    assert os.listdir(tmp_path) == []


def test_the_same_lines_give_the_same_packed_bytes(tmp_path):
    for name in ("a.gz", "b.gz"):
        with open_writer(str(tmp_path / name)) as write:
            write(ADA)

    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").read_bytes()[4:8] == bytes(4)


def test_an_existing_file_is_replaced_only_by_force(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")

    with expect_refusal("f exists; say --force to replace it"), open_writer(str(path)):
        pass
    assert path.read_bytes() == b"old"
    with open_writer(str(path), is_forced=True) as write:
        write(ADA)

    assert path.read_bytes() == ADA + b"\n"


def test_a_forced_file_keeps_its_content_when_the_block_fails(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")

    with pytest.raises(KeyError):
        fail_with(KeyError, path, is_forced=True)

    assert path.read_bytes() == b"old"


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "f"

    with expect_refusal("exists"), open_writer(str(path)):
        path.write_bytes(b"theirs")

    assert os.listdir(tmp_path) == ["f"]
    assert path.read_bytes() == b"theirs"


def test_two_exports_into_one_file_do_not_mix(tmp_path):
    path = str(tmp_path / "f")

    with expect_refusal("another export"), open_writer(path) as first:
        first(ADA)
        with open_writer(path) as second:
            second(BOB)
        Path(path).unlink()

    assert os.listdir(tmp_path) == []


def test_what_a_killed_export_left_is_no_obstacle(tmp_path):
    (tmp_path / ".f.part").write_bytes(b"half")

    with open_writer(str(tmp_path / "f")) as write:
        write(ADA)

    assert (tmp_path / "f").read_bytes() == ADA + b"\n"


@pytest.mark.parametrize("is_forced", [False, True])
def test_only_a_plain_file_is_written(tmp_path, monkeypatch, is_forced):
    monkeypatch.chdir(tmp_path)
    Path("target").touch()
    Path("link").symlink_to("target")
    Path("folder").mkdir()

    for name, words in [
        ("link", "symbolic link"),
        ("folder", "a folder or a device"),
        ("/dev/null", "a folder or a device"),
        ("missing/f", "there is no folder missing"),
        ("target/f", "there is no folder target"),
        ("x" * 255, "cannot be written: File name too long"),
    ]:
        with expect_refusal(words), open_writer(name, is_forced=is_forced):
            pass
    assert sorted(os.listdir()) == ["folder", "link", "target"]


@contextmanager
def files_up_to(size: int):
    """Limit the size of files of this process, like a disk that is soon full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["f", "f.gz"])
@pytest.mark.parametrize("count", [1, 3000])
def test_a_full_disk_is_told_and_nothing_is_left(tmp_path, name, count):
    path = str(tmp_path / name)

    with (
        expect_refusal("cannot be written: File too large"),
        files_up_to(10),
        open_writer(path) as write,
    ):
        for _ in range(count):
            write(os.urandom(2000).hex().encode())

    assert os.listdir(tmp_path) == []


def test_standard_output_takes_the_lines_after_what_was_printed(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))

    sys.stdout.write("first\n")
    with open_writer("-") as write:
        write(ADA)
        write(BOB)

    assert out.getvalue() == b"first\n" + ADA + b"\n" + BOB + b"\n"


@pytest.mark.parametrize("count", [1, 10_000])
def test_a_reader_that_goes_ends_the_block_without_a_word(monkeypatch, count):
    reading, output = os.pipe()
    os.close(reading)
    monkeypatch.setattr(sys, "stdout", os.fdopen(output, "w"))
    written = 0

    with open_writer("-") as write:
        for _ in range(count):
            write(ADA)
            written += 1

    assert written < 10_000
    sys.stdout.close()


def test_a_broken_pipe_of_something_else_is_not_hidden(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))

    with pytest.raises(BrokenPipeError), open_writer("-"):
        raise BrokenPipeError


def test_a_full_standard_output_is_told(monkeypatch):
    full = io.TextIOWrapper(io.BufferedWriter(io.FileIO("/dev/full", "w")))
    monkeypatch.setattr(sys, "stdout", full)

    with (
        expect_refusal("standard output cannot be written: No space left"),
        open_writer("-") as write,
    ):
        write(ADA)

    with pytest.raises(OSError, match="No space"):
        full.close()
