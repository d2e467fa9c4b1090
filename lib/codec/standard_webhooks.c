#include "codec/standard_webhooks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#define MAC_LEN 32

static bool
mac_text(EVP_MAC_CTX *mac, const char *text, size_t len)
{
	return EVP_MAC_update(mac, (const unsigned char *)text, len) == 1;
}

static bool
mac_make(EVP_MAC_CTX *mac, const struct standard_webhook *w, const void *key, size_t key_len,
    unsigned char sum[static MAC_LEN])
{
	char sha256[] = "SHA256", stamp[32];
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
	    OSSL_PARAM_construct_end(),
	};
	size_t len;

	snprintf(stamp, sizeof(stamp), ".%" PRId64 ".", w->timestamp);
	return EVP_MAC_init(mac, key, key_len, params) == 1 &&
	    mac_text(mac, w->id, strlen(w->id)) && mac_text(mac, stamp, strlen(stamp)) &&
	    mac_text(mac, w->body, w->body_len) && EVP_MAC_final(mac, sum, &len, MAC_LEN) == 1 &&
	    len == MAC_LEN;
}

int
standard_webhooks_sign(const struct standard_webhook *w, const void *key, size_t key_len,
    char signature[static STANDARD_WEBHOOKS_SIGNATURE], struct err *err)
{
	EVP_MAC *algorithm = NULL;
	EVP_MAC_CTX *mac = NULL;
	unsigned char sum[MAC_LEN];
	int r = -1;

	if (key_len == 0)
		return err_set(err, "the secret is empty; it should have 24 to 64 bytes");
	algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (algorithm != NULL)
		mac = EVP_MAC_CTX_new(algorithm);
	if (mac == NULL || !mac_make(mac, w, key, key_len, sum)) {
		err_set(err, "OpenSSL cannot compute HMAC-SHA256");
		goto out;
	}
	memcpy(signature, "v1,", 3);
	EVP_EncodeBlock((unsigned char *)signature + 3, sum, MAC_LEN);
	r = 0;
out:
	EVP_MAC_CTX_free(mac);
	EVP_MAC_free(algorithm);
	return r;
}
