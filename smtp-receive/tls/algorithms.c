/* algorithms.c - what of OpenSSL there is in this process: a provider. */

#include "algorithms.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <string.h>

/* libcrypto's own; no header of it that is installed has them. */
extern OSSL_provider_init_fn ossl_default_provider_init;
int ossl_err_load_SSL_strings(void);
int ossl_prov_get_capabilities(void *, const char *, OSSL_CALLBACK *, void *);
extern const OSSL_DISPATCH
    ossl_aes128gcm_functions[], ossl_aes256gcm_functions[],
    ossl_aes256ctr_functions[], ossl_aes256ecb_functions[],
    ossl_chacha20_ossl_poly1305_functions[],
    ossl_sha1_functions[], ossl_sha256_functions[], ossl_sha384_functions[],
    ossl_sha512_functions[], ossl_md5_sha1_functions[], ossl_hmac_functions[],
    ossl_kdf_hkdf_functions[], ossl_kdf_tls1_3_kdf_functions[],
    ossl_kdf_tls1_prf_functions[],
    ossl_drbg_ctr_functions[], ossl_seed_src_functions[],
    ossl_rsa_keymgmt_functions[], ossl_rsapss_keymgmt_functions[],
    ossl_ec_keymgmt_functions[], ossl_ed25519_keymgmt_functions[],
    ossl_x25519_keymgmt_functions[],
    ossl_ecdh_keyexch_functions[], ossl_x25519_keyexch_functions[],
    ossl_rsa_signature_functions[], ossl_ecdsa_signature_functions[],
    ossl_ed25519_signature_functions[],
    ossl_SubjectPublicKeyInfo_der_to_rsa_decoder_functions[],
    ossl_SubjectPublicKeyInfo_der_to_rsapss_decoder_functions[],
    ossl_SubjectPublicKeyInfo_der_to_ec_decoder_functions[],
    ossl_SubjectPublicKeyInfo_der_to_ed25519_decoder_functions[],
    ossl_PrivateKeyInfo_der_to_rsa_decoder_functions[],
    ossl_PrivateKeyInfo_der_to_rsapss_decoder_functions[],
    ossl_PrivateKeyInfo_der_to_ec_decoder_functions[],
    ossl_PrivateKeyInfo_der_to_ed25519_decoder_functions[],
    ossl_type_specific_keypair_der_to_rsa_decoder_functions[],
    ossl_type_specific_no_pub_der_to_ec_decoder_functions[];

/* All of their names, as the default provider has them. */
#define RSA "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define RSA_PSS "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10"
#define EC "EC:id-ecPublicKey:1.2.840.10045.2.1"
#define ED25519 "ED25519:1.3.101.112"
#define X25519 "X25519:1.3.101.110"

#define ALGORITHM(names, functions) { names, "provider=default", functions, "" }
#define DECODER(names, structure, functions) { names, \
	"provider=default,input=der,structure=" structure, functions, "" }
#define END { NULL, NULL, NULL, NULL }

static const OSSL_ALGORITHM ciphers[] = {
	ALGORITHM("AES-256-GCM:id-aes256-GCM:2.16.840.1.101.3.4.1.46",
	    ossl_aes256gcm_functions),
	ALGORITHM("AES-128-GCM:id-aes128-GCM:2.16.840.1.101.3.4.1.6",
	    ossl_aes128gcm_functions),
	ALGORITHM("ChaCha20-Poly1305", ossl_chacha20_ossl_poly1305_functions),
	ALGORITHM("AES-256-CTR", ossl_aes256ctr_functions),	/* CTR-DRBG, */
	ALGORITHM("AES-256-ECB", ossl_aes256ecb_functions),	/* and this */
	END
};

/* SHA1 is a certificate's fingerprint, within libcrypto. */
static const OSSL_ALGORITHM digests[] = {
	ALGORITHM("SHA2-256:SHA-256:SHA256:2.16.840.1.101.3.4.2.1",
	    ossl_sha256_functions),
	ALGORITHM("SHA2-384:SHA-384:SHA384:2.16.840.1.101.3.4.2.2",
	    ossl_sha384_functions),
	ALGORITHM("SHA2-512:SHA-512:SHA512:2.16.840.1.101.3.4.2.3",
	    ossl_sha512_functions),
	ALGORITHM("SHA1:SHA-1:SSL3-SHA1:1.3.14.3.2.26", ossl_sha1_functions),
	END
};

static const OSSL_ALGORITHM macs[] = {
	ALGORITHM("HMAC", ossl_hmac_functions),
	END
};

static const OSSL_ALGORITHM kdfs[] = {
	ALGORITHM("HKDF", ossl_kdf_hkdf_functions),
	ALGORITHM("TLS13-KDF", ossl_kdf_tls1_3_kdf_functions),
	ALGORITHM("TLS1-PRF", ossl_kdf_tls1_prf_functions),
	END
};

static const OSSL_ALGORITHM rands[] = {
	ALGORITHM("CTR-DRBG", ossl_drbg_ctr_functions),
	ALGORITHM("SEED-SRC", ossl_seed_src_functions),
	END
};

