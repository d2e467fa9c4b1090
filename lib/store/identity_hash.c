#include "store/identity_hash.h"

#include <string.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/mem.h"

#define HASH_BYTES 8

struct identity_hash {
	EVP_MAC_CTX *mac;
	unsigned char key[IDENTITY_KEY];
};

static int
key_read(const char *text, unsigned char key[static IDENTITY_KEY])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;

	if (strlen(text) != 2 * IDENTITY_KEY || strspn(text, digits) != 2 * IDENTITY_KEY)
		return -1;
	for (int i = 0; i < IDENTITY_KEY; i++) {
		high = strchr(digits, text[2 * i]);
		low = strchr(digits, text[2 * i + 1]);
		key[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return 0;
}

struct identity_hash *
identity_hash_new(const char *key, struct err *err)
{
	struct identity_hash *h = mem_alloc(1, sizeof(*h));
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	unsigned int size = HASH_BYTES;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};

	h->mac = algorithm == NULL ? NULL : EVP_MAC_CTX_new(algorithm);
	EVP_MAC_free(algorithm);
	if (key_read(key, h->key) != 0)
		err_set(err, "database: the key of its identities is damaged");
	else if (h->mac == NULL || EVP_MAC_CTX_set_params(h->mac, params) != 1)
		err_set(err, "OpenSSL has no SipHash");
	else
		return h;
	identity_hash_free(h);
	return NULL;
}

void
identity_hash_free(struct identity_hash *h)
{
	if (h == NULL)
		return;
	EVP_MAC_CTX_free(h->mac);
	OPENSSL_cleanse(h->key, sizeof(h->key));
	free(h);
}

int
identity_hash(
    struct identity_hash *h, int64_t source, const char *id, uint64_t *hash, struct err *err)
{
	unsigned char number[8], sum[HASH_BYTES];
	size_t len;

	for (int i = 0; i < 8; i++)
		number[i] = (unsigned char)((uint64_t)source >> 8 * i);
	if (EVP_MAC_init(h->mac, h->key, sizeof(h->key), NULL) != 1 ||
	    EVP_MAC_update(h->mac, number, sizeof(number)) != 1 ||
	    EVP_MAC_update(h->mac, (const unsigned char *)id, strlen(id)) != 1 ||
	    EVP_MAC_final(h->mac, sum, &len, sizeof(sum)) != 1 || len != sizeof(sum))
		return err_set(err, "OpenSSL cannot hash");
	*hash = 0;
	for (int i = HASH_BYTES - 1; i >= 0; i--)
		*hash = *hash << 8 | sum[i];
	return 0;
}
