<?php
/*
 * Is this account entitled? libtrueup from PHP, by FFI (ffi.enable=1, or
 * preloaded).
 *
 *     $trueup = new Trueup();
 *     if ($trueup->entitled('usr_anna') === true) …
 *
 *     php trueup.php ACCOUNT [PRODUCT]    prints the answer as JSON
 *
 * One Trueup for a request, or for a worker that lives longer. A process has a
 * store open only once, so it is closed at the end, however that comes.
 */
class TrueupException extends Exception {}

class Trueup
{
    private const API = '
        struct trueup_error { int code; char text[512]; };
        int trueup_open(const char *, void **, struct trueup_error *);
        void trueup_close(void *);
        int trueup_entitled(void *, const char *, const char *, const char *,
            struct trueup_error *);
        int trueup_account_json(void *, const char *, const char *,
            const char *, int64_t, char **, struct trueup_error *);
        void trueup_free(char *);';

    private $lib;
    private $handle;
    private $error;

    public function __construct(
        ?string $config = null,
        string $library = 'libtrueup.so.1'
    ) {
        $this->lib = FFI::cdef(self::API, $library);
        $this->error = $this->lib->new('struct trueup_error');
        $handle = $this->lib->new('void *');
        $this->call('trueup_open', $config, FFI::addr($handle));
        $this->handle = $handle;
        // Destructors are not run after a fatal error; this is.
        register_shutdown_function([$this, 'close']);
    }

    private function call(string $name, ...$arguments): int
    {
        $result = $this->lib->$name(...[...$arguments,
            FFI::addr($this->error)]);
        if ($result < 0) {
            throw new TrueupException(FFI::string($this->error->text), $result);
        }
        return $result;
    }

    /* true, false, or null: nobody knows. */
    public function entitled(
        string $account,
        ?string $product = null,
        ?string $label = null
    ): ?bool {
        return [false, true, null][$this->call('trueup_entitled',
            $this->handle, $account, $product, $label)];
    }

    public function accountJson(
        string $account,
        ?string $product = null,
        ?string $label = null,
        int $at_ms = 0
    ): string {
        $out = $this->lib->new('char *');
        $this->call('trueup_account_json', $this->handle, $account, $product,
            $label, $at_ms, FFI::addr($out));
        $json = FFI::string($out);
        $this->lib->trueup_free($out);
        return $json;
    }

    public function close(): void
    {
        if ($this->handle !== null) {
            $this->lib->trueup_close($this->handle);
        }
        $this->handle = null;
    }
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    echo (new Trueup())->accountJson(...array_slice($argv, 1)), "\n";
}
