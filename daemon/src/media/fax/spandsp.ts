import koffi, { type LibraryHandle } from 'koffi';
import { CodedError, messageOf } from '../../base/error.ts';

/**
 * Versions of the library's interface, told apart by its soname: 2 is 0.0.6 as Debian has it, 3 is what has been
 * developed since. FFI does not notice where they differ, so that each has a table of prototypes of its own.
 */
export type SpandspAbi = 2 | 3;

/** Where one version is looked for. */
export interface SpandspFile {
  file: string;
  abi: SpandspAbi;
}

/** By soname, as the development package's link is not needed. */
const FILES: readonly SpandspFile[] = [
  { file: 'libspandsp.so.2', abi: 2 },
  { file: 'libspandsp.so.3', abi: 3 },
];

/** C prototypes by name, as koffi reads them. */
export type PrototypeTable = Readonly<Record<string, string>>;

/** Called by the library, within one of our calls, with each packet that is to go out. */
export const PACKET_CALLBACK = 'int T38TxPacket(void *core, void *user, void *packet, int length, int count)';

/** Functions that take and give the same in both. */
const COMMON: PrototypeTable = {
  t38_gateway_init: 'void *t38_gateway_init(void *s, T38TxPacket *handler, void *user)',
  t38_gateway_free: 'int t38_gateway_free(void *s)',
  t38_gateway_rx: 'int t38_gateway_rx(void *s, int16_t *amp, int length)',
  t38_gateway_tx: 'int t38_gateway_tx(void *s, int16_t *amp, int length)',
  t38_gateway_get_t38_core_state: 'void *t38_gateway_get_t38_core_state(void *s)',
  t38_gateway_set_supported_modems: 'void t38_gateway_set_supported_modems(void *s, int modems)',
  t38_core_rx_ifp_packet:
    'int t38_core_rx_ifp_packet(void *core, uint8_t *data, int length, uint16_t sequence)',
  t38_set_t38_version: 'void t38_set_t38_version(void *core, int version)',
  t38_set_data_rate_management_method: 'void t38_set_data_rate_management_method(void *core, int method)',
  t38_set_max_buffer_size: 'void t38_set_max_buffer_size(void *core, int size)',
  t38_set_max_datagram_size: 'void t38_set_max_datagram_size(void *core, int size)',
  t38_set_fastest_image_data_rate: 'void t38_set_fastest_image_data_rate(void *core, int rate)',
};

/** Functions whose switch is an `int` in 2 and a `bool` in 3. */
const SWITCHES: readonly string[] = [
  't38_gateway_set_ecm_capability',
  't38_gateway_set_transmit_on_idle',
  't38_gateway_set_fill_bit_removal',
  't38_set_fill_bit_removal',
  't38_set_mmr_transcoding',
  't38_set_jbig_transcoding',
];

/** Every function that the gateway needs, as that version of the library has it. */
export function gatewayPrototypes(abi: SpandspAbi): PrototypeTable {
  const flag = abi === 2 ? 'int' : 'bool';
  return {
    ...COMMON,
    ...Object.fromEntries(SWITCHES.map((name) => [name, `void ${name}(void *s, ${flag} on)`])),
  };
}

/** A state of the library's, at an address of its own. */
export type Handle = NonNullable<unknown>;

// biome-ignore lint/suspicious/noExplicitAny: what a foreign function takes and gives its prototype says.
export type ForeignFunction = (...args: any[]) => any;

/** The library, loaded. All of it is synchronous and for one thread. */
export interface Spandsp extends SpandspFile {
  /** Functions by name. */
  readonly call: Readonly<Record<string, ForeignFunction>>;
  /** Makes a callback that lives until {@link forget}; `type` is a name from the tables. */
  callback(type: string, fn: ForeignFunction): bigint;
  forget(callback: bigint): void;
}

/** What is bound besides the gateway; the tests bind fax terminals. */
export interface MorePrototypes {
  /** Types of callbacks by name. */
  callbacks?: PrototypeTable;
  functions?: PrototypeTable;
}

/**
 * Loads libspandsp (Debian package libspandsp2).
 * @throws CodedError `media/no-spandsp` where it is missing, or lacks a function
 */
export function loadSpandsp(
  more: (abi: SpandspAbi) => MorePrototypes = () => ({}),
  files: readonly SpandspFile[] = FILES,
): Spandsp {
  const { library, file, abi } = open(files);
  const { callbacks, functions } = more(abi);
  try {
    for (const [name, prototype] of Object.entries({ T38TxPacket: PACKET_CALLBACK, ...callbacks }))
      makeType(name, prototype);
    const call: Record<string, ForeignFunction> = {};
    for (const [name, prototype] of Object.entries({ ...gatewayPrototypes(abi), ...functions }))
      call[name] = withSwitches(prototype, library.func(prototype));
    return {
      file,
      abi,
      call,
      callback: (type, fn) => koffi.register(fn, koffi.pointer(type)),
      forget: (callback) => koffi.unregister(callback),
    };
  } catch (error) {
    throw new CodedError('media/no-spandsp', `${file}: ${messageOf(error)}`);
  }
}

/** A function of which 0 and 1 are taken for a switch, too, where it is a `bool`: koffi takes nothing but a boolean there. */
function withSwitches(prototype: string, call: ForeignFunction): ForeignFunction {
  const parameters = /\((.*)\)/.exec(prototype)?.[1]?.split(',') ?? [];
  const switches = parameters.map((parameter) => /^\s*bool\b/.test(parameter));
  if (!switches.includes(true)) return call;
  return (...args: unknown[]) => call(...args.map((arg, i) => (switches[i] ? Boolean(arg) : arg)));
}

/** A name of a type is koffi's for the whole process, and stays when it is asked for a second time. */
function makeType(name: string, prototype: string): void {
  try {
    koffi.type(name);
  } catch {
    koffi.proto(prototype);
  }
}

/**
 * Looks whether the library is here, and lets go of it again: most processes never carry a fax.
 * @throws CodedError `media/no-spandsp`
 */
export function findSpandsp(files: readonly SpandspFile[] = FILES): SpandspFile {
  const { library, file, abi } = open(files);
  library.unload();
  return { file, abi };
}

function open(files: readonly SpandspFile[]): SpandspFile & { library: LibraryHandle } {
  let reason = 'no name to look for';
  for (const [index, { file, abi }] of files.entries()) {
    try {
      return { library: koffi.load(file), file, abi };
    } catch (error) {
      if (index === 0) reason = `${file}: ${messageOf(error)}`;
    }
  }
  throw new CodedError('media/no-spandsp', reason);
}
