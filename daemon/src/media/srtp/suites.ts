import type { SrtpSuite } from '../api.ts';

/** Cipher and tag of one direction, in the words of libsrtp2 (crypto_types.h). */
export interface SuiteShape {
  /** Bytes of master key and of master salt; SDES carries them in this order (RFC 4568 6.1). */
  keyBytes: number;
  saltBytes: number;
  cipher: number;
  auth: number;
  authKeyBytes: number;
  /** Bytes that RTP and RTCP packets grow by at their end, RTCP's index not counted. */
  rtpTagBytes: number;
  rtcpTagBytes: number;
  /** The tag belongs to the ciphertext, and a master key identifier comes after it (RFC 7714 8.2). */
  aead: boolean;
}

const AES_ICM_128 = 1;
const AES_ICM_256 = 5;
const AES_GCM_128 = 6;
const AES_GCM_256 = 7;
const NULL_AUTH = 0;
const HMAC_SHA1 = 3;

function counterMode(cipher: number, keyBytes: number, rtpTagBytes: number): SuiteShape {
  return {
    keyBytes,
    // RFC 3711 8.2 and RFC 6188 4: 112 bits of salt, a SHA-1 key of 160.
    saltBytes: 14,
    cipher,
    auth: HMAC_SHA1,
    authKeyBytes: 20,
    rtpTagBytes,
    // RFC 4568 6.2.2: RTCP keeps 80 bits where RTP has 32.
    rtcpTagBytes: 10,
    aead: false,
  };
}

function galois(cipher: number, keyBytes: number): SuiteShape {
  return {
    keyBytes,
    // RFC 7714 12: 96 bits of salt, a tag of 128.
    saltBytes: 12,
    cipher,
    auth: NULL_AUTH,
    authKeyBytes: 0,
    rtpTagBytes: 16,
    rtcpTagBytes: 16,
    aead: true,
  };
}

/**
 * Every suite the box speaks, by its name in SDES (RFC 4568 6.2, RFC 6188 5.3, RFC 7714 14.2), in the order they are
 * offered in: first the one that everybody must have (RFC 4568 6.2.1), as old equipment looks at no further line; last
 * the one with a short tag.
 */
export const SUITES: Readonly<Record<SrtpSuite, SuiteShape>> = {
  AES_CM_128_HMAC_SHA1_80: counterMode(AES_ICM_128, 16, 10),
  AEAD_AES_256_GCM: galois(AES_GCM_256, 32),
  AEAD_AES_128_GCM: galois(AES_GCM_128, 16),
  AES_256_CM_HMAC_SHA1_80: counterMode(AES_ICM_256, 32, 10),
  AES_CM_128_HMAC_SHA1_32: counterMode(AES_ICM_128, 16, 4),
};
