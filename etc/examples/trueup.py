#!/usr/bin/env python3
"""Is this account entitled? libtrueup from Python, by ctypes.

    with Trueup() as trueup:
        if trueup.entitled("usr_anna") is True:
            ...

    trueup.py ACCOUNT [PRODUCT]    prints the answer as JSON

Share one Trueup between all threads. After os.fork() a child opens its own:
a preforking server, too, opens it in each worker.
"""
import ctypes as c
import json
import sys

ANSWERS = {0: False, 1: True, 2: None}  # None: nobody knows


class _Error(c.Structure):
    _fields_ = [("code", c.c_int), ("text", c.c_char * 512)]


class TrueupError(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code  # enum trueup_err of trueup.h


def _load(path):
    lib = c.CDLL(path)
    text, out, error = c.c_char_p, c.POINTER(c.c_void_p), c.POINTER(_Error)
    for name, result, arguments in (
            ("open", c.c_int, (text, out, error)),
            ("close", None, (c.c_void_p,)),
            ("entitled", c.c_int, (c.c_void_p, text, text, text, error)),
            ("account_json", c.c_int,
             (c.c_void_p, text, text, text, c.c_int64, out, error)),
            ("changes", c.c_int, (c.c_void_p, c.c_int64, out, error)),
            ("lines_next", c.c_int, (c.c_void_p, c.POINTER(text), error)),
            ("lines_close", None, (c.c_void_p,)),
            ("free", None, (c.c_void_p,))):
        function = getattr(lib, "trueup_" + name)
        function.restype, function.argtypes = result, arguments
    return lib


def _bytes(text):
    return None if text is None else text.encode()


class Trueup:
    def __init__(self, config=None, library="libtrueup.so.1"):
        self._lib, self._handle = _load(library), c.c_void_p()
        self._call("open", _bytes(config), c.byref(self._handle))

    def _call(self, name, *arguments):
        error = _Error()
        result = getattr(self._lib, "trueup_" + name)(
            *arguments, c.byref(error))
        if result < 0:
            raise TrueupError(error.code, error.text.decode())
        return result

    def entitled(self, account, product=None, label=None):
        return ANSWERS[self._call("entitled", self._handle, _bytes(account),
                                  _bytes(product), _bytes(label))]

    def account_json(self, account, product=None, label=None, at_ms=0):
        out = c.c_void_p()
        self._call("account_json", self._handle, _bytes(account),
                   _bytes(product), _bytes(label), at_ms, c.byref(out))
        text = c.string_at(out).decode()
        self._lib.trueup_free(out)
        return text

    def changes(self, since=-1):
        lines, line = c.c_void_p(), c.c_char_p()
        self._call("changes", self._handle, since, c.byref(lines))
        try:
            while self._call("lines_next", lines, c.byref(line)) == 1:
                yield json.loads(line.value)
        finally:
            self._lib.trueup_lines_close(lines)

    def close(self):
        handle, self._handle = self._handle, c.c_void_p()
        self._lib.trueup_close(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


if __name__ == "__main__":
    with Trueup() as trueup:
        print(trueup.account_json(*sys.argv[1:]))