static const OSSL_ALGORITHM keymgmts[] = {
	ALGORITHM(EC, ossl_ec_keymgmt_functions),
	ALGORITHM(RSA, ossl_rsa_keymgmt_functions),
	ALGORITHM(RSA_PSS, ossl_rsapss_keymgmt_functions),
	ALGORITHM(ED25519, ossl_ed25519_keymgmt_functions),
	ALGORITHM(X25519, ossl_x25519_keymgmt_functions),
	END
};

static const OSSL_ALGORITHM keyexchs[] = {
	ALGORITHM("ECDH", ossl_ecdh_keyexch_functions),
	ALGORITHM(X25519, ossl_x25519_keyexch_functions),
	END
};

static const OSSL_ALGORITHM signatures[] = {
	ALGORITHM("ECDSA", ossl_ecdsa_signature_functions),
	ALGORITHM(RSA, ossl_rsa_signature_functions),
	ALGORITHM(ED25519, ossl_ed25519_signature_functions),
	END
};

/* A certificate's key, and the three forms of a key file. */
static const OSSL_ALGORITHM decoders[] = {
	DECODER(EC, "SubjectPublicKeyInfo",
	    ossl_SubjectPublicKeyInfo_der_to_ec_decoder_functions),
	DECODER(RSA, "SubjectPublicKeyInfo",
	    ossl_SubjectPublicKeyInfo_der_to_rsa_decoder_functions),
	DECODER(RSA_PSS, "SubjectPublicKeyInfo",
	    ossl_SubjectPublicKeyInfo_der_to_rsapss_decoder_functions),
	DECODER(ED25519, "SubjectPublicKeyInfo",
	    ossl_SubjectPublicKeyInfo_der_to_ed25519_decoder_functions),
	DECODER(EC, "PrivateKeyInfo",
	    ossl_PrivateKeyInfo_der_to_ec_decoder_functions),
	DECODER(RSA, "PrivateKeyInfo",
	    ossl_PrivateKeyInfo_der_to_rsa_decoder_functions),
	DECODER(RSA_PSS, "PrivateKeyInfo",
	    ossl_PrivateKeyInfo_der_to_rsapss_decoder_functions),
	DECODER(ED25519, "PrivateKeyInfo",
	    ossl_PrivateKeyInfo_der_to_ed25519_decoder_functions),
	DECODER(EC, "type-specific",
	    ossl_type_specific_no_pub_der_to_ec_decoder_functions),
	DECODER(RSA, "type-specific",
	    ossl_type_specific_keypair_der_to_rsa_decoder_functions),
	END
};

static const OSSL_ALGORITHM *const operations[] = {
	[OSSL_OP_CIPHER] = ciphers,
	[OSSL_OP_DIGEST] = digests,
	[OSSL_OP_MAC] = macs,
	[OSSL_OP_KDF] = kdfs,
	[OSSL_OP_RAND] = rands,
	[OSSL_OP_KEYMGMT] = keymgmts,
	[OSSL_OP_KEYEXCH] = keyexchs,
	[OSSL_OP_SIGNATURE] = signatures,
	[OSSL_OP_DECODER] = decoders,
};

static const OSSL_ALGORITHM *
query(void *provider, int operation, int *no_cache)
{
	const size_t count = sizeof operations / sizeof *operations;

	(void)provider;
	*no_cache = 0;
	return (size_t)operation < count ? operations[operation] : NULL;
}

struct receiver {
	OSSL_CALLBACK *hear;
	void *arg;
};

/* Each group that is heard of costs a look at its keys: three are enough. */
static int
hear_group(const OSSL_PARAM of_group[], void *arg)
{
	static const char *const wanted[] = { "x25519", "secp256r1",
		"secp384r1" };
	const struct receiver *to = arg;
	const OSSL_PARAM *name = OSSL_PARAM_locate_const(of_group,
	    OSSL_CAPABILITY_TLS_GROUP_NAME);

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (name != NULL && strcmp(name->data, wanted[i]) == 0)
			return to->hear(of_group, to->arg);
	return 1;
}

static int
capabilities(void *provider, const char *of, OSSL_CALLBACK *hear, void *arg)
{
	struct receiver to = { hear, arg };

	return ossl_prov_get_capabilities(provider, of, hear_group, &to);
}

static const OSSL_DISPATCH functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities },
	{ 0, NULL }
};

/* The default provider's state, which its algorithms want, but our tables. */
static int
start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *from,
    const OSSL_DISPATCH **to, void **state)
{
	if (!ossl_default_provider_init(core, from, to, state))
		return 0;
	*to = functions;
	return 1;
}

int
algorithms_load(void)
{
	/* Names of algorithms that were there before providers are a list of
	 * their own, and error texts one of thousands: neither is wanted. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS |
	    OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT,
	    NULL) != 1)
		return -1;
	/* But for the digests that certificates are signed with: how strong
	 * a signature is, libssl looks up there. */
	if (!EVP_add_digest(EVP_sha256()) || !EVP_add_digest(EVP_sha384()) ||
	    !EVP_add_digest(EVP_sha512()))
		return -1;
	return OSSL_PROVIDER_add_builtin(NULL, "smtp-receive", start) == 1 &&
	    OSSL_PROVIDER_load(NULL, "smtp-receive") != NULL ? 0 : -1;
}

void
algorithms_load_texts(void)
{
	ossl_err_load_SSL_strings();
}
