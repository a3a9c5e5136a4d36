import koffi from 'koffi';

/** Standards of spandsp's caller-ID receiver (adsi.h of 0.0.6). */
export const ADSI = { 'fsk-bell202': 1, 'fsk-v23': 2, dtmf: 5 } as const;

interface Library {
  init(state: null, standard: number, put: unknown, user: null): unknown;
  rx(state: unknown, pcm: Int16Array, count: number): number;
  free(state: unknown): number;
}

const putMessage = koffi.proto('void adsi_put_message(void *user, const uint8_t *message, int length)');

/** libspandsp, an oracle for tests only; undefined where it is not installed. */
export function adsiLibrary(): Library | undefined {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libspandsp.so.2');
  } catch {
    return undefined;
  }
  return {
    init: library.func('void *adsi_rx_init(void *state, int standard, adsi_put_message *put, void *user)'),
    rx: library.func('int adsi_rx(void *state, const int16_t *pcm, int count)'),
    free: library.func('int adsi_rx_free(void *state)'),
  };
}

/** What spandsp reads in a recording: whole messages without their checksum. */
export function adsiReceive(library: Library, standard: keyof typeof ADSI, pcm: Int16Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const put = koffi.register((_user: unknown, message: unknown, length: number) => {
    messages.push(Uint8Array.from(koffi.decode(message, 'uint8_t', length) as number[]));
  }, koffi.pointer(putMessage));
  const state = library.init(null, ADSI[standard], put, null);
  for (let at = 0; at < pcm.length; at += 160) {
    const frame = pcm.slice(at, at + 160);
    library.rx(state, frame, frame.length);
  }
  library.free(state);
  koffi.unregister(put);
  return messages;
}
