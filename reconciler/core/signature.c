#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "reconciler/core/signature.h"

enum { SHA256_BYTES = 32 };

static bool digest(const void *data, size_t len, unsigned char *out)
{
	unsigned int out_len = 0;

	return EVP_Digest(data, len, out, &out_len, EVP_sha256(), NULL) == 1 &&
	       out_len == SHA256_BYTES;
}

bool signature_token_equal(const char *known, const char *got, size_t got_len)
{
	unsigned char left[EVP_MAX_MD_SIZE], right[EVP_MAX_MD_SIZE];
	bool equal;

	if (known == NULL || *known == '\0' || got == NULL)
		return false;
	equal = digest(known, strlen(known), left) &&
		digest(got, got_len, right) &&
		CRYPTO_memcmp(left, right, SHA256_BYTES) == 0;
	OPENSSL_cleanse(left, sizeof(left));
	return equal;
}
