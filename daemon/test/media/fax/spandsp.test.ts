import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { faxLibraryHere } from '../../../src/main/fax-library.ts';
import { spandspGateway } from '../../../src/media/fax/gateway.ts';
import { findSpandsp, gatewayPrototypes, loadSpandsp } from '../../../src/media/fax/spandsp.ts';
import { noFax } from '../../kit/fax/office.ts';

t.test('each version of the library has its own table, of the same functions', async (t) => {
  const [two, three] = [gatewayPrototypes(2), gatewayPrototypes(3)];
  t.same(Object.keys(two), Object.keys(three));
  const differ = Object.keys(two).filter((name) => two[name] !== three[name]);
  // libspandsp 3 has made switches `bool`; nothing else that the gateway calls has changed its prototype.
  t.same(differ.sort(), [
    't38_gateway_set_ecm_capability',
    't38_gateway_set_fill_bit_removal',
    't38_gateway_set_transmit_on_idle',
    't38_set_fill_bit_removal',
    't38_set_jbig_transcoding',
    't38_set_mmr_transcoding',
  ]);
  for (const name of differ) {
    t.match(two[name], /, int on\)$/);
    t.match(three[name], /, bool on\)$/);
  }
  for (const [name, prototype] of Object.entries(three))
    t.match(prototype, new RegExp(`^(void|void \\*|int) ?\\*?${name}\\(`), 'the name is its own');
  // T.30 handlers have lost their first argument in 3, so that none may be used: pages are counted in the packets.
  for (const prototype of Object.values(three)) t.notMatch(prototype, /phase_|t30_|frame_handler/);
});

/**
 * What libspandsp 3 declares of what the gateway calls: t38_core.h as published, and t38_gateway.h, which differs from that of
 * 2 in its switches. What it gives, and its parameters; p: a pointer, i: int, u16: uint16_t, b: bool.
 */
const declared3: Record<string, string> = {
  t38_gateway_init: 'p(p,p,p)',
  t38_gateway_free: 'i(p)',
  t38_gateway_rx: 'i(p,p,i)',
  t38_gateway_tx: 'i(p,p,i)',
  t38_gateway_get_t38_core_state: 'p(p)',
  t38_gateway_set_supported_modems: 'void(p,i)',
  t38_gateway_set_ecm_capability: 'void(p,b)',
  t38_gateway_set_transmit_on_idle: 'void(p,b)',
  t38_gateway_set_fill_bit_removal: 'void(p,b)',
  t38_core_rx_ifp_packet: 'i(p,p,i,u16)',
  t38_set_t38_version: 'void(p,i)',
  t38_set_data_rate_management_method: 'void(p,i)',
  t38_set_max_buffer_size: 'void(p,i)',
  t38_set_max_datagram_size: 'void(p,i)',
  t38_set_fastest_image_data_rate: 'void(p,i)',
  t38_set_fill_bit_removal: 'void(p,b)',
  t38_set_mmr_transcoding: 'void(p,b)',
  t38_set_jbig_transcoding: 'void(p,b)',
};

/** A prototype in that short form. */
function shortened(prototype: string): string {
  const [, gives = '', parameters = ''] = /^(.*?)\w+\((.*)\)$/.exec(prototype) ?? [];
  const kind = (text: string): string =>
    text.includes('*') || text.includes('T38TxPacket')
      ? 'p'
      : ({ int: 'i', bool: 'b', uint16_t: 'u16' }[text.trim().split(' ')[0]!] ?? text.trim());
  return `${kind(gives)}(${parameters.split(',').map(kind).join(',')})`;
}

t.test('the table of 3 is what its headers declare', async (t) => {
  const table = Object.entries(gatewayPrototypes(3)).map(([name, text]) => [name, shortened(text)]);
  t.same(Object.fromEntries(table), declared3);
});

