"""Find Chromium for the browser tests, or install it from the system's packages.

Prints the executable. Nothing else of Doorstep needs a browser.
"""

import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    if shutil.which("apt-get") is None:
        sys.exit("Chromium is needed by the browser tests: install it, so that `chromium` is on the PATH.")
    sudo = [] if shutil.which("sudo") is None else ["sudo"]
    subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*sudo, "apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"], check=True)


if __name__ == "__main__":
    if find() is None:
        install()
    found = find()
    if found is None:
        sys.exit("Chromium was installed, but is not on the PATH.")
    print(found)
