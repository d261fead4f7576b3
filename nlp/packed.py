"""Files that may be packed."""

import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, Final, cast

DAMAGED: Final = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)
"""What reading a packed file raises where it is cut off or damaged."""


def open_packed(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked when its name ends in .xz or .gz. Raises OSError.

    Reading on raises one of DAMAGED where the file is.
    """
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")