/** A library with the interface of 3, which is on no machine of ours: it notes what it is given, and says one packet. */
const standIn = `
#include <stdbool.h>
#include <stdint.h>
typedef int (*handler_t)(void *, void *, const uint8_t *, int, int);
static int gateway, core;
static handler_t handler;
static void *user;
static int seen[20];
int seen_at(int which) { return seen[which]; }
void *t38_gateway_init(void *s, handler_t h, void *u) { handler = h; user = u; return &gateway; }
int t38_gateway_free(void *s) { seen[0]++; return s == &gateway ? 0 : -1; }
int t38_gateway_rx(void *s, int16_t amp[], int len) { seen[1] += amp[0] * 1000 + len; return 0; }
int t38_gateway_tx(void *s, int16_t amp[], int len) {
  static const uint8_t flags[] = { 6 };
  amp[0] = 77;
  handler(&core, user, flags, 1, 3);
  return len;
}
void *t38_gateway_get_t38_core_state(void *s) { return &core; }
void t38_gateway_set_supported_modems(void *s, int modems) { seen[2] = modems; }
void t38_gateway_set_ecm_capability(void *s, bool on) { seen[3] = on ? 1 : -1; }
void t38_gateway_set_transmit_on_idle(void *s, bool on) { seen[4] = on ? 1 : -1; }
void t38_gateway_set_fill_bit_removal(void *s, bool on) { seen[5] = on ? 1 : -1; }
int t38_core_rx_ifp_packet(void *s, const uint8_t *buf, int len, uint16_t seq) {
  seen[6] = s == &core ? buf[0] * 1000000 + len * 100000 + seq : -1;
  return 0;
}
void t38_set_t38_version(void *s, int version) { seen[7] = version - 1; }
void t38_set_data_rate_management_method(void *s, int method) { seen[8] = method; }
void t38_set_max_buffer_size(void *s, int size) { seen[9] = size; }
void t38_set_max_datagram_size(void *s, int size) { seen[10] = size; }
void t38_set_fastest_image_data_rate(void *s, int rate) { seen[11] = rate; }
void t38_set_fill_bit_removal(void *s, bool on) { seen[12] = on ? 1 : -1; }
void t38_set_mmr_transcoding(void *s, bool on) { seen[13] = on ? 1 : -1; }
void t38_set_jbig_transcoding(void *s, bool on) { seen[14] = on ? 1 : -1; }
`;

const compiler = spawnSync('cc', ['--version']).status === 0;

t.test(
  'the gateway runs on the interface of 3: a stand-in, made by the C compiler, gets what it is meant to get',
  { skip: compiler ? false : 'there is no C compiler here' },
  async (t) => {
    const folder = t.testdir();
    const [source, file] = [join(folder, 'standin.c'), join(folder, 'standin.so.3')];
    writeFileSync(source, standIn);
    t.equal(spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', file, source]).status, 0);
    const library = loadSpandsp(
      () => ({ functions: { seen_at: 'int seen_at(int which)' } }),
      [{ file, abi: 3 }],
    );
    const frames: Int16Array[] = [];
    const packets: [Uint8Array, number][] = [];
    const gateway = spandspGateway(
      { maxBitRate: 9600, maxBuffer: 1800, maxDatagram: 256 },
      { audio: (frame) => frames.push(frame), ifp: (packet, copies) => packets.push([packet, copies]) },
      library,
    );
    gateway.push(new Int16Array(80).fill(5));
    gateway.receive(Uint8Array.of(8, 1), 65_535);
    gateway.close();
    const seen = (which: number): unknown => library.call.seen_at!(which);
    t.same([2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14].map(seen), [7, 1, 1, -1, 2, 1800, 256, 9600, -1, -1, -1]);
    t.equal(seen(1), 5080, 'the line is heard');
    t.equal(frames[0]?.[0], 77, 'and spoken to');
    t.same(packets[0], [Uint8Array.of(6), 3], 'a packet is passed on');
    t.equal(seen(6), 8_265_535, 'and one of the peer is taken');
    t.equal(seen(0), 1, 'once it is over it is freed');
  },
);

t.test('a library that is missing is told with its reason, once', async (t) => {
  t.throws(() => findSpandsp([{ file: 'libspandsp-is-not-here.so.2', abi: 2 }]), {
    code: 'media/no-spandsp',
    message: /libspandsp-is-not-here/,
  });
  const warned: string[] = [];
  const here = faxLibraryHere(
    (message) => warned.push(message),
    () => {
      throw new Error('no such file');
    },
  );
  t.same([here(), here()], [false, false]);
  t.same(warned, ['no T.38, faxes go as sound: no such file']);
  t.equal(faxLibraryHere(t.fail, () => ({ file: 'libspandsp.so.2' }))(), true);
});

t.test('the library that is here has every function of its table', { skip: noFax }, async (t) => {
  const found = findSpandsp();
  const library = loadSpandsp();
  t.equal(library.file, found.file);
  t.same(Object.keys(library.call), Object.keys(gatewayPrototypes(found.abi)));
  // The prototypes of 3 can be read by koffi and bound to what is here, though not called: only 2 is here to try.
  t.doesNotThrow(() => loadSpandsp(() => ({ functions: gatewayPrototypes(3) })));
});
