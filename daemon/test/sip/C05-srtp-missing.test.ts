import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { srtpSuitesHere } from '../../src/main/srtp-suites.ts';
import { trunkLive } from '../../src/main/trunk-live.ts';
import { ready, startEngine, startGateway, trunkConfig } from './kit.ts';

t.test(
  'a trunk that requires SRTP where the library is missing: refused, and said in plain words',
  async (t) => {
    const engine = await startEngine(t);
    const must = trunkConfig({ server: '127.0.0.1:5061', transport: 'tls', srtp: 'required' });
    const warned: string[] = [];
    const srtpSuites = srtpSuitesHere(
      (message) => warned.push(message),
      () => {
        throw new CodedError('media/no-srtp', 'libsrtp2.so.1: cannot open shared object file');
      },
    );
    const { gateway } = await startGateway(t, engine, [must], { srtpSuites });
    await ready(gateway, 'down');
    t.match(trunkLive(must, gateway.trunks()[0]!), {
      state: 'unreachable',
      said: { ru: /требует шифрования.*libsrtp2/, en: /requires encrypted speech.*libsrtp2/ },
      cure: { ru: /Установите пакет libsrtp2-1/, en: /Install the package libsrtp2-1/ },
    });
    const call = { trunkId: 'acme', number: '+74951234567', caller: {} };
    t.match(gateway.call(call), { q850: 27, text: /requires SRTP, and libsrtp2 is missing/ });
    t.match(
      gateway.call({ ...call, emergency: true }),
      { q850: 27 },
      'an emergency call takes the next route',
    );
    t.same(warned, ['no SRTP: libsrtp2.so.1: cannot open shared object file'], 'the log has it once');
    gateway.apply({ trunks: [{ ...must, srtp: 'optional' }] });
    await ready(gateway, 'untried');
    t.pass('where it is wanted and no must, calls go on without');
    gateway.apply({ trunks: [must] });
    await ready(gateway, 'down');
  },
);

t.test(
  'where the library is there the trunk works, and nobody looks for it before SRTP is wanted',
  async (t) => {
    const engine = await startEngine(t);
    let looked = 0;
    const srtpSuites = srtpSuitesHere(
      (message) => t.fail(message),
      () => {
        looked++;
        return ['AES_CM_128_HMAC_SHA1_80'];
      },
    );
    const plain = trunkConfig({ server: '127.0.0.1:5061', transport: 'tls' });
    const { gateway } = await startGateway(t, engine, [plain], { srtpSuites });
    await ready(gateway, 'untried');
    t.equal(looked, 0);
    gateway.apply({ trunks: [{ ...plain, srtp: 'required' }] });
    await ready(gateway, 'untried');
    gateway.apply({ trunks: [{ ...plain, srtp: 'optional' }] });
    t.equal(looked, 1, 'and then once');
  },
);
