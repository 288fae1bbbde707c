"""A certificate and its key for a booted host, as its services' credentials."""

import re

from booted import SERVICE, drop_in
from host import sh
from manual import read

STORE = "/etc/credstore"
NAMES = "tls-certificate = smtp-receive.crt\ntls-key = smtp-receive.key\n"
PATHS = NAMES.replace("= ", "= %s/" % STORE)


def make(name, days=60):
    """A pair that only root may read."""
    sh("install -d -m 700 {0}; cd {0}; openssl req -x509 -nodes -newkey ec "
        "-pkeyopt ec_paramgen_curve:prime256v1 -days {1} -subj /CN={2} "
        "-keyout smtp-receive.key -out smtp-receive.crt 2>&1; chmod 600 *"
        .format(STORE, days, name))


class credentials(drop_in):
    """The lines of the service's own comments."""

    def __init__(self, unit=SERVICE):
        lines = re.findall("(?m)^#(LoadCredential=.*)", read("units", unit))
        super().__init__(*lines, unit=unit, name="tls.conf")
