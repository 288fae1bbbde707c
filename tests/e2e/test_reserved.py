"""452 where root would have room: her file system is full for her."""

from street import *


@test("452: the blocks that the file system keeps for root are not for mail")
def reserved():
    with Street(False, min_free="0") as street:
        image, place = street.base + "/image", street.base + "/home/ann"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        subprocess.run([tool("mkfs.ext4"), "-q", "-m", "40", "-O",
            "^has_journal", image], check=True)
        done = subprocess.run(["mount", "-o", "loop", image, place],
            capture_output=True)
        need(done.returncode == 0, done.stderr.decode())
        try:
            for each in "", "/Maildir", "/Maildir/tmp", "/Maildir/new", \
                    "/Maildir/cur":
                os.makedirs(place + each, exist_ok=True)
                os.chown(place + each, OWNERS["ann"], OWNERS["ann"])
            st = os.statvfs(place)
            free = st.f_bavail * st.f_frsize
            true(st.f_bfree * st.f_frsize > free + (4 << 20), "no reserve")
            with open(place + "/fill", "wb") as file:
                file.write(bytes(free - (1 << 20)))
            client = street.connect()
            client.hello()
            client.mail(b"x" * 70 + b"\r\n", "ann@example.org")
            client.mail(b"x" * 998 + b"\r\n" + (b"x" * 998 + b"\r\n") * 2000,
                "ann@example.org", "bob@example.org", wanted="452 4.3.1")
            client.quit()
            equal(len(street.files("new", "ann")), 1)
            equal(street.files("tmp", "ann"), [])
            street.unharmed()
        finally:
            subprocess.run(["umount", place])


if __name__ == "__main__":
    run()
