import t from 'tap';
import { faxLibraryHere } from '../../../src/main/fax-library.ts';
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
