import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { FakeDns } from '../peers/dns.ts';

t.test(
  'DNS dies, then the first of two servers: registration and calls go on, and come back to the first',
  async (t) => {
    const account = { accounts: { office: 'keen-owl' }, usual: { status: 200, ringMs: 50 } };
    const [first, second] = [await startOperator(t, account), await startOperator(t, account)];
    const dns = await FakeDns.start(t, [
      { name: '_sip._udp.op.test', type: 'SRV', data: `10 0 ${first.port} h.op.test` },
      { name: '_sip._udp.op.test', type: 'SRV', data: `20 0 ${second.port} h.op.test` },
      { name: 'h.op.test', type: 'A', data: '127.0.0.1' },
    ]);
    const box = await startBox(t, {
      dns: dns.address,
      sipT1: 20,
      edit: (office) => {
        const more = { server: 'op.test', mode: 'register', user: 'office', password: 'keen-owl' };
        pointTrunk(
          office,
          'alpha',
          { host: 'op.test', port: 0 },
          { ...more, noAnswerMs: 1500, optionsSeconds: 1 },
        );
      },
    });
    const trunk = async () => (await box.live()).trunks.find((entry) => entry.id === 'alpha')!;
    await until('registered', async () => (await trunk()).state === 'registered' || undefined, 6000);
    dns.mood = 'silent';
    const phone = box.telephone(1);
    const call = async (): Promise<void> => {
      await box.dial(1, '88121234567');
      await until('answered', () => phone.reversed || undefined, 6000);
      phone.hangup();
      await until('on hook, and over', () => !phone.reversed || undefined, 3000);
    };
    await call();
    t.equal(first.calls().length, 1, 'DNS is dead, and the call goes where calls went');
    first.silent = true;
    await call();
    t.equal(second.calls().length, 1, 'the second server takes over');
    await until('registered there', () => second.registrations().length > 0 || undefined, 4000);
    first.silent = false;
    const before = first.counts.OPTIONS ?? 0;
    // Two answers in a row bring it back; the third question goes to it as the one in use.
    await until('the first is back', () => (first.counts.OPTIONS ?? 0) >= before + 3 || undefined, 8000);
    await call();
    t.equal(first.calls().length, 2);
    const records = await box.records();
    t.equal(
      records.filter((record) => record.trunkId === 'alpha' && record.answerSource === 'sip').length,
      3,
    );
  },
);
