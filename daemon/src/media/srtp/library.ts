import koffi from 'koffi';
import { CodedError, messageOf } from '../../base/error.ts';
import type { SrtpSuite } from '../api.ts';
import { SUITES } from './suites.ts';

/** A crypto context in the library's memory. */
export type SrtpHandle = NonNullable<unknown>;

/** Which way a context's packets go: a template for any SSRC of that direction (srtp_ssrc_type_t). */
export type SrtpDirection = 'inbound' | 'outbound';

const SSRC_ANY: Record<SrtpDirection, number> = { inbound: 2, outbound: 3 };
/** sec_serv_conf_and_auth. */
const CONFIDENTIAL_AND_AUTHENTIC = 3;
/** RFC 3711 3.3.2: at least 64; 128 packets are 2.5 s. */
const REPLAY_WINDOW = 128;
/** srtp_err_status_ok. */
const OK = 0;
/** The name and the version of the interface; the development package's link is not needed. */
const FILE = 'libsrtp2.so.1';
/** The suite that every build of the library has. */
const PROBE: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80';

/** Protects or opens one packet in place; `length` holds its length, before and after. A status, 0 when all is well. */
type InPlace = (handle: SrtpHandle, packet: Uint8Array, length: Int32Array) => number;

/** libsrtp2, as far as the box needs it. Everything is synchronous and for packets of one thread at a time. */
export interface SrtpLibrary {
  readonly version: string;
  readonly protect: InPlace;
  readonly unprotect: InPlace;
  readonly protectRtcp: InPlace;
  readonly unprotectRtcp: InPlace;
  /**
   * A context for one master key and salt, of the lengths that the suite asks for.
   * @throws CodedError `media/srtp` when the library refuses
   */
  open(direction: SrtpDirection, suite: SrtpSuite, key: Uint8Array): SrtpHandle;
  close(handle: SrtpHandle): void;
}

let loaded: SrtpLibrary | CodedError | undefined;

/**
 * Loads libsrtp2 (Debian package libsrtp2-1) once.
 * @throws CodedError `media/no-srtp` where it is missing or does not start
 */
export function srtpLibrary(): SrtpLibrary {
  if (loaded === undefined) {
    try {
      loaded = load();
    } catch (error) {
      loaded = new CodedError('media/no-srtp', messageOf(error));
    }
  }
  if (loaded instanceof CodedError) throw loaded;
  return loaded;
}

/**
 * The suites that work here: each is tried with a context of its own, as builds of the library leave some out.
 * @throws CodedError `media/no-srtp`
 */
export function srtpSuites(): SrtpSuite[] {
  const library = srtpLibrary();
  return (Object.keys(SUITES) as SrtpSuite[]).filter((suite) => {
    const { keyBytes, saltBytes } = SUITES[suite];
    try {
      library.close(library.open('inbound', suite, Buffer.alloc(keyBytes + saltBytes, 1)));
      return true;
    } catch {
      return false;
    }
  });
}

function load(): SrtpLibrary {
  const file = koffi.load(FILE);
  const ssrc = koffi.struct({ type: 'int', value: 'uint' });
  const crypto = koffi.struct({
    cipher_type: 'uint32_t',
    cipher_key_len: 'int',
    auth_type: 'uint32_t',
    auth_key_len: 'int',
    auth_tag_len: 'int',
    sec_serv: 'int',
  });
  const policy = koffi.struct({
    ssrc,
    rtp: crypto,
    rtcp: crypto,
    key: 'uint8_t *',
    keys: 'void *',
    num_master_keys: 'unsigned long',
    deprecated_ekt: 'void *',
    window_size: 'unsigned long',
    allow_repeat_tx: 'int',
    enc_xtn_hdr: 'void *',
    enc_xtn_hdr_count: 'int',
    next: 'void *',
  });
  const inPlace = (name: string): InPlace =>
    file.func(name, 'int', ['void *', 'void *', 'void *']) as InPlace;
  const create = file.func('srtp_create', 'int', [koffi.out(koffi.pointer('void *')), koffi.pointer(policy)]);
  const dealloc = file.func('srtp_dealloc', 'int', ['void *']);
  const version = file.func('srtp_get_version_string', 'str', [])() as string;
  const started = file.func('srtp_init', 'int', [])() as number;
  const library: SrtpLibrary = {
    version,
    protect: inPlace('srtp_protect'),
    unprotect: inPlace('srtp_unprotect'),
    protectRtcp: inPlace('srtp_protect_rtcp'),
    unprotectRtcp: inPlace('srtp_unprotect_rtcp'),
    open: (direction, suite, key) => {
      const shape = SUITES[suite];
      const bytes = shape.keyBytes + shape.saltBytes;
      if (key.length !== bytes)
        throw new CodedError(
          'media/srtp',
          `${suite} needs ${bytes} bytes of key and salt, not ${key.length}`,
        );
      const side = (auth_tag_len: number) => ({
        cipher_type: shape.cipher,
        cipher_key_len: bytes,
        auth_type: shape.auth,
        auth_key_len: shape.authKeyBytes,
        auth_tag_len,
        sec_serv: CONFIDENTIAL_AND_AUTHENTIC,
      });
      const out: [SrtpHandle | null] = [null];
      const status = create(out, {
        ssrc: { type: SSRC_ANY[direction], value: 0 },
        rtp: side(shape.rtpTagBytes),
        rtcp: side(shape.rtcpTagBytes),
        key,
        keys: null,
        num_master_keys: 0,
        deprecated_ekt: null,
        window_size: REPLAY_WINDOW,
        allow_repeat_tx: 0,
        enc_xtn_hdr: null,
        enc_xtn_hdr_count: 0,
        next: null,
      }) as number;
      if (status !== OK || out[0] === null) throw new CodedError('media/srtp', `${suite}: status ${status}`);
      return out[0];
    },
    close: (handle) => void dealloc(handle),
  };
  // The library starts once in a process and says no the second time; what another thread has started works here too.
  if (started !== OK) {
    try {
      library.close(library.open('inbound', PROBE, Buffer.alloc(30)));
    } catch {
      throw new CodedError('media/no-srtp', `${version} does not start: status ${started}`);
    }
  }
  return library;
}
